import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';
import { errors, SnowflakeError } from '../errors.js';
import { MACROS } from './macros.js';
import { literal } from './names.js';

export interface Answer {
  readonly names: readonly string[];
  /** The engine's types, as it writes them. */
  readonly types: readonly string[];
  readonly rows: readonly (readonly DuckDBValue[])[];
  readonly changed: number;
}

/**
 * The embedded engine: one connection, and one statement at a time, each a transaction of its own. Transactions, locks and what a
 * session sees are made above it (`transactions.ts`), since the engine's own isolation is not Snowflake's.
 */
export interface Database {
  run(sql: string, timeZone?: string): Promise<Answer>;
  /** Several statements of which all happen or none. */
  runAll(statements: readonly string[]): Promise<void>;
  /** Rows of texts into a table whose columns are all texts. */
  append(table: string, rows: Iterable<readonly (string | null)[]>): Promise<void>;
  close(): void;
}

/** What a macro raises begins so, followed by code, SQLSTATE and text. */
const RAISED = /@@(\d{6})\|(\w{5})\|([^]*)$/;
/** What the engine says of values that it cannot compute with. */
const KNOWN: readonly [RegExp, (found: RegExpExecArray) => SnowflakeError][] = [
  [
    /Out of Range Error|Could not cast value .* to DECIMAL|out of range/i,
    (found) => new SnowflakeError('100039', '22003', `Numeric value is out of range: ${found.input.split('\n')[0]}`),
  ],
  [/division by zero/i, () => new SnowflakeError('100051', '22012', 'Division by zero')],
  [
    /More than one row returned by a subquery/i,
    () => new SnowflakeError('090150', '22000', 'Single-row subquery returns more than one row.'),
  ],
  [
    /must appear in the GROUP BY clause|cannot contain aggregates|GROUP BY/i,
    (found) =>
      new SnowflakeError(
        '000979',
        '42601',
        `SQL compilation error:\n${found.input.split('\n')[0].replace('Binder Error: ', '')} [not a valid group by expression]`,
      ),
  ],
];

/** An error of the engine as one of Snowflake; what is not known keeps the engine's text, since it points at a gap of this double. */
const translated = (error: unknown): Error => {
  // Not by instanceof: an error of the native part may come from another realm.
  const { message } = error as Error;
  const raised = RAISED.exec(message);
  if (raised !== null) return new SnowflakeError(raised[1], raised[2], raised[3]);
  for (const [pattern, make] of KNOWN) {
    const found = pattern.exec(message);
    if (found !== null) return make(found);
  }
  if (/^(Conversion|Invalid Input|Out of Range)/.test(message)) return errors.execution(message.split('\n')[0]);
  return errors.unsupported(`what the engine says of it: ${message}`);
};

export const openDatabase = async (): Promise<Database> => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection: DuckDBConnection = await instance.connect();
  for (const macro of MACROS) await connection.run(macro);
  let zone = '';
  let last: Promise<unknown> = Promise.resolve();
  /** Runs one after the other, whatever sessions ask at once. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    run: (sql, timeZone = 'UTC') =>
      inTurn(async () => {
        try {
          if (zone !== timeZone) {
            await connection.run(`SET TimeZone = ${literal(timeZone)}`);
            zone = timeZone;
          }
          const result = await connection.run(sql);
          const types = result.columnTypes().map((type) => type.alias ?? String(type));
          return { names: result.columnNames(), types, rows: await result.getRows(), changed: result.rowsChanged };
        } catch (error) {
          throw translated(error);
        }
      }),
    runAll: (statements) =>
      inTurn(async () => {
        await connection.run('BEGIN');
        try {
          for (const statement of statements) await connection.run(statement);
          await connection.run('COMMIT');
        } catch (error) {
          await connection.run('ROLLBACK');
          throw translated(error);
        }
      }),
    append: (table, rows) =>
      inTurn(async () => {
        const appender = await connection.createAppender(table);
        for (const row of rows) {
          for (const value of row)
            if (value === null) appender.appendNull();
            else appender.appendVarchar(value);
          appender.endRow();
        }
        appender.closeSync();
      }),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
};
