import type pg from 'pg';
import type { Checkpoint, DirtyMark, ReplayedRecord, TableSpec } from '#sdk';
import { tableName } from './columns.js';
import { fenceKey, type Fence } from './fence.js';
import { literal, quote } from './names.js';

export interface MergeCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly deleted: number;
}

/** Names and expressions that the statements of one merge share. `s` is the staging table, `t` the target. */
interface MergePlan {
  readonly target: string;
  readonly staging: string;
  /** A sequence that the merge may make, to count with. */
  readonly counter: string;
  readonly columns: readonly string[];
  /** Expressions of the staging side, column by column. */
  readonly values: readonly string[];
  readonly keyMatch: string;
  readonly keyValues: readonly string[];
  readonly sameRow: string;
}

export function planMerge(
  table: TableSpec,
  { staging, counter }: Pick<MergePlan, 'staging' | 'counter'>,
  slice: string,
  run: string,
): MergePlan {
  const own = table.fields.map(({ name }) => quote(name));
  const file: readonly (readonly [string, string])[] = table.fromFiles
    ? [
        // Typed, since ORDER BY takes a bare constant for the number of a column.
        ['_source_file', `${literal(slice)}::text`],
        ['_source_row', 's._pos'],
      ]
    : [];
  const expression = new Map<string, string>([
    ...table.fields.map(({ name }) => [name, `s.${quote(name)}`] as const),
    ...file,
  ]);
  const keyValues = table.key.map((name) => expression.get(name) ?? `s.${quote(name)}`);
  const compared = table.fields.filter(({ name }) => !table.key.includes(name)).map(({ name }) => quote(name));
  const side = (alias: string) => compared.map((column) => `${alias}.${column}`).join(', ');
  return {
    target: tableName(table),
    staging,
    counter,
    columns: [...own, ...file.map(([name]) => name), '_loaded_at', '_run_id'],
    values: [...own.map((name) => `s.${name}`), ...file.map(([, value]) => value), 'now()', `${literal(run)}::uuid`],
    keyMatch: table.key.map((name, index) => `t.${quote(name)} = ${keyValues[index]}`).join(' AND '),
    keyValues,
    sameRow: compared.length === 0 ? 'true' : `ROW(${side('t')}) IS NOT DISTINCT FROM ROW(${side('s')})`,
  };
}

/** From PostgreSQL 18 on a MERGE returns what a row was before, so that one statement can write, compare, count and mark. */
const MERGES_IN_ONE = 180_000;

/**
 * Brings the staged rows into the table and counts what became of each. Rows that are not to be written leave the staging
 * table first, one reason after the other, so that every count is a statement's own.
 */
