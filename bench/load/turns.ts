import { fileURLToPath } from 'node:url';
import type { ExportRequest } from '../data/event-export.js';
import type { Databases } from './databases.js';
import { inProcess, startServer } from './processes.js';
import type { Scenario } from './scenarios.js';
import type { EngineReply, EngineTask, SqlReply, SqlTask } from './task.js';

export interface Pair {
  readonly ours: number;
  readonly sql: number;
  /** CPU seconds of client and server per million rows. */
  readonly oursCpu: readonly [number, number];
  readonly sqlCpu: readonly [number, number];
  /** Peak of the loading process beyond what it has idle. */
  readonly extraBytes: number;
}

const sqlFile = (name: string) => fileURLToPath(new URL(`../../../bench/sql/${name}.sql`, import.meta.url));

/** Runs a scenario by turns: engine, SQL, engine, SQL, …; both on the same server, from the same state, on the same rows. */
export async function runTurns(
  scenario: Scenario,
  rows: number,
  pairs: number,
  databases: Databases,
  file: (request: Omit<ExportRequest, 'folder'>) => string,
): Promise<readonly Pair[]> {
  const { kind, delivery, format, before } = scenario;
  const csv = file({ rows, kind, delivery, format: 'csv' });
  const input = format === 'csv' ? csv : file({ rows, kind, delivery, format });
  const api = format === 'pages' ? await startServer('api-server', input) : undefined;
  const engine = (url: string, task: Partial<EngineTask>) =>
    inProcess<EngineReply>('engine-side', { url, format: 'csv', input: csv, stopsAfterStaging: false, ...task });
  const sql = (url: string, name: string, path: string) =>
    inProcess<SqlReply>('sql-side', { url, sqlFile: sqlFile(name), input: path } satisfies SqlTask);
  const firstRows = before === 'empty_table' ? 0 : rows;
  const beforeEngine = async (url: string) => {
    if (before !== 'nothing') await engine(url, { input: file({ rows: firstRows, kind }) });
  };
  const beforeSql = async (url: string) => {
    if (before !== 'nothing') await sql(url, 'first-load', file({ rows: firstRows, kind }));
  };
  const costing = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
    const start = databases.cpuSeconds();
    const result = await work();
    return [result, databases.cpuSeconds() - start];
  };
  try {
    const done: Pair[] = [];
    for (let turn = 0; turn < pairs; turn += 1) {
      const oursUrl = await databases.fresh(`engine_${before}`, beforeEngine);
      const [ours, oursServer] = await costing(() =>
        engine(oursUrl, {
          input: api?.address ?? input,
          format,
          stopsAfterStaging: scenario.stopsAfterStaging ?? false,
        }),
      );
      prove(scenario, rows, ours);
      const sqlUrl = await databases.fresh(`sql_${before}`, beforeSql);
      const [theirs, sqlServer] = await costing(() => sql(sqlUrl, scenario.sql, csv));
      done.push({
        ours: rows / ours.seconds,
        sql: rows / theirs.seconds,
        oursCpu: [(ours.cpuSeconds * 1e6) / rows, (oursServer * 1e6) / rows],
        sqlCpu: [(theirs.cpuSeconds * 1e6) / rows, (sqlServer * 1e6) / rows],
        extraBytes: ours.peakBytes - ours.idleBytes,
      });
    }
    return done;
  } finally {
    api?.stop();
  }
}

/** A load that is fast because it left something out is no load. */
function prove({ name, kind, delivery, before, stopsAfterStaging }: Scenario, rows: number, { ledger }: EngineReply) {
  if (stopsAfterStaging) return;
  const rejected = kind === 'mixed' ? Math.ceil(rows / 100) : 0;
  const merged = before !== 'first_delivery' ? [rows - rejected, 0, 0] : EXPECTED[delivery](rows);
  const found = [ledger.inserted, ledger.updated, ledger.unchanged];
  if (ledger.read !== rows || ledger.quarantined !== rejected || found.join() !== merged.join())
    throw new Error(`${name}: inserted, updated, unchanged are ${found.join()} instead of ${merged.join()}`);
}

const EXPECTED = {
  first: (rows: number) => [0, 0, rows],
  changed: (rows: number) => [0, rows, 0],
  fifth: (rows: number) => [0, rows, 0],
  next: (rows: number) => [rows / 2, rows / 4, rows / 4],
} as const;
