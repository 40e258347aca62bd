import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { newProject, type Project } from '../e2e/project.js';
import { stopTestServer } from '../support/postgres.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { openPage, serveAndOpen, show, violations } from './browser.js';

/** What pages show where something is wrong, and what somebody does about it. */

let project: Project;
let hook: Receiver;
let browser: Browser;
let url: string;
let site: Awaited<ReturnType<typeof serveAndOpen>>;

beforeAll(async () => {
  hook = await startReceiver();
  const files = (name: string) =>
    `  ${name}: { connector: local, config: { files: [ { stream: engagement, path: ./data/*.csv, format: csv, columns: { date: date, sent: integer } } ] } }`;
  const settings = (expect: string) => `sources:
${files('exports')}
${files('other')}
connections:
  daily: { source: exports, destination: warehouse, schedule: { every: 6h }, streams: { engagement: {} }, error_budget: { records: 90%, or: 10 }${expect} }
  strict: { source: other, destination: warehouse, streams: { engagement: {} }, error_budget: { records: 0%, or: 0 } }
alerts:
  channels: { hook: { webhook: { url: "${hook.url}", secret: "a-secret-of-this-test-0001" } } }
  rules: [ { when: run_failed, severity: critical, to: [hook] } ]
`;
  project = await newProject(settings(', expect: { engagement: [ { range: { sent: { max: 1000 } } } ] }'));
  const days = ['2026-03-01,spring,100', '2026-03-02,spring,many', '2026-03-03,spring,2000'];
  await project.write('data/a.csv', `date,campaign,sent\n${days.join('\n')}\n`);
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  expect((await project.run(['sync', 'strict'])).code).not.toBe(0);
  // The rule that kept the third day out is corrected, and the host knows it.
  await project.configure(settings(''));
  site = await serveAndOpen(project);
  ({ url, browser } = site);
});
afterAll(async () => {
  await site?.close();
  await project.remove();
  await hook.close();
  await stopTestServer();
});

const told = async (path: string): Promise<any> => (await fetch(`${url}${path}`)).json();

async function clean(page: Page, path: string): Promise<void> {
  await show(page, `${url}${path}`);
  expect({ path, found: await violations(page) }).toEqual({ path, found: [] });
}

test('what is wrong is told with its class and next step, and no such page has a fault that axe finds', async () => {
  while ((await told('/api/alerts')).alerts.length === 0) await new Promise((done) => setTimeout(done, 100));
  const { runs } = await told('/api/runs?connection=strict');
  for (const dark of [false, true]) {
    const { page, faults } = await openPage(browser, { dark });
    await clean(page, '/');
    expect(await page.getByRole('row', { name: /^strict/ }).innerText()).toMatch(/Failing|Action required/);
    await clean(page, `/runs/${runs[0].id}`);
    expect(await page.locator('.notice').first().innerText()).toMatch(/data|partial/);
    await clean(page, '/alerts');
    expect(await page.locator('.notice').first().innerText()).toContain('Next step:');
    await clean(page, '/quarantine');
    expect(await page.getByRole('row', { name: /daily/ }).first().innerText()).toContain('engagement');
    const { runs: judged } = await told('/api/runs?connection=daily');
    await clean(page, `/runs/${judged[0].id}`);
    expect(await page.getByRole('table', { name: 'Expectations of the run' }).innerText()).toMatch(
      /range\S*[\s\S]*engagement[\s\S]*Broken 1 record[\s\S]*quarantine/,
    );
    for (const path of [
      '/connections/strict',
      '/schedules',
      '/requests',
      '/runs?state=failed',
      '/performance',
      '/quarantine?connection=daily',
      '/audit',
      '/sometypo',
    ])
      await clean(page, path);
    // This configuration has no report, which the host says with 404.
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    await page.context().close();
  }
});

