import {
  fromJsonText,
  type FieldType,
  type RecordData,
  type SqlSession,
  type TableSpec,
} from '../../../protocol/index.js';

interface Names {
  quote(name: string): string;
  /** The value as a text that keeps every digit; undefined: as the driver gives it. */
  text(type: FieldType, column: string): string;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** How the dialects that the SDK knows name things: Snowflake holds names in capitals, so that nobody needs to quote them. */
const NAMES: Readonly<Record<SqlSession['dialect'], Names>> = {
  postgres: { quote: quoted, text: (_type, column) => `${column}::text` },
  snowflake: {
    quote: (name) => quoted(name.toUpperCase()),
    text: (type, column) => {
      if (type === 'number') return column; // as a text it has ten digits
      if (type === 'json') return `TO_JSON(${column})`;
      if (type === 'time') return `TO_VARCHAR(${column}, 'HH24:MI:SS.FF6')`;
      if (type === 'timestamptz') return `TO_VARCHAR(${column}, 'YYYY-MM-DD HH24:MI:SS.FF6 TZH:TZM')`;
      if (type === 'timestamp') return `TO_VARCHAR(${column}, 'YYYY-MM-DD HH24:MI:SS.FF6')`;
      return `CAST(${column} AS VARCHAR)`;
    },
  },
};

/** All rows of a table that is there. */
export async function readBySql(sql: SqlSession, table: TableSpec): Promise<readonly RecordData[]> {
  const { quote, text } = NAMES[sql.dialect];
  const from = `FROM ${quote(table.schema)}.${quote(table.name)}`;
  if (table.fields.length === 0) {
    const [row] = await sql.query<{ n: number }>(`SELECT count(*) AS n ${from}`);
    return Array.from({ length: Number(row?.n) }, () => ({}));
  }
  const columns = table.fields.map(({ name, type }, index) => `${text(type, quote(name))} AS c${index}`);
  const rows = await sql.query(`SELECT ${columns.join(', ')} ${from}`);
  return rows.map((row) =>
    Object.fromEntries(table.fields.map(({ name, type }, index) => [name, valueOf(type, row[`c${index}`])])),
  );
}

const valueOf = (type: FieldType, value: unknown) =>
  type === 'json' && typeof value === 'string' ? fromJsonText(value) : value;

/** A table as somebody makes it who knows nothing of us, with a column of its own, in a schema that is there. */
export async function makeForeignTable(
  sql: SqlSession,
  { schema, name }: Pick<TableSpec, 'schema' | 'name'>,
  rows: readonly { readonly id: number; readonly name: string; readonly note: string }[],
): Promise<void> {
  const { quote } = NAMES[sql.dialect];
  const [table, columns] = [`${quote(schema)}.${quote(name)}`, ['id', 'name', 'note'].map(quote)];
  await sql.query(`CREATE TABLE ${table} (${columns[0]} BIGINT, ${columns[1]} VARCHAR, ${columns[2]} VARCHAR)`);
  const values = rows.map((row) => `(${row.id}, '${row.name}', '${row.note}')`);
  await sql.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${values.join(', ')}`);
}

export async function dropSchema(sql: SqlSession, schema: string): Promise<void> {
  await sql.query(`DROP SCHEMA IF EXISTS ${NAMES[sql.dialect].quote(schema)} CASCADE`);
}
