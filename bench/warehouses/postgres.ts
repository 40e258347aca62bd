import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventExport, type ExportRequest } from '../data/event-export.js';
import { openDatabases, type Databases } from '../load/databases.js';
import { EXTRA_LIMIT_BYTES } from '../load/memory.js';
import { inProcess } from '../load/processes.js';
import { SCENARIOS, type Scenario } from '../load/scenarios.js';
import type { EngineReply, EngineTask, SqlReply, SqlTask } from '../load/task.js';
import { runTurns } from '../load/turns.js';

/** Least ratio of a merge to the upsert of the textbooks on the same staged rows. */
const MERGE_LIMIT = 1;
/** Ratios and memory are judged from this size on: of a short load the start of a process is a good part. */
const JUDGED_ROWS = 10_000_000;

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

interface Sizes {
  /** Of the table; a fifth of them are changed, and are the rows of the first load. */
  readonly tableRows: number;
  readonly pairs: number;
}

/** Prints merge, first load and memory, and gives whether the limits are reached. */
export async function postgresLoads({ tableRows, pairs }: Sizes): Promise<boolean> {
  const databases = await openDatabases();
  try {
    const peaks: number[] = [];
    const isMergeFast = await merges({ tableRows, pairs }, databases, peaks);
    const isLoadFast = await firstLoads({ rows: tableRows / 5, pairs }, databases, peaks);
    const peak = Math.max(...peaks);
    console.log(
      `Postgres, memory beyond what the process has idle, at most: +${megabytes(peak)} (limit +${megabytes(EXTRA_LIMIT_BYTES)})`,
    );
    return tableRows < JUDGED_ROWS || (isMergeFast && isLoadFast && peak <= EXTRA_LIMIT_BYTES);
  } finally {
    await databases.close();
  }
}

/** A fifth of a table changed, every fifth of its rows: by the engine and by SQL, from the same state, by turns. */
async function merges({ tableRows, pairs }: Sizes, databases: Databases, peaks: number[]): Promise<boolean> {
  const rows = tableRows / 5;
  const changed = eventExport({ folder: databases.folder, rows, delivery: 'fifth' });
  const engine = async (url: string, input: string): Promise<EngineReply> => {
    const task: EngineTask = { url, format: 'csv', input, stopsAfterStaging: false };
    const reply = await inProcess<EngineReply>('engine-side', task);
    peaks.push(reply.peakBytes - reply.idleBytes);
    return reply;
  };
  const fill = async (url: string) => {
    const first = eventExport({ folder: databases.folder, rows: tableRows });
    await engine(url, first);
    rmSync(first);
  };
  // As a plain CREATE TABLE has it: the same rows in the same order, its pages filled as the server fills them by itself.
  const fillPlain = async (url: string) => {
    await fill(url);
    await databases.query(url, 'ALTER TABLE raw.events RESET (fillfactor)');
    await databases.query(url, 'VACUUM (FULL) raw.events');
  };
  const sqlFile = fileURLToPath(new URL('../../../bench/sql/merge-staged.sql', import.meta.url));
  const ratios: number[] = [];
  for (let turn = 0; turn < pairs; turn += 1) {
    const oursUrl = await databases.fresh('filled', fill);
    const before = databases.cpuSeconds();
    const ours = await engine(oursUrl, changed);
    if (ours.ledger.updated !== rows) throw new Error(`${ours.ledger.updated} rows updated instead of ${rows}`);
    const between = databases.cpuSeconds();
    const sqlUrl = await databases.fresh('filled_plain', fillPlain);
    const start = databases.cpuSeconds();
    const sql = await inProcess<SqlReply>('sql-side', { url: sqlUrl, sqlFile, input: changed } satisfies SqlTask);
    const end = databases.cpuSeconds();
    const [wrong] = await databases.query<{ n: string }>(
      sqlUrl,
      `SELECT count(*) FILTER (WHERE _source_file = 'events.csv') AS n FROM raw.events`,
    );
    if (Number(wrong?.n) !== rows) throw new Error(`SQL updated ${wrong?.n} rows instead of ${rows}`);
    ratios.push(sql.mergeSeconds / ours.mergeSeconds);
    console.log(
      `Postgres, merge of ${rows} changed rows into ${tableRows}: ${ours.mergeSeconds.toFixed(1)} s, the upsert of the textbooks ${sql.mergeSeconds.toFixed(1)} s; ` +
        `with staging ${ours.seconds.toFixed(1)} and ${sql.seconds.toFixed(1)} s, CPU of the server ${(between - before).toFixed(1)} and ${(end - start).toFixed(1)} s`,
    );
  }
  return tell('merge against the upsert', ratios, MERGE_LIMIT);
}

async function firstLoads(
  { rows, pairs }: { readonly rows: number; readonly pairs: number },
  databases: Databases,
  peaks: number[],
): Promise<boolean> {
  const scenario = SCENARIOS.find(({ name }) => name === 'first_load') as Scenario;
  const made = new Map<string, string>();
  const file = (request: Omit<ExportRequest, 'folder'>) => {
    const name = JSON.stringify(request);
    const path = made.get(name) ?? eventExport({ folder: databases.folder, ...request });
    made.set(name, path);
    return path;
  };
  const done = await runTurns(scenario, rows, pairs, databases, file);
  peaks.push(...done.map(({ extraBytes }) => extraBytes));
  for (const { ours, sql } of done)
    console.log(
      `Postgres, first load of ${rows} rows: ${Math.round(ours / 1000)}k rows/s, COPY of the CSV into a keyed table ${Math.round(sql / 1000)}k rows/s`,
    );
  return tell(
    'first load against COPY',
    done.map(({ ours, sql }) => ours / sql),
    scenario.limit,
  );
}

function tell(what: string, ratios: readonly number[], limit: number): boolean {
  const sorted = ratios.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1] as number;
  console.log(
    `  ${what}: ${median.toFixed(2)} (${sorted[0]?.toFixed(2)}–${sorted.at(-1)?.toFixed(2)}; limit ${limit.toFixed(1)})`,
  );
  return median >= limit;
}