export async function mergeStaged(
  client: pg.ClientBase,
  table: TableSpec,
  plan: MergePlan,
  checkpoint: Checkpoint,
  dirty: DirtyWriter,
  { serverVersion, repeats }: { readonly serverVersion: number; readonly repeats: boolean },
): Promise<MergeCounts> {
  const { target, staging, keyMatch } = plan;
  const count = async (sql: string) => (await client.query(sql)).rowCount ?? 0;
  const populated = (await count(`SELECT 1 FROM ${target} LIMIT 1`)) > 0;

  if (table.key.length === 0) {
    const emptied = checkpoint.replacesAll && populated;
    if (emptied) await dirty.ofTarget(`FROM ${target} t WHERE ${LOADED}`);
    const deleted = emptied ? await count(`DELETE FROM ${target} t WHERE ${LOADED}`) : 0;
    await dirty.ofStaging(`FROM ${staging} s`);
    return { inserted: await insert(client, plan), updated: 0, unchanged: 0, superseded: 0, deleted };
  }

  let superseded = repeats ? await dropOlderInStaging(client, table, plan) : 0;
  let deleted = 0;
  let unchanged = 0;
  if (populated) {
    const unseen = unseenRows(plan, checkpoint);
    if (unseen !== undefined) {
      await dirty.ofTarget(`FROM ${target} t WHERE ${unseen}`);
      deleted = await count(`DELETE FROM ${target} t WHERE ${unseen}`);
    }
    if (checkpoint.replayed !== undefined) superseded += await dropReplacedMeanwhile(client, plan, checkpoint.replayed);
    if (table.write === 'append') {
      superseded += await count(`DELETE FROM ${staging} s USING ${target} t WHERE ${keyMatch}`);
    } else {
      if (table.version !== undefined && !checkpoint.replacesAll) {
        // A version that is null is older than any, as among the staged rows.
        const version = quote(table.version);
        superseded += await count(
          `DELETE FROM ${staging} s USING ${target} t WHERE ${keyMatch} AND t.${version} IS NOT NULL
              AND (s.${version} IS NULL OR t.${version} > s.${version})`,
        );
      }
      if (serverVersion >= MERGES_IN_ONE)
        return { ...(await mergeInOne(client, table, plan, dirty)), superseded, deleted };
      unchanged = await dropUnchanged(client, plan, dirty);
    }
  }
  await dirty.ofStaging(`FROM ${staging} s`);
  if (!populated || table.write === 'append')
    return { inserted: await insert(client, plan), updated: 0, unchanged, superseded, deleted };
  return { ...(await upsert(client, table, plan)), unchanged, superseded, deleted };
}

/**
 * One join for all: rows that are in the table already are left alone, without a lock; the others are written, counted and
 * marked, a changed one by what it was and by what it is now. A MERGE does not return the rows that it leaves alone, so a
 * sequence counts them: what is left over would take a row that a trigger kept out for one that is the same.
 */
async function mergeInOne(
  client: pg.ClientBase,
  table: TableSpec,
  plan: MergePlan,
  dirty: DirtyWriter,
): Promise<{ inserted: number; updated: number; unchanged: number }> {
  await client.query(`CREATE UNLOGGED SEQUENCE ${plan.counter} OWNED BY ${plan.staging}._pos`);
  if (await isMuchLarger(client, plan, table.key)) await client.query(ROW_BY_ROW);
  const marks = dirty.marksOf('new');
  const before = dirty
    .marksOf('old')
    .flatMap(({ day, campaign }, n) => [`${day} AS old_day_${n}`, `${campaign} AS old_campaign_${n}`]);
  const after = marks.flatMap(({ day, campaign }, n) => [`${day} AS day_${n}`, `${campaign} AS campaign_${n}`]);
  const touched = (n: number) =>
    `(SELECT day_${n} AS day, campaign_${n} AS campaign FROM counted
       UNION ALL SELECT old_day_${n}, old_campaign_${n} FROM counted WHERE NOT is_new) AS touched`;
  const parts = [
    `written AS (
       MERGE INTO ${plan.target} AS t USING ${plan.staging} AS s ON ${plan.keyMatch}
       WHEN MATCHED AND CASE WHEN ${plan.sameRow} THEN nextval(${literal(plan.counter)}) > 0 ELSE false END THEN DO NOTHING
       WHEN MATCHED THEN UPDATE SET ${settingOf(table, plan)}
       WHEN NOT MATCHED THEN INSERT (${plan.columns.join(', ')}) VALUES (${plan.values.join(', ')})
       RETURNING ${["merge_action() = 'INSERT' AS is_new", ...before, ...after].join(', ')})`,
    // A handful of days and campaigns, where there were millions of rows.
    `counted AS (SELECT *, count(*) AS n FROM written GROUP BY ${[1, ...[...before, ...after].map((_, at) => at + 2)].join(', ')})`,
    ...marks.map((mark, n) => `marked_${n} AS (${dirty.insertOf(mark.fact, 'day', 'campaign', `FROM ${touched(n)}`)})`),
  ];
  const { rows } = await client.query<{ inserted: number; updated: number }>(
    `WITH ${parts.join(', ')}
     SELECT sum(n) FILTER (WHERE is_new) AS inserted, sum(n) FILTER (WHERE NOT is_new) AS updated FROM counted`,
  );
  const { rows: counter } = await client.query<{ unchanged: number }>(
    `SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS unchanged FROM ${plan.counter}`,
  );
  return {
    inserted: Number(rows[0]?.inserted ?? 0),
    updated: Number(rows[0]?.updated ?? 0),
    unchanged: Number(counter[0]?.unchanged),
  };
}

