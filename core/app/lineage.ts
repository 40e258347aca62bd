import type { LineageEntry, LineageFilter, StreamLedger } from '../api/index.js';
import { addSteps } from '../program/index.js';
import { EMPTY_LEDGER, imbalances, type Ledger } from '../protocol/index.js';
import type { Installation } from './installation.js';
import { askSession, committedLedger, committedLineage } from './kept-beside-files.js';
import { jsonOf, laterColumn, readMetadata } from './read-metadata.js';

/** The runs of the destination are UUIDs; whatever else a run is called has nothing there. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Row = Record<string, unknown>;
const instantOf = (value: unknown): string => new Date(value as string | Date).toISOString();

/** What fed the tables of a connection, from the metadata of its destination; the latest first. */
export async function readLineage(
  installation: Installation,
  filter: LineageFilter,
  signal: AbortSignal,
): Promise<readonly LineageEntry[]> {
  const { connection, run, stream, before, limit } = filter;
  if (run !== undefined && !UUID.test(run)) return [];
  const committed = await askSession(installation, { connection, signal }, (session) =>
    committedLineage(session, filter),
  );
  if (committed !== undefined) return committed;
  const { schema } = installation.configuration.connection(connection);
  const asked = [
    ['connection = ', connection],
    ['run_id = ', run],
    ['stream = ', stream],
    ['id < ', before],
  ] as const;
  const given = asked.filter(([, value]) => value !== undefined);
  const where = given.map(([condition], index) => `${condition}$${index + 1}`).join(' AND ');
  const found = await readMetadata<Row>(installation, { connection, table: 'lineage', signal }, (sql, table, dialect) =>
    sql.query(
      `SELECT id, stream, slice, CAST(run_id AS text) AS run, source, ${laterColumn(dialect, 'l', 'version')} AS version, checksum,
              bytes, records, committed_at FROM ${table} l WHERE ${where} ORDER BY id DESC LIMIT ${limit}`,
      given.map(([, value]) => value),
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
function stepsIn(found: readonly unknown[]): Readonly<Record<string, number>> {
  const each = found.map((steps) => jsonOf(steps) as Record<string, number> | null);
  return each.reduce<Record<string, number>>((sum, steps) => addSteps(sum, steps ?? {}), {});
}

const COLUMNS = Object.keys(EMPTY_LEDGER) as (keyof Ledger)[];

/** The balance of each stream of a run over its committed checkpoints. */
export async function readLedger(
  installation: Installation,
  { connection, run, signal }: { readonly connection: string; readonly run: string; readonly signal: AbortSignal },
): Promise<readonly StreamLedger[]> {
  if (!UUID.test(run)) return [];
  const committed = await askSession(installation, { connection, signal }, (session) =>
    committedLedger(session, { connection, run }),
  );
  if (committed !== undefined) return committed;
  const sums = COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(', ');
  const steps = new Map<string, unknown[]>();
  const found = await readMetadata<Row>(
    installation,
    { connection, table: 'ledger', signal },
    async (sql, table, dialect) => {
      const own = 'connection = $1 AND run_id = $2';
      const acted = await sql.query<{ stream: string; steps: unknown }>(
        `SELECT stream, ${laterColumn(dialect, 'l', 'steps')} AS steps FROM ${table} l WHERE ${own}`,
        [connection, run],
      );
      for (const row of acted) steps.set(row.stream, [...(steps.get(row.stream) ?? []), row.steps]);
      return sql.query(
        `SELECT stream, count(*) AS checkpoints, max(committed_at) AS committed_at, ${sums}
         FROM ${table} WHERE ${own} GROUP BY stream ORDER BY stream`,
        [connection, run],
      );
    },
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
      steps: stepsIn(steps.get(String(row['stream'])) ?? []),
      imbalances: imbalances(ledger),
    };
  });
}
