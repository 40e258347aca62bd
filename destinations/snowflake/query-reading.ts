import type { Column } from 'snowflake-sdk';
import type { FieldType, QueryColumn, QueryReading, RecordData } from '#sdk';
import { pushedPages } from '../sql/pushed-pages.js';
import { shownName } from './connection.js';
import { mistake } from './errors.js';
import type { Pool } from './pool.js';
import { exactReader, SEMI_STRUCTURED } from './values.js';

const PAGE_ROWS = 1_000;

const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
  text: 'string',
  real: 'number',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  timestamp_ntz: 'timestamp',
  timestamp_tz: 'timestamptz',
  timestamp_ltz: 'timestamptz',
};

/** So many digits a whole number of a record may have in any case; one of more is a decimal. */
const INTEGER_DIGITS = 18;

/** The rows of one statement, which are those of one instant. The driver fetches them by chunks, as they are taken. */
export async function readQuery(pool: Pool, query: string): Promise<QueryReading> {
  const columns = await pool.use('query', async (connection) => {
    try {
      return (await connection.stream(`SELECT * FROM (${query}) LIMIT 0`)).columns;
    } catch (error) {
      throw mistake(error) ?? error;
    }
  });
  return {
    columns: columns.map(columnOf),
    pages: (signal) =>
      pushedPages((push) =>
        pool.use('query', async (connection) => {
          const { columns: given, rows } = await connection.stream(query);
          const names = given.map((column) => shownName(column.getName()));
          const readers = given.map(exactReader);
          let page: RecordData[] = [];
          for await (const row of rows as AsyncIterable<readonly unknown[]>) {
            page.push(Object.fromEntries(names.map((name, at) => [name, readers[at]?.(row[at])])));
            if (page.length < PAGE_ROWS) continue;
            signal.throwIfAborted();
            if (!(await push(page))) return;
            page = [];
          }
          if (page.length > 0) await push(page);
        }),
      ),
  };
}

function columnOf(column: Column): QueryColumn {
  const typeName = column.getType().toLowerCase();
  const base = { name: shownName(column.getName()), typeName };
  if (typeName === 'fixed') {
    const [precision, scale] = [column.getPrecision(), column.getScale()];
    return scale === 0 && precision <= INTEGER_DIGITS
      ? { ...base, type: 'integer' }
      : { ...base, type: 'decimal', precision, scale };
  }
  const type = SEMI_STRUCTURED.has(typeName) ? 'json' : FIELD_TYPES[typeName];
  return { ...base, ...(type === undefined ? {} : { type }) };
}
