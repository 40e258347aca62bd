import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openEmbedded } from '../../core/persistence/index.js';

/** A real server of its own, and databases in it that begin every turn in the same state. */
export interface Databases {
  /** Room for the files of a run; removed at the end. */
  readonly folder: string;
  readonly version: string;
  /** A database in the state that `prepare` made; the state is made once per name and copied from then on. */
  fresh(state: string, prepare: (url: string) => Promise<void>): Promise<string>;
  query<R extends pg.QueryResultRow>(url: string, sql: string): Promise<R[]>;
  /** CPU seconds that the server has used so far, its ended processes included; 0 where the system does not say. */
  cpuSeconds(): number;
  /** Ends and starts the server; sessions break. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const TURN = 'turn';

export async function openDatabases(): Promise<Databases> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
  // The account of the server may enter it, so what root's server holds lies in it too, and goes with it.
  await chmod(folder, 0o711);
  const server = await openEmbedded({ home: join(folder, 'home') });
  const close = async () => {
    await server.stopNow();
    const sockets = new URL(server.adminUrl).searchParams.get('host');
    if (sockets !== null) await rm(sockets, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  };
  // What server and exports hold, several GB, must not stay behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().finally(() => process.exit(130)));
  const states = new Set<string>();
  const query = async <R extends pg.QueryResultRow>(url: string, sql: string): Promise<R[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<R>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const [setting] = await query<{ server_version: string }>(server.adminUrl, 'SHOW server_version');
  return {
    folder,
    version: setting?.server_version ?? '',
    query,
    async fresh(state, prepare) {
      await query(server.adminUrl, `DROP DATABASE IF EXISTS ${TURN} WITH (FORCE)`);
      if (!states.has(state)) {
        await query(server.adminUrl, `CREATE DATABASE ${state}`);
        await prepare(server.url(state));
        await query(server.url(state), 'VACUUM (ANALYZE)');
        states.add(state);
      }
      await query(server.adminUrl, `CREATE DATABASE ${TURN} TEMPLATE ${state} STRATEGY file_copy`);
      await query(server.adminUrl, 'CHECKPOINT');
      return server.url(TURN);
    },
    cpuSeconds: () => cpuSecondsOf(server.pid),
    restart: () => server.restart(),
    close,
  };
}

const TICKS_PER_SECOND = 100;

function cpuSecondsOf(postmaster: number): number {
  let ticks = 0;
  try {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const fields = statOf(name);
      if (Number(name) !== postmaster && fields[1] !== String(postmaster)) continue;
      // Of the postmaster also what its ended children have used.
      const own = Number(name) === postmaster ? fields.slice(11, 15) : fields.slice(11, 13);
      ticks += own.reduce((sum, field) => sum + Number(field), 0);
    }
  } catch {
    return 0;
  }
  return ticks / TICKS_PER_SECOND;
}

/** From the third field on, since the second is a name that may hold anything. A process that is gone gives nothing. */
function statOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  } catch {
    return [];
  }
}
