import { ownFiguresOf, rateOf } from '../section/figures.js';
import { ownMeasureLines } from '../section/load.js';
import type {
  ChannelRegionFigures,
  ChannelSegmentFigures,
  DimensionFigures,
  Figures,
  FigureName,
  OwnDimensionFigures,
  OwnMeasureLine,
  RegionFigures,
  Section,
  SegmentFigures,
} from '../section/model.js';
import { AMOUNTS, isUnshown, type Breakdown, type Cell, type Layout, type Value } from './breakdowns.js';
import { tableLines } from './table-lines.js';
import { isSuppressing, type Suppression } from './suppress/suppress.js';

/** The tables of which a section shows all rows. */
export const inSection = ({ own }: Layout): readonly Breakdown[] => [
  'region',
  'segment',
  'region_segment',
  'channel_region',
  'channel_segment',
  'response_type_region',
  'response_type_segment',
  ...own.dimensions.map(({ name }) => name),
];

/** Counts that are hidden in the tables that may be asked for. */
export const hiddenIn = (cells: readonly Cell[], { amounts }: Pick<Layout, 'amounts'> = { amounts: AMOUNTS }): number =>
  cells
    .filter(({ breakdown }) => !isUnshown(breakdown))
    .reduce((sum, { hidden }) => sum + hidden.filter((name) => !amounts.includes(name)).length, 0);

export interface ShownOptions {
  /** How many counts the release hides. */
  readonly hidden: number;
  readonly suppression: Suppression;
  readonly layout: Layout;
  /** What is hidden too, for those who may see it. */
  readonly withHidden: boolean;
}

/** Puts the tables that a release decides into a section: all that is told by region or segment. */
export function withShown(
  section: Section,
  cells: readonly Cell[],
  { suppression, layout, withHidden, hidden }: ShownOptions,
): Section {
  const measures = ownMeasureLines(layout.own);
  const rows = <T extends Figures>(breakdown: Cell['breakdown'], of: (cell: Cell) => Omit<T, keyof Figures>) =>
    cells
      .filter((cell) => cell.breakdown === breakdown)
      .map((cell) => ({ ...of(cell), ...shownFigures(cell, withHidden, measures) }) as unknown as T)
      .toSorted(byWhatIsShown);
  const isOn = isSuppressing(suppression, layout);
  return {
    ...section,
    by_region: rows<RegionFigures>('region', ({ at }) => ({ region: at.region, suppressed: [] })),
    by_segment: rows<SegmentFigures>('segment', ({ at }) => ({ segment: at.segment, suppressed: [] })),
    by_region_segment: rows<RegionFigures & SegmentFigures>('region_segment', ({ at }) => ({
      region: at.region,
      segment: at.segment,
      suppressed: [],
    })),
    by_dimension: layout.own.dimensions.map(({ name, title, definition }): DimensionFigures => ({
      dimension: name,
      title,
      definition: definition ?? null,
      rows: rows<OwnDimensionFigures>(name, ({ at }) => ({ value: at[name] ?? '', suppressed: [] })),
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
    by_response_type_region: typesIn(cells, 'response_type_region', withHidden, ({ region }) => ({ region })),
    by_response_type_segment: typesIn(cells, 'response_type_segment', withHidden, ({ segment }) => ({ segment })),
    tables: tableLines(suppression, layout),
    suppression: isOn
      ? {
          threshold: suppression.threshold,
          hidden,
          is_lifted: withHidden,
        }
      : null,
  };
}

function typesIn<T extends object>(
  cells: readonly Cell[],
  breakdown: Breakdown,
  withHidden: boolean,
  of: (at: Cell['at']) => T,
) {
  const rows = cells.flatMap(({ breakdown: own, at, values, hidden }) => {
    if (own !== breakdown) return [];
    const isHidden = !withHidden && hidden.includes('responded');
    const value = isHidden ? null : values.responded;
    return [
      {
        response_type: at.response_type,
        ...of(at),
        responded: value === null ? null : Number(value),
        suppressed: isHidden ? ['responded'] : [],
      },
    ];
  });
  return rows.toSorted(
    (left, right) =>
      (right.responded ?? -1) - (left.responded ?? -1) ||
      Object.values(left).join(' ').localeCompare(Object.values(right).join(' '), 'en'),
  );
}

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
  ['channel', 'region', 'segment', 'value'].map((name) => (row as Record<string, string>)[name] ?? '').join(' ');

export function shownFigures(
  cell: Cell,
  withHidden: boolean,
  measures: readonly Pick<OwnMeasureLine, 'name' | 'kind'>[],
): Figures & { readonly suppressed: readonly string[] } {
  const isHidden = (name: Value) => !withHidden && cell.hidden.includes(name);
  const amount = (name: Value) => (isHidden(name) ? null : (cell.values[name] ?? null));
  const count = (name: Value) => {
    const value = amount(name);
    return value === null ? null : Number(value);
  };
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
  const own = ownFiguresOf(measures, amount);
  const ownHidden = measures.filter(({ name, kind }) =>
    kind === 'count' || kind === 'amount' ? isHidden(name) : isHidden(`${name}_of`) || isHidden(`${name}_per`),
  );
  const suppressed = (Object.keys(figures) as FigureName[]).filter((name) => {
    if (name === 'open_rate') return isHidden('opened_of_sent') || isHidden('sent_with_opens');
    if (name === 'response_rate') return isHidden('responded_of_sent') || isHidden('sent_with_responses');
    return isHidden(name);
  });
  return { ...figures, ...own, suppressed: [...suppressed, ...ownHidden.map(({ name }) => name)] };
}
