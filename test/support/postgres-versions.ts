import pg from 'pg';
import { noOldServer, startOldServer } from './old-postgres.js';
import { stopTestServer, testDatabase, testServer, type TestDatabase } from './postgres.js';

/** A real server of one version, for tests that must hold on the oldest and on the newest. */
export interface VersionedServer {
  /** As its superuser. */
  readonly adminUrl: string;
  /** An empty database of its own. */
  database(): Promise<TestDatabase>;
  close(): Promise<void>;
}

interface Version {
  readonly name: string;
  start(): Promise<VersionedServer>;
}

const newest: Version = {
  name: 'the newest',
  async start() {
    const server = await testServer();
    return { adminUrl: server.adminUrl, database: testDatabase, close: stopTestServer };
  },
};

const oldest: Version = {
  name: 'version 14',
  async start() {
    const server = await startOldServer();
    let made = 0;
    return {
      adminUrl: server.url,
      async database() {
        const name = `test_${(made += 1)}`;
        await asking(server.url, (ask) => ask(`CREATE DATABASE ${name}`));
        return {
          url: server.url.replace(/\/[^/]*$/, `/${name}`),
          drop: () =>
            asking(server.url, async (ask) => void (await ask(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
        };
      },
      close: () => server.close(),
    };
  },
};

export const VERSIONS: readonly Version[] = noOldServer === undefined ? [newest, oldest] : [newest];

/** What is left out, in a word, as a test that is skipped. */
export function sayWhatIsSkipped(what: string): void {
  if (noOldServer !== undefined) it.skip(`${what}, on version 14: ${noOldServer}`, () => undefined);
}

type Ask = <R extends pg.QueryResultRow>(sql: string, values?: unknown[]) => Promise<R[]>;

/** A session of its own, for what another program does meanwhile. */
export async function asking<T>(url: string, work: (ask: Ask) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(async (sql, values) => (await client.query(sql, values)).rows);
  } finally {
    await client.end();
  }
}
