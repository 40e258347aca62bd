import type { RateLimit } from '../../../../core/sdk/http/index.js';
import type { BrazeSimulator, BrazeSimulatorOptions } from '../../../simulators/braze/server.js';
import { stopTestServer } from '../../../support/postgres.js';
import { fakeClock, type FakeClock } from '../../../unit/sdk/http/local-api.js';
import { openBench, SCHEMA } from '../../engine/runs.js';
import { differences, now, open, read, start, withSimulator } from './reading.js';

const HOUR_MS = 3_600_000;
const FROM = '2026-08-20';
const SERIES = '/campaigns/data_series';
/** As many calls are under way at a time; so many may be on their way when the last one of the quota is answered. */
const UNDER_WAY = 6;

/** A workspace whose hour and minute are short, on the clock by which the connector waits. */
const withQuota = (
  rateLimits: BrazeSimulatorOptions['rateLimits'],
  run: (simulator: BrazeSimulator, clock: FakeClock) => Promise<void>,
  options: Partial<BrazeSimulatorOptions> = {},
) => {
  const clock = fakeClock();
  const wallClock = () => clock.now().getTime();
  return withSimulator({ campaigns: 14, rateLimits, wallClock, ...options }, (simulator) => run(simulator, clock));
};

const truth = ({ world }: BrazeSimulator) => world.truth(now, { from: FROM }).cells;
const statusesOf = (simulator: BrazeSimulator, status: number) =>
  simulator.requests.list().filter((request) => request.status === status);
/** What was answered, each with how often. */
const answered = (simulator: BrazeSimulator) =>
  Map.groupBy(statusesOf(simulator, 200), ({ path, query }) => JSON.stringify([path, query]));

const seriesCalls = (simulator: BrazeSimulator) =>
  simulator.requests.list().filter(({ path }) => path === SERIES).length;

afterAll(stopTestServer);

test('the own budget lies below the quota, so that a run which needs more waits and nothing is refused', () =>
  withQuota(
    { shared: { requests: 10, windowMs: HOUR_MS } },
    async (simulator, clock) => {
      const rateLimit: RateLimit = { requests: 8, per: '1h' };
      // A list is read call by call: of several at a time, each would move this clock on for all.
      const { rows } = await read(simulator, 'campaigns', { http: { clock, rateLimit } });
      const { campaigns } = simulator.world.truth(now, { to: start });
      expect(rows.map(({ id }) => id).toSorted()).toEqual(campaigns.map(({ id }) => id).toSorted());
      expect(simulator.requests.list().map(({ status }) => status)).toEqual(
        Array(campaigns.length / 100 + 1).fill(200),
      );
      expect(clock.sleptMs()).toBeGreaterThan(HOUR_MS);
    },
    { campaigns: 1_500, deletedCampaign: true, start: '2024-09-01' },
  ));

test.each([
  ['the common quota', { shared: { requests: 10, windowMs: HOUR_MS } }, HOUR_MS],
  ['the quota of the series', { data_series: { requests: 5, windowMs: 60_000 } }, 60_000],
] as const)(
  '%s that others use up is waited for until its reset, and nothing is lost or doubled',
  (_, limits, windowMs) =>
    withQuota(limits, async (simulator, clock) => {
      const { rows } = await read(simulator, 'campaign_data_series', { config: { start_date: FROM }, http: { clock } });
      expect(differences(rows, truth(simulator))).toEqual([]);
      expect([...answered(simulator).values()].filter(({ length }) => length > 1)).toEqual([]);
      const windows = Math.ceil(clock.sleptMs() / windowMs);
      expect(windows).toBeGreaterThan(0);
      expect(statusesOf(simulator, 429).length).toBeLessThan(UNDER_WAY * windows);
    }),
);

test('a reset that is too far away ends the run, which says when, and the next one goes on', async () => {
  const bench = await openBench();
  try {
    await withQuota({ data_series: { requests: 40, windowMs: 24 * HOUR_MS } }, async (simulator, clock) => {
      const sync = async () => {
        const source = await open(simulator, { http: { clock } });
        try {
          const { campaign_data_series: series } = await source.streams(() => undefined);
          return await bench.run({ campaign_data_series: series! }, { request: { startedAt: new Date(now) } });
        } finally {
          await source.close();
        }
      };
      const first = await sync();
      expect(first).toMatchObject({
        state: 'failed',
        exitCode: 5,
        streams: [
          {
            error: {
              kind: 'rate_limit',
              message: expect.stringMatching(
                /answered 429, to be asked again in [\d,]+ s|next request start in [\d,]+ s/,
              ),
            },
          },
        ],
      });
      const asked = seriesCalls(simulator);
      // Until the reset nobody asks again, another run neither.
      expect(await sync()).toMatchObject({ state: 'failed', exitCode: 5 });
      expect(seriesCalls(simulator)).toBe(asked);

      const outcomes: unknown[] = [];
      for (let day = 0; day < 4 && outcomes.at(-1) !== 'succeeded'; day += 1) {
        await clock.sleep(24 * HOUR_MS);
        outcomes.push((await sync()).state);
      }
      expect(outcomes.at(-1)).toBe('succeeded');
      const rows = await bench.query<{ row: Record<string, unknown> }>(
        `SELECT to_jsonb(t) AS row FROM ${SCHEMA}.campaign_data_series t`,
      );
      expect(
        differences(
          rows.map(({ row }) => row as never),
          simulator.world.truth(now).cells,
        ),
      ).toEqual([]);
    });
  } finally {
    await bench.close();
  }
});
