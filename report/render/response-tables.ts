import type { Section } from '../section/model.js';
import { channelName, regionName, segmentName } from './names.js';
import { campaignRows, type SectionTable } from './section-tables.js';
import { none, shownCount, text, type Shown } from './shown.js';

export const typeName = (type: string): string => type.replaceAll('_', ' ');

/** All types of responses, also those that overlap and are no part of "responded"; then a column each, by what the month is broken down. */
export function responseTables(section: Section): readonly SectionTable[] {
  const { by_response_type, by_region, by_segment, by_channel, by_campaign } = section;
  if (by_response_type.length === 0) return [];
  const names = campaignRows(section).map(({ head }) => head[0]!);
  const campaign = ({ source, campaign_id }: { readonly source: string; readonly campaign_id: string }) =>
    JSON.stringify([source, campaign_id]);
  return [
    typeTable(section),
    ...placeTable(section, 'campaign_response_type', 'Campaign', {
      places: by_campaign.map((row, index) => [campaign(row), names[index]!]),
      typed: section.by_campaign_response_type.map((row) => [campaign(row), row]),
    }),
    ...placeTable(section, 'response_type_region', 'Region', {
      places: by_region.map(({ region }) => [region, text(regionName(region))]),
      typed: section.by_response_type_region.map((row) => [row.region, row]),
    }),
    ...placeTable(section, 'response_type_segment', 'Member segment', {
      places: by_segment.map(({ segment }) => [segment, text(segmentName(segment))]),
      typed: section.by_response_type_segment.map((row) => [row.segment, row]),
    }),
    ...placeTable(section, 'channel_response_type', 'Channel', {
      places: by_channel.map(({ channel }) => [channel, text(channelName(channel))]),
      typed: section.by_channel_response_type.map((row) => [row.channel, row]),
    }),
  ];
}

function typeTable({ by_response_type }: Section): SectionTable {
  return {
    id: 'response_type',
    title: 'By response type',
    caption: 'Responses by type; only primary ones count as responded',
    columns: [
      { key: 'response_type', label: 'Response type', kind: 'text' },
      { key: 'is_primary', label: 'Primary', kind: 'text' },
      { key: 'responded', label: 'Responded', kind: 'count' },
    ],
    rows: by_response_type.map(({ response_type, is_primary, responded }) => [
      text(typeName(response_type)),
      text(is_primary ? 'yes' : 'no'),
      shownCount(responded),
    ]),
  };
}

interface Typed {
  readonly response_type: string;
  readonly responded: number | null;
  readonly suppressed?: readonly string[];
}

/** Nothing where there is one place only, or one type, which the figures of the place tell already. */
function placeTable(
  { by_response_type }: Section,
  id: string,
  by: string,
  {
    places,
    typed,
  }: {
    readonly places: readonly (readonly [string, Shown])[];
    readonly typed: readonly (readonly [string, Typed])[];
  },
): readonly SectionTable[] {
  const types = [...new Set(by_response_type.map(({ response_type }) => response_type))];
  if (types.length < 2 || places.length < 2 || typed.length === 0) return [];
  const found = new Map(typed.map(([place, row]) => [JSON.stringify([place, row.response_type]), row]));
  const shown = ({ responded, suppressed = [] }: Typed): Shown =>
    suppressed.length > 0 ? none('hidden') : shownCount(responded);
  const total = (type: string): Shown => {
    const counts = by_response_type.flatMap(({ response_type, responded }) =>
      response_type === type && responded !== null ? [responded] : [],
    );
    return shownCount(counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0));
  };
  return [
    {
      id,
      title: `Responses by ${by.toLowerCase()}`,
      caption: `Responses of each type by ${by.toLowerCase()}`,
      columns: [
        { key: 'place', label: by, kind: 'text' },
        ...types.map((type) => ({ key: type, label: typeName(type), kind: 'count' as const })),
      ],
      rows: places.map(([place, head]) => [
        head,
        ...types.map((type) => {
          const one = found.get(JSON.stringify([place, type]));
          return one === undefined ? none('not_measured') : shown(one);
        }),
      ]),
      total: [text('Total'), ...types.map(total)],
    },
  ];
}
