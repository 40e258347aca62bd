import type { Figures, Section } from '../api/client';

export interface Row {
  /** What the address has. */
  readonly id: string;
  readonly label: string;
  /** What tells two of one name apart. */
  readonly detail?: string | undefined;
  readonly figures: Figures;
}

export interface Dimension {
  readonly key: string;
  readonly label: string;
  readonly rows: readonly Row[];
}

/** Rows of a breakdown, told apart by one of their columns. */
function broken<K extends string>(rows: readonly (Figures & Readonly<Record<K, string>>)[], key: K): readonly Row[] {
  return rows.map((row) => ({
    id: row[key],
    label: row[key] === '' ? `Not broken down by ${key}` : row[key],
    figures: row,
  }));
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
  const all = [
    { key: 'campaign', label: 'Campaign', rows: campaigns },
    { key: 'region', label: 'Region', rows: broken(section.by_region, 'region') },
    { key: 'segment', label: 'Member segment', rows: broken(section.by_segment, 'segment') },
    { key: 'channel', label: 'Channel', rows: broken(section.by_channel, 'channel') },
  ];
  return all.filter(({ rows }) => rows.length > 1 || rows.some(({ id }) => id !== ''));
}
