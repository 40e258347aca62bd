import type { SqlSession } from '#sdk';
import { dialectOf, hasTables, type SqlDialect } from '../../destinations/sql/index.js';
import type { CompiledFact } from './fact.js';

/** What is before this day (`YYYY-MM-DD`) stays as it is. */
export interface Kept {
  readonly before: string;
  /** The fact whose figures of before go on to count in this one's place. */
  readonly of?: string;
}

export interface KeptDays {
  /** Of the fact itself, of those that are gone and had a stream of its, and of others over a stream of its. */
  of(fact: CompiledFact): readonly Kept[];
  /** Of one that is not in the configuration any more. */
  ofRemoved(name: string): string | undefined;
}

/** A fact that has got another name, or is new, begins where retention of its streams has left off: else it would count days twice. */
export async function keptDays(sql: SqlSession, configured: ReadonlySet<string>): Promise<KeptDays> {
  const rows = await sql.query<{ fact: string; connection: string; stream: string; before: string }>(
    'SELECT fact, connection, stream, CAST(before AS text) AS before FROM report.kept_days',
  );
  const last = (isOwn: (row: (typeof rows)[number]) => boolean) =>
    rows
      .filter(isOwn)
      .map(({ before }) => before)
      .toSorted()
      .at(-1);
  const ofName = (name: string) => last(({ fact }) => fact === name);
  return {
    of({ name, parts }) {
      const same = rows.filter(({ connection, stream }) =>
        parts.some((part) => part.connection === connection && part.stream === stream),
      );
      const gone = same.map(({ fact }) => fact).filter((fact) => !configured.has(fact));
      const found = [
        ...[...new Set([name, ...gone])].map((fact) => ({ of: fact, before: ofName(fact) })),
        { before: last((row) => same.includes(row) && configured.has(row.fact)) },
      ];
      return found.filter((one): one is Kept => one.before !== undefined);
    },
    ofRemoved: ofName,
  };
}

/** Of a fact that knows months only, a month that has begun before that day stays whole. */
export function firstMonthAfter(before: string): string {
  if (before.endsWith('-01')) return before;
  const day = new Date(`${before.slice(0, 7)}-01T00:00:00Z`);
  day.setUTCMonth(day.getUTCMonth() + 1);
  return day.toISOString().slice(0, 10);
}

/** A condition that holds for what may still change. */
export const fromDay = (column: string, before: string | undefined, { literal }: SqlDialect): string =>
  before === undefined ? 'true' : `${column} >= CAST(${literal(before)} AS date)`;

/**
 * From now on no build changes the days of these facts before this one, so that rows which they were made of may be deleted.
 * False, and nothing is written, where marks wait that ask for a change of these days: build the marts first.
 */
export function keepDays(
  sql: SqlSession,
  metadataSchema: string,
  {
    facts,
    connection,
    stream,
    before,
    now,
  }: {
    readonly facts: readonly Pick<CompiledFact, 'name' | 'fact'>[];
    readonly connection: string;
    readonly stream: string;
    readonly before: string;
    readonly now: Date;
  },
): Promise<boolean> {
  const dialect = dialectOf(sql);
  const { literal, quote, sqlType } = dialect;
  const at = `CAST(${literal(now.toISOString())} AS ${sqlType('timestamptz')})`;
  const dateOf = (text: string) => `CAST(${literal(text)} AS date)`;
  const day = dateOf(before);
  const isKept = facts.map(
    ({ name, fact }) =>
      `fact = ${literal(name)} AND day < ${dateOf(fact.grain === 'month' ? firstMonthAfter(before) : before)}`,
  );
  const isOfAll = `fact IN (${facts.map(({ name }) => literal(name)).join(', ')}) AND day IS NULL`;
  return sql.transaction(async (transaction) => {
    await transaction.query(`UPDATE report.builder SET started_at = started_at WHERE id = 1`);
    if (await hasTables(transaction, metadataSchema, ['dirty'])) {
      const [row] = await transaction.query<{ n: number }>(
        `SELECT count(*) AS n FROM ${quote(metadataSchema)}.${quote('dirty')} WHERE ${[isOfAll, ...isKept].join(' OR ')}`,
      );
      if (Number(row?.n) > 0) return false;
    }
    for (const { name } of facts) {
      const key = { fact: name, connection, stream };
      const own = Object.entries(key).map(([column, value]) => `${column} = ${literal(value)}`);
      await transaction.query(`DELETE FROM report.kept_days WHERE ${own.join(' AND ')} AND before < ${day}`);
      await transaction.query(
        `INSERT INTO report.kept_days (fact, connection, stream, before, kept_at)
         SELECT ${Object.values(key).map(literal).join(', ')}, ${day}, ${at}
          WHERE NOT EXISTS (SELECT 1 FROM report.kept_days WHERE ${own.join(' AND ')})`,
      );
    }
    return true;
  });
}
