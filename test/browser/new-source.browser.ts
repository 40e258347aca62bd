import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { newProject, type Project } from '../e2e/project.js';
import { defaultApiKey, startBrazeSimulator, type BrazeSimulator } from '../simulators/braze/server.js';
import { stopTestServer } from '../support/postgres.js';
import { openPage, serveAndOpen, show, tabTo, violations } from './browser.js';

/** From nothing to a source that is read: the form, the host that tries it, and the text that it makes. */

let braze: BrazeSimulator;
let project: Project;
let browser: Browser;
let url: string;
let site: Awaited<ReturnType<typeof serveAndOpen>>;
const env = { SOURCE_BRAZE_API_KEY: defaultApiKey.key, SOURCE_OLD_KEY: 'geheim-geheim' };

beforeAll(async () => {
  braze = await startBrazeSimulator({ now: '2026-11-24T15:00:00Z', start: '2026-10-01', campaigns: 4 });
  project = await newProject(`new_sources: { write: true }
sources:
  exports: { connector: local, config: { files: [ { stream: sends, path: ./data/*.csv, format: csv } ] } }
connections:
  daily: { source: exports, destination: warehouse, streams: { sends: {} } }
`);
  await project.write('data/a.csv', 'date,member_id\n2026-03-01,7\n');
  site = await serveAndOpen(project, { env });
  ({ url, browser } = site);
});
afterAll(async () => {
  await site?.close();
  await braze?.close();
  await project?.remove();
  await stopTestServer();
});

