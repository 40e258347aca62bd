import { mkdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { newProject, type Project } from '../e2e/project.js';
import { stopTestServer } from '../support/postgres.js';
import { openBrowser, openPage, tabTo, violations } from './browser.js';

/** The report outside of the application: as a file on a disk. */

const CONFIG = `sources:
  exports: { connector: local, config: { files: [ { stream: engagement, path: ./data/*.csv, format: csv, columns: { date: date, sent: integer, opened: integer, answered: integer } } ] } }
connections:
  daily: { source: exports, destination: warehouse, schema: raw, streams: { engagement: {} } }
report:
  destination: warehouse
  facts:
    - from: daily.engagement
      as: { date: date, campaign_id: campaign, channel: { const: email }, sent: sent, opened: opened }
      responses: { answered: { from: answered, primary: true } }
      dimensions: { region: region }
`;
const CAMPAIGNS = ['Spring', 'Summer', 'Autumn', 'Winter', 'Eye exam', 'Flu shot', 'A1C & you', 'Welcome'];
const REGIONS = ['West', 'East', 'North'];

let project: Project;
let browser: Browser;
beforeAll(async () => {
  project = await newProject(CONFIG);
  const rows = CAMPAIGNS.flatMap((campaign, place) =>
    REGIONS.flatMap((region, other) =>
      [1, 2, 3, 9, 30].map((day) => {
        const sent = 400 + 60 * place + 25 * other + day;
        return [`2026-03-${String(day).padStart(2, '0')}`, campaign, region, sent, 120 + place, 20 + other].join(',');
      }),
    ),
  );
  await project.write('data/a.csv', ['date,campaign,region,sent,opened,answered', ...rows, ''].join('\n'));
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  expect((await project.run(['report', 'publish', '--month', '2026-03'])).code).toBe(0);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await project?.remove();
  await stopTestServer();
});

const build = async (format: string): Promise<string> =>
  (await project.data(['report', 'build', '--month', '2026-03', '--format', format, '--out', project.folder])).file;

test.each([
  ['light', 1440],
  ['dark', 360],
] as const)(
  'a file from a disk can be sorted, searched, narrowed and read by the day, %s at %i',
  async (theme, width) => {
    const file = pathToFileURL(await build('html')).href;
    const { page, faults } = await openPage(browser, { dark: theme === 'dark', width });
    await page.goto(file);
    const campaigns = page.locator('table[data-table=campaign]');
    const first = () => campaigns.locator('tbody th').first().innerText();
    expect(await first()).toBe('Welcome');
    await campaigns.getByRole('button', { name: 'Campaign' }).click();
    expect([await first(), await campaigns.locator('[aria-sort]').getAttribute('aria-sort')]).toEqual([
      'A1C & you',
      'ascending',
    ]);
    await page.getByLabel('Find a campaign').fill('er');
    expect(await campaigns.locator('tbody tr:visible').count()).toBe(2);
    await page.getByLabel('Find a campaign').fill('');

    await page.getByLabel('Region', { exact: true }).selectOption('East');
    const row = page.locator('table[data-table=region] tr', { hasText: 'East' });
    const chosen = page.locator('.chosen dd');
    expect(await chosen.allInnerTexts()).toEqual(await row.locator('td').allInnerTexts());
    expect(page.url()).toBe(`${file}#region=East`);
    // The address is all of it.
    await page.reload();
    expect(await page.locator('.chosen h2').innerText()).toBe('East');

    await tabTo(page, 'Day of the graph');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    const slider = page.getByRole('slider');
    expect(await slider.getAttribute('aria-valuetext')).toMatch(
      /^2026-03-30: Sent [\d,]+, Delivered not measured, Opened /,
    );
    await page.keyboard.press('ArrowLeft');
    expect(await slider.getAttribute('aria-valuetext')).toBe('2026-03-29: no data');
    await page.locator('[data-panel=sent] svg:visible').hover({ position: { x: 60, y: 60 } });
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^2026-03-0[12]: Sent /);
    await page.getByRole('button', { name: 'Messages opened' }).click();
    expect(await page.locator('[data-panel=opened] svg:visible').count()).toBe(0);
    await page.getByRole('button', { name: 'Messages opened' }).click();

    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    const folder = process.env['SCREENSHOTS'];
    if (folder !== undefined) {
      await mkdir(folder, { recursive: true });
      await page.screenshot({ path: `${folder}/file-${width}-${theme}.png` });
    }
    await page.context().close();
  },
);
