import type { RecordData } from '../../../../core/protocol/index.js';
import { defaultApiKey, type BrazeSimulator } from '../../../simulators/braze/server.js';
import { stopTestServer } from '../../../support/postgres.js';
import { openBench, SCHEMA, type Bench } from '../../engine/runs.js';
import { differences, now, open, read, withSimulator } from './reading.js';

/** Fourteen months, several times over, on a machine that may have other work. */
const LONG_MS = 240_000;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
  await stopTestServer();
});

/** One run of the connection at the simulator's instant, as `tributary sync` does it. */
async function run(simulator: BrazeSimulator, of: 'campaign' | 'canvas', config: Record<string, unknown> = {}) {
  const source = await open(simulator, { config });
  try {
    const offered = Object.entries(await source.streams(() => undefined));
    const streams = Object.fromEntries(offered.filter(([name]) => name.startsWith(of)));
    return await bench.run(streams, {
      // The longest conversion window of the simulator's world is 30 days.
      stream: { lookback: '35d' },
      request: { startedAt: new Date(simulator.now()) },
    });
  } finally {
    await source.close();
  }
}

async function sync(simulator: BrazeSimulator) {
  const outcome = await run(simulator, 'campaign');
  expect(outcome).toMatchObject({ state: 'succeeded', exitCode: 0, ledger: { quarantined: 0, replaced: 0 } });
  return Object.fromEntries(outcome.streams.map(({ stream, ledger }) => [stream, ledger]));
}

/** The table as it lies in Postgres. */
async function table(name: string): Promise<RecordData[]> {
  const rows = await bench.query<{ row: RecordData }>(`SELECT to_jsonb(t) AS row FROM ${SCHEMA}.${name} t`);
  return rows.map(({ row }) => row);
}

test(
  'a full sync and three daily ones make the table equal to the truth, and a sync without news says so',
  () =>
    withSimulator({ campaigns: 24 }, async (simulator) => {
      const equalsTruth = async () => {
        const truth = simulator.world.truth(simulator.now());
        expect(differences(await table('campaign_data_series'), truth.cells)).toEqual([]);
        const found = await table('campaigns');
        expect(found.map(({ id, name, tags }) => ({ id, name, tags })).sort(byId)).toEqual(
          truth.campaigns.map(({ id, name, tags }) => ({ id, name, tags })).sort(byId),
        );
        const details = await table('campaign_details');
        expect(details).toHaveLength(truth.campaigns.filter(({ deleted }) => !deleted).length);
      };
      const first = await sync(simulator);
      await equalsTruth();
      const rows = (await table('campaign_data_series')).length;
      expect(first['campaign_data_series']).toMatchObject({ read: rows, inserted: rows, updated: 0 });

      const again = await sync(simulator);
      for (const ledger of Object.values(again)) {
        expect(ledger.read).toBeGreaterThan(0);
        expect(ledger).toMatchObject({ unchanged: ledger.read, inserted: 0, updated: 0, deleted: 0, superseded: 0 });
      }

      for (const day of [1, 2, 3]) {
        simulator.setNow(Date.parse(now) + day * 86_400_000);
        const { campaign_data_series: ledger } = await sync(simulator);
        expect(ledger!.updated).toBeGreaterThan(0);
        expect(ledger!.inserted).toBeGreaterThan(0);
        await equalsTruth();
      }
      const columns = await bench.query(
        `SELECT column_name AS name, data_type AS type FROM information_schema.columns
        WHERE table_schema = $1 AND table_name = 'campaign_data_series'`,
        [SCHEMA],
      );
      expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toMatchObject({
        time: 'date',
        sent: 'bigint',
        is_control: 'boolean',
        revenue: 'numeric',
        other_metrics: 'jsonb',
      });
    }),
  LONG_MS,
);

const byId = (a: { id?: unknown }, b: { id?: unknown }) => String(a.id).localeCompare(String(b.id));

test(
  'a key that expires in mid-run fails the run, and the next one ends what was begun',
  () =>
    withSimulator({ campaigns: 14, seed: 7 }, async (simulator) => {
      await bench.query(`DROP SCHEMA ${SCHEMA} CASCADE; DROP SCHEMA tributary CASCADE`);
      simulator.faults.set({ route: '/campaigns/data_series', kind: 'expired401', nth: 40 });
      await expect(sync(simulator)).rejects.toThrow();
      expect(bench.events.at(-1)).toMatchObject({ type: 'run_ended', state: 'partial', error: { kind: 'auth' } });
      const partly = await table('campaign_data_series');
      const { cells } = simulator.world.truth(now);
      expect(partly.length).toBeGreaterThan(0);
      expect(partly.length).toBeLessThan(cells.length);
      simulator.requests.clear();
      await sync(simulator);
      expect(differences(await table('campaign_data_series'), cells)).toEqual([]);
      // Windows that were committed are not read again, but for the lookback.
      const asked = simulator.requests.list().filter(({ path }) => path === '/campaigns/data_series');
      expect(new Set(asked.map(({ query }) => query['ending_at'])).size).toBeLessThan(5);
    }),
  LONG_MS,
);

test(
  'a key without the right to the series of Canvases fails that stream, and the history comes once it is granted',
  () => {
    const lacking = {
      name: 'lacking',
      key: 'lacks-a-right',
      scopes: defaultApiKey.scopes.filter((scope) => scope !== 'canvas.data_series'),
    };
    return withSimulator({ campaigns: 0, canvases: 8, keys: [defaultApiKey, lacking] }, async (simulator) => {
      await bench.query(`DROP SCHEMA ${SCHEMA} CASCADE; DROP SCHEMA tributary CASCADE`);
      const outcome = await run(simulator, 'canvas', { api_key: lacking.key });
      expect(outcome).toMatchObject({ state: 'partial', error: { kind: 'auth' } });
      const { rows } = await read(simulator, 'canvas_data_series');
      expect(rows.length).toBeGreaterThan(0);
      expect(await run(simulator, 'canvas')).toMatchObject({ state: 'succeeded' });
      expect(await table('canvas_data_series')).toHaveLength(rows.length);
    });
  },
  LONG_MS,
);