/**
 * Looks each staged row up by the key. A page that holds a row to be changed is read anyway, so it costs nothing to find it there,
 * and rows are met in the order of delivery, which is most often that of the table. A hash of a large table does not fit into
 * memory: it comes in parts, each of which goes through the table once more and writes its pages whole into the log; the order of
 * keys does the same for each row.
 */
const ROW_BY_ROW = 'SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off';

/** Whether the table is so much larger than what is staged that going through it costs more than looking up each row by an index. */
async function isMuchLarger(client: pg.ClientBase, { target, staging }: MergePlan, key: readonly string[]) {
  const { rows } = await client.query<{ is: boolean }>(
    // A table without partitions is no tree; one with them is as large as they are.
    `SELECT coalesce((SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(t)), pg_relation_size(t))
            > 3 * pg_relation_size(${literal(staging)}::regclass)
        AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
                       AND (SELECT array_agg(a.attname::text) FROM pg_attribute a
                             WHERE a.attrelid = t AND a.attnum = ANY (i.indkey)) <@ $1::text[]) AS is
       FROM CAST(${literal(target)} AS regclass) AS t`,
    [key],
  );
  return rows[0]?.is === true;
}

/**
 * What older servers do before they upsert: takes rows that are in the table already out of the staging table, and marks what
 * the others are about to change, by one join for both.
 */
async function dropUnchanged(client: pg.ClientBase, plan: MergePlan, dirty: DirtyWriter): Promise<number> {
  const marks = dirty.marksOf('t');
  const columns = marks.flatMap(({ day, campaign }, n) => [`${day} AS day_${n}`, `${campaign} AS campaign_${n}`]);
  const parts = [
    `met AS MATERIALIZED (SELECT ${['s.ctid AS place', `${plan.sameRow} AS is_same`, ...columns].join(', ')}
       FROM ${plan.staging} s JOIN ${plan.target} t ON ${plan.keyMatch})`,
    `dropped AS (DELETE FROM ${plan.staging} s USING met WHERE s.ctid = met.place AND met.is_same RETURNING 1)`,
    ...marks.map(
      ({ fact }, n) =>
        `marked_${n} AS (${dirty.insertOf(fact, `day_${n}`, `campaign_${n}`, 'FROM met WHERE NOT is_same')})`,
    ),
  ];
  const { rows } = await client.query<{ unchanged: number }>(
    `WITH ${parts.join(', ')} SELECT count(*) AS unchanged FROM dropped`,
  );
  return Number(rows[0]?.unchanged);
}

/** Of each key the last version stays: by the version column, then by position. */
async function dropOlderInStaging(client: pg.ClientBase, table: TableSpec, plan: MergePlan): Promise<number> {
  const key = table.key.map(quote).join(', ');
  const version = table.version === undefined ? '' : `${quote(table.version)} DESC NULLS LAST, `;
  const { rowCount } = await client.query(
    `DELETE FROM ${plan.staging} WHERE ctid IN (
       SELECT ctid FROM (SELECT ctid, row_number() OVER (PARTITION BY ${key} ORDER BY ${version}_pos DESC) AS place
                           FROM ${plan.staging}) AS versions WHERE place > 1)`,
  );
  return rowCount ?? 0;
}

