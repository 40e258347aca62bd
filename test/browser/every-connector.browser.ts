import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { parse } from 'yaml';
import { newProject, type Project } from '../e2e/project.js';
import { startDashboardSimulator } from '../simulators/dashboard/server.js';
import { defaultPackage, startSfmcSimulator } from '../simulators/sfmc/server.js';
import { openBucket } from '../support/s3-bucket.js';
import { openGcsBucket } from '../support/gcs-bucket.js';
import { stopTestServer } from '../support/postgres.js';
import { startSshServer } from '../support/ssh-server.js';
import { openPage, serveAndOpen, show, violations } from './browser.js';

/** Each kind of source that the form offers, filled in as its user does, against a server of its kind, and read. */

const CSV = 'member_id,sent,day\n7,3,2026-03-01\n8,5,2026-03-02\n';
const NOW = Date.now();
const START = new Date(NOW - 2 * 86_400_000).toISOString().slice(0, 10);
const closers: (() => unknown)[] = [];
const env: Record<string, string> = { MEMBER_KEY: 'a-key-of-a-test-with-letters' };

let project: Project;
let browser: Browser;
let url: string;
/** Rows that the dashboard has. */
let results: number;

/** A place in the configuration and what goes there; `NAME:form` chooses a form, `+NAME` adds an entry, `>NAME` unfolds. */
type Act = readonly [place: string, value: string] | `+${string}` | `>${string}`;
let kinds: Readonly<Record<string, readonly Act[]>>;

const files = (path: string): readonly Act[] => [
  ['files[0].stream', 'sends'],
  ['files[0].path', path],
  ['files[0].format', 'csv'],
  '>files[0]',
  ['files[0].primary_key', 'member_id'],
];

beforeAll(async () => {
  project = await newProject(`new_sources: { write: true }
keys: { member_key: "\${env:MEMBER_KEY}" }
sources:
  here: { connector: local, config: { files: [ { stream: sends, path: ./data/*.csv, format: csv, primary_key: [member_id] } ] } }
connections:
  here: { source: here, destination: warehouse, streams: { sends: {} } }
`);
  await project.write('data/a.csv', CSV);
  const [ssh, s3, gcs, cloud, dashboard] = await Promise.all([
    startSshServer(),
    openBucket('own'),
    openGcsBucket('own'),
    startSfmcSimulator({ now: new Date(NOW).toISOString(), start: START, members: 20 }),
    startDashboardSimulator({ token: 'of-the-dashboard', seed: 7, from: '2024-02-01', to: '2024-02-10' }),
  ]);
  closers.push(...[ssh, s3, gcs, cloud, dashboard].map((one) => () => one.close()));
  writeFileSync(join(ssh.folder, 'a.csv'), CSV);
  ssh.handOver('a.csv');
  results = dashboard.results.length;
  await s3.put('out/a.csv', CSV);
  await gcs.put('out/a.csv', CSV);
  Object.assign(env, {
    SOURCE_SSH_KEY: ssh.plainKey,
    SOURCE_S3_SECRET: s3.config['secret_access_key'],
    SOURCE_CLIENT_ID: defaultPackage.client_id,
    SOURCE_CLIENT_SECRET: defaultPackage.client_secret,
    SOURCE_TOKEN: 'of-the-dashboard',
  });
  kinds = {
    sftp: [
      ['host', ssh.login['host']],
      ['username', ssh.login['username']],
      ...files('a.csv'),
      '>',
      ['port', String(ssh.login['port'])],
      ['private_key', 'SOURCE_SSH_KEY'],
      ['host_key_sha256:form', 'Text'],
      ['host_key_sha256', ssh.login['host_key_sha256']],
    ],
    s3: [
      ['bucket', String(s3.config['bucket'])],
      ...files('out/*.csv'),
      '>',
      ['region', 'us-east-1'],
      ['endpoint', String(s3.config['endpoint'])],
      ['path_style', 'true'],
      ['access_key_id', String(s3.config['access_key_id'])],
      ['secret_access_key', 'SOURCE_S3_SECRET'],
    ],
    gcs: [
      ['bucket', String(gcs.config['bucket'])],
      ...files('out/*.csv'),
      '>',
      ['anonymous', 'true'],
      ['endpoint', String(gcs.config['endpoint'])],
    ],
    local: files('./data/*.csv'),
    rest: [
      ['api:form', 'With endpoint and streams'],
      ['api.endpoint', dashboard.url],
      '+api.streams',
      ['api.streams:name-0', 'results'],
      ['api.streams.results.path', '/results'],
      '>api.streams.results',
      ['api.streams.results.records', 'data'],
      ['api.streams.results.primary_key:form', 'Text'],
      ['api.streams.results.primary_key', 'result_id'],
      ['api.streams.results.paging:form', 'With cursor and parameter'],
      ['api.streams.results.paging.cursor', 'next_cursor'],
      ['api.streams.results.paging.parameter', 'cursor'],
      ['api.streams.results.cursor:form', 'With field and start'],
      ['api.streams.results.cursor.field', 'day'],
      ['api.streams.results.cursor.start', '2024-02-01'],
      '>api.streams.results.cursor',
      ['api.streams.results.cursor.format', '%Y-%m-%d'],
      ['api.streams.results.cursor.from', 'from'],
      ['api.streams.results.cursor.to', 'to'],
      ['api.streams.results.cursor.window', 'P31D'],
      '>api',
      ['api.auth:form', 'With bearer'],
      ['api.auth.bearer', 'SOURCE_TOKEN'],
      ['allow', 'loopback'],
    ],
    sfmc: [
      ['endpoint', cloud.url],
      ['client_id', defaultPackage.client_id],
      ['client_secret', 'SOURCE_CLIENT_SECRET'],
      ['accounts[0]', '510001'],
      ['start_date', START],
      ['time_zone', 'America/Chicago'],
    ],
    warehouse: [
      ['destination', 'warehouse'],
      '+streams',
      ['streams:name-0', 'sends'],
      '>streams.sends',
      ['streams.sends.query', 'SELECT 7 AS member_id, 3 AS sent'],
    ],
  };
  const site = await serveAndOpen(project, { env });
  closers.unshift(() => site.close());
  ({ url, browser } = site);
});
afterAll(async () => {
  for (const close of closers) await close();
  await project?.remove();
  await stopTestServer();
});

