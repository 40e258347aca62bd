import type { SqlDialect } from '../../destinations/sql/index.js';
import type { CompiledFact, CrosswalkEntry } from './fact.js';

/** The rows of a fact, with each campaign as the crosswalk calls it on the row's day. */
export function crossed({ crosswalk = [] }: CompiledFact, { literal }: SqlDialect, rows: string): string {
  if (crosswalk.length === 0) return rows;
  const cases = (of: (entry: CrosswalkEntry) => string | undefined, otherwise: string) => {
    const whens = crosswalk.flatMap((entry) => {
      const value = of(entry);
      return value === undefined ? [] : [`WHEN ${isMeant(entry, literal)} THEN ${literal(value)}`];
    });
    return whens.length === 0 ? otherwise : `CASE ${whens.join(' ')} ELSE ${otherwise} END`;
  };
  return `\n  SELECT i.*, ${cases(({ campaign }) => campaign, 'i.own_campaign_id')} AS campaign_id,
         ${cases(({ name, campaign }) => name ?? campaign, 'i.own_campaign_name')} AS campaign_name
    FROM (${rows}) i`;
}

function isMeant({ source, campaign_id, from, to }: CrosswalkEntry, literal: SqlDialect['literal']): string {
  return [
    `i.source = ${literal(source)}`,
    `i.own_campaign_id = ${literal(campaign_id)}`,
    ...(from === undefined ? [] : [`i.date >= CAST(${literal(from)} AS date)`]),
    ...(to === undefined ? [] : [`i.date <= CAST(${literal(to)} AS date)`]),
  ].join(' AND ');
}

/** A mark names a campaign by its own id, and may mean each of those that this id was or is. */
export function crossedMarks(
  { crosswalk = [] }: CompiledFact,
  { literal }: SqlDialect,
  marked: readonly ((value: string) => string)[],
): readonly ((value: string) => string)[] {
  const byId = Map.groupBy(crosswalk, ({ campaign_id }) => campaign_id);
  const most = Math.max(0, ...[...byId.values()].map((entries) => entries.length));
  const others = Array.from({ length: most }, (_, nth) => {
    const cases = [...byId].flatMap(([id, entries]) =>
      entries[nth] === undefined ? [] : [`WHEN ${literal(id)} THEN ${literal(entries[nth].campaign)}`],
    );
    return marked.map((own) => (value: string) => `CASE ${own(value)} ${cases.join(' ')} ELSE ${own(value)} END`);
  });
  return [...marked, ...others.flat()];
}
