import type pg from 'pg';
import type { Field, TableSpec } from '#sdk';
import { ADOPTION_SLICE, adoptedSource } from '../sql/conflicts.js';
import { fieldType } from '../sql/postgres.types.js';
import { quote } from './names.js';

/** A table of the catalog, whoever has made it. */
export interface FoundTable {
  readonly oid: string;
  /** As `pg_class` has it: `r` a table, `p` a partitioned one, `v` a view, and so on. */
  readonly kind: string;
  /** The table that this one is a partition of; null: of none. */
  readonly parent: string | null;
  /** Columns that a partitioned table is partitioned by. */
  readonly partitionedBy: readonly string[];
  readonly columns: readonly FoundColumn[];
}

export interface FoundColumn {
  readonly name: string;
  /** As people write it: `character varying(20)`; of a domain what it is made of. */
  readonly type: string;
  /** As `pg_type` has it: `varchar`. */
  readonly udt: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  /** Always the database's own value: `GENERATED ALWAYS`. */
  readonly isGenerated: boolean;
}

/** From the catalog, since `information_schema` hides what the role has no right to. */
export async function findTable(
  client: pg.Pool | pg.ClientBase,
  table: Pick<TableSpec, 'schema' | 'name'>,
): Promise<FoundTable | undefined> {
  const { rows } = await client.query<Omit<FoundTable, 'columns'>>(
    `SELECT c.oid::text, c.relkind AS kind, p.inhparent::regclass::text AS parent,
            ARRAY(SELECT a.attname::text FROM pg_partitioned_table t JOIN pg_attribute a ON a.attrelid = t.partrelid AND a.attnum = ANY (t.partattrs::int2[])
                   WHERE t.partrelid = c.oid) AS "partitionedBy"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_inherits p ON p.inhrelid = c.oid AND c.relispartition
      WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    [table.schema, table.name],
  );
  const [found] = rows;
  if (found === undefined) return undefined;
  const { rows: columns } = await client.query<FoundColumn>(
    `SELECT a.attname AS name, b.typname AS udt,
            CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) ELSE format_type(a.atttypid, a.atttypmod) END AS type,
            NOT (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull)) AS nullable,
            (a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL) AS "hasDefault",
            (a.attgenerated <> '' OR a.attidentity = 'a') AS "isGenerated"
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
       JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
      WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [found.oid],
  );
  return { ...found, columns };
}

/** The column as a field, by the family of its type alone; undefined for one that we do not load. */
export function fieldOf({ name, type, udt, nullable }: FoundColumn): Field | undefined {
  const family = fieldType(udt);
  if (family === undefined) return undefined;
  const [, precision, scale = '0'] = /^numeric\((\d+)(?:,(-?\d+))?\)$/.exec(type) ?? [];
  const bounds = precision === undefined ? {} : { precision: Number(precision), scale: Number(scale) };
  return { name, type: family, nullable, ...bounds };
}

/** Types of the server's that hold all that one of ours does; `numeric` with bounds is looked at by its digits. */
const WHOLE: ReadonlySet<string> = new Set([
  'text',
  'character varying',
  'bigint',
  'double precision',
  'numeric',
  'boolean',
  'date',
  'time without time zone',
  'timestamp without time zone',
  'timestamp with time zone',
  'uuid',
  'jsonb',
]);

/** The column as a field that surely holds what it says; undefined for one that may cut or round it. */
export function wholeFieldOf(column: FoundColumn): Field | undefined {
  return WHOLE.has(column.type) || column.udt === 'numeric' ? fieldOf(column) : undefined;
}

/** The unique indexes that a merge can rest on, each with its columns, that of the primary key first. */
export async function uniqueKeys(
  client: pg.Pool | pg.ClientBase,
  oid: string,
): Promise<readonly (readonly string[])[]> {
  const { rows } = await client.query<{ columns: string[] }>(
    `SELECT ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                   WHERE k.place <= i.indnkeyatts ORDER BY k.place) AS columns
       FROM pg_index i WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indimmediate
        AND i.indpred IS NULL AND i.indexprs IS NULL ORDER BY i.indisprimary DESC, i.indexrelid`,
    [oid],
  );
  return rows.map(({ columns }) => columns);
}

/** Whether a run of the connection has adopted this very table. */
export async function isAdopted(client: pg.Pool | pg.ClientBase, metadata: string, table: TableSpec): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM ${quote(metadata)}.lineage WHERE connection = $1 AND stream = $2 AND slice = $3 AND source = $4 LIMIT 1`,
    [table.connection, table.stream, ADOPTION_SLICE, adoptedSource(table)],
  );
  return rowCount !== 0;
}
