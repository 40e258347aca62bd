import type { Arrival } from './arrival.js';
import { seen } from './arrival.js';
import { dayText } from './calendar.js';
import { events as responseEvents } from './programmes.js';
import { between, unit, uuid } from './random.js';

/** What a workspace measures beside its campaigns. */
export const measures = [
  'size',
  'count',
  'dau',
  'mau',
  'new_users',
  'uninstalls',
  'sessions',
  'purchase_quantity',
  'revenue',
] as const;
export type WorkspaceMeasure = (typeof measures)[number];

/** Those of one app, of one segment, or of both. */
export interface WorkspacePart {
  readonly app_id?: string;
  readonly segment_id?: string;
}

export interface SimulatedSegment {
  readonly id: string;
  readonly name: string;
  readonly isTracked: boolean;
  readonly tags: readonly string[];
}

export interface Workspace {
  readonly segments: readonly SimulatedSegment[];
  /** In alphabetical order. */
  readonly customEvents: readonly string[];
  readonly products: readonly string[];
  /** App identifiers; no endpoint lists them. */
  readonly apps: readonly string[];
  /** The number of a day as an observer sees it; `of` is a segment's id, an event, a product, or empty for the workspace. */
  value(measure: WorkspaceMeasure, of: string, day: number, observedAt: number, part?: WorkspacePart): number;
  /** Every number from the first day of history to the day of the instant. */
  truth(
    measure: WorkspaceMeasure,
    of: string,
    observedAt: number,
    part?: WorkspacePart,
  ): { readonly date: string; readonly value: number }[];
}

const base: Readonly<Record<WorkspaceMeasure, number>> = {
  size: 40_000,
  count: 900,
  dau: 7_000,
  mau: 61_000,
  new_users: 240,
  uninstalls: 31,
  sessions: 12_500,
  purchase_quantity: 44,
  revenue: 3_100,
};

const keyOf = (text: string): number => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);

export const createWorkspace = (
  seed: number,
  startDay: number,
  arrival: Arrival,
  dayOf: (instant: number) => number,
): Workspace => {
  const segments = ['Diabetes', 'Medicare Advantage', 'Untracked', 'All Members'].map((name, order) => ({
    id: uuid(seed, order, 0x736567),
    name,
    isTracked: name !== 'Untracked',
    tags: [`segment:${name}`],
  }));
  /** Which share of a day an app or a segment has; at most the whole. */
  const shareOf = (part: string | undefined, day: number): number =>
    part === undefined ? 1 : between(0.1, 0.6, unit(seed, keyOf(part), day, 0x70617274));
  const value: Workspace['value'] = (measure, of, day, observedAt, { app_id, segment_id } = {}) => {
    const draw = unit(seed, measures.indexOf(measure), keyOf(of), day);
    const whole = base[measure] * between(0.7, 1.3, draw);
    const final = Math.round(whole * shareOf(app_id, day) * shareOf(segment_id, day));
    return seen(final, arrival.conversions(day, 0, 0, observedAt), draw);
  };
  return {
    segments,
    customEvents: ['portal_login', ...responseEvents].toSorted(),
    products: ['glucose-meter', 'test-strips & lancets'],
    apps: ['ios', 'android'].map((_, order) => uuid(seed, order, 0x617070)),
    value,
    truth: (measure, of, observedAt, part) => {
      const days: { date: string; value: number }[] = [];
      for (let day = startDay; day <= dayOf(observedAt); day += 1)
        days.push({ date: dayText(day), value: value(measure, of, day, observedAt, part) });
      return days;
    },
  };
};