test('somebody acknowledges, pauses, resumes, runs and asks for days again; nothing happens without a yes', async () => {
  const { page } = await openPage(browser);
  await show(page, `${url}/alerts`);
  await page.getByRole('button', { name: 'Acknowledge' }).first().click();
  await page.getByText('Acknowledged by').first().waitFor();
  await show(page, `${url}/connections/daily`);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByLabel(/^Why/).fill('the vendor moves');
  await page.keyboard.press('Escape');
  expect((await told('/api/connections/daily')).paused).toBeNull();
  await page.getByRole('button', { name: 'Pause' }).click();
  expect(await violations(page)).toEqual([]);
  await page.getByLabel(/^Why/).fill('the vendor moves');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('heading', { name: 'Paused by' }).waitFor();
  // What would be due is not, as long as it rests.
  for (const path of ['/connections/daily', '/', '/schedules']) {
    await show(page, `${url}${path}`);
    await page.getByText(/none while it is held/i).waitFor();
  }
  await show(page, `${url}/connections/daily`);
  expect((await told('/api/connections/daily')).paused).toMatchObject({ reason: 'the vendor moves' });
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.getByRole('button', { name: 'Show what people did' }).click();
  const acts = page.getByRole('table', { name: 'What else happened to daily' });
  await acts.waitFor();
  expect(await acts.locator('[data-label=What]').allInnerTexts()).toEqual([
    'let its schedule go on',
    'paused it',
    'ran it',
  ]);
  const before = (await told('/api/runs?connection=daily')).runs.length;
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.waitForFunction(
    (count) => document.querySelectorAll('table:has(caption) a[href^="/runs/"]').length > count,
    before + 1,
  );
  await page.getByRole('button', { name: 'Backfill' }).click();
  await page.getByLabel('First day').fill('2026-03-01');
  await page.getByLabel('Last day').fill('2026-03-14');
  await page.getByText('14 days are read again').waitFor();
  const ask = page.getByRole('button', { name: 'Ask for the backfill' });
  expect(await ask.isDisabled()).toBe(true);
  await page.getByLabel(/to confirm/).fill('daily');
  await ask.click();
  // Files have no days: the host says so, and the question stays.
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.context().close();
});

test('the log of a run is read on, and saved whole, however many pages it has', async () => {
  const { page } = await openPage(browser);
  const { runs } = await told('/api/runs?connection=daily');
  const { lines } = await told(`/api/runs/${runs.at(-1).id}/logs?limit=200`);
  await page.route('**/logs?*', (route) =>
    route.continue({ url: route.request().url().replace('limit=200', 'limit=2') }),
  );
  await show(page, `${url}/runs/${runs.at(-1).id}`);
  const shown = page.getByRole('list', { name: 'Log of the run' }).getByRole('listitem');
  expect(await shown.count()).toBe(2);
  await page.getByRole('button', { name: 'More lines' }).click();
  await page.getByText('These are the first 4.').waitFor();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const text = await readFile(await (await saved).path(), 'utf8');
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(0, 24)),
  ).toEqual(lines.map(({ at }: { at: string }) => at));
  await page.context().close();
});

test('what is in quarantine is told record by record, and replayed after a look at what would pass', async () => {
  const { page } = await openPage(browser);
  await clean(page, '/quarantine?connection=daily');
  const records = page.getByRole('table', { name: 'Records in quarantine of daily' });
  expect(await records.innerText()).toMatch(/data\/a\.csv record 2[\s\S]*not an integer in sent/);
  // What the record holds is asked for on its own.
  expect(await records.innerText()).not.toContain('many');
  await records.getByRole('button', { name: /^Show/ }).first().click();
  await records.locator('.payload').first().waitFor();
  await page.getByRole('button', { name: 'Replay daily …' }).click();
  await page.getByText('What it would do: 1 record would pass now.').waitFor();
  expect(await page.getByRole('dialog').innerText()).toContain('engagement: 1 of 2 would pass; not an integer 1');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect((await told('/api/connections/daily/quarantine')).records).toBe(2);
  await page.getByRole('button', { name: 'Replay daily …' }).click();
  await page.getByRole('button', { name: 'Ask for the replay' }).click();
  await page.waitForURL(`${url}/connections/daily`);
  while ((await told('/api/connections/daily/quarantine')).records !== 1)
    await new Promise((done) => setTimeout(done, 100));
  expect(await project.rows('SELECT sent::int FROM raw_daily.engagement ORDER BY 1')).toEqual([
    { sent: 100 },
    { sent: 2000 },
  ]);
  expect((await told('/api/requests?connection=daily&trigger=replay')).requests).toHaveLength(1);
  await page.context().close();
});

