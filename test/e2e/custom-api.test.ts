import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startDashboardSimulator, type DashboardSimulator } from '../simulators/dashboard/server.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

const CONFIG = fileURLToPath(new URL('../../config/custom-api.yaml', import.meta.url));
/** The source, the connection and the facts of the example as it ships; store and warehouse are those of the test. */
async function example(): Promise<string> {
  const text = await readFile(CONFIG, 'utf8');
  const part = (from: string, to?: string) =>
    text.slice(text.indexOf(`\n${from}:`) + 1, to === undefined ? undefined : text.indexOf(`\n${to}:`) + 1);
  return part('sources', 'destinations') + part('connections');
}

let project: Project;
let simulator: DashboardSimulator;
const env = () => ({ DASHBOARD_URL: simulator.url, DASHBOARD_TOKEN: 'secret-of-the-dashboard' });
const sync = (...more: string[]) => project.run(['sync', 'dashboard_daily', '--json', ...more], { env: env() });

beforeAll(async () => {
  simulator = await startDashboardSimulator({
    token: 'secret-of-the-dashboard',
    seed: 7,
    from: '2024-02-01',
    to: '2024-03-10',
    refusesEvery: 9,
  });
  project = await newProject(await example());
});
afterAll(async () => {
  await project.remove();
  await simulator.close();
  await stopTestServer();
});

interface Sums {
  readonly sent: number;
  readonly delivered: number;
  readonly opened: number;
  readonly clicked: number;
}
/** By campaign, region, segment and day. */
function truth(): Map<string, Sums & { readonly responses: number }> {
  return new Map(
    simulator.results.map((row) => [
      [row.day, row.campaign_id, row.channel, row.region, row.segment].join(' | '),
      {
        sent: row.sent,
        delivered: row.delivered,
        opened: row.opened,
        clicked: row.clicked,
        responses: row.forms_completed + row.calls_booked,
      },
    ]),
  );
}

async function marts(): Promise<Map<string, Sums & { readonly responses: number }>> {
  const days = await project.rows(
    `SELECT date::text AS day, campaign_id, channel, region, segment, sent::int, delivered::int, opened::int, clicked::int FROM report.campaign_daily`,
  );
  const responses = await project.rows(
    `SELECT date::text AS day, campaign_id, channel, region, segment, sum(responded)::int AS responded FROM report.response_daily GROUP BY 1, 2, 3, 4, 5`,
  );
  const keyOf = (row: Record<string, string>) =>
    [row['day'], row['campaign_id'], row['channel'], row['region'], row['segment']].join(' | ');
  const responded = new Map(responses.map((row) => [keyOf(row), row.responded as number]));
  return new Map(
    days.map((row) => {
      const { sent, delivered, opened, clicked } = row as Sums;
      return [keyOf(row), { sent, delivered, opened, clicked, responses: responded.get(keyOf(row)) ?? 0 }];
    }),
  );
}

test('the example of docs/custom-api.md loads what the dashboard holds, and the marts say the same', async () => {
  const { code, stdout, stderr } = await sync();
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout).data.outcome.ledger).toMatchObject({
    read: simulator.results.length,
    inserted: simulator.results.length,
  });
  expect(await marts()).toEqual(truth());
  const [{ schema } = { schema: '' }] = await project.rows(
    `SELECT table_schema AS schema FROM information_schema.columns WHERE table_name = 'results' AND column_name = 'team'`,
  );
  // Nested in the records.
  expect(await project.rows(`SELECT DISTINCT team FROM ${schema}.results ORDER BY 1`)).toEqual([
    { team: 'Lifecycle' },
    { team: 'Mobile' },
  ]);
  expect(stdout + stderr).not.toContain('secret-of-the-dashboard');
});

test('the next run reads the last two weeks again, and late counts stand on their day', async () => {
  const at = simulator.results.findIndex(({ day }) => day === '2024-03-05');
  simulator.results[at] = { ...simulator.results[at]!, opened: simulator.results[at]!.opened + 11 };
  simulator.asked.length = 0;
  const { code, stdout } = await sync();
  expect(code).toBe(0);
  expect(simulator.asked[0]?.['from']).toBe('2024-02-25');
  expect(JSON.parse(stdout).data.outcome.ledger).toMatchObject({ inserted: 0, updated: 1 });
  expect(await marts()).toEqual(truth());
});

test('a wrong token is told as such, and without itself', async () => {
  const { code, stderr } = await project.run(['check', 'dashboard'], {
    env: { ...env(), DASHBOARD_TOKEN: 'another-secret' },
  });
  expect(code).toBe(4);
  expect(stderr).toContain('answered 401');
  expect(stderr).not.toContain('another-secret');
});
