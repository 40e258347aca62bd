import type { LineageEntry, LineageFilter, StreamLedger } from '../api/index.js';
import { addSteps } from '../program/index.js';
import { EMPTY_LEDGER, imbalances, type Ledger } from '../protocol/index.js';
import type { Installation } from './installation.js';
import { readMetadata } from './read-metadata.js';

/** The runs of the destination are UUIDs; whatever else a run is called has nothing there. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Row = Record<string, unknown>;
const instantOf = (value: unknown): string => new Date(value as string | Date).toISOString();

/** What fed the tables of a connection, from the metadata of its destination; the latest first. */
export async function readLineage(
  installation: Installation,
  { connection, run, stream, before, limit }: LineageFilter,
  signal: AbortSignal,
): Promise<readonly LineageEntry[]> {
  if (run !== undefined && !UUID.test(run)) return [];
  const { schema } = installation.configuration.connection(connection);
  const found = await readMetadata<Row>(installation, { connection, table: 'lineage', signal }, (sql, table) =>
    sql.query(
      `SELECT id, stream, slice, run_id::text AS run, source, to_jsonb(l) ->> 'version' AS version, checksum, bytes, records, committed_at FROM ${table} AS l
        WHERE connection = $1 AND ($2::uuid IS NULL OR run_id = $2) AND ($3::text IS NULL OR stream = $3)
          AND ($4::bigint IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
      [connection, run ?? null, stream ?? null, before ?? null, limit],
    ),
  );
  return found.map((row) => ({
    id: Number(row['id']),
    run: String(row['run']),
    stream: String(row['stream']),
    table: `${schema}.${String(row['stream'])}`,
    kind: row['checksum'] === null ? 'window' : 'file',
    source: String(row['source']),
    slice: String(row['slice']),
    version: row['version'] === null ? null : String(row['version']),
    checksum: row['checksum'] === null ? null : String(row['checksum']),
    bytes: row['bytes'] === null ? null : Number(row['bytes']),
    records: Number(row['records']),
    committed_at: instantOf(row['committed_at']),
  }));
}

/** Of a destination that an earlier version wrote, nothing is known of steps. */
function stepsIn(found: unknown): Readonly<Record<string, number>> {
  const each = (Array.isArray(found) ? found : []) as readonly (Record<string, number> | null)[];
  return each.reduce<Record<string, number>>((sum, steps) => addSteps(sum, steps ?? {}), {});
}

const COLUMNS = Object.keys(EMPTY_LEDGER) as (keyof Ledger)[];

/** The balance of each stream of a run over its committed checkpoints. */
export async function readLedger(
  installation: Installation,
  { connection, run, signal }: { readonly connection: string; readonly run: string; readonly signal: AbortSignal },
): Promise<readonly StreamLedger[]> {
  if (!UUID.test(run)) return [];
  const sums = COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(', ');
  const found = await readMetadata<Row>(installation, { connection, table: 'ledger', signal }, (sql, table) =>
    sql.query(
      `SELECT stream, count(*) AS checkpoints, max(committed_at) AS committed_at, ${sums},
              array_agg(to_jsonb(l) -> 'steps') AS steps FROM ${table} AS l
        WHERE connection = $1 AND run_id = $2::uuid GROUP BY stream ORDER BY stream`,
      [connection, run],
    ),
  );
  return found.map((row) => {
    const ledger = Object.fromEntries(
      COLUMNS.map((column) => [column, Number(row[column])] as const),
    ) as unknown as Ledger;
    return {
      stream: String(row['stream']),
      checkpoints: Number(row['checkpoints']),
      committed_at: instantOf(row['committed_at']),
      ledger: { ...ledger },
      steps: stepsIn(row['steps']),
      imbalances: imbalances(ledger),
    };
  });
}