/** A row that was loaded after the replayed record was last seen is the newer version. */
async function dropReplacedMeanwhile(
  client: pg.ClientBase,
  { staging, target, keyMatch }: MergePlan,
  replayed: readonly ReplayedRecord[],
): Promise<number> {
  const seen = JSON.stringify(replayed.map(({ position, lastSeen }) => ({ position, seen: lastSeen })));
  const { rowCount } = await client.query(
    `DELETE FROM ${staging} s USING ${target} t, jsonb_to_recordset($1::jsonb) AS r(position bigint, seen timestamptz)
      WHERE ${keyMatch} AND r.position = s._pos AND t._loaded_at > r.seen`,
    [seen],
  );
  return rowCount ?? 0;
}

/**
 * Where no column orders versions, a part of a backfill leaves rows alone that others have loaded since it began: what it read
 * itself may be older. Gives how many.
 */
export async function yieldToOrdinary(
  client: pg.ClientBase,
  { metadata, fence: { run }, table }: { readonly metadata: string; readonly fence: Fence; readonly table: TableSpec },
  { staging, target, keyMatch }: MergePlan,
): Promise<number> {
  if (run.part === undefined || table.version !== undefined || table.key.length === 0) return 0;
  const { rowCount } = await client.query(
    `DELETE FROM ${staging} s USING ${target} t, ${quote(metadata)}.fence f
      WHERE f.connection = $1 AND ${keyMatch} AND t._loaded_at > f.raised_at AND t._run_id <> $2`,
    [fenceKey(run), run.id],
  );
  return rowCount ?? 0;
}

/** Rows that were in an adopted table before are not the source's to take away. */
const LOADED = 't._run_id IS NOT NULL';

/** Rows that an overwrite or a new version of a file no longer holds. */
function unseenRows(plan: MergePlan, checkpoint: Checkpoint): string | undefined {
  const missing = `NOT EXISTS (SELECT FROM ${plan.staging} s WHERE ${plan.keyMatch})`;
  if (checkpoint.replacesAll) return `${LOADED} AND ${missing}`;
  if (checkpoint.replacesFile !== undefined)
    return `t._source_file = ${literal(checkpoint.replacesFile)} AND ${missing}`;
  return undefined;
}

/** `column` as `planMerge` writes it: our own columns stand unquoted. */
const isOfKey = (table: TableSpec, column: string) =>
  table.key.some((name) => quote(name) === column || name === column);

/** What a row of the table takes from the staged one of its key. */
const settingOf = (table: TableSpec, plan: MergePlan) =>
  plan.columns.flatMap((column, n) => (isOfKey(table, column) ? [] : [`${column} = ${plan.values[n]}`])).join(', ');

/** In key order, since the index then grows at one place instead of everywhere. */
const inKeyOrder = (plan: MergePlan) => (plan.keyValues.length === 0 ? '' : ` ORDER BY ${plan.keyValues.join(', ')}`);

async function insert(client: pg.ClientBase, plan: MergePlan, which = ''): Promise<number> {
  const { rowCount } = await client.query(
    `INSERT INTO ${plan.target} (${plan.columns.join(', ')})
     SELECT ${plan.values.join(', ')} FROM ${plan.staging} s${which}${inKeyOrder(plan)}`,
  );
  return rowCount ?? 0;
}

async function upsert(
  client: pg.ClientBase,
  table: TableSpec,
  plan: MergePlan,
): Promise<{ inserted: number; updated: number }> {
  const key = table.key.map(quote).join(', ');
  if (await isPartitioned(client, plan.target)) return updateAndInsert(client, table, plan);
  const settable = plan.columns.filter((column) => !isOfKey(table, column));
  const { rows } = await client.query<{ inserted: number; updated: number }>(
    // A row that was updated carries the lock of its conflict in xmax; a new one carries none.
    `WITH applied AS (
       INSERT INTO ${plan.target} (${plan.columns.join(', ')})
       SELECT ${plan.values.join(', ')} FROM ${plan.staging} s${inKeyOrder(plan)}
       ON CONFLICT (${key}) DO UPDATE SET ${settable.map((column) => `${column} = excluded.${column}`).join(', ')}
       RETURNING (xmax = 0) AS is_new)
     SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) FILTER (WHERE NOT is_new) AS updated FROM applied`,
  );
  return { inserted: Number(rows[0]?.inserted), updated: Number(rows[0]?.updated) };
}

