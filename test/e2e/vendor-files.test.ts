import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { eventsAt, membersOf } from '../simulators/braze/currents/events.js';
import { startCurrents } from '../simulators/braze/currents/files.js';
import { currentsTruth } from '../simulators/braze/currents/truth.js';
import { defaultApiKey, startBrazeSimulator } from '../simulators/braze/server.js';
import { runAutomation } from '../simulators/sfmc/extracts.js';
import { truthOf } from '../simulators/sfmc/truth.js';
import { createWorld } from '../simulators/sfmc/world.js';
import { stopTestServer } from '../support/postgres.js';
import { startSshServer, type SshServer } from '../support/ssh-server.js';
import { newProject, type Project } from './project.js';

const ZONE = 'America/Chicago';
const shipped = (name: string): Record<string, any> =>
  parse(readFileSync(fileURLToPath(new URL(`../../config/${name}`, import.meta.url)), 'utf8'), { merge: true });

/** The shipped file in the place of the test: its sources lead to simulators, its warehouse is the test's. */
async function projectOf(name: string, point: (file: Record<string, any>) => void): Promise<Project> {
  const file = shipped(name);
  point(file);
  for (const key of ['version', 'project', 'destinations']) delete file[key];
  return newProject(stringify(file, { aliasDuplicateObjects: false }));
}

afterAll(stopTestServer);

const env = { MEMBER_KEY: 'k'.repeat(32), BRAZE_API_KEY: 'x', SFMC_SFTP_KEY: 'x' };

describe('extracts of Marketing Cloud on an SSH server', () => {
  const now = Date.parse('2026-10-29T14:00:00Z');
  const world = createWorld({ now: '2026-10-29T14:00:00Z', start: '2026-10-24', members: 60 });
  let server: SshServer;
  let project: Project;
  beforeAll(async () => {
    server = await startSshServer();
    project = await projectOf('sfmc-files.yaml', ({ sources }) => {
      const { config } = sources.marketing_cloud_files;
      const { host, username, private_key, host_key_sha256, ...rest } = config;
      expect([host, username, private_key, host_key_sha256]).not.toContain(undefined);
      sources.marketing_cloud_files.config = { ...server.login, ...rest };
    });
  });
  afterAll(async () => {
    await project.remove();
    await server.close();
  });
  const sync = () => project.run(['sync', 'sfmc_files', '--json'], { env });
  const sent = async () =>
    (await project.rows<{ n: number }>(`SELECT coalesce(sum(sent), 0)::int AS n FROM report.campaign_daily`))[0]!.n;
  const truth = (at: number) => truthOf(world, at, ZONE).reduce((sum, cell) => sum + (cell.sent ?? 0), 0);

  test('are checked, read and reported by the shipped configuration', async () => {
    await runAutomation(world, now, { folder: server.folder });
    server.handOver('.');
    expect((await project.run(['check', 'marketing_cloud_files'], { env })).code).toBe(0);
    const { code, stderr } = await sync();
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(await sent()).toBe(truth(now));
  });

  test('a half-written archive and one that lacks a kind load nothing of it, and the next delivery is read', async () => {
    const later = now + 86_400_000;
    await runAutomation(world, later, { folder: server.folder });
    const name = join(server.folder, 'Export/tracking_20261030.zip');
    const whole = readFileSync(name);
    writeFileSync(name, whole.subarray(0, whole.length / 2));
    server.handOver('.');
    const half = await sync();
    expect(half.code).toBe(7);
    const kept = await project.data<{ reason: string; slice: string }[]>(['quarantine', 'list', 'sfmc_files'], { env });
    expect(new Set(kept.map(({ reason, slice }) => `${reason} ${slice}`))).toEqual(
      new Set(['file_refused Export/tracking_20261030.zip']),
    );
    expect(kept).toHaveLength(6);

    await runAutomation(world, later, { folder: server.folder, without: ['Unsubs.csv'] });
    server.handOver('.');
    expect((await sync()).code).toBe(7);
    expect(await project.data(['quarantine', 'list', 'sfmc_files'], { env })).toMatchObject([
      {
        stream: 'unsubscribe_events',
        reason: 'file_refused',
        detail: expect.stringContaining('has no entry that matches "**/Unsubs.csv"'),
      },
    ]);

    writeFileSync(name, whole);
    server.handOver('.');
    expect((await sync()).code).toBe(0);
    expect(await sent()).toBe(truth(later));
    expect(await project.data(['quarantine', 'list', 'sfmc_files'], { env })).toEqual([]);
  });
});

test('events of Braze beside its series, by the shipped configuration: each message is in the report once', async () => {
  const now = '2026-10-29T15:00:00Z';
  const braze = await startBrazeSimulator({ now, start: '2026-10-01', campaigns: 5, audienceShare: 0.01 });
  const project = await projectOf('braze-currents.yaml', ({ sources }) => {
    Object.assign(sources.braze.config, { endpoint: braze.url, start_date: '2026-10-01' });
    const { files } = sources.bucket.config;
    sources.bucket = { connector: 'local', config: { files } };
    for (const entry of files) entry.path = entry.preset === undefined ? 'members.csv' : currentsPath;
  });
  try {
    const members = membersOf(1, 600);
    const lines = members.map(({ externalId, region, segment }) => `${externalId},${region},${segment}`);
    await project.write('members.csv', `external_id,region,segment\n${lines.join('\n')}\n`);
    const currents = startCurrents({ folder: project.folder });
    expect(currents.path).toBe(currentsPath);
    const events = eventsAt(braze.world, members, Date.parse(now), braze.world.startDay);
    await currents.deliver(events, Date.parse(now), true);
    const options = { env: { ...env, BRAZE_API_KEY: defaultApiKey.key } };
    for (const connection of ['braze_daily', 'currents'])
      expect(await project.run(['sync', connection], options)).toMatchObject({ code: 0 });
    const truth = currentsTruth(events, ZONE).cells;
    const byRegion = await project.rows<{ region: string; n: number }>(
      `SELECT region, sum(sent)::int AS n FROM report.campaign_daily WHERE sent > 0 GROUP BY region ORDER BY region`,
    );
    const expected = new Map<string, number>();
    for (const { region, sent } of truth) expected.set(region, (expected.get(region) ?? 0) + (sent ?? 0));
    expect(byRegion.map(({ region, n }) => [region, n])).toEqual(
      [...expected].filter(([, n]) => n > 0).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
    const report = await project.data(['report', 'build', '--month', '2026-10', '--format', 'json'], options);
    expect(JSON.stringify(report)).not.toContain('MRN-');
  } finally {
    await project.remove();
    await braze.close();
  }
});

const currentsPath = 'dataexport.prod-05.S3.integration.66f0c4e2a1b2c3d4e5f60718';
