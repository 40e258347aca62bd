import { mkdtemp, rm } from 'node:fs/promises';
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
  close(): Promise<void>;
}

const TURN = 'turn';

export async function openDatabases(): Promise<Databases> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-'));
  const server = await openEmbedded({ home: join(folder, 'home') });
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
    async close() {
      await server.stopNow();
      const sockets = new URL(server.adminUrl).searchParams.get('host');
      if (sockets !== null) await rm(sockets, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
