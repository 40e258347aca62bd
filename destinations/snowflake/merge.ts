import { ConnectorError, type Checkpoint, type Field, type ReplayedRecord, type TableSpec } from '#sdk';
import { tableName } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import { dirtyWriter, type DirtyWriter } from './dirty.js';
import type { Fence } from './fence.js';
import { fenceKey, literal, ownTable, quote } from './names.js';
import { withoutHistory } from './staging.js';

export interface MergeCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly superseded: number;
  readonly deleted: number;
}

export interface Merging {
  readonly connection: SnowflakeConnection;
  readonly metadata: string;
  readonly fence: Fence;
  readonly table: TableSpec;
  readonly slice: string;
  readonly checkpoint: Checkpoint;
  readonly staging: string;
  /** Holds within the checkpoint's transaction alone. */
  readonly within: string;
  /** A table that says what becomes of each staged row; empty. */
  readonly fate: string;
  /** A table of replayed records and when they were last seen, filled; undefined where it is no replay. */
  readonly replayed: string | undefined;
}

/** `_pos`, what becomes of the row, and of each mark the day and campaign that the row had before. */
export function fateTable(name: string, table: TableSpec): string {
  const before = table.marks.map((_, n) => `, old_day_${n} DATE, old_campaign_${n} VARCHAR`);
  return withoutHistory(name, `${POS} NUMBER(38,0) NOT NULL, fate VARCHAR NOT NULL${before.join('')}`);
}

export const replayedTable = (name: string): string =>
  withoutHistory(name, 'position NUMBER(38,0) NOT NULL, seen TIMESTAMP_TZ(9) NOT NULL');

/** `INSERT` of replayed records; the rest of them is settled elsewhere. */
export async function fillReplayed(
  connection: SnowflakeConnection,
  name: string,
  records: readonly ReplayedRecord[],
): Promise<void> {
  await connection.run(
    `INSERT INTO ${name} (position, seen)
     SELECT f.value:position::NUMBER(38,0), f.value:seen::VARCHAR::TIMESTAMP_TZ(9) FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) f`,
    [JSON.stringify(records.map(({ position, lastSeen }) => ({ position, seen: lastSeen })))],
  );
}

const POS = quote('_pos');

/** Names and expressions that the statements of one merge share. `s` is the staging table, `t` the target. */
function planOf({ table, slice, fence }: Merging) {
  const file: readonly (readonly [string, string])[] = table.fromFiles
    ? [
        ['_source_file', literal(slice)],
        ['_source_row', `s.${POS}`],
      ]
    : [];
  const expression = new Map<string, string>([
    ...table.fields.map((field) => [field.name, staged(field)] as const),
    ...file,
  ]);
  const valueOf = (name: string) => expression.get(name) ?? `s.${quote(name)}`;
  const compared = table.fields.filter(({ name }) => !table.key.includes(name));
  return {
    target: tableName(table),
    columns: [...expression.keys(), '_loaded_at', '_run_id'].map(quote),
    values: [...expression.values(), 'CURRENT_TIMESTAMP(6)', literal(fence.run.id)],
    keyValues: table.key.map(valueOf),
    keyMatch: table.key.map((name) => `t.${quote(name)} = ${valueOf(name)}`).join(' AND '),
    sameRow: compared.length === 0 ? 'TRUE' : compared.map(isSame).join(' AND '),
    settable: (column: string) => !table.key.map(quote).includes(column),
  };
}

const staged = ({ name, type }: Field) => (type === 'json' ? `PARSE_JSON(s.${quote(name)}, 'd')` : `s.${quote(name)}`);

/** Null is the same as null. Objects are compared by their text, in which keys stand in order. */
function isSame(field: Field): string {
  const column = quote(field.name);
  return field.type === 'json'
    ? `TO_JSON(t.${column}) IS NOT DISTINCT FROM TO_JSON(${staged(field)})`
    : `t.${column} IS NOT DISTINCT FROM s.${column}`;
}

/**
 * Brings the staged rows into the table. What becomes of each is decided by one join beforehand and written down, so that every
 * count is a statement's own, the merge meets each key once, and rows that are the same are not touched.
 */
