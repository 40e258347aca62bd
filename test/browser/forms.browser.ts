import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { openView } from '../../core/security/index.js';
import { newProject, type Project } from '../e2e/project.js';
import { stopTestServer } from '../support/postgres.js';
import { openPage, serveAndOpen, show, tabTo, violations } from './browser.js';

/** The report outside of the application: as a file on a disk, and within pages of others. */

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
const EMBED_KEY = 'a-key-of-a-test-with-enough-letters';
const CAMPAIGNS = ['Spring', 'Summer', 'Autumn', 'Winter', 'Eye exam', 'Flu shot', 'A1C & you', 'Welcome'];
const REGIONS = ['West', 'East', 'North'];

let project: Project;
let browser: Browser;
/** Pages of somebody else, by their path. */
let foreign: Server;
const pages = new Map<string, string>();
let origin: string;
let url: string;
let site: Awaited<ReturnType<typeof serveAndOpen>>;
beforeAll(async () => {
  foreign = createServer(({ url: path = '' }, response) => {
    response.setHeader('Content-Type', 'text/html').end(pages.get(path) ?? '');
  }).listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  origin = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`;
  project = await newProject(`${CONFIG}  embed: { key: ${EMBED_KEY}, ancestors: ["${origin}"] }\n`);
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
  expect((await project.run(['report', 'publish', '--month', '2026-03', '--incomplete', 'a small example'])).code).toBe(
    0,
  );
  site = await serveAndOpen(project);
  ({ url, browser } = site);
});
afterAll(async () => {
  await site?.close();
  foreign?.close();
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

const link = async (body: object) => {
  const made = await fetch(`${url}/api/report/2026-03/links`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ expires: '1d', ...body }),
  });
  expect(made.status).toBe(200);
  return (await made.json()) as { readonly path: string };
};

async function audited(): Promise<readonly string[]> {
  const { entries } = (await (await fetch(`${url}/api/audit?limit=50`)).json()) as {
    readonly entries: readonly { readonly action: string; readonly actor: string; readonly object: string }[];
  };
  return entries.map(({ action, actor, object }) => [action, actor, object].join(' '));
}

test('a link is made on the page, with the keyboard alone, and shows what the page was narrowed to', async () => {
  const { page, faults } = await openPage(browser, { width: 360 });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await show(page, `${url}/performance/2026-03?region=East`);
  const told = async (name: string) => {
    expect(await violations(page)).toEqual([]);
    const folder = process.env['SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
    return page.getByRole('dialog', { name: 'Share March 2026' }).innerText();
  };
  await tabTo(page, 'Share …');
  await page.keyboard.press('Enter');
  expect(await told('share-ask')).toMatch(/sees Region: East, of March 2026, as the report then shows it[^]*cannot be/);
  await tabTo(page, 'It ends after');
  await page.keyboard.type('7');
  await tabTo(page, 'Make the link');
  await page.keyboard.press('Enter');
  const field = page.getByLabel('Link', { exact: true });
  const address = new URL(await field.inputValue());
  const view = openView(EMBED_KEY, address.pathname.replace('/embed/', ''))!;
  expect(view).toMatchObject({ month: '2026-03', filter: { region: 'East' } });
  const days = (Date.parse(view.expiresAt) - Date.now()) / 86_400_000;
  expect([days > 6.99, days < 7]).toEqual([true, true]);
  const until = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', year: 'numeric' });
  expect(await told('share-made')).toContain(`It ends at ${until.format(new Date(view.expiresAt))}`);
  expect(await field.evaluate((one) => one === document.activeElement)).toBe(true);
  await tabTo(page, 'Copy');
  await page.keyboard.press('Enter');
  await page.getByText('Copied.', { exact: true }).waitFor({ state: 'attached' });
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address.href);
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Share …');
  await page.goto(address.href);
  expect(await page.locator('.part').innerText()).toBe('Region: East');
  const acts = await audited();
  expect(acts).toContain(`embed.link local ${view.id}`);
  expect(acts).toContain(`embed.show link:${view.id} 2026-03`);
  // Of days there is no table of a release.
  await show(page, `${url}/performance/2026-03?days=2026-03-01..2026-03-02`);
  await page.getByRole('button', { name: 'Share …' }).click();
  expect(await told('share-days')).toContain('It cannot be narrowed to days');
  expect(await page.getByRole('button', { name: 'Make the link' }).isDisabled()).toBe(true);
  await page.route('**/api/me', async (route) => {
    const response = await route.fetch();
    const me = (await response.json()) as { permissions: string[] };
    await route.fulfill({ json: { ...me, permissions: me.permissions.filter((one) => one !== 'report:share') } });
  });
  await show(page, `${url}/performance/2026-03`);
  expect(await page.getByRole('button', { name: 'Share …' }).count()).toBe(0);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a page of somebody else shows a region by the element, as high as it is and nothing beside it', async () => {
  const { path } = await link({ filter: { region: 'East' } });
  pages.set(
    '/monthly',
    `<!doctype html><html lang="en"><title>Monthly</title><main><h1>Our month</h1><tributary-report src="${url}${path}"></tributary-report></main><script src="${url}/tributary-report.js"></script></html>`,
  );
  const { page, faults } = await openPage(browser);
  await page.goto(`${origin}/monthly`);
  const frame = page.frameLocator('tributary-report iframe');
  await frame.getByText('Region: East').waitFor();
  const section = (await (await fetch(`${url}/api/report/2026-03`)).json()) as {
    readonly by_region: readonly { readonly region: string; readonly sent: number }[];
  };
  const east = section.by_region.find(({ region }) => region === 'East')!;
  expect(await frame.locator('.card .value').first().innerText()).toBe(east.sent.toLocaleString('en-US'));
  const text = await frame.locator('main').innerText();
  expect(text).toContain('By campaign');
  expect([text.includes('West'), text.includes('North')]).toEqual([false, false]);
  // It is as high as what stands in it, and can still be sorted.
  await page.waitForFunction(() => {
    const inner = document.querySelector('tributary-report')?.shadowRoot?.querySelector('iframe');
    return (inner?.getBoundingClientRect().height ?? 0) > 900;
  });
  await frame.locator('table').first().getByRole('button', { name: 'Campaign' }).click();
  expect(await frame.locator('table').first().locator('tbody th').first().innerText()).toBe('A1C & you');
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a page that is not named may not show it, and nobody changes what a link shows', async () => {
  const { path } = await link({ filter: { region: 'East' } });
  const [word, signature] = path.replace('/embed/', '').split('.') as [string, string];
  const view = JSON.parse(Buffer.from(word, 'base64url').toString()) as object;
  const forged = Buffer.from(JSON.stringify({ ...view, filter: { region: 'West' } })).toString('base64url');
  expect((await fetch(`${url}/embed/${forged}.${signature}`)).status).toBe(404);
  const reader = await openPage(browser);
  const shown = await reader.page.goto(`${url}/embed/${forged}.${signature}`);
  expect(shown!.status()).toBe(404);
  expect(await reader.page.locator('main').innerText()).toMatch(
    /^This link shows nothing\s+This link is not one of this host, or its key was changed\. Ask whoever gave it to you/,
  );
  expect(await violations(reader.page)).toEqual([]);
  const short = await link({ expires: '1s' });
  for (;;) {
    const late = await reader.page.goto(url + short.path);
    if (late!.status() === 200) continue;
    expect(late!.status()).toBe(410);
    break;
  }
  expect(await reader.page.locator('h1').innerText()).toBe('This link has expired');
  await reader.page.context().close();
  const query = await (await fetch(`${url}${path}?region=West`)).text();
  expect([query.includes('Region: East'), query.includes('West')]).toEqual([true, false]);
  const refused = await fetch(`${url}/api/report/2026-03/links`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ expires: '1d', filter: { region: 'Atlantis' } }),
  });
  expect(refused.status).toBe(404);

  const { page, faults } = await openPage(browser);
  // Another origin: localhost is not 127.0.0.1.
  pages.set('/other', `<!doctype html><title>x</title><iframe src="${url}${path}"></iframe>`);
  const blocked = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
  await page.goto(`${origin.replace('127.0.0.1', 'localhost')}/other`);
  await blocked;
  expect(faults.join()).toContain(`frame-ancestors ${origin}`);
  await page.context().close();
});

test('a piece for the page of a server has a style that reaches nothing else', async () => {
  const { path } = await link({});
  const piece = await (await fetch(`${url}${path}/fragment`)).text();
  expect(piece).not.toMatch(/<script|<html|<body|<h1/);
  pages.set(
    '/pieces',
    `<!doctype html><html lang="en"><title>Month</title><body><main><h1>Our month</h1><p id="own">Own</p><table id="t"><caption>Own</caption><tr><th scope="col">a</th></tr></table>${piece}</main></body></html>`,
  );
  const { page, faults } = await openPage(browser);
  await page.goto(`${origin}/pieces`);
  const style = (query: string, name: string) =>
    page.evaluate(
      ([of, what]) => getComputedStyle(document.querySelector(of!)!).getPropertyValue(what!),
      [query, name],
    );
  expect(await style('#t', 'width')).not.toBe(await style('.tributary-report table', 'width'));
  expect(await style('#own', 'margin-top')).not.toBe('0px');
  expect(await style('.tributary-report .card', 'background-color')).toBe('rgb(245, 247, 249)');
  expect(await page.getByRole('heading', { level: 2, name: 'Real-time Campaign Performance Overview' }).count()).toBe(
    1,
  );
  expect(await violations(page)).toEqual([]);
  expect(faults).toEqual([]);
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/fragment.png`, fullPage: true });
  await page.context().close();
});
