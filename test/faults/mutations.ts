/** Deliberate mistakes, each as texts that are replaced in the built program while it is loaded. */
export interface Mutation {
  /** Below `dist`. */
  readonly file: string;
  /** Must be there exactly once. */
  readonly find: RegExp;
  readonly replace: string;
}

const CHECKPOINT = 'destinations/postgres/checkpoint.js';
const FENCE = 'destinations/postgres/fence.js';
const WINDOWS = 'core/engine/windows.js';

export const MUTATIONS: Readonly<Record<string, readonly Mutation[]>> = {
  /** On a connection of its own, so that it stands before the transaction is committed. */
  bookmark_outside_the_transaction: [
    { file: CHECKPOINT, find: /async function record\(client, \{/, replace: 'async function record(client, { pool,' },
    {
      file: CHECKPOINT,
      find: /of checkpoint\.bookmarks\)\s*await client\.query/,
      replace: 'of checkpoint.bookmarks) await pool.query',
    },
  ],
  /** Bookmark, ledger and all, and only then what was staged. */
  bookmark_before_the_merge: [
    {
      file: CHECKPOINT,
      find: /const counts = await apply\(client\);/,
      replace: `
        for (const { stream, partition, position } of checkpoint.bookmarks)
          await client.query(
            \`INSERT INTO tributary.bookmark VALUES ($1, $2, $3, $4, $5, now())
               ON CONFLICT (connection, stream, partition) DO UPDATE SET position = excluded.position\`,
            [context.fence.run.connection, stream, partition, JSON.stringify(position), context.fence.run.id]);
        await client.query('COMMIT'); await client.query('BEGIN');
        const counts = await apply(client);`,
    },
  ],
  /** What was staged, and only then bookmark and ledger. */
  bookmark_after_the_commit: [
    {
      file: CHECKPOINT,
      find: /await record\(client, context,/,
      replace: `await client.query('COMMIT'); await client.query('BEGIN'); await record(client, context,`,
    },
  ],
  fence_not_checked: [
    { file: FENCE, find: /if \(owner === undefined[^;]*throw locked\(fence\.run\.connection\);/, replace: '' },
  ],
  marks_not_written: [
    {
      file: 'destinations/postgres/merge.js',
      find: /function dirtyWriter\(client, metadata, run, table\) \{/,
      replace: 'function dirtyWriter(client, metadata, run, { ...table }) { table.marks = [];',
    },
  ],
  lookback_not_taken_off: [{ file: WINDOWS, find: /\) - lookback\)/, replace: '))' }],
  /** As if it said `>` and not `>=`. */
  start_of_window_left_out: [{ file: WINDOWS, find: /\bfrom: format\(from\),/, replace: 'from: format(from + 1),' }],
  /** As if a version had to be newer (`>`) and not only no older (`>=`) to take the place of another. */
  equal_version_left_out: [
    {
      file: 'destinations/postgres/merge.js',
      find: /t\.\$\{version\} > s\.\$\{version\}/,
      replace: 't.${version} >= s.${version}',
    },
  ],
  /** As a COPY that skips what it does not like: the rows are gone, and nobody counts them. */
  staged_rows_skipped: [
    {
      file: 'destinations/postgres/writer.js',
      find: /if \(rows !== staged\) throw stagingLost\([^;]*;/,
      replace: 'await transaction.query(`DELETE FROM ${staging} WHERE _pos = 2`);',
    },
  ],
  /** The rows are committed, and only then what belongs to them. */
  snowflake_bookmark_after_the_commit: [
    {
      file: 'destinations/snowflake/checkpoint.js',
      find: /await record\(connection, context, checkpoint, ledger, within\);/,
      replace: `await connection.run('COMMIT'); await connection.run('BEGIN TRANSACTION'); await record(connection, context, checkpoint, ledger, within);`,
    },
  ],
  snowflake_equal_version_left_out: [
    {
      file: 'destinations/snowflake/merge.js',
      find: /t\.\$\{version\} > s\.\$\{version\}/,
      replace: 't.${version} >= s.${version}',
    },
  ],
  snowflake_fence_not_checked: [
    {
      file: 'destinations/snowflake/fence.js',
      find: /if \(owner === undefined[^;]*throw takenOver\(fence\);/,
      replace: '',
    },
  ],
  /** One row that no column takes, a COPY that goes on after it, and nobody who holds the counts against each other. */
  snowflake_copy_skips: [
    {
      file: 'destinations/snowflake/csv-batch.js',
      find: /\binteger\(value\) \{\s*this\.#separate\(\);/,
      replace: `integer(value) { this.#separate(); if (value === 7) { this.#ascii('seven'); return; }`,
    },
    {
      file: 'destinations/snowflake/staging.js',
      find: /ON_ERROR = ABORT_STATEMENT/,
      replace: 'ON_ERROR = CONTINUE',
    },
    {
      file: 'destinations/snowflake/staging.js',
      find: /if \(row === undefined \|\| row\.status[^)]*\)[^)]*\) throw/,
      replace: 'if (row === undefined) throw',
    },
    {
      file: 'destinations/snowflake/writer.js',
      find: /if \(staged !== encoded\) throw stagingLost\([^;]*;/,
      replace: '',
    },
  ],
  /** What a mistake becomes when the program is rewritten around it. */
  place_that_is_gone: [{ file: FENCE, find: /no such text/, replace: '' }],
  /** No mistake: the wait that a frozen process may cost, short enough for a test. */
  short_idle_limit: [
    {
      file: FENCE,
      find: /idle_in_transaction_session_timeout = '60s'/,
      replace: "idle_in_transaction_session_timeout = '2s'",
    },
  ],
  short_idle_limit_of_marts: [
    {
      file: 'destinations/postgres/sql-session.js',
      find: /idle_in_transaction_session_timeout = '60s'/,
      replace: "idle_in_transaction_session_timeout = '2s'",
    },
  ],
};
