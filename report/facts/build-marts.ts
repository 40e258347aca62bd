import { createHash, randomBytes } from 'node:crypto';
import type { SqlSession } from '#sdk';
import { dialectOf, type SqlDialect, type TableDefinition } from '../../destinations/sql/index.js';
import { buildFact, removeFact, type Builder, type FactChanges } from './build-fact.js';
import { buildCampaigns } from './campaigns.js';
import { addChanges, NO_CHANGES, tableOf, type MartChanges } from './difference.js';
import { watchPresence } from './authority.js';
import { streamsOf, type CompiledFact } from './fact.js';
import { keepDefinitions, type DefinitionChange } from './definitions.js';
import { factQuery, missingStreams, type FactQuery } from './fact-query.js';
import { takeMarks } from './dirty-marks.js';
import type { Lookup } from './lookups.js';
import { campaign, ensureMarts, type Marts } from './marts.js';
import { NOTHING_OWN } from './own.js';
import { keptDays } from './kept-days.js';
import { checkJoins, readRawTables } from './raw-tables.js';
import { WHOLE, type Scope } from './scope.js';

export interface BuildOptions {
  readonly metadataSchema: string;
  readonly now: Date;
  /** What was read since the last build. */
  readonly readings?: readonly Reading[];
  /** Called at named points; tests stop the process there. */
  readonly probe?: (point: string) => void | Promise<void>;
  /** Changes of what a figure means, for the report's notes. */
  readonly definitions?: readonly DefinitionChange[];
  /** Builds everything anew, whatever the marks say. */
  readonly rebuildAll?: boolean;
}

/** A stream that was read to its end, all that its bookmark asks for, and when that began. */
export interface Reading {
  readonly connection: string;
  readonly stream: string;
  readonly readAt: Date;
}

export interface MartBuild {
  readonly marts: Readonly<Record<string, MartChanges>>;
  /** True if a row of any mart was written. */
  readonly isChanged: boolean;
  /** Marks that were read and are done with. */
  readonly marks: number;
  readonly facts: readonly FactBuild[];
}

export interface FactBuild {
  readonly fact: string;
  /** `nothing`: no mark. `removed`: it is no longer in the configuration. */
  readonly rebuilt: 'nothing' | 'marked' | 'whole' | 'removed';
  /** Raw rows, of those looked at, that have no day and so stand in no mart. */
  readonly undated: number;
  /** Values of the channel, of those rows, that no list of channels knows. */
  readonly foreignChannels?: readonly string[];
  /** Of what is looked up for the rows looked at, how much was found; absent: nothing is. */
  readonly lookups?: readonly Lookup[];
  /** Streams that were never synced, and until then the fact has no rows: its own, or one that tells control groups. */
  readonly waitsFor?: readonly string[];
  /** The connections whose streams it is made of; of a fact that is gone it is not known. */
  readonly connections?: readonly string[];
}

/**
 * Brings the marts up to date: the days and campaigns that are marked as dirty, and whole facts whose definition is new. All
 * of it is one transaction, at whose end exactly the marks that were read are gone; it may be repeated after any failure.
 * Builders wait for each other.
 */
export async function buildMarts(
  sql: SqlSession,
  facts: readonly CompiledFact[],
  options: BuildOptions,
): Promise<MartBuild> {
  const dialect = dialectOf(sql);
  const marts = await ensureMarts(sql, dialect, facts[0]?.own ?? NOTHING_OWN);
  const scratch: string[] = [];
  try {
    return await sql.transaction(async (transaction) => {
      const builder = builderOf(transaction, dialect, marts, options.now, scratch);
      // The lock of this row is the builder's: it must come before the marks are read.
      await transaction.query(`UPDATE report.builder SET started_at = ${builder.now} WHERE id = 1`);
      await dropOldScratch(transaction, dialect);
      return build(builder, facts, options);
    });
  } finally {
    // What is not dropped now is dropped by the next build.
    if (!dialect.scratchEnds)
      for (const table of scratch) await sql.query(dialect.dropScratch(table)).catch(() => undefined);
  }
}

