import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { EMPTY_LEDGER, type Checkpoint, type TableSpec } from '../../../core/protocol/index.js';
import { dirtyWriter, mergeStaged, planMerge } from '../../../destinations/postgres/merge.js';
import { ensureMetadata } from '../../../destinations/postgres/metadata.js';
import { lookAtStaged, stagingTable } from '../../../destinations/postgres/staging.js';
import { createTable } from '../../../destinations/postgres/table.js';
import { stopTestServer, testDatabase } from '../../support/postgres.js';
import { fields } from './runs.js';

afterAll(stopTestServer);

const RUN = '00000000-0000-4000-8000-000000000001';
const STAGING = 'tributary.staged';
const TABLE: TableSpec = {
  connection: 'test',
  stream: 'items',
  schema: 'raw_test',
  name: 'items',
  fields: fields('id integer', 'day date?', 'campaign string?', 'sent integer?', 'rate number?'),
  key: ['id'],
  keySources: ['id'],
  write: 'merge',
  fromFiles: true,
  marks: [
    { fact: 'by_day', day: { column: 'day' }, campaign: { column: 'campaign' } },
    { fact: 'whole', day: null, campaign: null },
  ],
};
const CHECKPOINT: Checkpoint = {
  id: '00000000-0000-4000-8000-000000000002',
  slice: 'b.csv',
  bookmarks: [],
  tally: { ...EMPTY_LEDGER, encoded: 0, steps: {} },
  replacesAll: false,
};

/** Rows in the table, and a delivery of them again, repeated, changed, older, newer, without day, and new. */
const INSERTED = `
  SELECT i, CASE WHEN i % 11 > 0 THEN date '2026-01-01' + i % 40 END, CASE WHEN i % 7 > 0 THEN 'c' || i % 5 END,
         nullif(i % 13, 0), CASE i % 3 WHEN 0 THEN 'NaN' ELSE i / 8.0 END::float8`;
const PREPARATION = [
  `INSERT INTO raw_test.items (id, day, campaign, sent, rate, _source_file, _source_row, _loaded_at, _run_id)
   SELECT r.*, 'a.csv', r.i, '2026-01-01Z', gen_random_uuid() FROM (${INSERTED} FROM generate_series(1, 600) i) AS r`,
  `INSERT INTO ${STAGING} (_pos, id, day, campaign, sent, rate)
   SELECT row_number() OVER (ORDER BY i % 29, i, again), i, CASE i % 6 WHEN 5 THEN day + 1 ELSE day END, campaign,
          CASE i % 4 WHEN 1 THEN sent + again WHEN 2 THEN NULL ELSE sent END, rate
     FROM (${INSERTED}, again FROM generate_series(300, 900) i, generate_series(0, 1) again WHERE again = 0 OR i % 17 = 0)
       AS r (i, day, campaign, sent, rate, again)`,
];
const RESULT = {
  table:
    'SELECT id, day, campaign, sent, rate, _source_file, _source_row, _run_id::text = $1 AS is_written FROM raw_test.items ORDER BY id',
  looks: `SELECT seq_tup_read + idx_tup_fetch AS n, n_tup_hot_upd AS in_place, current_setting('enable_hashjoin') AS hashes
            FROM pg_stat_xact_user_tables WHERE relid = 'raw_test.items'::regclass`,
  marks: 'SELECT DISTINCT fact, day::text, campaign, run_id::text = $1 AS is_own FROM tributary.dirty ORDER BY 1, 2, 3',
} as const;

async function mergeOn(
  serverVersion: number,
  table: TableSpec,
  checkpoint: Checkpoint,
  preparation: readonly string[] = PREPARATION,
) {
  const database = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  // It does not wait until its sessions have ended, so that dropping the database may end one.
  pool.on('error', () => undefined);
  try {
    await ensureMetadata(pool, 'tributary');
    const client = await pool.connect();
    await createTable(client, table, { key: true });
    await client.query(stagingTable(STAGING, table));
    for (const statement of preparation) await client.query(statement);
    const dirty = dirtyWriter(client, 'tributary', RUN, table);
    const plan = planMerge(table, { staging: STAGING, counter: `${STAGING}_n` }, checkpoint.slice, RUN);
    await client.query('BEGIN');
    const { rows: staged, repeats } = await lookAtStaged(client, table, STAGING);
    const counts = await mergeStaged(client, table, plan, checkpoint, dirty, { serverVersion, repeats });
    const { rows: looks } = await client.query(RESULT.looks);
    const found = {
      counts,
      staged,
      table: (await client.query(RESULT.table, [RUN])).rows,
      marks: (await client.query(RESULT.marks, [RUN])).rows,
    };
    await client.query('COMMIT');
    client.release();
    const { n, in_place, hashes } = looks[0];
    return { result: found, looks: Number(n), inPlace: Number(in_place), hashes };
  } finally {
    await pool.end();
    await database.drop();
  }
}

describe('the one statement of newer servers and the several of older ones', () => {
  it.each([
    ['by key', {}, {}],
    ['by the version of a row', { version: 'day' }, {}],
    ['of all rows', {}, { replacesAll: true }],
    ['of a file that is there already', {}, { slice: 'a.csv', replacesFile: 'a.csv' }],
  ])('merge %s to the same rows, counts and marks', async (_how, table, checkpoint) => {
    const older = await mergeOn(150_000, { ...TABLE, ...table }, { ...CHECKPOINT, ...checkpoint });
    const newer = await mergeOn(180_000, { ...TABLE, ...table }, { ...CHECKPOINT, ...checkpoint });
    expect(newer.result).toEqual(older.result);
    const { inserted, updated, unchanged, superseded } = newer.result.counts;
    expect(inserted + updated + unchanged + superseded).toBe(newer.result.staged);
    for (const count of [inserted, updated, unchanged, superseded]) expect(count).toBeGreaterThan(0);
  });

  it('merge into a table that is much larger to the same, though rows are looked up one by one', async () => {
    const larger = PREPARATION.map((statement) =>
      statement.replace('generate_series(1, 600)', 'generate_series(-3000, 600)'),
    );
    const older = await mergeOn(150_000, TABLE, CHECKPOINT, larger);
    const newer = await mergeOn(180_000, TABLE, CHECKPOINT, larger);
    expect(newer.result).toEqual(older.result);
    expect(newer.hashes).toBe('off');
    expect(newer.looks).toBeLessThan(2 * newer.result.staged);
    // Every page has room for some of its rows as they are now.
    expect(newer.inPlace).toBeGreaterThan(newer.result.counts.updated / 5);
    // Where no index finds a key, each look would go through the whole table.
    const without = [...larger, 'ALTER TABLE raw_test.items DROP CONSTRAINT items_pkey'];
    const unindexed = await mergeOn(180_000, TABLE, CHECKPOINT, without);
    expect(unindexed.result).toEqual(older.result);
    expect(unindexed.hashes).toBe('on');
  });

  it.each([150_000, 180_000])('miss rows that a trigger keeps out, on %i', async (serverVersion) => {
    const keepingOut = [
      "CREATE FUNCTION keep_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
      'CREATE TRIGGER keep_out BEFORE UPDATE ON raw_test.items FOR EACH ROW EXECUTE FUNCTION keep_out()',
    ];
    const { result } = await mergeOn(serverVersion, TABLE, CHECKPOINT, [...PREPARATION, ...keepingOut]);
    const { counts, staged } = result;
    expect(counts.inserted + counts.updated + counts.unchanged + counts.superseded).toBeLessThan(staged);
  });
});
