import type { Section } from '../api/client';
import { countText } from '../parts/text';
import { dayText, monthText } from './number-text';
import type { Grain } from './view';

export const MEASURES = [
  ['sent', 'Sent'],
  ['opened', 'Opened'],
  ['responded', 'Responded'],
] as const;
export type Measure = (typeof MEASURES)[number][0];
export type Counts = Readonly<Record<Measure, number | null>>;

export interface Day extends Counts {
  readonly date: string;
  /** Late opens and responses may still come in. */
  readonly is_preliminary: boolean;
}

/** A place on the time axis: a day, a week as far as it lies in the month, or a month. */
export interface Point extends Counts {
  readonly id: string;
  /** At the axis. */
  readonly short: string;
  readonly long: string;
  readonly from: string;
  readonly to: string;
  /** Days within it that have data. */
  readonly dates: readonly string[];
  /** Late opens and responses may still come in. */
  readonly mayMove: boolean;
  /** What is to be known of it, such as the first messages of a campaign. */
  readonly notes: readonly string[];
}

const sum = (values: readonly (number | null)[]): number | null =>
  values.reduce((total, value) => (value === null ? total : (total ?? 0) + value), null);

function dayPoints(days: readonly Day[], notes: Notes): readonly Point[] {
  return days.map((day) => ({
    ...countsOf([day]),
    id: day.date,
    short: String(Number(day.date.slice(8))),
    long: dayText(day.date),
    from: day.date,
    to: day.date,
    dates: [day.date],
    mayMove: day.is_preliminary && day.sent !== null,
    notes: notes.get(day.date) ?? [],
  }));
}

const countsOf = (days: readonly Counts[]): Counts => ({
  sent: sum(days.map(({ sent }) => sent)),
  opened: sum(days.map(({ opened }) => opened)),
  responded: sum(days.map(({ responded }) => responded)),
});

const mondayOf = (date: string): string => {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
};

function weekPoints(days: readonly Day[], notes: Notes): readonly Point[] {
  return [...Map.groupBy(days, ({ date }) => mondayOf(date))].map(([monday, within]) => {
    const [from, to] = [within[0]!.date, within.at(-1)!.date];
    const span = from === to ? dayText(from) : `${dayText(from)} to ${dayText(to)}`;
    const dates = within.filter((day) => [day.sent, day.opened, day.responded].some((value) => value !== null));
    const held = dates.length === within.length ? '' : `, ${dates.length} with data`;
    return {
      ...countsOf(within),
      id: monday,
      short: from === to ? String(Number(from.slice(8))) : `${Number(from.slice(8))}–${Number(to.slice(8))}`,
      long: `Week ${span} (${within.length} ${within.length === 1 ? 'day' : 'days'}${held})`,
      from,
      to,
      dates: dates.map(({ date }) => date),
      mayMove: within.some(({ is_preliminary, sent }) => is_preliminary && sent !== null),
      notes: within.flatMap(({ date }) => notes.get(date) ?? []),
    };
  });
}

/** The month and the twelve before it. */
function monthPoints({ cards, month, status }: Section): readonly Point[] {
  const values = (measure: Measure) => cards.find(({ key }) => key === measure)?.history ?? [];
  return values('sent').map(({ month: id }, index) => ({
    id,
    sent: values('sent')[index]?.value ?? null,
    opened: values('opened')[index]?.value ?? null,
    responded: values('responded')[index]?.value ?? null,
    short: `${monthText(id).slice(0, 3)} ${id.slice(2, 4)}`,
    long: monthText(id),
    from: `${id}-01`,
    to: `${id}-31`,
    dates: [],
    mayMove: id === month.id && status.state === 'preliminary',
    notes: [],
  }));
}

export type Notes = ReadonlyMap<string, readonly string[]>;

/** What the report marks on its days: first sends, changed definitions, and what is far from usual. */
export function annotationsOf({ annotations, anomalies }: Section): Notes {
  const unusual = anomalies.map(({ date, figure, value, usual }) => ({
    date,
    text: `${figure} ${countText(value)} where ${countText(Math.round(usual))} are usual on this weekday`,
  }));
  const told = annotations.map(({ date, kind, text }) => ({
    date,
    text: kind === 'send' ? `first messages of ${text}` : text,
  }));
  const all = Map.groupBy([...told, ...unusual], ({ date }) => date);
  return new Map([...all].map(([date, on]) => [date, on.map(({ text }) => text)]));
}

export function pointsOf(section: Section, days: readonly Day[], grain: Grain, notes: Notes): readonly Point[] {
  if (grain === 'month') return monthPoints(section);
  return grain === 'week' ? weekPoints(days, notes) : dayPoints(days, notes);
}

/** What another month had on the same days of the month, as far as this one has data there: so equal days are compared. */
export function alignedWith(
  points: readonly Point[],
  other: readonly (Counts & { readonly date: string })[],
): readonly Counts[] {
  return points.map(({ from, to, dates }) =>
    countsOf(
      other.filter(({ date }) => {
        const day = date.slice(8);
        if (dates.length > 0) return dates.some((one) => one.slice(8) === day);
        return day >= from.slice(8) && day <= to.slice(8);
      }),
    ),
  );
}

export const within = <T extends { readonly date: string }>(
  days: readonly T[],
  span: string | undefined,
): readonly T[] => {
  if (span === undefined) return days;
  const [from, to] = spanOf(span);
  return days.filter(({ date }) => date >= from && date <= to);
};

export const spanOf = (span: string): readonly [from: string, to: string] => span.split('..') as [string, string];

export const spanText = (span: string): string => {
  const [from, to] = spanOf(span);
  return from === to ? dayText(from) : `${dayText(from)} to ${dayText(to)}`;
};
