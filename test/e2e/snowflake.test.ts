import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultApiKey, startBrazeSimulator } from '../simulators/braze/server.js';
import { defaultUser, startSnowflakeSimulator } from '../simulators/snowflake/server.js';
import { runCli } from '../support/cli.js';

const DEMO = new URL('../../config/demo.yaml', import.meta.url);
const NOW = '2026-11-20T05:59:59Z';
const START = '2026-09-01';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-snowflake-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** All of the marts by month but when it was built. */
const DELIVERED = `  marts:
    connector: warehouse
    config:
      destination: warehouse
      streams:
        campaign_monthly:
          query: >-
            SELECT month, source, campaign_id, campaign_name, channel, variant_id, region, segment, is_control, sent, delivered, opened,
            clicked, revenue FROM report.campaign_monthly
`;

/** The configuration of the demo, with its files where they are and this destination. */
async function configuration(name: string, destination: string): Promise<string> {
  const text = await readFile(DEMO, 'utf8');
  const changed = text
    .replace('./data/', new URL('./data/', DEMO).pathname)
    .replace('\nsources:\n', `\nsources:\n${DELIVERED}`)
    .replace(
      '\ndestinations:\n',
      `\ndestinations:\n  partner: { connector: files, config: { local: true, folder: out-${name}, state_folder: state-${name}, format: csv, compression: none } }\n`,
    )
    .replace(
      '\nconnections:\n',
      '\nconnections:\n  marts_out: { source: marts, destination: partner, streams: { campaign_monthly: {} } }\n',
    )
    .replace(/ {2}warehouse:\n {4}connector: postgres\n {4}config:\n {6}url: embedded\n/, destination);
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, changed);
  return path;
}

/** When something was read, built or published; the rest must be the same. */
const CLOCK = new Set(['generated_at', 'published_at', 'data_as_of']);
const withoutClock = (key: string, value: unknown) => (CLOCK.has(key) ? undefined : value);

test('the demo gives the same report in Snowflake as in Postgres, number by number', async () => {
  const braze = await startBrazeSimulator({
    now: NOW,
    start: START,
    timeZone: 'America/Chicago',
    campaigns: 40,
    keys: [{ ...defaultApiKey, key: 'demo-key' }],
  });
  const account = await startSnowflakeSimulator();
  try {
    const env = {
      TRIBUTARY_DEMO_BRAZE_URL: braze.url,
      TRIBUTARY_DEMO_START_DATE: START,
      SNOWFLAKE_PASSWORD: String(defaultUser.password),
    };
    const reports: Record<string, unknown>[][] = [];
    const files: string[][] = [];
    for (const [name, destination] of [
      [
        'snowflake',
        `  warehouse:\n    connector: snowflake\n    config: { account: ${account.account}, endpoint: '${account.url}', username: ${defaultUser.name}, password: '\${env:SNOWFLAKE_PASSWORD}', warehouse: LOADING, database: ANALYTICS }\n`,
      ],
      ['postgres', '  warehouse:\n    connector: postgres\n    config: { url: embedded }\n'],
    ] as const) {
      const config = await configuration(name, destination);
      const own = { ...env, TRIBUTARY_HOME: join(folder, name) };
      for (const connection of ['hillstrom', 'braze_daily']) {
        const end = await runCli(['sync', connection, '--config', config], { env: own });
        expect({ code: end.code, stderr: end.code === 0 ? '' : end.stderr }).toEqual({ code: 0, stderr: '' });
      }
      const months: Record<string, unknown>[] = [];
      for (const month of ['2008-03', '2026-10']) {
        const end = await runCli(
          [
            'report',
            'build',
            '--month',
            month,
            '--format',
            'json',
            '--out',
            join(folder, `${name}-${month}`),
            '--config',
            config,
          ],
          { env: own },
        );
        expect({ code: end.code, stderr: end.code === 0 ? '' : end.stderr }).toEqual({ code: 0, stderr: '' });
        months.push(
          JSON.parse(await readFile(join(folder, `${name}-${month}`, `report-${month}.json`), 'utf8')) as Record<
            string,
            unknown
          >,
        );
      }
      reports.push(months);
      const { code, stderr } = await runCli(['sync', 'marts_out', '--config', config], { env: own });
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      const out = join(folder, `out-${name}`);
      const [file] = (await readdir(out, { recursive: true })).filter((each) => each.endsWith('.csv'));
      files.push((await readFile(join(out, file!), 'utf8')).split('\n').toSorted());
    }
    expect(reports[0]).toMatchObject([{ totals: { sent: 42_694, responded: 7_132 } }, { month: { id: '2026-10' } }]);
    expect(JSON.parse(JSON.stringify(reports[0], withoutClock))).toEqual(
      JSON.parse(JSON.stringify(reports[1], withoutClock)),
    );
    expect(files[0]!.length).toBeGreaterThan(100);
    expect(files[0]).toEqual(files[1]);
  } finally {
    await account.close();
    await braze.close();
  }
}, 240_000);
