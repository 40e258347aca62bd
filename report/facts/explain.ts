import { ConnectorError, isConnectorError, type SqlSession } from '#sdk';
import { dialectOf, type SqlDialect } from '../../destinations/sql/index.js';
import type { CompiledFact } from './fact.js';
import { factQuery, missingStreams } from './fact-query.js';
import { lookupsOf, type Lookup } from './lookups.js';
import { areMartsPresent } from './marts.js';
import { checkJoins, readRawTables } from './raw-tables.js';

/** What a fact would put into the marts; nothing is written. */
export interface FactExplanation {
  readonly fact: string;
  /** Undefined: it has no rows yet, or is wrong. */
  readonly sql: string | undefined;
  /** Rows of the mart, raw rows that have no day, and streams that were never synced. */
  readonly rows: number;
  readonly undated: number;
  readonly missing: readonly string[];
  readonly foreignChannels: readonly string[];
  /** Of what is looked up for the raw rows, how much is found; absent: nothing is. */
  readonly lookups?: readonly Lookup[];
  /** The latest days first; the responses stand under their type and basis. */
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  readonly error?: { readonly message: string; readonly hint?: string };
}

/** Reads all facts, or one, and says of each what is wrong with it, so that the next is shown all the same. */
export async function explainFacts(
  sql: SqlSession,
  facts: readonly CompiledFact[],
  { name, sample }: { readonly name?: string; readonly sample: number },
): Promise<readonly FactExplanation[]> {
  const wanted = name === undefined ? facts : facts.filter((fact) => fact.name === name);
  if (wanted.length === 0)
    throw new ConnectorError(
      'config',
      name === undefined ? 'The report has no facts.' : `There is no fact "${name}".`,
      {
        hint: `It has: ${facts.map((fact) => fact.name).join(', ')}.`,
      },
    );
  const dialect = dialectOf(sql);
  const isBuilt = await areMartsPresent(sql);
  const explained: FactExplanation[] = [];
  for (const fact of wanted) {
    const nothing = {
      fact: fact.name,
      sql: undefined,
      rows: 0,
      undated: 0,
      missing: [],
      foreignChannels: [],
      sample: [],
    };
    try {
      // Which campaigns another fact has can be asked only where marts were built before.
      explained.push(await explain(sql, dialect, isBuilt ? fact : { ...fact, yields: [] }, sample));
    } catch (error) {
      if (!isConnectorError(error)) throw error;
      const { hint } = error.details;
      explained.push({ ...nothing, error: { message: error.message, ...(hint === undefined ? {} : { hint }) } });
    }
  }
  return explained;
}

async function explain(
  sql: SqlSession,
  dialect: SqlDialect,
  fact: CompiledFact,
  sample: number,
): Promise<FactExplanation> {
  const tables = await readRawTables(sql, dialect, fact);
  const missing = missingStreams(fact, tables);
  const query = factQuery(fact, dialect, tables);
  const own = { fact: fact.name, missing };
  if (query === undefined) return { ...own, sql: undefined, rows: 0, undated: 0, foreignChannels: [], sample: [] };
  await checkJoins(sql, dialect, fact, tables);
  const text = query.rows('true');
  const [totals] = await sql.query<{ n: number; undated: number }>(
    `SELECT CAST(count(date) AS bigint) AS n, CAST(coalesce(sum(CASE WHEN date IS NULL THEN raw_rows END), 0) AS bigint) AS undated
       FROM (${text}) x`,
  );
  const foreign = await sql.query<{ channel: string }>(
    `SELECT DISTINCT foreign_channel AS channel FROM (${text}) x WHERE foreign_channel IS NOT NULL ORDER BY 1`,
  );
  const rows = await sql.query(
    `SELECT * FROM (${text}) x WHERE date IS NOT NULL ORDER BY date DESC, source, campaign_id, channel, variant_id, region, segment LIMIT ${sample}`,
  );
  const lookups = await lookupsOf(sql, query, `(${text})`);
  const types = new Map(query.responses.map(({ column, type, basis }) => [column, `${type} (${basis})`]));
  return {
    ...own,
    sql: text,
    rows: Number(totals?.n),
    undated: Number(totals?.undated),
    foreignChannels: foreign.map(({ channel }) => channel),
    ...(lookups.length === 0 ? {} : { lookups }),
    sample: rows.map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .filter(([column]) => column !== 'foreign_channel' && !/^(found|sought)_/.test(column))
          .map(([column, value]) => [
            types.get(column) ?? column,
            value instanceof Date ? value.toISOString().slice(0, 10) : value,
          ]),
      ),
    ),
  };
}
