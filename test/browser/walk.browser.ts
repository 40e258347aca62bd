import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startCli, type CliEnd } from '../support/cli.js';
import { openBrowser, openPage, show, tabTo, violations } from './browser.js';

/** The way from the demo to an exported report, by mouse and by keyboard alone. */

/** The demo ends in the middle of a month that is long over: its last days are gaps. */
const NOW = '2026-03-18T04:59:59Z';

let folder: string;
let url: string;
let demo: { stop(): Promise<CliEnd> };
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-browser-'));
  const { child, ended } = startCli(['demo', '--port', '0'], {
    env: { TRIBUTARY_HOME: join(folder, 'home'), TRIBUTARY_DEMO_NOW: NOW },
  });
  demo = {
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
  const opened = openBrowser();
  let said = '';
  url = await new Promise((resolve, reject) => {
    child.stderr!.on('data', (chunk: Buffer) => {
      said += String(chunk);
      const found = /the report: (http\S+)/.exec(said);
      if (found !== null) resolve(found[1]!);
    });
    void ended.then(() => reject(new Error(said)));
  });
  browser = await opened;
});
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
  await rm(folder, { recursive: true, force: true });
});

const told = async (address: string): Promise<any> => (await fetch(address)).json();

test('from the overview to the ledger, the report, a filter and its export', async () => {
  const { page, faults } = await openPage(browser);
  await show(page, url);
  await page.getByRole('link', { name: 'Last run of braze_daily: succeeded' }).click();
  await page.getByRole('heading', { name: 'Run of braze_daily' }).waitFor();
  const ledger = page.getByRole('group', { name: 'Ledger of campaign_data_series' });
  const { streams } = await told(`${url}/api/runs/${page.url().split('/').at(-1)}/ledger`);
  const { read } = streams.find(({ stream }: { stream: string }) => stream === 'campaign_data_series').ledger;
  expect(read).toBeGreaterThan(1_000);
  expect(await ledger.innerText()).toContain(read.toLocaleString('en-US'));
  await page.getByRole('link', { name: 'Performance' }).click();
  await page.locator('.section-state', { hasText: 'March 2026' }).waitFor();
  const section = await told(`${url}/api/report/2026-03`);
  const sent = page.locator('.card', { hasText: 'Messages sent' }).locator('.value');
  expect(await sent.innerText()).toBe(section.totals.sent.toLocaleString('en-US'));
  await page.locator('canvas').waitFor();
  await page.getByLabel('Region', { exact: true }).selectOption('West');
  const west = section.by_region.find(({ region }: { region: string }) => region === 'West');
  expect(await sent.innerText()).toBe(west.sent.toLocaleString('en-US'));
  expect(page.url()).toBe(`${url}/performance?region=West`);
  // The address is all of it.
  await show(page, page.url());
  expect(await sent.innerText()).toBe(west.sent.toLocaleString('en-US'));
  // From the region to a segment of it, by the small charts.
  const [cross] = section.by_region_segment.filter(({ region, sent }: any) => region === 'West' && sent > 0);
  await page.getByRole('list', { name: 'West', exact: true }).getByRole('button', { name: cross.segment }).click();
  expect(await sent.innerText()).toBe(cross.sent.toLocaleString('en-US'));
  expect(page.url()).toBe(`${url}/performance?region=West&segment=${encodeURIComponent(cross.segment)}`);
  await page.getByText('Files hold the whole month').waitFor();
  // And up again, to the region's campaigns and what one of them sent.
  await page.getByRole('button', { name: 'Region: West' }).click();
  await page.getByRole('button', { name: 'By campaign', exact: true }).click();
  const { rows } = await told(`${url}/api/report/2026-03/tables/campaign_region?region=West`);
  const within = page.getByRole('table', { name: 'West by campaign' });
  await within.getByRole('button', { name: rows[0].name }).click();
  expect(await sent.innerText()).toBe(rows[0].sent.toLocaleString('en-US'));
  const campaign = `${rows[0].at.source}:${rows[0].at.campaign_id}`;
  await show(page, `${url}/performance?${new URLSearchParams({ campaign })}`);
  await page.getByRole('button', { name: 'Sends', exact: true }).click();
  const sends = await told(`${url}/api/report/2026-03/tables/send?campaign_id=${rows[0].at.campaign_id}`);
  const sendTable = page.getByRole('table', { name: 'Sends by day and variant' });
  await sendTable.waitFor();
  expect(await sendTable.locator('tbody tr').count()).toBe(sends.rows.filter((row: any) => row.sent > 0).length);
  await page.getByRole('button', { name: 'Show all' }).click();
  // Of a type of response nothing is said of what no type tells.
  await show(page, `${url}/performance?type=form_completed`);
  const lines = page.getByRole('group', { name: 'Lines' });
  await page
    .locator('.readout')
    .filter({ hasText: /^\w+ \d+ Mar: Responded [\d,]+\./ })
    .waitFor();
  expect(await lines.getByRole('button').allInnerTexts()).toEqual(['Responded']);
  await page.getByRole('button', { name: 'Show all' }).first().click();
  // From months to a week of one, and to its days.
  await page.getByRole('button', { name: 'Months' }).click();
  const chart = page.getByRole('slider');
  await chart.press('ArrowLeft');
  await page.getByRole('button', { name: 'Go to February 2026' }).click();
  await page.waitForURL(`${url}/performance/2026-02?grain=week`);
  const february = await told(`${url}/api/report/2026-02`);
  await chart.press('Home');
  const week = february.days.slice(0, 1).reduce((sum: number, day: any) => sum + day.sent, 0);
  expect(await chart.getAttribute('aria-valuetext')).toContain(`Sent ${week.toLocaleString('en-US')}`);
  await chart.press('ArrowRight');
  await page.getByRole('button', { name: 'Show the days of this week' }).click();
  await page.waitForURL(`${url}/performance/2026-02?days=2026-02-02..2026-02-08`);
  const ofWeek = february.days.slice(1, 8).reduce((sum: number, day: any) => sum + day.sent, 0);
  expect(await sent.innerText()).toBe(ofWeek.toLocaleString('en-US'));
  await show(page, `${url}/performance/2026-03`);
  for (const format of ['JSON', 'CSV']) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: format, exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`report-2026-03.${format.toLowerCase()}`);
    const file = await readFile(await download.path(), 'utf8');
    if (format === 'JSON') expect(JSON.parse(file).totals).toEqual(section.totals);
    else expect(file).toContain(`,${section.totals.sent},`);
  }
  expect(faults).toEqual([]);
  await page.context().close();
});

