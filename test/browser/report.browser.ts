import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { newProject, type Project } from '../e2e/project.js';
import { stopTestServer } from '../support/postgres.js';
import { openPage, serveAndOpen, show, violations } from './browser.js';

/** A month that is under way, with costs and a forecast, and one that was released twice. */

const NOW = '2026-03-17T14:00:00Z';
/** The program takes this instant for now. */
const AT_NOW = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    const Real = Date, offset = Real.parse('${NOW}') - Real.now();
    globalThis.Date = class extends Real {
      constructor(...given) { given.length === 0 ? super(Real.now() + offset) : super(...given); }
      static now() { return Real.now() + offset; }
    };`)}`,
];
const CONFIG = `sources:
  exports: { connector: local, config: { files: [ { stream: engagement, path: ./data/*.csv, format: csv, primary_key: [date, campaign], columns: { date: date, sent: integer, opened: integer, answered: integer, brought: decimal } } ] } }
connections:
  daily: { source: exports, destination: warehouse, schema: raw, streams: { engagement: {} } }
report:
  destination: warehouse
  facts:
    - from: daily.engagement
      as: { date: date, campaign_id: campaign, channel: { const: email }, sent: sent, opened: opened, cost: { sum: sent, multiply: 0.0075 }, revenue: brought }
      responses: { answered: { from: answered, primary: true } }
      dimensions: { region: region }
`;
const REGIONS = ['West', 'East', 'North'];

let project: Project;
let browser: Browser;
let url: string;
let site: Awaited<ReturnType<typeof serveAndOpen>>;

/** Larger on some weekdays, growing slowly, with noise that repeats after 97 days: that can be told ahead. */
function rowsOf(correction: number): readonly string[] {
  const first = Date.parse('2025-06-01');
  const days = (Date.parse('2026-03-16') - first) / 86_400_000;
  return Array.from({ length: days + 1 }, (_, at) => {
    const date = new Date(first + at * 86_400_000);
    const day = date.toISOString().slice(0, 10);
    const steady = 1_000 + ((date.getUTCDay() * 37) % 11) * 60 + at * 2 + ((at * 53) % 97) - 48;
    return REGIONS.map((region, place) => {
      const sent = steady * (5 + place);
      const more = day === '2026-02-10' ? correction : 0;
      const [opened, answered] = [Math.round(sent * 0.3), Math.round(sent * 0.04)];
      return [day, `Reminder ${region}`, region, sent + more, opened, answered, (sent / 90).toFixed(2)].join(',');
    });
  }).flat();
}
const HEAD = 'date,campaign,region,sent,opened,answered,brought';

beforeAll(async () => {
  project = await newProject(CONFIG);
  const run = async (...args: string[]) => expect(await project.run(args, { node: AT_NOW })).toMatchObject({ code: 0 });
  await project.write('data/a.csv', [HEAD, ...rowsOf(0), ''].join('\n'));
  await run('sync', 'daily');
  await run('report', 'publish', '--month', '2026-02');
  await project.write(
    'data/b.csv',
    [HEAD, ...rowsOf(1_250).filter((row) => row.startsWith('2026-02-10')), ''].join('\n'),
  );
  await run('sync', 'daily');
  await run('report', 'publish', '--month', '2026-02');
  site = await serveAndOpen(project, { node: AT_NOW });
  ({ url, browser } = site);
});
afterAll(async () => {
  await site?.close();
  await project?.remove();
  await stopTestServer();
});

