import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadConfiguration } from '../../core/app/configuration.js';
import { openInstallation } from '../../core/app/installation.js';
import { readLedger, readLineage } from '../../core/app/lineage.js';
import { countQuarantine } from '../../core/app/quarantine.js';
import { streamBookmarks } from '../../core/app/stream-bookmarks.js';
import { stopTestServer } from '../support/postgres.js';
import { atProbe, newProject, type Project } from './project.js';

const ROWS = 3_000;
let project: Project;

beforeAll(async () => {
  project = await newProject(`  partner:
    connector: files
    config:
      local: true
      folder: out
      state_folder: state
      format: csv
      compression: gzip
      file_name: "{stream}_{number}_{part}"
      control_totals: [sent]
sources:
  exports:
    connector: local
    config: { files: [{ stream: engagement, path: ./data/*.csv, format: csv, columns: { sent: integer } }] }
  marts:
    connector: warehouse
    config:
      destination: warehouse
      streams:
        campaign_monthly: { table: report.campaign_monthly }
        totals: { query: "SELECT month, sum(sent) AS sent FROM report.campaign_monthly GROUP BY month" }
connections:
  marts_out:
    source: marts
    destination: partner
    streams: { campaign_monthly: {}, totals: {} }
  deliver:
    source: exports
    destination: partner
    streams: { engagement: {} }
`);
  for (let file = 1; file <= 5; file += 1)
    await project.write(
      `data/${file}.csv`,
      `id,sent\n${Array.from({ length: ROWS }, (_, row) => `${file * 100_000 + row},${row % 7}`).join('\n')}\n`,
    );
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

/** What somebody has who takes the files that manifests name: ids by the file at the source. */
function received(): Readonly<Record<string, readonly string[]>> {
  const out = join(project.folder, 'out');
  const found: Record<string, string[]> = {};
  for (const name of readdirSync(out).filter((each) => each.endsWith('.manifest.json'))) {
    const manifest = JSON.parse(readFileSync(join(out, name), 'utf8'));
    for (const file of manifest.files) {
      const bytes = readFileSync(join(out, file.name));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
      const ids = gunzipSync(bytes).toString().trimEnd().split('\n').slice(1);
      expect(ids.length).toBe(file.records);
      (found[manifest.source.name] ??= []).push(...ids.map((line) => line.split(',')[0]!));
    }
  }
  return found;
}

test('killed in the middle of the third of five files and at each step of a delivery, each record is delivered once', async () => {
  expect((await project.run(['check'])).code).toBe(0);
  const kills = [
    ['after_fetch', 3],
    ['before_commit', 1],
    ['after_commit', 1],
    ['mid_delivery', 1],
  ] as const;
  for (const [point, nth] of kills) {
    const killed = await project.run(['sync', 'deliver'], {
      node: atProbe(point, `if (times === ${nth}) process.kill(process.pid, 'SIGKILL');`),
    });
    expect([point, killed.signal]).toEqual([point, 'SIGKILL']);
  }
  const { outcome } = await project.data(['sync', 'deliver']);
  expect(outcome.state).toBe('succeeded');
  const found = received();
  expect(Object.keys(found).toSorted()).toEqual([1, 2, 3, 4, 5].map((file) => `data/${file}.csv`));
  for (const ids of Object.values(found)) expect([ids.length, new Set(ids).size]).toEqual([ROWS, ROWS]);
  // Nothing lies there that no manifest names, and nothing is left of what was not whole.
  expect(readdirSync(join(project.folder, 'out')).length).toBe(10);
  expect(readdirSync(join(project.folder, 'state/deliver/staging'))).toEqual(['about-this-folder.txt']);
});

test('a file that is delivered to us again unchanged is not delivered again, and state is shown as everywhere', async () => {
  const before = readdirSync(join(project.folder, 'out'));
  utimesSync(join(project.folder, 'data/1.csv'), 1_700_000_000, 1_700_000_000);
  const again = await project.run(['sync', 'deliver']);
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('came again with the same content')]);
  expect((await project.run(['sync', 'deliver'])).stderr).not.toContain('came again');
  expect(readdirSync(join(project.folder, 'out'))).toEqual(before);
  const bookmarks = await project.data<any[]>(['state', 'show', 'deliver', 'engagement']);
  expect(bookmarks.filter(({ position }) => position.kind === 'file').length).toBe(5);
  const refused = await project.run(['query', 'partner', 'SELECT 1']);
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('speaks no SQL')]);
});