test('the same with the keyboard alone', async () => {
  const { page, faults } = await openPage(browser);
  await show(page, url);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  await tabTo(page, 'Last run of braze_daily: succeeded');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Run of braze_daily' }).waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await tabTo(page, 'Performance');
  await page.keyboard.press('Enter');
  await page.locator('canvas').waitFor();
  await tabTo(page, 'Region');
  await page.keyboard.type('West');
  await page.waitForURL(`${url}/performance?region=West`);
  // Deeper and up again, without the mouse.
  await tabTo(page, 'By member segment');
  await page.keyboard.press('Enter');
  await page.getByRole('table', { name: 'West by member segment' }).waitFor();
  await tabTo(page, 'Diabetes');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${url}/performance?by=segment&region=West&segment=Diabetes`);
  // The row is gone; the way up is where the focus is.
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('All');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${url}/performance?by=segment`);
  await tabTo(page, 'CSV', 'Shift+Tab');
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toBe('report-2026-03.csv');
  await tabTo(page, 'Figures by day');
  const day = page.getByRole('slider', { name: 'Figures by day' });
  await page.keyboard.press('Home');
  for (let days = 1; days < 16; days++) await page.keyboard.press('ArrowRight');
  expect(await day.getAttribute('aria-valuetext')).toMatch(/^Mon 16 Mar: Sent [\d,]+, Opened /);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Responded');
  await page.keyboard.press('Enter');
  expect(await day.getAttribute('aria-valuetext')).not.toContain('Responded');
  expect(faults).toEqual([]);
  await page.context().close();
});

test.each([
  ['light', 1440],
  ['dark', 1440],
  ['light', 360],
] as const)('no page of the demo has a fault that axe finds, %s at %i', async (theme, width) => {
  const { page, faults } = await openPage(browser, { dark: theme === 'dark', width });
  const { runs } = await told(`${url}/api/runs`);
  for (const path of [
    '/',
    '/performance/2026-03?region=West',
    '/performance/2026-03?grain=week&beside=previous&rate=open_rate',
    '/performance/2026-03?channel=email&by=segment',
    '/performance/2008-03',
    '/performance/2026-03/releases',
    '/performance/definitions',
    '/connections/braze_daily',
    `/runs/${runs[0].id}`,
  ]) {
    await show(page, `${url}${path}`);
    expect({ path, found: await violations(page) }).toEqual({ path, found: [] });
    // Nothing is wider than the window.
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect({ path, over }).toEqual({ path, over: 0 });
  }
  expect(faults).toEqual([]);
  await page.context().close();
});

test('paper is light, also of a dark page, and shows nothing to press', async () => {
  const { page } = await openPage(browser, { dark: true });
  await show(page, `${url}/performance/2026-03`);
  const looks = () =>
    page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      document.documentElement.dataset['theme'],
      [...document.querySelectorAll('.top, .filters, .actions')].filter((one) => one.checkVisibility()).length,
    ]);
  expect(await looks()).toEqual(['rgb(20, 24, 29)', 'dark', 5]);
  await page.emulateMedia({ media: 'print' });
  await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'light');
  expect(await looks()).toEqual(['rgb(255, 255, 255)', 'light', 0]);
  await page.context().close();
});
