import { ConnectorError, type Field, type FieldType, type SqlSession } from '#sdk';

/** As `pg_typeof` names them. */
const TYPES: Readonly<Record<string, FieldType>> = {
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  real: 'number',
  'double precision': 'number',
  numeric: 'decimal',
  boolean: 'boolean',
  date: 'date',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'json',
  text: 'string',
  'character varying': 'string',
  character: 'string',
};

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Columns of a query by the types that the database gives them, also where it has no row. */
export async function fieldsOfQuery(sql: SqlSession, stream: string, query: string): Promise<readonly Field[]> {
  const refuse = (what: string, hint: string): never => {
    throw new ConnectorError('config', `Stream "${stream}": ${what}.`, { stream, hint });
  };
  if (sql.dialect !== 'postgres')
    refuse(`it reads from ${sql.dialect}, which it cannot yet`, 'Query a Postgres destination.');
  const { columns } = await sql.ask(`SELECT * FROM (${query}) AS q LIMIT 0`);
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (columns.length === 0) refuse('its query has no column', 'Name at least one.');
  if (twice !== undefined) refuse(`its query has two columns "${twice}"`, 'Give one of them another name by AS.');
  const types = columns.map((name) => `pg_typeof(q.${quote(name)})::text AS ${quote(name)}`);
  const [row = {}] = await sql.query<Record<string, string>>(
    `SELECT ${types.join(', ')} FROM (SELECT 1) AS one LEFT JOIN (SELECT * FROM (${query}) AS q LIMIT 1) AS q ON true`,
  );
  return columns.map((name) => {
    const type = TYPES[row[name] ?? ''];
    if (type === undefined) return refuse(`its column "${name}" is ${row[name] ?? 'unknown'}`, 'Cast it in a `query`.');
    return { name, type, nullable: true };
  });
}
