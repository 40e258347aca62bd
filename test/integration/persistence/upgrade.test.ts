import { afterAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { MIGRATIONS, MIGRATIONS_TABLE } from '../../../core/persistence/migrate.js';
import { STORE_SCHEMA } from '../../../core/persistence/run.entity.js';
import { openStore } from '../../../core/persistence/store.js';
import { stopTestServer, testDatabase } from '../../support/postgres.js';

afterAll(stopTestServer);

const RUN = `INSERT INTO tributary_store.run
    (id, connection, state, trigger, started_at, owner_host, owner_pid, owner_started, heartbeat_at, streams)
  VALUES ('kept', 'braze_daily', 'succeeded', 'manual', '2026-03-01T05:00:00Z', 'host', 1, '1', '2026-03-01T05:00:00Z',
    '{"campaigns":{"state":"complete","ledger":{"read":"9007199254740993"}}}')`;

/** A store as the release wrote it that ended with the first `count` migrations. */
async function storeOf(url: string, count: number): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url,
    schema: STORE_SCHEMA,
    migrations: MIGRATIONS.slice(0, count),
    migrationsTableName: MIGRATIONS_TABLE,
  });
  await source.initialize();
  await source.query(`CREATE SCHEMA ${STORE_SCHEMA}`);
  await source.runMigrations({ transaction: 'each' });
  return source;
}

it.each(MIGRATIONS.slice(0, -1).map(({ name }, index) => [name, index + 1] as const))(
  'brings a store that ended with %s forward, by several processes at once, and keeps its runs',
  async (_name, count) => {
    const database = await testDatabase();
    try {
      const before = await storeOf(database.url, count);
      await before.query(RUN);
      const stores = await Promise.all([1, 2, 3].map(() => openStore(database.url)));
      expect(await stores[0]!.runs.get('kept')).toMatchObject({
        connection: 'braze_daily',
        state: 'succeeded',
        streams: { campaigns: { ledger: { read: '9007199254740993' } } },
      });
      const done: { name: string }[] = await before.query(`SELECT name FROM ${STORE_SCHEMA}.migration ORDER BY id`);
      expect(done.map(({ name }) => name)).toEqual(MIGRATIONS.map(({ name }) => name));
      // A process of the former release that still runs is not broken by what the new one has added.
      await before.query(RUN.replace('kept', 'by the former release'));
      for (const store of stores) await store.close();
      await before.destroy();
    } finally {
      await database.drop();
    }
  },
);