async function clean(page: Page, name: string): Promise<void> {
  expect({ name, found: await violations(page) }).toEqual({ name, found: [] });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect({ name, over }).toEqual({ name, over: 0 });
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/new-source-${name}.png`, fullPage: true });
}

async function fillBraze(page: Page, variable: string): Promise<void> {
  await page.getByRole('radio', { name: /^braze/ }).check();
  await page.getByLabel('endpoint (needed)').fill(braze.url);
  await page.getByLabel('api_key (needed)').fill(variable);
  await page.getByLabel('start_date (needed)').fill('2026-10-01');
  await page.getByLabel('time_zone (needed)').fill('America/Chicago');
}

test('a source is filled in, tried, chosen of, written into the file, and read', async () => {
  const { page, faults } = await openPage(browser);
  await show(page, url);
  await page.getByRole('link', { name: 'New source …' }).click();
  await page.getByRole('heading', { name: 'New source' }).waitFor();
  await fillBraze(page, 'SOURCE_OLD_KEY');
  await page.getByRole('button', { name: 'Try it' }).click();
  const fault = page.locator('.notice.bad');
  await fault.waitFor();
  expect(await fault.innerText()).toMatch(/auth[\s\S]*Next step:[\s\S]*key/i);
  expect(await page.locator('main').innerText()).not.toContain('geheim');
  await clean(page, 'refused');

  await page.getByLabel('api_key (needed)').fill('SOURCE_BRAZE_API_KEY');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText(/It answers, and offers \d+ streams/).waitFor();
  await page.getByRole('checkbox', { name: 'campaigns', exact: true }).check();
  await page.getByRole('checkbox', { name: 'campaign_data_series', exact: true }).check();
  await page.getByLabel('schedule', { exact: true }).selectOption('at times of the day');
  await page.getByLabel('cron (needed)').fill('15 25 * * *');
  await page.getByRole('button', { name: 'Show the text' }).click();
  await page.getByText('connection.schedule.cron').waitFor();
  expect(await page.getByLabel('cron (needed)').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('cron (needed)').fill('15 5 * * *');
  await page.getByRole('button', { name: 'Show the text' }).click();
  const text = page.getByLabel('Text for the configuration');
  await text.waitFor();
  expect(await text.innerText()).toMatch(
    /^sources:\n {2}braze:\n[\s\S]*api_key: \$\{env:SOURCE_BRAZE_API_KEY\}[\s\S]*cron: 15 5/,
  );
  await clean(page, 'text');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('braze.yaml');
  expect((await readFile(await download.path(), 'utf8')).trim()).toBe((await text.innerText()).trim());
  const before = await readFile(project.config, 'utf8');
  await page.getByRole('button', { name: 'Add it to tributary.yaml' }).click();
  await page.getByText('It stands in tributary.yaml').waitFor();
  expect((await readFile(project.config, 'utf8')).startsWith(before.slice(0, before.indexOf('connections:')))).toBe(
    true,
  );
  expect(faults).toEqual([]);
  await page.context().close();

  expect(await project.run(['validate'], { env })).toMatchObject({ code: 0 });
  expect((await project.data(['sync', 'braze_daily'], { env })).outcome.state).toBe('succeeded');
  expect(await project.rows('SELECT count(*)::int AS n FROM raw_braze_daily.campaigns')).toEqual([{ n: 4 }]);
});

test.each([
  ['light', 360],
  ['dark', 1440],
] as const)('lists within lists, and what is wrong at its field, %s at %i', async (theme, width) => {
  const { page, faults } = await openPage(browser, { dark: theme === 'dark', width });
  await show(page, `${url}/sources/new`);
  await clean(page, `first-${width}`);
  await page.getByRole('radio', { name: /^local/ }).check();
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText(/not right yet/).waitFor();
  await clean(page, `faults-${width}`);
  await page.getByLabel('stream (needed)').fill('sends');
  await page.getByLabel('path (needed)').fill('/etc/passwd');
  await page.getByLabel('format (needed)').selectOption('csv');
  await page
    .locator('summary', { hasText: /more settings/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Add to columns' }).click();
  await page.getByLabel('Name 1 in columns').fill('member_id');
  await page.getByLabel('Form of member_id').selectOption('With type');
  await page.getByLabel('type (needed)').selectOption('string');
  await page.locator('.entry .entry summary').click();
  await page.getByLabel('personal').selectOption('true');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page
    .getByText(/must begin with data\//)
    .first()
    .waitFor();
  await page.getByRole('link', { name: 'config.files[0].path' }).click();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('field-config-files-0-path');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('./data/*.csv');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('It answers, and offers 1 stream.').waitFor();
  await page.getByRole('checkbox', { name: 'sends' }).check();
  // What tells who a person is does not land unless somebody says so.
  expect(await page.getByLabel('member_id', { exact: true }).last().inputValue()).toBe('drop');
  await page.getByRole('button', { name: 'Show the text' }).click();
  expect(await page.getByLabel('Text for the configuration').innerText()).toMatch(
    /columns:\s+member_id:\s+type: string\s+personal: true[\s\S]*protect:\s+sends:\s+member_id: drop/,
  );
  await clean(page, `lists-${width}`);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('with the keyboard alone', async () => {
  const { page } = await openPage(browser);
  await show(page, url);
  await tabTo(page, 'New source …');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'New source' }).waitFor();
  await page.getByRole('radio').first().waitFor();
  await tabTo(page, /^braze/);
  await page.keyboard.press('Space');
  await tabTo(page, /^endpoint/);
  await page.keyboard.type(braze.url);
  await tabTo(page, /^api_key/);
  await page.keyboard.type('SOURCE_BRAZE_API_KEY');
  await tabTo(page, /^start_date/);
  await page.keyboard.type('10012026');
  await tabTo(page, /^time_zone/);
  await page.keyboard.type('America/Chicago');
  await page.keyboard.press('Enter');
  await page.getByText(/It answers, and offers/).waitFor();
  await tabTo(page, 'campaigns');
  await page.keyboard.press('Space');
  await tabTo(page, /^name of the connection/);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('by_hand');
  await tabTo(page, 'Show the text');
  await page.keyboard.press('Enter');
  await page.getByLabel('Text for the configuration').waitFor();
  await page.context().close();
});
