import { ownLabel } from '../section/cards.js';
import type { ControlArm, FigureName, Figures, OwnMeasureLine, Rate, Section } from '../section/model.js';
import { channelName, dimensionValue, regionName, segmentName } from './names.js';
import { differenceOf, rounded } from './rounding.js';
import { kindOf, none, shownCount, shownFigure, shownOwn, shownRate, text, type Shown } from './shown.js';
import { signedText } from './text.js';

export interface Column {
  readonly key: string;
  readonly label: string;
  readonly kind: 'text' | 'day' | 'count' | 'rate' | 'quotient' | 'money' | 'lift';
}

/** A table of the section. Each row begins with what it is about; `total` comes from the counts of all rows together. */
export interface SectionTable {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Shown[])[];
  readonly total?: readonly Shown[];
}

const FIGURES = {
  targeted: 'Targeted',
  sent: 'Sent',
  delivered: 'Delivered',
  opened: 'Opened',
  opened_machine: 'Opened by machines',
  clicked: 'Clicked',
  bounced: 'Bounced',
  unsubscribed: 'Unsubscribed',
  responded: 'Responded',
  cost: 'Cost',
  revenue: 'Revenue',
  open_rate: 'Open rate',
  response_rate: 'Response rate',
} as const satisfies Record<FigureName, string>;

/** What the page shows. */
export const MAIN: readonly FigureName[] = ['sent', 'delivered', 'opened', 'responded', 'open_rate', 'response_rate'];
export const ALL = Object.keys(FIGURES) as readonly FigureName[];

export const figureColumns = (names: readonly FigureName[]): readonly Column[] =>
  names.map((name) => ({ key: name, label: FIGURES[name], kind: kindOf(name) }));

/** Columns for measures of the user's own. */
export const ownColumns = (measures: readonly OwnMeasureLine[]): readonly Column[] =>
  measures.map((measure) => ({ key: measure.name, label: ownLabel(measure), kind: KINDS[measure.kind] }));

const KINDS = { count: 'count', amount: 'money', percent: 'rate', quotient: 'quotient' } as const;

export interface Row {
  readonly head: readonly Shown[];
  readonly figures: Figures;
  readonly suppressed?: readonly string[];
}

/** The tables that break the month's figures down, as far as it has them; those of one row that says nothing new are left out. */
export function figureTables(
  section: Section,
  names: readonly FigureName[],
  {
    /** Of a campaign its source and id too, in columns of their own. */
    withIds = false,
    /** Measures of the user's own in a second table, where a sheet is too narrow for more columns. */
    isNarrow = false,
  } = {},
): readonly SectionTable[] {
  const measures = isNarrow ? [] : section.own_measures;
  const apart = isNarrow ? section.own_measures : [];
  return apart.length === 0
    ? tablesWith(section, names, measures, withIds)
    : tablesWith(section, names, measures, withIds).flatMap((table) => {
        const more = tablesWith(section, [], apart, withIds).find(({ id }) => id === table.id)!;
        return [table, { ...more, id: `${more.id}_own`, title: `${more.title}, own measures` }];
      });
}

function tablesWith(
  section: Section,
  names: readonly FigureName[],
  measures: readonly OwnMeasureLine[],
  withIds: boolean,
): readonly SectionTable[] {
  const { days, by_campaign, by_region, by_segment, by_region_segment, by_channel, by_source } = section;
  const isBroken = (values: readonly string[]) => values.some((value) => value !== '');
  const isByRegion = isBroken(by_region.map(({ region }) => region));
  const isBySegment = isBroken(by_segment.map(({ segment }) => segment));
  const table = tableOf(section, names, measures);
  return [
    withIds
      ? table(
          'campaign',
          'Campaign',
          [
            ['name', 'Campaign'],
            ['source', 'Source'],
            ['campaign_id', 'Campaign id'],
          ],
          by_campaign.map((row) => ({ figures: row, head: [text(row.name), text(row.source), text(row.campaign_id)] })),
        )
      : table('campaign', 'Campaign', [['name', 'Campaign']], campaignRows(section)),
    ...(isByRegion
      ? [
          table(
            'region',
            'Region',
            [['region', 'Region']],
            by_region.map((row) => ({ ...suppressible(row), head: [text(regionName(row.region))] })),
          ),
        ]
      : []),
    ...(isBySegment
      ? [
          table(
            'segment',
            'Member segment',
            [['segment', 'Member segment']],
            by_segment.map((row) => ({ ...suppressible(row), head: [text(segmentName(row.segment))] })),
          ),
        ]
      : []),
    ...(isByRegion && isBySegment
      ? [
          table(
            'region_segment',
            'Region and member segment',
            [
              ['region', 'Region'],
              ['segment', 'Member segment'],
            ],
            by_region_segment.map((row) => ({
              ...suppressible(row),
              head: [text(regionName(row.region)), text(segmentName(row.segment))],
            })),
          ),
        ]
      : []),
    ...section.by_dimension.flatMap((own) =>
      isBroken(own.rows.map(({ value }) => value))
        ? [
            table(
              own.dimension,
              own.title,
              [[own.dimension, own.title]],
              own.rows.map((row) => ({ ...suppressible(row), head: [text(dimensionValue(row.value, own.title))] })),
            ),
          ]
        : [],
    ),
    ...(by_channel.length > 1
      ? [
          table(
            'channel',
            'Channel',
            [['channel', 'Channel']],
            by_channel.map((figures) => ({ figures, head: [text(channelName(figures.channel))] })),
          ),
        ]
      : []),
    ...(by_source.length > 1
      ? [
          table(
            'source',
            'Source',
            [['source', 'Source']],
            by_source.map((figures) => ({ figures, head: [text(figures.source)] })),
          ),
        ]
      : []),
    table(
      'day',
      'Day',
      [['day', 'Day']],
      days.map((figures) => ({ figures, head: [{ is: 'day', day: figures.date }] })),
    ),
  ];
}