const idOf = (place: string) => `#field-config-${place.replaceAll(/[^A-Za-z0-9_]+/g, '-')}`;

async function fill(page: Page, acts: readonly Act[]): Promise<void> {
  for (const act of acts) {
    if (typeof act === 'string') {
      const name = act.slice(1);
      if (act.startsWith('+'))
        await page.getByRole('button', { name: `Add to ${name.split('.').at(-1)}`, exact: true }).click();
      else {
        const fold = page
          .locator('summary')
          .filter({ hasText: new RegExp(`of ${`config.${name}`.replace(/\.$/, '').replaceAll(/[.[\]]/g, '\\$&')}$`) });
        if ((await fold.locator('xpath=..').getAttribute('open')) === null) await fold.click();
      }
      continue;
    }
    const [place, value] = act;
    const field = page.locator(place.includes(':') ? idOf(place.replace(':', '-')) : idOf(place));
    if ((await field.evaluate(({ tagName }) => tagName)) === 'SELECT') await field.selectOption(value);
    else await field.fill(value);
  }
}

/** Of the first stream, what somebody chooses who knows that its records are about persons. */
async function choosePhi(page: Page): Promise<void> {
  await page.getByText('How it is read and written').click();
  await page.getByLabel('sync', { exact: true }).selectOption('full_refresh');
  await page.getByLabel('write', { exact: true }).selectOption('overwrite');
  // Reading a part must not take the place of the whole.
  await page.getByLabel('sync', { exact: true }).selectOption('incremental');
  expect(await page.getByLabel('write', { exact: true }).inputValue()).toBe('');
  await page.getByLabel('sync', { exact: true }).selectOption('full_refresh');
  await page.getByLabel('write', { exact: true }).selectOption('overwrite');
  await page.getByLabel(/about persons \(phi\)/).check();
  await page.getByRole('button', { name: 'Show the text' }).click();
  await page.getByText('3 things are not right yet').waitFor();
  await page.getByRole('link', { name: 'connection.protect.sends.member_id' }).click();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('field-connection-protect-sends-member_id');
  await page.getByLabel('member_id', { exact: true }).selectOption('becomes a token by member_key');
  await page.getByRole('button', { name: 'Load the other 2 of sends as they are' }).click();
  expect(await violations(page)).toEqual([]);
}

test('a source of every kind is filled in, tried, written into the file, and read', async () => {
  const { page, faults } = await openPage(browser);
  await show(page, `${url}/sources/new`);
  const offered = await page.locator('.choice strong').allInnerTexts();
  // Braze has a test of its own.
  expect(Object.keys(kinds).toSorted()).toEqual(offered.filter((name) => name !== 'braze'));
  for (const [name, acts] of Object.entries(kinds)) {
    await page.getByRole('radio', { name: new RegExp(`^${name}`) }).check();
    await fill(page, acts);
    await page.getByRole('button', { name: 'Try it' }).click();
    const answer = name === 'warehouse' ? 'A page sends no query' : /It answers, and offers \d+ stream/;
    await page.getByText(answer).waitFor();
    await page.getByRole('button', { name: /^Choose all/ }).click();
    await page.getByLabel('schema', { exact: true }).fill(`of_${name}`);
    if (name === 'sftp') await choosePhi(page);
    await page.getByRole('button', { name: 'Show the text' }).click();
    await page.getByRole('button', { name: 'Add it to tributary.yaml' }).click();
    await page.getByText('It stands in tributary.yaml').waitFor();
  }
  expect(faults).toEqual([]);
  await page.context().close();

  const written = parse(await readFile(project.config, 'utf8')).connections;
  expect(written.sftp_daily).toMatchObject({
    schema: 'of_sftp',
    streams: { sends: { sync: 'full_refresh', write: 'overwrite', phi: true } },
    protect: { sends: { member_id: { tokenize: 'member_key' }, sent: 'keep', day: 'keep' } },
  });
  expect(await project.run(['validate'], { env })).toMatchObject({ code: 0 });
  const runs = await Promise.all(
    Object.keys(kinds).map((name) => project.run(['sync', `${name}_daily`, '--json'], { env })),
  );
  expect(runs.map(({ code, stderr }) => ({ code, fault: code === 0 ? '' : stderr }))).toEqual(
    runs.map(() => ({ code: 0, fault: '' })),
  );
  const count = (table: string) => `(SELECT count(*)::int FROM ${table}) AS ${table.split('.')[0]}`;
  const tables = [
    'of_sftp.sends',
    'of_s3.sends',
    'of_gcs.sends',
    'of_local.sends',
    'of_warehouse.sends',
    'of_rest.results',
  ];
  expect(await project.rows(`SELECT ${tables.map(count).join(', ')}`)).toEqual([
    { of_sftp: 2, of_s3: 2, of_gcs: 2, of_local: 2, of_warehouse: 1, of_rest: results },
  ]);
  expect(
    await project.rows(
      "SELECT sum(sent)::int AS sent FROM of_sftp.sends WHERE member_id LIKE 'v1:%' OR length(member_id) > 20",
    ),
  ).toEqual([{ sent: 8 }]);
}, 60_000);
