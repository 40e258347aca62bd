import { rm } from 'node:fs/promises';
import pg from 'pg';
import {
  APPOINTMENTS,
  CLINICS,
  startClinicApi,
  type ClinicApi,
} from '../../../plugins/clinic-events/test/clinic-api.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';
import { strangersCopy, useAsHost } from './stranger.js';

const KEY = 'clinic-canary-71c2';
const CONFIG = { api_key: KEY, start_date: '2025-01-01' };

let api: ClinicApi;
let folder: string;

beforeAll(async () => {
  [api, folder] = await Promise.all([startClinicApi({ key: KEY }), strangersCopy()]);
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true, force: true });
  await stopTestServer();
});

describe('a plugin in a folder outside of the package', () => {
  test.each(['./clinic-events', './clinic-events/clinic-events.source.ts'])(
    '%s is found, checked and discovered',
    async (connector) => {
      const { name, catalog, stderr } = await useAsHost({
        connector,
        baseFolder: folder,
        config: { ...CONFIG, endpoint: api.url },
      });
      expect(name).toBe('clinic_events');
      expect(catalog).toMatchObject([
        { name: 'clinics', primaryKey: ['id'], syncModes: ['full_refresh'] },
        { name: 'appointments', primaryKey: ['id'], cursor: 'booked_on', syncModes: ['full_refresh', 'incremental'] },
      ]);
      expect(catalog[1].fields).toContainEqual({ name: 'booked_on', type: 'date', nullable: false });
      expect(catalog[1].fields).toContainEqual({ name: 'campaign_id', type: 'string', nullable: true });
      expect(stderr).toBe('');
    },
  );

  test('it is an auth error where the API refuses the key', async () => {
    const { error } = await useAsHost({
      connector: './clinic-events',
      baseFolder: folder,
      config: { ...CONFIG, endpoint: api.url, api_key: 'wrong-canary-3c1d' },
    });
    expect(error.kind).toBe('auth');
    expect(JSON.stringify(error)).not.toContain('wrong-canary-3c1d');
  });

  describe('synced into a real Postgres', () => {
    let database: TestDatabase;
    let client: pg.Client;
    beforeAll(async () => {
      database = await testDatabase();
      client = new pg.Client({ connectionString: database.url });
      await client.connect();
    });
    afterAll(async () => {
      await client.end();
      await database.drop();
    });
    const sync = () =>
      useAsHost({
        connector: './clinic-events',
        baseFolder: folder,
        config: { ...CONFIG, endpoint: api.url },
        database: database.url,
      });
    const rows = async (sql: string) => (await client.query(sql)).rows;

    test('every record lands once, and a second run reads only the lookback and changes nothing', async () => {
      const first = await sync();
      expect(first.outcome).toMatchObject({ state: 'succeeded', exitCode: 0 });
      expect(await rows('SELECT id, name, region FROM raw_stranger.clinics ORDER BY id')).toEqual(CLINICS);
      expect(
        await rows(
          'SELECT id, clinic_id, campaign_id, member_id, status, booked_on::text, updated_at FROM raw_stranger.appointments ORDER BY id',
        ),
      ).toEqual(APPOINTMENTS.map((record) => ({ ...record, updated_at: new Date(record.updated_at) })));

      const asked = api.requests.length;
      const second = await sync();
      expect(second.outcome).toMatchObject({ state: 'succeeded', ledger: { inserted: 0, updated: 0 } });
      const again = api.requests.slice(asked).filter((path) => path.includes('/appointments'));
      // The bookmark is the day of the run, 2025-03-16; six weeks are read again.
      expect(again[0]).toContain('from=2025-02-02');
    });
  });
});
