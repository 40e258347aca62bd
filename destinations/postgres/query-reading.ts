import type pg from 'pg';
import type { FieldType, QueryColumn, QueryReading, RecordData } from '#sdk';
import { parseJson } from '#sdk/http';
import { pushedPages } from '../sql/pushed-pages.js';
import { ask } from './ask.js';
import { inTransaction, OID, types as driverTypes } from './connection.js';
import { quote } from './names.js';

const PAGE_ROWS = 1_000;

/** As `pg_typeof` names them. */
const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
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

/** As those of other questions, and what these round keeps its digits: sessions are in UTC. */
const exactTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === OID.timestamptz) return (text: string) => text.replace(' ', 'T').replace(/\+00$/, 'Z');
    if (oid === OID.json || oid === OID.jsonb) return parseJson;
    return driverTypes.getTypeParser(oid, format as 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};

/** A query by a cursor in a transaction, which sees one snapshot. */
export async function readQuery(pool: pg.Pool, query: string): Promise<QueryReading> {
  const asked = (statement: string) =>
    inTransaction(pool, 'query', (client) => ask(client, statement, true), { readOnly: true });
  const { columns: names } = await asked(`SELECT * FROM (${query}) AS q LIMIT 0`);
  const types = names.map((name) => `pg_typeof(q.${quote(name)})::text`);
  // Of two columns with one name neither can be asked for.
  const isClear = new Set(names).size === names.length && names.length > 0;
  const [row = []] = isClear
    ? await asked(
        `SELECT ${types.join(', ')} FROM (SELECT 1) AS one LEFT JOIN (SELECT * FROM (${query}) AS q LIMIT 1) AS q ON true`,
      ).then(({ rows }) => rows)
    : [];
  const columns = names.map((name, at): QueryColumn => {
    const typeName = String(row[at] ?? 'unknown');
    const type = FIELD_TYPES[typeName];
    return { name, typeName, ...(type === undefined ? {} : { type }) };
  });
  return {
    columns,
    pages: (signal) =>
      pushedPages((push) =>
        inTransaction(
          pool,
          'query',
          async (client) => {
            await client.query("SET LOCAL idle_in_transaction_session_timeout = '60s'");
            await ask(client, `DECLARE delivered NO SCROLL CURSOR FOR ${query}`, true);
            const fetch: pg.QueryConfig = { text: `FETCH ${PAGE_ROWS} FROM delivered`, types: exactTypes };
            for (;;) {
              signal.throwIfAborted();
              const page = (await client.query<RecordData>(fetch)).rows;
              if (page.length === 0 || !(await push(page))) return;
            }
          },
          { readOnly: true },
        ),
      ),
  };
}
