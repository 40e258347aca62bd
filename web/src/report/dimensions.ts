import type { Figures, Section } from '../api/client';
import type { Narrowing } from './narrowings';

export interface Row {
  /** What the address has. */
  readonly id: string;
  readonly label: string;
  /** What tells two of one name apart. */
  readonly detail?: string | undefined;
  readonly figures: Figures;
}

export interface Dimension {
  readonly key: Exclude<Narrowing, 'days'>;
  readonly label: string;
  readonly rows: readonly Row[];
  /** Figures that it tells; absent: all. */
  readonly tells?: readonly (keyof Figures)[];
}

const NOTHING: Figures = {
  targeted: null,
  sent: null,
  delivered: null,
  opened: null,
  opened_machine: null,
  clicked: null,
  bounced: null,
  unsubscribed: null,
  responded: null,
  cost: null,
  revenue: null,
  open_rate: null,
  response_rate: null,
};

export const nameOf = (name: string, dimension: string): string =>
  name === '' ? `Not broken down by ${dimension}` : name;

/** Rows of a breakdown, told apart by one of their columns. */
export function broken<K extends string>(
  rows: readonly (Figures & Readonly<Record<K, string>>)[],
  key: K,
): readonly Row[] {
  return rows.map((row) => ({ id: row[key], label: nameOf(row[key], key), figures: row }));
}

/** What the figures can be looked at by, as far as the report of this month holds it. */
export function dimensionsOf(section: Section): readonly Dimension[] {
  const names = Map.groupBy(section.by_campaign, ({ name }) => name);
  const campaigns = section.by_campaign.map(({ source, campaign_id, name, ...figures }) => ({
    id: `${source}:${campaign_id}`,
    label: name,
    detail:
      [
        ...(section.sources.length > 1 ? [source] : []),
        ...((names.get(name)?.length ?? 0) > 1 ? [campaign_id] : []),
      ].join(' · ') || undefined,
    figures,
  }));
  const types = section.by_response_type.map(({ response_type, is_primary, responded }) => ({
    id: response_type,
    label: response_type,
    detail: is_primary ? undefined : 'is no part of “Responded”',
    figures: { ...NOTHING, responded },
  }));
  const all: readonly Dimension[] = [
    { key: 'campaign', label: 'Campaign', rows: campaigns },
    { key: 'region', label: 'Region', rows: broken(section.by_region, 'region') },
    { key: 'segment', label: 'Member segment', rows: broken(section.by_segment, 'segment') },
    ...section.by_dimension.map(({ dimension, title, rows }): Dimension => ({
      key: `own.${dimension}`,
      label: title,
      rows: rows.map((row) => ({ id: row.value, label: nameOf(row.value, title.toLowerCase()), figures: row })),
    })),
    { key: 'channel', label: 'Channel', rows: broken(section.by_channel, 'channel') },
    { key: 'type', label: 'Response type', rows: types, tells: ['responded'] },
  ];
  return all.filter(({ rows }) => rows.length > 1 || rows.some(({ id }) => id !== ''));
}

export const crossOf = (section: Section, region: string, segment: string): Figures | undefined =>
  section.by_region_segment.find((row) => row.region === region && row.segment === segment);