test('the catalog of a connection has its columns, and what changed of them', async () => {
  await project.write('data/b.csv', 'date,campaign,sent,channel\n2026-03-04,spring,5,email\n');
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  const { page } = await openPage(browser);
  await show(page, `${url}/connections/daily`);
  await page.getByRole('link', { name: 'catalog' }).click();
  await page.getByRole('heading', { name: 'Catalog of daily' }).waitFor();
  await page.locator('summary', { hasText: 'engagement' }).click();
  const columns = page.getByRole('table', { name: 'Columns of engagement' });
  expect(await columns.innerText()).toMatch(/sent\s+integer/);
  expect(await page.getByRole('listitem').filter({ hasText: 'channel came' }).count()).toBe(1);
  expect(await violations(page)).toEqual([]);
  await page.context().close();
});

test('bookmarks are forgotten after a look at which, and after the name was typed', async () => {
  const { page } = await openPage(browser);
  await show(page, `${url}/connections/daily`);
  await page.getByRole('button', { name: 'Reset …' }).click();
  const forget = page.getByRole('button', { name: 'Forget the bookmarks' });
  await page.getByText('engagement: 2 files are read again').waitFor();
  expect(await forget.isDisabled()).toBe(true);
  expect(await violations(page)).toEqual([]);
  const bookmark = async () => (await told('/api/connections/daily/streams')).streams[0].bookmark;
  expect(await bookmark()).toMatchObject({ files: 2 });
  await page.getByLabel(/to confirm/).fill('daily');
  await forget.click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await bookmark()).toBeNull();
  const forgotten = page.getByRole('status').filter({ hasText: 'The bookmarks are forgotten.' });
  await forgotten.waitFor();
  const streams = page.getByRole('table', { name: 'Streams of daily' });
  await streams.getByText('none: read whole').waitFor();
  expect(await violations(page)).toEqual([]);
  // The page follows the run that comes then, to its bookmark.
  await project.run(['sync', 'daily']);
  await streams.getByText('none: read whole').waitFor({ state: 'detached' });
  expect(await forgotten.count()).toBe(0);
  await page.context().close();
});

test('a run under way tells how far it is, and its page follows it to the end', async () => {
  const { page, faults } = await openPage(browser);
  await project.write('data/live.csv', 'date,campaign,sent,channel\n2026-03-05,spring,5,email\n');
  // It can read, and cannot commit.
  const held = await project.hold('LOCK TABLE raw_daily.engagement IN SHARE MODE');
  await show(page, `${url}/connections/daily`);
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const running = async () => (await told('/api/runs?connection=daily&state=running')).runs[0];
  while ((await running()) === undefined) await new Promise((done) => setTimeout(done, 50));
  await page.goto(`${url}/runs/${(await running()).id}`);
  await page.getByRole('heading', { name: 'Under way' }).waitFor();
  // What only its events tell: its record has the streams once they have ended.
  await page
    .getByRole('listitem')
    .filter({ hasText: /engagement Reading/ })
    .waitFor();
  await page.getByRole('progressbar', { name: 'Progress of engagement' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await held.release();
  await page.locator('.head .badge', { hasText: 'Succeeded' }).waitFor();
  await page.getByRole('group', { name: 'Ledger of engagement' }).waitFor();
  expect(await page.getByRole('heading', { name: 'Under way' }).count()).toBe(0);
  expect(faults).toEqual([]);
  await page.context().close();
});