export async function mergeStaged(merging: Merging): Promise<MergeCounts> {
  const { connection, table, checkpoint, staging, fate, within } = merging;
  const plan = planOf(merging);
  const dirty = dirtyWriter(connection, merging.metadata, merging.fence.run.id, table);
  const written = async (sql: string) => (await connection.run(sql)).written ?? 0;

  if (table.key.length === 0) {
    if (checkpoint.replacesAll) await dirty.of('t', `FROM ${plan.target} t WHERE ${LOADED}`);
    const deleted = checkpoint.replacesAll
      ? await written(`DELETE FROM ${plan.target} t WHERE ${within} AND ${LOADED}`)
      : 0;
    await dirty.of('s', `FROM ${staging} s`);
    const inserted = await written(
      `INSERT INTO ${plan.target} (${plan.columns.join(', ')}) SELECT ${plan.values.join(', ')} FROM ${staging} s WHERE ${within}`,
    );
    return { inserted, updated: 0, unchanged: 0, superseded: 0, deleted };
  }

  const unseen = unseenRows(plan, staging, checkpoint);
  let deleted = 0;
  if (unseen !== undefined) {
    await dirty.of('t', `FROM ${plan.target} t WHERE ${unseen}`);
    deleted = await written(`DELETE FROM ${plan.target} t WHERE ${within} AND ${unseen}`);
  }
  await connection.run(decideFates(merging, plan, dirty));
  const counts = new Map(
    (await connection.query<{ fate: string; n: number }>(`SELECT fate, COUNT(*) AS n FROM ${fate} GROUP BY fate`)).map(
      ({ fate: name, n }) => [name, Number(n)],
    ),
  );
  const planned = { inserted: counts.get('inserted') ?? 0, updated: counts.get('updated') ?? 0 };
  const change = `JOIN ${fate} f ON f.${POS} = s.${POS}`;
  await dirty.of('s', `FROM ${staging} s ${change} WHERE f.fate IN ('inserted', 'updated')`);
  for (const [n] of table.marks.entries())
    await dirty.insert(n, `f.old_day_${n}`, `f.old_campaign_${n}`, `FROM ${fate} f WHERE f.fate = 'updated'`);
  if (planned.inserted + planned.updated > 0) {
    const setting = plan.columns.flatMap((column, n) =>
      plan.settable(column) ? [`${column} = ${plan.values[n]}`] : [],
    );
    const merged = await written(
      `MERGE INTO ${plan.target} t
       USING (SELECT s.* FROM ${staging} s ${change} WHERE ${within} AND f.fate IN ('inserted', 'updated')) s ON ${plan.keyMatch}
       WHEN MATCHED THEN UPDATE SET ${setting.join(', ')}
       WHEN NOT MATCHED THEN INSERT (${plan.columns.join(', ')}) VALUES (${plan.values.join(', ')})`,
    );
    if (merged !== planned.inserted + planned.updated)
      throw new ConnectorError(
        'destination',
        `The merge wrote ${merged} rows instead of ${planned.inserted + planned.updated}.`,
        {
          stream: table.stream,
          fault: 'integrity',
          hint: 'Another run has taken over, or somebody else writes to the table; nothing of this checkpoint is committed.',
        },
      );
  }
  return {
    ...planned,
    unchanged: counts.get('unchanged') ?? 0,
    superseded: counts.get('superseded') ?? 0,
    deleted,
  };
}

type Plan = ReturnType<typeof planOf>;

/** Beside the columns of a stream, so by a name that none has. */
const PLACE = quote('_place_in_key');

/** Of each key the last version counts: by the version column, then by position. */
function decideFates(
  { metadata, fence, table, checkpoint, staging, fate, replayed }: Merging,
  plan: Plan,
  dirty: DirtyWriter,
): string {
  const isFileKey = table.key.includes('_source_row'); // the position itself is the key
  const version = table.version === undefined ? undefined : quote(table.version);
  const order = `${version === undefined ? '' : `s.${version} DESC NULLS LAST, `}s.${POS} DESC`;
  const place = isFileKey ? '1' : `ROW_NUMBER() OVER (PARTITION BY ${plan.keyValues.join(', ')} ORDER BY ${order})`;
  // Not by our own columns, which are null in rows of an adopted table.
  const isThere = `t.${quote(table.key[0]!)} IS NOT NULL`;
  const cases = [`WHEN s.${PLACE} > 1 THEN 'superseded'`, `WHEN NOT (${isThere}) THEN 'inserted'`];
  const joins: string[] = [];
  if (table.write === 'append') cases.push(`WHEN TRUE THEN 'superseded'`);
  if (replayed !== undefined) {
    // A row that was loaded after the replayed record was last seen is the newer version.
    joins.push(`LEFT JOIN ${replayed} r ON r.position = s.${POS}`);
    cases.push(`WHEN t.${quote('_loaded_at')} > r.seen THEN 'superseded'`);
  }
  const { run } = fence;
  if (version !== undefined && !checkpoint.replacesAll)
    // A version that is null is older than any, as among the staged rows.
    cases.push(
      `WHEN t.${version} IS NOT NULL AND (s.${version} IS NULL OR t.${version} > s.${version}) THEN 'superseded'`,
    );
  if (run.part !== undefined && version === undefined)
    // What others have loaded since a part of a backfill began may be newer than what it read.
    cases.push(
      `WHEN t.${quote('_run_id')} <> ${literal(run.id)} AND t.${quote('_loaded_at')} > (SELECT MAX(raised_at) FROM ${ownTable(metadata, 'fence', run.connection)} WHERE connection = ${literal(fenceKey(run))}) THEN 'superseded'`,
    );
  cases.push(`WHEN ${plan.sameRow} THEN 'unchanged'`);
  const before = dirty.marksOf('t').flatMap(({ day, campaign }) => [day, campaign]);
  const names = table.marks.flatMap((_, n) => [`old_day_${n}`, `old_campaign_${n}`]);
  return `INSERT INTO ${fate} (${[POS, 'fate', ...names].join(', ')})
     SELECT ${[`s.${POS}`, `CASE ${cases.join(' ')} ELSE 'updated' END`, ...before].join(', ')}
       FROM (SELECT s.*, ${place} AS ${PLACE} FROM ${staging} s) s
       LEFT JOIN ${plan.target} t ON ${plan.keyMatch}${joins.map((join) => ` ${join}`).join('')}`;
}

/** Rows that were in an adopted table before are not the source's to take away. */
const LOADED = `t.${quote('_run_id')} IS NOT NULL`;

/** Rows that an overwrite or a new version of a file no longer holds. */
function unseenRows(plan: Plan, staging: string, checkpoint: Checkpoint): string | undefined {
  const missing = `NOT EXISTS (SELECT 1 FROM ${staging} s WHERE ${plan.keyMatch})`;
  if (checkpoint.replacesAll) return `${LOADED} AND ${missing}`;
  if (checkpoint.replacesFile !== undefined)
    return `t.${quote('_source_file')} = ${literal(checkpoint.replacesFile)} AND ${missing}`;
  return undefined;
}