test('quarantine, lineage, ledger and bookmarks of what was delivered are shown as those of a database are, and state is reset', async () => {
  const first = await project.data<any[]>(['runs', 'list', 'deliver', '--limit', '7']);
  const killed = await project.run(['runs', 'show', first.find(({ state }) => state === 'interrupted').id]);
  expect([killed.code, killed.stdout]).toEqual([0, expect.stringContaining('What it had committed stands')]);
  const bad = await project.write('data/6.csv', `id,sent\n${'600000,1\n'.repeat(2_000)}600001,many\n`);
  const sha256 = createHash('sha256').update(readFileSync(bad)).digest('hex');
  const { run, outcome } = await project.data(['sync', 'deliver', '--json']);
  expect([outcome.state, outcome.ledger.quarantined]).toEqual(['succeeded', 1]);
  const held = await project.data<any[]>(['quarantine', 'list', 'deliver', 'engagement']);
  expect(held).toEqual([
    expect.objectContaining({ stream: 'engagement', field: 'sent', slice: 'data/6.csv', times: 1, resolved_at: null }),
  ]);
  expect((await project.data(['quarantine', 'show', 'deliver', held[0].id])).payload).toMatchObject({ sent: 'many' });
  expect(await project.data(['quarantine', 'list', 'deliver', 'other'])).toEqual([]);

  const env = { WAREHOUSE_URL: project.warehouseUrl, TRIBUTARY_HOME: join(project.folder, 'home') };
  const installation = openInstallation(await loadConfiguration(project.config, env), () => undefined);
  const { signal } = new AbortController();
  const connection = 'deliver';
  try {
    expect(await readLineage(installation, { connection, run, limit: 9 }, signal)).toEqual([
      expect.objectContaining({
        kind: 'file',
        source: 'data/6.csv',
        checksum: sha256,
        bytes: readFileSync(bad).length,
        records: 2_001,
        table: expect.stringMatching(/^out\/engagement_\d+.*\.manifest\.json$/),
      }),
    ]);
    const page = await readLineage(installation, { connection, limit: 4 }, signal);
    const rest = await readLineage(installation, { connection, limit: 40, before: page.at(-1)!.id }, signal);
    const sources = [...page, ...rest].map(({ source }) => source);
    expect([sources[0], sources.slice(1).toSorted()]).toEqual([
      'data/6.csv',
      [1, 2, 3, 4, 5].map((file) => `data/${file}.csv`),
    ]);
    expect(await readLedger(installation, { connection, run, signal })).toEqual([
      expect.objectContaining({
        stream: 'engagement',
        checkpoints: 1,
        ledger: expect.objectContaining({ read: 2_001, inserted: 2_000, quarantined: 1 }),
        imbalances: [],
      }),
    ]);
    expect(await countQuarantine(installation, connection, signal)).toEqual([
      expect.objectContaining({ stream: 'engagement', reason: held[0].reason, records: 1 }),
    ]);
    expect(await streamBookmarks(installation, connection, signal)).toEqual({
      engagement: { frontier: null, files: 6 },
    });
  } finally {
    await installation.close();
  }
  await project.write('data/6.csv', 'id,sent\n600001,1\n');
  await project.data(['sync', 'deliver']);
  expect(await project.data(['quarantine', 'list', 'deliver'])).toEqual([]);
  expect((await project.run(['state', 'reset', 'deliver', '--yes'])).code).toBe(0);
  expect(await project.data(['state', 'show', 'deliver'])).toEqual([]);
});

test('a mart is delivered as it is, and what was delivered before is replaced', async () => {
  await project.rows('CREATE SCHEMA IF NOT EXISTS report');
  await project.rows(
    "CREATE TABLE report.campaign_monthly AS SELECT DATE '2026-03-01' AS month, n::text AS campaign_id, n AS sent, NULL::numeric(18,2) AS cost FROM generate_series(1, 2500) AS n",
  );
  const content = (stream: string) => {
    const out = join(project.folder, 'out');
    const names = readdirSync(out).filter((name) => name.startsWith(`${stream}_`) && name.endsWith('.gz'));
    expect(names.length).toBe(1);
    return gunzipSync(readFileSync(join(out, names[0]!)))
      .toString()
      .trimEnd()
      .split('\n');
  };
  expect((await project.data(['sync', 'marts_out'])).outcome.state).toBe('succeeded');
  expect(content('campaign_monthly').slice(0, 2)).toEqual(['month,campaign_id,sent,cost', '2026-03-01,1,1,']);
  expect(content('campaign_monthly').length).toBe(2_501);
  expect(content('totals')).toEqual(['month,sent', `2026-03-01,${(2_500 * 2_501) / 2}`]);
  await project.rows('DELETE FROM report.campaign_monthly WHERE sent > 10');
  const second = await project.data(['sync', 'marts_out']);
  expect(second.outcome.ledger).toMatchObject({ inserted: 11, deleted: 2_501 });
  expect(content('campaign_monthly').length).toBe(11);
  expect((await project.data(['discover', 'marts'])).streams.map(({ name }: any) => name)).toEqual([
    'campaign_monthly',
    'totals',
  ]);
});
