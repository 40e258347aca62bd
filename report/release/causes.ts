import type { SqlSession } from '#sdk';
import { hasTables, type SqlDialect } from '../../destinations/sql/index.js';
import { streamsOf, type CompiledFact } from '../facts/fact.js';
import type { OwnFigures } from '../facts/own.js';
import { firstDayOf } from '../section/calendar.js';
import type { Cause } from './stored.js';

/** More files or windows of one run are counted, not named. */
const NAMED = 20;

/** No fact has a blank in its name. */
export const measureId = (name: string): string => `measure ${name}`;
export const dimensionId = (name: string): string => `dimension ${name}`;

/** Stands with months in which a fact tells a type on both days: releases of before added the two up, and lack it. */
const ONE_DAY = 'responses by type';

/** Definitions of the facts, by their hashes, of the user's own figures, by what they say, and of responses on both days. */
export async function definitionsNow(
  sql: SqlSession,
  month: string,
  own: OwnFigures,
): Promise<Readonly<Record<string, string>>> {
  const rows = await sql.query<{ fact: string; hash: string }>('SELECT fact, hash FROM report.fact ORDER BY fact');
  const both = await sql.query(
    `SELECT 1 FROM report.response_monthly WHERE month = '${firstDayOf(month)}'
      GROUP BY fact, response_type HAVING count(DISTINCT basis) > 1 LIMIT 1`,
  );
  return Object.fromEntries([
    ...rows.map(({ fact, hash }) => [fact, hash]),
    ...(both.length === 0 ? [] : [[ONE_DAY, 'counted on one day']]),
    ...own.measures.map(({ name, kind, of = '', per = '' }) => [measureId(name), [kind, of, per].join(' ').trim()]),
    ...own.dimensions.map(({ name, isProtected }) => [dimensionId(name), isProtected ? 'protected' : 'open']),
  ]);
}

/** Why figures may have moved since an instant: other definitions, and the runs that changed rows the facts are made from. */
export async function causesSince(
  sql: SqlSession,
  dialect: SqlDialect,
  options: {
    readonly since: string;
    readonly facts: readonly CompiledFact[];
    readonly metadataSchema: string;
    readonly before: Readonly<Record<string, string>>;
    readonly now: Readonly<Record<string, string>>;
  },
): Promise<readonly Cause[]> {
  const { since, facts, metadataSchema, before, now } = options;
  const changed = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (name) => before[name] !== now[name],
  );
  const causes: Cause[] = changed.sort().map((id) => ({ kind: 'definition', id, connection: null, sources: [] }));
  const { literal, quote } = dialect;
  if (facts.length === 0 || !(await hasTables(sql, metadataSchema, ['ledger', 'lineage']))) return causes;
  const schema = quote(metadataSchema);
  const streams = facts
    .flatMap((fact) => streamsOf(fact).map(({ connection, stream }) => `(${literal(connection)}, ${literal(stream)})`))
    .join(', ');
  const after = `committed_at > CAST(${literal(since)} AS timestamptz) AND (connection, stream) IN (${streams})`;
  const runs = await sql.query<{ run: string; connection: string }>(
    `SELECT CAST(run_id AS text) AS run, connection FROM ${schema}.ledger
      WHERE ${after} AND inserted + updated + deleted > 0 GROUP BY run_id, connection ORDER BY min(committed_at), 1`,
  );
  const read = await sql.query<{ run: string; source: string }>(
    `SELECT CAST(run_id AS text) AS run, source FROM ${schema}.lineage WHERE ${after} ORDER BY id`,
  );
  const byRun = Map.groupBy(read, ({ run }) => run);
  for (const { run, connection } of runs) {
    const sources = [...new Set((byRun.get(run) ?? []).map(({ source }) => source))];
    const more = sources.length - NAMED;
    causes.push({
      kind: 'run',
      id: run,
      connection,
      sources: more > 0 ? [...sources.slice(0, NAMED), `and ${more} more`] : sources,
    });
  }
  return causes;
}
