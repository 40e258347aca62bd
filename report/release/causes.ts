import type { SqlSession } from '#sdk';
import { hasTables, type SqlDialect } from '../../destinations/sql/index.js';
import { streamsOf, type CompiledFact } from '../facts/fact.js';
import type { OwnFigures } from '../facts/own.js';
import { firstDayOf } from '../section/calendar.js';
import type { Cause } from './stored.js';
import type { Suppression } from './suppress/suppress.js';

/** More files or windows of one run are counted, not named. */
const NAMED = 20;

/** No fact has a blank in its name. */
export const measureId = (name: string): string => `measure ${name}`;
export const dimensionId = (name: string): string => `dimension ${name}`;

/** Stands with months in which a fact tells a type on both days: releases of before added the two up, and lack it. */
const ONE_DAY = 'responses by type';

/** What is hidden, by configuration: the least count that is shown, and by what. Releases of before lack it. */
export const HIDING = 'small counts';

/** Raised whenever the suppressor hides more or less than it did, so that what was released by another is decided again. */
const SUPPRESSOR = 1;

/** By which rules it is decided what a release hides. */
export const rulesOf = ({ threshold, dimensions }: Suppression, own: OwnFigures): Readonly<Record<string, string>> => ({
  [HIDING]: [threshold, ...dimensions.toSorted(), `suppressor ${SUPPRESSOR}`].join(' '),
  ...Object.fromEntries(
    own.dimensions.map(({ name, isProtected }) => [dimensionId(name), isProtected ? 'protected' : 'open']),
  ),
});

/**
 * Definitions of the facts, by their hashes, of the user's own figures, by what they say, of responses on both days, and of what is
 * hidden.
 */
export async function definitionsNow(
  sql: SqlSession,
  month: string,
  suppression: Suppression,
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
    ...Object.entries(rulesOf(suppression, own)),
  ]);
}

/**
 * Why figures may have moved since a build of the marts began: other definitions, and the runs that changed rows the facts are made from.
 * A checkpoint that began before that build may have committed after it: the build which brought it into the marts tells of it.
 */
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
    (name) => before[name] !== now[name] && (name !== HIDING || name in before),
  );
  const causes: Cause[] = changed.sort().map((id) => ({ kind: 'definition', id, connection: null, sources: [] }));
  const { literal, quote } = dialect;
  if (facts.length === 0 || !(await hasTables(sql, metadataSchema, ['ledger', 'lineage']))) return causes;
  const schema = quote(metadataSchema);
  const streams = facts
    .flatMap((fact) => streamsOf(fact).map(({ connection, stream }) => `(${literal(connection)}, ${literal(stream)})`))
    .join(', ');
  const at = `CAST(${literal(since)} AS timestamptz)`;
  const isNoted = await hasTables(sql, 'report', ['built_run']);
  const changesIn = (table: string) =>
    isNoted
      ? `${schema}.${table} l LEFT JOIN (SELECT run_id, min(marked_at) AS marked_at FROM report.built_run WHERE built_at > ${at} GROUP BY run_id) b
           ON b.run_id = CAST(l.run_id AS text) WHERE (l.committed_at > ${at} OR l.committed_at >= b.marked_at)`
      : `${schema}.${table} l WHERE l.committed_at > ${at}`;
  const isOfFacts = `(l.connection, l.stream) IN (${streams})`;
  const runs = await sql.query<{ run: string; connection: string }>(
    `SELECT CAST(l.run_id AS text) AS run, l.connection FROM ${changesIn('ledger')}
        AND ${isOfFacts} AND l.inserted + l.updated + l.deleted > 0 GROUP BY l.run_id, l.connection ORDER BY min(l.committed_at), 1`,
  );
  const read = await sql.query<{ run: string; source: string }>(
    `SELECT CAST(l.run_id AS text) AS run, l.source FROM ${changesIn('lineage')} AND ${isOfFacts} ORDER BY l.id`,
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