async function clean(page: Page, path: string, name: string): Promise<void> {
  await show(page, `${url}${path}`);
  expect({ path, found: await violations(page) }).toEqual({ path, found: [] });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect({ path, over }).toEqual({ path, over: 0 });
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

test.each([
  ['light', 1440],
  ['dark', 360],
] as const)(
  'a running month shows what may still move, where it will end, and what it cost, %s at %i',
  async (theme, width) => {
    const section = (await (await fetch(`${url}/api/report/2026-03`)).json()) as any;
    const { page, faults } = await openPage(browser, { dark: theme === 'dark', width });
    await clean(page, '/performance/2026-03', `running-${width}-${theme}`);
    await page.locator('canvas').waitFor();
    await page.getByText('Shaded: late opens and responses may still come in.').waitFor();
    const sent = section.forecasts.find(({ figure }: { figure: string }) => figure === 'sent');
    expect(sent.value).toBeGreaterThan(sent.so_far);
    const told = page.getByRole('listitem').filter({ hasText: 'so far' }).first();
    expect(await told.innerText()).toContain(`about ${Math.round(sent.value).toLocaleString('en-US')} by the end`);
    const { total } = section.costs;
    const costs = page.getByRole('table', { name: 'Cost by campaign' });
    const amount = Number(total.cost).toLocaleString('en-US', { minimumFractionDigits: 2 });
    expect(await costs.locator('tfoot').innerText()).toContain(amount);
    expect(await costs.locator('tbody tr').count()).toBe(3);
    expect(await costs.locator('tfoot').innerText()).toMatch(
      new RegExp(`\\+${Math.round(total.return_on_cost * 100)} %`),
    );
    expect(faults).toEqual([]);
    await page.context().close();
  },
);

test.each([
  ['light', 1440],
  ['dark', 360],
] as const)('a second release says what moved, by how much and why, %s at %i', async (theme, width) => {
  const { page, faults } = await openPage(browser, { dark: theme === 'dark', width });
  await clean(page, '/performance/2026-02/releases', `moves-${width}-${theme}`);
  const moves = page.getByRole('region', { name: 'Figures that moved' });
  expect(await moves.innerText()).toMatch(/2026-02-10\s+(Figure\s+)?Sent[\s\S]{1,60}\+3,750/);
  const rows = () => moves.locator('tbody tr').count();
  const before = await rows();
  await page.getByRole('button', { name: /^Show \d+ more, of dimensions together$/ }).click();
  expect(await rows()).toBeGreaterThan(before);
  expect(await moves.innerText()).toContain('Campaign and region Reminder East · East');
  expect(await page.getByRole('listitem').filter({ hasText: 'of daily' }).allInnerTexts()).toContainEqual(
    expect.stringContaining('data/b.csv'),
  );
  expect(faults).toEqual([]);
  await page.context().close();
});

test.each([
  ['light', 1440],
  ['dark', 360],
] as const)('a report that is not there says so and leads to those that are, %s at %i', async (theme, width) => {
  const { page } = await openPage(browser, { dark: theme === 'dark', width });
  for (const place of ['report', 'performance']) {
    await clean(page, `/${place}/2026-04`, `no-month-${place}-${width}-${theme}`);
    expect(await page.locator('main').innerText()).toMatch(
      /There are no figures of April 2026\.\s+[^]*March 2026\s+February 2026[^]*June 2025$/,
    );
    expect(await page.getByRole('link', { name: 'CSV' }).count()).toBe(0);
  }
  await page.getByRole('link', { name: 'February 2026' }).click();
  await page.waitForURL(`${url}/performance/2026-02`);
  await clean(page, '/report/2026-02?release=9', `no-release-${width}-${theme}`);
  expect(await page.getByRole('alert').innerText()).toContain('There is no release 9 of 2026-02. Releases: 2, 1.');
  await page.getByRole('link', { name: 'releases' }).click();
  await page.getByRole('heading', { name: 'Releases of February 2026' }).waitFor();
  await page.context().close();
});

test('nothing of the page is cut off on paper, though its graph was drawn for the screen', async () => {
  const { page } = await openPage(browser);
  await show(page, `${url}/performance/2026-03`);
  await page.locator('canvas').waitFor();
  await page.emulateMedia({ media: 'print' });
  // What A4 leaves between the margins. The screen stays as wide as it was, as when somebody prints.
  const beyond = await page.evaluate(() => {
    document.body.style.width = '696px';
    return [...document.querySelectorAll('main *')]
      .filter((one) => one.getBoundingClientRect().right > 697 && one.closest('.unseen, svg') === null)
      .map(({ tagName, className }) => `${tagName} ${String(className)}`);
  });
  expect(beyond).toEqual([]);
  await page.context().close();
});

test('where the configuration has no key for links, none is offered; small counts are refused on a page that leads on', async () => {
  const { page } = await openPage(browser);
  await show(page, `${url}/performance/2026-02`);
  await page.getByRole('link', { name: 'CSV', exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Share …' }).count()).toBe(0);
  const application = await (await page.request.get(`${url}/performance`)).text();
  await page.route(/\/report\/2026-02\?/, (route) =>
    route.request().isNavigationRequest() && route.request().url().includes('with_phi')
      ? route.fulfill({ status: 403, contentType: 'text/html', body: application })
      : route.continue(),
  );
  await page.route('**/api/me', async (route) => {
    const me = (await (await route.fetch()).json()) as { permissions: string[] };
    await route.fulfill({ json: { ...me, permissions: me.permissions.filter((one) => one !== 'phi:read') } });
  });
  await clean(page, '/report/2026-02?release=1&with_phi=true', 'small-counts-refused');
  expect(await page.locator('main').innerText()).toMatch(/^You may not see this report[^]*“phi:read”/);
  await page.getByRole('link', { name: 'without small counts' }).click();
  await page.waitForURL(`${url}/report/2026-02?release=1`);
  await page.context().close();
});

test('who has a token sees that a file is being made, and no link that would carry none', async () => {
  const { page } = await openPage(browser);
  await page.addInitScript(() => sessionStorage.setItem('tributary.token', 'of-a-test'));
  let release: () => void = () => undefined;
  const held = new Promise<void>((done) => (release = done));
  await page.route('**/export/csv', async (route) => (await held, route.continue()));
  await show(page, `${url}/performance/2026-03`);
  await page.getByRole('link', { name: 'CSV', exact: true }).click();
  await page.getByRole('link', { name: 'CSV …', exact: true }).waitFor();
  const saved = page.waitForEvent('download');
  release();
  expect((await saved).suggestedFilename()).toBe('report-2026-03.csv');
  await page.getByRole('link', { name: 'CSV', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'Page without script' }).count()).toBe(0);
  await page.context().close();
});