/** Under the builder's lock: whoever made them is dead. */
async function dropOldScratch(sql: SqlSession, dialect: SqlDialect): Promise<void> {
  if (dialect.scratchEnds) return;
  const { literal, storedName } = dialect;
  const old = await sql.query<{ table_name: string }>(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = ${literal(storedName('report'))}
        AND substr(table_name, 1, 8) = ${literal(storedName('scratch_'))}`,
  );
  for (const { table_name: name } of old)
    await sql.query(dialect.dropScratch(dialect.scratchName(name.slice('scratch_'.length))));
}

/** `made` gets the names of scratch tables. No two builds use the same. */
function builderOf(sql: SqlSession, dialect: SqlDialect, marts: Marts, now: Date, made: string[]): Builder {
  const id = randomBytes(4).toString('hex');
  return {
    sql,
    dialect,
    marts,
    now: `CAST(${dialect.literal(now.toISOString())} AS ${dialect.sqlType('timestamptz')})`,
    scratch: async (name, select) => {
      const table = dialect.scratchName(`${id}_${name}_${made.length + 1}`);
      made.push(table);
      for (const statement of [...dialect.createScratch(table, select), ...dialect.analyze(table)])
        await sql.query(statement);
      return table;
    },
  };
}

async function build(builder: Builder, facts: readonly CompiledFact[], options: BuildOptions): Promise<MartBuild> {
  const { sql, dialect } = builder;
  const { metadataSchema, readings = [], probe, rebuildAll } = options;
  const known = new Map(
    (await sql.query<{ fact: string; hash: string }>('SELECT fact, hash FROM report.fact')).map(
      ({ fact, hash }) => [fact, hash] as const,
    ),
  );
  const names = new Set(facts.map(({ name }) => name));
  const kept = await keptDays(sql, names);
  const removed = [...known.keys()].filter((name) => !names.has(name));
  // Marks first, rows afterwards: what is committed in between is seen now or has a mark that stays.
  const marks = await takeMarks(builder, metadataSchema, [...names, ...removed]);

  const all = [...Object.values(builder.marts), campaign];
  for (const reading of readings) await keepReading(builder, reading);
  const totals = new Map<TableDefinition, MartChanges>(all.map((mart) => [mart, NO_CHANGES]));
  const add = ({ changes }: Pick<FactChanges, 'changes'>) => {
    for (const [mart, each] of changes) totals.set(mart, addChanges(totals.get(mart)!, each));
  };
  const touched: Scope[] = [];
  const built: FactBuild[] = [];
  for (const name of removed) {
    add(await removeFact(builder, name, kept.ofRemoved(name)));
    await sql.query(`DELETE FROM report.fact WHERE fact = ${dialect.literal(name)}`);
    touched.push(WHOLE);
    built.push({ fact: name, rebuilt: 'removed', undated: 0 });
  }
  let isProbed = false;
  const midway = async () => {
    if (!isProbed) await probe?.('marts_building');
    isProbed = true;
  };
  const presence = watchPresence(builder, facts);
  for (const fact of facts) {
    const tables = await readRawTables(sql, dialect, fact);
    const query = factQuery(fact, dialect, tables);
    const hash = hashOf(fact, query);
    const isWhole = rebuildAll === true || known.get(fact.name) !== hash;
    const scope = isWhole ? WHOLE : await presence.widen(fact, await marks.scopeOf(fact, query));
    const connections = [...new Set(streamsOf(fact).map(({ connection }) => connection))];
    const waiting = query === undefined ? { waitsFor: missingStreams(fact, tables) } : {};
    if (scope !== undefined) {
      await checkJoins(sql, dialect, fact, tables);
      const result = await presence.around(fact, () =>
        buildFact(builder, fact, query, { ...scope, kept: kept.of(fact) }, midway),
      );
      const { undated, foreignChannels, lookups } = result;
      add(result);
      touched.push(scope);
      built.push({
        fact: fact.name,
        rebuilt: scope.whole ? 'whole' : 'marked',
        undated,
        ...(foreignChannels.length === 0 ? {} : { foreignChannels }),
        ...(lookups.length === 0 ? {} : { lookups }),
        connections,
        ...waiting,
      });
    } else built.push({ fact: fact.name, rebuilt: 'nothing', undated: 0, connections, ...waiting });
    await remember(builder, fact, hash);
  }
  if (touched.length > 0) {
    const monthly = facts.filter(({ fact }) => fact.grain === 'month').map(({ name }) => name);
    add({ changes: await buildCampaigns(builder, touched, monthly) });
  }
  // After much was written the planner must not go by what was there before.
  if (touched.some(({ whole }) => whole))
    for (const statement of all.flatMap((mart) => dialect.analyze(tableOf(dialect, mart)))) await sql.query(statement);
  await keepDefinitions(builder, options.definitions ?? []);
  await marks.settle();
  await probe?.('marts_before_commit');
  return {
    marts: Object.fromEntries([...totals].map(([mart, changes]) => [mart.name, changes])),
    isChanged: [...totals.values()].some(({ inserted, updated, deleted }) => inserted + updated + deleted > 0),
    marks: marks.count,
    facts: built,
  };
}

/** The SQL holds everything that decides a fact's rows: its definition, the types of its columns and how we read them. */
function hashOf(fact: CompiledFact, query: FactQuery | undefined): string {
  const { responses, origin, grain } = fact.fact;
  const also = fact.parts.slice(1).map((part) => part.responses);
  const text = JSON.stringify([query?.rows('true') ?? null, responses, fact.timeZone, also, origin, grain]);
  return createHash('sha256').update(text).digest('hex');
}

/** The newest one stays, whichever run comes first to the builder's lock. */
async function keepReading({ sql, dialect }: Builder, { connection, stream, readAt }: Reading): Promise<void> {
  const { literal } = dialect;
  const own = `connection = ${literal(connection)} AND stream = ${literal(stream)}`;
  const at = `CAST(${literal(readAt.toISOString())} AS ${dialect.sqlType('timestamptz')})`;
  await sql.query(`DELETE FROM report.reading WHERE ${own} AND read_at < ${at}`);
  await sql.query(
    `INSERT INTO report.reading (connection, stream, read_at) SELECT ${literal(connection)}, ${literal(stream)}, ${at}
      WHERE NOT EXISTS (SELECT 1 FROM report.reading WHERE ${own})`,
  );
}

async function remember({ sql, dialect, now }: Builder, fact: CompiledFact, hash: string): Promise<void> {
  const { literal } = dialect;
  const pair = (connection: string, stream: string) => `(${literal(connection)}, ${literal(stream)})`;
  const streams = [...new Set(streamsOf(fact).map(({ connection, stream }) => pair(connection, stream)))];
  const days = fact.parts.map(({ as }) => as.date.const);
  const day = days.every((each) => each === days[0]) ? days[0] : undefined;
  const fixed = day === undefined ? 'NULL' : `CAST(${literal(day)} AS date)`;
  // Null where one of them was never read to its end.
  const asOf = `(SELECT CASE WHEN count(*) = ${streams.length} THEN min(read_at) END FROM report.reading
     WHERE (connection, stream) IN (${streams.join(', ')}))`;
  const name = literal(fact.name);
  await sql.query(`DELETE FROM report.fact WHERE fact = ${name}`);
  await sql.query(
    `INSERT INTO report.fact (fact, hash, fixed_day, built_at, data_as_of)
     SELECT ${name}, ${literal(hash)}, ${fixed}, ${now}, ${asOf}`,
  );
}