async function isPartitioned(client: pg.ClientBase, target: string): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>(
    `SELECT relkind = 'p' AS is FROM pg_class WHERE oid = ${literal(target)}::regclass`,
  );
  return rows[0]?.is === true;
}

/** Of a partitioned table an INSERT returns no xmax, so that each count is a statement's own here too. */
async function updateAndInsert(
  client: pg.ClientBase,
  table: TableSpec,
  plan: MergePlan,
): Promise<{ inserted: number; updated: number }> {
  const { rowCount } = await client.query(
    `UPDATE ${plan.target} t SET ${settingOf(table, plan)} FROM ${plan.staging} s WHERE ${plan.keyMatch}`,
  );
  const missing = ` WHERE NOT EXISTS (SELECT FROM ${plan.target} t WHERE ${plan.keyMatch})`;
  return { updated: rowCount ?? 0, inserted: await insert(client, plan, missing) };
}

/** Appends the days and campaigns that changed rows touch, before and after the change. */
export interface DirtyWriter {
  ofTarget(from: string): Promise<void>;
  ofStaging(from: string): Promise<void>;
  /** For a statement that reads the rows itself: what each mark takes of a row that goes by that name. */
  marksOf(row: Row): readonly { readonly fact: string; readonly day: string; readonly campaign: string }[];
  /** An INSERT of the distinct days and campaigns of a relation. */
  insertOf(fact: string, day: string, campaign: string, from: string): string;
}

/** The staged row, the row of the table, and what a MERGE returns of that. */
type Row = 's' | 't' | 'old' | 'new';

export function dirtyWriter(client: pg.ClientBase, metadata: string, run: string, table: TableSpec): DirtyWriter {
  const insertOf = (fact: string, day: string, campaign: string, from: string) =>
    `INSERT INTO ${quote(metadata)}.dirty (fact, day, campaign, run_id, marked_at)
     SELECT DISTINCT ${literal(fact)}, ${day}, ${campaign}, ${literal(run)}::uuid, now() ${from}`;
  const marksOf = (row: Row) =>
    table.marks.map(({ fact, day, campaign }) => ({
      fact,
      day: `${dayOf(row, table, day)}::date`,
      campaign: `${campaignOf(row, table, campaign)}::text`,
    }));
  const mark = async (row: Row, from: string) => {
    for (const { fact, day, campaign } of marksOf(row)) await client.query(insertOf(fact, day, campaign, from));
  };
  return { ofTarget: (from) => mark('t', from), ofStaging: (from) => mark('s', from), marksOf, insertOf };
}

/** Whatever cannot be a day marks all days: a mark must never be the reason that a checkpoint fails. */
function dayOf(row: Row, table: TableSpec, day: DirtyMark['day']): string {
  if (day === null) return 'NULL';
  if ('value' in day) return literal(day.value);
  const column = `${row}.${quote(day.column)}`;
  const field = table.fields.find(({ name }) => name === day.column);
  const zone = literal(day.timeZone ?? 'UTC');
  if (field?.type === 'timestamptz') return `(${column} AT TIME ZONE ${zone})`;
  if (field?.type === 'timestamp' && day.writtenIn !== undefined)
    return `(${column} AT TIME ZONE ${literal(day.writtenIn)} AT TIME ZONE ${zone})`;
  return field?.type === 'date' || field?.type === 'timestamp' ? column : 'NULL';
}

function campaignOf(row: Row, table: TableSpec, campaign: DirtyMark['campaign']): string {
  if (campaign === null) return 'NULL';
  if ('value' in campaign) return literal(campaign.value);
  const field = table.fields.find(({ name }) => name === campaign.column);
  return field === undefined || field.type === 'json' ? 'NULL' : `${row}.${quote(campaign.column)}`;
}