const suppressible = <T extends Figures & { readonly suppressed: readonly string[] }>(row: T) => ({
  figures: row,
  suppressed: row.suppressed,
});

/** What tells two campaigns of one name apart stands beside it, and nothing where the name does. */
export function campaignRows({ sources, by_campaign }: Section): readonly Row[] {
  const names = Map.groupBy(by_campaign, ({ name }) => name);
  return by_campaign.map(({ name, source, campaign_id, ...figures }) => {
    const more = [
      ...(sources.length > 1 ? [source] : []),
      ...((names.get(name)?.length ?? 0) > 1 && campaign_id !== name ? [campaign_id] : []),
    ];
    return { head: [text(name, more.join(' · '))], figures };
  });
}

function tableOf({ totals }: Section, names: readonly FigureName[], measures: readonly OwnMeasureLine[]) {
  return (
    id: string,
    by: string,
    heads: readonly (readonly [string, string])[],
    rows: readonly Row[],
  ): SectionTable => ({
    id,
    title: `By ${by.toLowerCase()}`,
    caption: `Figures by ${by.toLowerCase()}`,
    columns: [
      ...heads.map(([key, label]) => ({ key, label, kind: key === 'day' ? ('day' as const) : ('text' as const) })),
      ...figureColumns(names),
      ...ownColumns(measures),
    ],
    rows: rows.map(({ head, figures, suppressed }) => [
      ...head,
      ...names.map((name) => shownFigure(figures, name, suppressed)),
      ...measures.map((measure) => shownOwn(figures, measure, suppressed)),
    ]),
    total: [
      text('Total'),
      ...heads.slice(1).map(() => none('not_applicable')),
      ...names.map((name) => shownFigure(totals, name)),
      ...measures.map((measure) => shownOwn(totals, measure)),
    ],
  });
}

/** True where any of the campaigns says how many members it chose, without which there is neither a rate nor a lift. */
export const isLiftMeasured = ({ control_groups }: Section): boolean =>
  control_groups.some(({ arms }) => arms.some(({ targeted }) => targeted !== null));

export function controlTable(section: Section): SectionTable {
  const hasLift = isLiftMeasured(section);
  const columns: readonly Column[] = [
    { key: 'campaign', label: 'Campaign and arm', kind: 'text' },
    ...(hasLift ? [{ key: 'targeted', label: 'Targeted', kind: 'count' } as const] : []),
    { key: 'sent', label: 'Sent', kind: 'count' },
    { key: 'responded', label: 'Responded', kind: 'count' },
    ...(hasLift
      ? ([
          { key: 'rate', label: 'Responded of targeted', kind: 'rate' },
          { key: 'lift', label: 'Lift in points (95 % interval)', kind: 'lift' },
        ] as const)
      : []),
  ];
  return {
    id: 'control',
    title: 'Control groups',
    caption: 'Control groups beside those who were sent messages',
    columns,
    rows: section.control_groups.flatMap(({ name, control, arms }) =>
      arms.map((arm) => {
        const isNamedSo = arm.name.toLowerCase() === 'control group';
        const what = `${arm.name || 'all variants'}${arm.is_control && !isNamedSo ? ', control group' : ''}`;
        const sent = arm.is_control && arm.sent === null ? none('nothing_sent') : shownCount(arm.sent);
        const counts = [sent, shownCount(arm.responded)];
        return [
          text(name, what),
          ...(hasLift ? [shownCount(arm.targeted), ...counts, shownRate(arm.rate), liftOf(arm, control)] : counts),
        ];
      }),
    ),
  };
}

/** The difference of two counted shares, and its interval, which is computed and no count. */
function liftOf({ rate, lift, is_control }: ControlArm, control: Rate | null): Shown {
  if (is_control) return text('control');
  if (lift === null || rate === null || control === null) return none('not_measured');
  const points = (value: number, hundredths: bigint) => ({ value, text: signedText(hundredths, 2) });
  const bound = (value: number) => points(value, BigInt(Math.round(value * 10_000)));
  return {
    is: 'lift',
    difference: points(lift.value, rounded(differenceOf(rate, control), 4)),
    low: bound(lift.low),
    high: bound(lift.high),
  };
}

/** What moved since the version before; at most a hundred figures. */
export function movesTable({ restatement }: Section): SectionTable | undefined {
  if (restatement === null || restatement.moves.length === 0) return undefined;
  const value = (of: string | null, figure: string): Shown =>
    of !== null && (figure === 'cost' || figure === 'revenue')
      ? { is: 'money', amount: of }
      : shownCount(of === null ? null : Number(of));
  return {
    id: 'moves',
    title: 'What moved',
    caption: 'Figures that moved since the version before',
    columns: [
      { key: 'where', label: 'Where', kind: 'text' },
      { key: 'figure', label: 'Figure', kind: 'text' },
      { key: 'before', label: 'Before', kind: 'count' },
      { key: 'now', label: 'Now', kind: 'count' },
    ],
    rows: restatement.moves.map(({ breakdown, at, name, figure, before, after }) => {
      const place = [
        name,
        ...Object.entries(at).flatMap(([of, one]) => (of === 'campaign_id' && name !== '' ? [] : [one])),
      ];
      const where = breakdown === 'total' ? 'In all' : place.filter((part) => part !== '').join(' · ');
      return [text(where), text(figure.replaceAll('_', ' ')), value(before, figure), value(after, figure)];
    }),
  };
}
