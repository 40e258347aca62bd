import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startCli, type CliEnd } from '../support/cli.js';
import { stopTestServer, testServer } from '../support/postgres.js';
import type { Fault } from './at-point.js';
import { differences, storeTruth, CONNECTIONS, type ConnectionName, type Expected, type TruthOf } from './truth.js';
import { writeWorld } from './world/configuration.js';
import { apiTables, apiWorld, startEventApi, withLateClicks } from './world/event-api.js';
import { exportTables } from './world/exports.js';
import { VERSIONS, type Version } from './world/rows.js';

/** Built like the program, by `npm test`. */
const PRELOAD = fileURLToPath(new URL('../../dist/test/faults/at-point.js', import.meta.url));

export interface Ended extends CliEnd {
  /** The points that were reached, and what happened there. */
  readonly trace: readonly string[];
}

/** A run of the real program that goes on: a zombie, say. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Ends it, if it has not ended. */
  kill(): void;
  /** Resolves when the trace has a line that begins so. */
  reached(line: string): Promise<void>;
}

/** A warehouse in a known state, for one test: its own database with its own store. */
export interface Warehouse {
  readonly client: pg.Pool;
  start(connection: ConnectionName, version: Version, options?: RunOptions): Running;
  sync(connection: ConnectionName, version: Version, options?: RunOptions): Promise<Ended>;
  differences(expected: Expected): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface RunOptions extends Omit<Fault, 'trace'> {
  /** Another database for the host's store: a second host that knows nothing of the first. */
  readonly storeUrl?: string;
}

/** The sources, the server, and warehouses in the states from which tests begin. */
export interface Site {
  readonly truthOf: TruthOf;
  /** `0`: nothing was ever synced. `1`: both connections hold the first version. */
  warehouse(state: 0 | 1): Promise<Warehouse>;
  /** An empty database for another host's store. */
  emptyStore(): Promise<string>;
  /** The data folder of the server. */
  readonly dataFolder: string;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const server = await testServer();
  const folder = mkdtempSync(join(tmpdir(), 'tributary-faults-'));
  const api = await startEventApi(apiWorld(new Date()));
  const configs = Object.fromEntries(
    VERSIONS.map((version) => [
      version,
      writeWorld(join(folder, `v${version}`), version, api.url(version), api.world.firstDay),
    ]),
  ) as Record<Version, string>;
  const truthOf: TruthOf = (connection, version) =>
    connection === 'exports' ? exportTables(version) : apiTables(api.world, version);
  const admin = connected(server.adminUrl);
  const { rows } = await admin.query<{ data_directory: string }>('SHOW data_directory');
  let made = 0;

  const open = (name: string): Warehouse => {
    const client = connected(server.url(name));
    const start: Warehouse['start'] = (connection, version, { storeUrl, ...fault } = {}) => {
      const trace = join(folder, `trace_${++made}`);
      const { child, ended } = startCli(['sync', connection, '--config', configs[version], '--json'], {
        node: ['--import', PRELOAD],
        env: {
          WAREHOUSE_URL: server.url(name),
          STORE_URL: storeUrl ?? server.url(name),
          TRIBUTARY_HOME: join(folder, 'home'),
          TRIBUTARY_FAULT: JSON.stringify({ trace, ...fault } satisfies Fault),
        },
      });
      return {
        pid: child.pid!,
        kill: () => void child.kill('SIGKILL'),
        ended: ended.then((end) => ({ ...end, trace: linesOf(trace) })),
        async reached(line) {
          while (!linesOf(trace).some((each) => each.startsWith(line))) {
            if (child.exitCode !== null || child.signalCode !== null) throw new Error(`It ended before "${line}".`);
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        },
      };
    };
    return {
      client,
      start,
      sync: (...args) => start(...args).ended,
      differences: (expected) => differences(client, expected, truthOf),
      async close() {
        await client.end();
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      },
    };
  };

  await admin.query('CREATE DATABASE synced');
  const first = open('synced');
  for (const connection of CONNECTIONS) mustSucceed(await first.sync(connection, 1));
  const frontier = await first.client.query<{ at: string }>(
    `SELECT position ->> 'frontier' AS at FROM tributary.bookmark WHERE connection = 'events' AND stream = 'clicks'`,
  );
  api.world = withLateClicks(api.world, new Date(frontier.rows[0]!.at));
  await storeTruth(first.client, truthOf);
  await first.client.query('VACUUM ANALYZE');
  await first.client.end();
  await admin.query('CREATE DATABASE unsynced');
  const empty = connected(server.url('unsynced'));
  await storeTruth(empty, truthOf);
  await empty.end();

  return {
    truthOf,
    dataFolder: rows[0]!.data_directory,
    async warehouse(state) {
      const name = `warehouse_${++made}`;
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${state === 0 ? 'unsynced' : 'synced'}`);
      return open(name);
    },
    async emptyStore() {
      const name = `store_${++made}`;
      await admin.query(`CREATE DATABASE ${name}`);
      return server.url(name);
    },
    async close() {
      await api.close();
      await admin.end();
      await stopTestServer();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function mustSucceed(end: Ended): Ended {
  if (end.code !== 0) throw new Error(`The run ended with ${end.code ?? end.signal}: ${end.stderr}${end.stdout}`);
  return end;
}

function linesOf(trace: string): readonly string[] {
  try {
    return readFileSync(trace, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** A server that a test restarts ends its sessions; the next question then opens another. */
function connected(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 1 });
  pool.on('error', () => undefined);
  return pool;
}
