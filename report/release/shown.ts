import { rateOf } from '../section/figures.js';
import type {
  ChannelRegionFigures,
  ChannelSegmentFigures,
  Figures,
  FigureName,
  RegionFigures,
  Section,
  SegmentFigures,
} from '../section/model.js';
import { COUNTS, FINEST, type Breakdown, type Cell, type Value } from './breakdowns.js';
import { tableLines } from './table-lines.js';
import type { Suppression } from './suppress/suppress.js';

/** The tables of which a section shows all rows. */
export const IN_SECTION: readonly Breakdown[] = [
  'region',
  'segment',
  'region_segment',
  'channel_region',
  'channel_segment',
];

/** Counts that are hidden in the tables that may be asked for. */
export const hiddenIn = (cells: readonly Cell[]): number =>
  cells
    .filter(({ breakdown }) => breakdown !== FINEST)
    .reduce((sum, { hidden }) => sum + hidden.filter((name) => isCount(name)).length, 0);

export interface ShownOptions {
  /** How many counts the release hides. */
  readonly hidden: number;
  readonly suppression: Suppression;
  /** What is hidden too, for those who may see it. */
  readonly withHidden: boolean;
}

/** Puts the tables that a release decides into a section: all that is told by region or segment. */
export function withShown(
  section: Section,
  cells: readonly Cell[],
  { suppression, withHidden, hidden }: ShownOptions,
): Section {
  const rows = <T extends Figures>(breakdown: Cell['breakdown'], of: (cell: Cell) => Omit<T, keyof Figures>) =>
    cells
      .filter((cell) => cell.breakdown === breakdown)
      .map((cell) => ({ ...of(cell), ...shownFigures(cell, withHidden) }) as unknown as T)
      .toSorted(byWhatIsShown);
  const isOn = suppression.threshold > 1 && suppression.dimensions.length > 0;
  return {
    ...section,
    by_region: rows<RegionFigures>('region', ({ at }) => ({ region: at.region, suppressed: [] })),
    by_segment: rows<SegmentFigures>('segment', ({ at }) => ({ segment: at.segment, suppressed: [] })),
    by_region_segment: rows<RegionFigures & SegmentFigures>('region_segment', ({ at }) => ({
      region: at.region,
      segment: at.segment,
      suppressed: [],
    })),
    by_channel_region: rows<ChannelRegionFigures>('channel_region', ({ at }) => ({
      channel: at.channel,
      region: at.region,
      suppressed: [],
    })),
    by_channel_segment: rows<ChannelSegmentFigures>('channel_segment', ({ at }) => ({
      channel: at.channel,
      segment: at.segment,
      suppressed: [],
    })),
    tables: tableLines(suppression),
    suppression: isOn
      ? {
          threshold: suppression.threshold,
          hidden,
          is_lifted: withHidden,
        }
      : null,
  };
}

const isCount = (name: Value): boolean => (COUNTS as readonly Value[]).includes(name);

/** The order must not tell what is hidden: what is not shown comes last, by its name. */
export function byWhatIsShown(left: Figures, right: Figures): number {
  const descending = (one: number | null, other: number | null) => (other ?? -1) - (one ?? -1);
  return (
    descending(left.sent, right.sent) ||
    descending(left.responded, right.responded) ||
    nameOf(left).localeCompare(nameOf(right), 'en')
  );
}

const nameOf = (row: object): string =>
  ['channel', 'region', 'segment'].map((name) => (row as Record<string, string>)[name] ?? '').join(' ');

export function shownFigures(
  cell: Cell,
  withHidden: boolean,
): Figures & { readonly suppressed: readonly FigureName[] } {
  const isHidden = (name: Value) => !withHidden && cell.hidden.includes(name);
  const count = (name: Value) => (isHidden(name) || cell.values[name] === null ? null : Number(cell.values[name]));
  const amount = (name: Value) => (isHidden(name) ? null : cell.values[name]);
  const figures: Figures = {
    targeted: count('targeted'),
    sent: count('sent'),
    delivered: count('delivered'),
    opened: count('opened'),
    opened_machine: count('opened_machine'),
    clicked: count('clicked'),
    bounced: count('bounced'),
    unsubscribed: count('unsubscribed'),
    responded: count('responded'),
    cost: amount('cost'),
    revenue: amount('revenue'),
    open_rate: rateOf(count('opened_of_sent'), count('sent_with_opens')),
    response_rate: rateOf(count('responded_of_sent'), count('sent_with_responses')),
  };
  const suppressed = (Object.keys(figures) as FigureName[]).filter((name) => {
    if (name === 'open_rate') return isHidden('opened_of_sent') || isHidden('sent_with_opens');
    if (name === 'response_rate') return isHidden('responded_of_sent') || isHidden('sent_with_responses');
    return isHidden(name);
  });
  return { ...figures, suppressed };
}
