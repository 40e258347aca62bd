import { buildMarts, publishMonth, type PublishOptions, type Publication } from '../../../report/index.js';
import { CREATE_CAMPAIGNS, CREATE_SERIES, FACTS } from './raw-changes.js';
import { factsFrom, type Warehouse } from './warehouse.js';

export const facts = factsFrom(FACTS);

/** Two campaigns in March 2026, one in each of two regions, as a run has left them. */
export async function loadSmallMonth(warehouse: Warehouse): Promise<void> {
  const { sql } = warehouse;
  await sql.query('CREATE SCHEMA raw_daily');
  await sql.query(CREATE_SERIES);
  await sql.query(CREATE_CAMPAIGNS);
  await sql.query(
    `INSERT INTO raw_daily.campaigns VALUES ('a', 'Alpha', '["region:West"]'), ('b', 'Beta', '["region:East"]')`,
  );
  await sql.query(
    `INSERT INTO raw_daily.series VALUES (1, '2026-03-01T18:00Z', 'a', 'EML', 'x', 100, 40, true, NULL),
       (2, '2026-03-02T18:00Z', 'b', 'TXT', 'x', 300, NULL, true, NULL)`,
  );
  await build(warehouse);
}

/** What a later run of `daily` changes, in rows and in marts. */
export async function restate(warehouse: Warehouse, run: string, change: string): Promise<void> {
  await commit(warehouse, run, change);
  await build(warehouse);
}

/** A checkpoint of a run, with its ledger, the file that it read and its mark; marts are built when the run ends. */
export async function commit({ sql }: Pick<Warehouse, 'sql'>, run: string, change: string): Promise<void> {
  await sql.query(change);
  await sql.query(
    `INSERT INTO tributary.ledger VALUES (gen_random_uuid(), 'daily', 'series', 's', '${run}', 2, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, now())`,
  );
  await sql.query(
    `INSERT INTO tributary.lineage (connection, stream, slice, run_id, source, checksum, bytes, records, committed_at)
     VALUES ('daily', 'series', 's', '${run}', 'out/late.csv', 'c', 1, 1, now())`,
  );
  await sql.query(`INSERT INTO tributary.dirty (fact, run_id, marked_at) VALUES ('daily.series', '${run}', now())`);
}

export async function build({ sql }: Warehouse): Promise<void> {
  await buildMarts(sql, facts, { metadataSchema: 'tributary', now: new Date(), rebuildAll: true });
}

export function publishSmallMonth(
  { sql }: Pick<Warehouse, 'sql'>,
  now: Date,
  more: Partial<PublishOptions> = {},
): Promise<Publication> {
  return publishMonth(sql, {
    month: '2026-03',
    project: { name: 'Outreach', timezone: 'America/Chicago' },
    closeAfter: '8d',
    missingDays: 'allow',
    now,
    as: 'final',
    by: 'ana',
    suppression: { threshold: 0, dimensions: [] },
    facts,
    metadataSchema: 'tributary',
    ...more,
  });
}
