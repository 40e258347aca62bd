import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { PERMISSIONS } from '../../core/security/index.js';
import { openBrowser, openPage, violations } from './browser.js';
import { startBuiltPages, type BuiltPages } from './built-pages.js';

/** Every page while it waits, with nothing to show, where the host fails, and where it refuses. */

const PAGES: Readonly<Record<string, string>> = {
  overview: '/',
  connection: '/connections/daily',
  catalog: '/connections/daily/catalog',
  'new source': '/sources/new',
  runs: '/runs',
  run: '/runs/a-run',
  requests: '/requests',
  backfill: '/backfills/a-backfill',
  schedules: '/schedules',
  alerts: '/alerts',
  quarantine: '/quarantine',
  audit: '/audit',
  performance: '/performance',
  month: '/performance/2026-03',
  releases: '/performance/2026-03/releases',
  definitions: '/performance/definitions',
};
const ME = {
  name: 'local',
  roles: [],
  permissions: Object.keys(PERMISSIONS),
  connections: null,
  regions: null,
  break_glass: null,
  login: 'none',
};
const CONNECTION = {
  name: 'daily',
  source: 'exports',
  destination: 'warehouse',
  schema: 'raw',
  streams: [],
  state: 'never_run',
  next_step: null,
  paused: null,
  action_required: null,
  circuit: null,
  schedule: null,
  next_slot: null,
  last_success: null,
  last_run: null,
};
const EMPTY: Readonly<Record<string, object>> = {
  '/api/connections': { connections: [] },
  '/api/connections/daily': CONNECTION,
  '/api/connections/daily/streams': { connection: 'daily', bookmarks: 'ok', streams: [] },
  '/api/connections/daily/quarantine': { connection: 'daily', records: 0, reasons: [] },
  '/api/connections/daily/catalog': { connection: 'daily', streams: [] },
  '/api/connections/daily/schema-changes': { connection: 'daily', changes: [] },
  '/api/connectors': { connectors: [], destinations: [], keys: [], references: [] },
  '/api/runs': { runs: [], next: null },
  '/api/requests': { requests: [], next: null },
  '/api/schedules': { schedules: [] },
  '/api/alerts': { alerts: [], next: null },
  '/api/audit': { entries: [], next: null },
  '/api/report': { months: [], formats: [] },
  '/api/report/2026-03/releases': { releases: [] },
};
const WITH_NOTHING = [
  'overview',
  'connection',
  'catalog',
  'runs',
  'requests',
  'schedules',
  'alerts',
  'quarantine',
  'audit',
  'performance',
  'releases',
];

let pages: BuiltPages;
let browser: Browser;
beforeAll(async () => {
  pages = await startBuiltPages((pathname) => (pathname === '/api/me' ? ME : EMPTY[pathname]));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  pages?.close();
});

/** Light and dark, on a narrow screen: what axe finds, and whether something is wider than the screen. */
async function clean(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // What is seen the same in both is looked at once.
    const rules = colorScheme === 'dark' ? ['color-contrast'] : undefined;
    await page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, colorScheme);
    const found = await violations(page, rules);
    expect({ name, colorScheme, found }).toEqual({ name, colorScheme, found: [] });
  }
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect({ name, over }).toEqual({ name, over: 0 });
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/state-${name.replaceAll(' ', '-')}.png`, fullPage: true });
}

async function eachPage(
  state: string,
  names: readonly string[],
  prepare: (page: Page) => Promise<unknown>,
  reached: (page: Page, name: string) => Promise<unknown>,
): Promise<void> {
  const { page } = await openPage(browser, { width: 360 });
  await prepare(page);
  for (const name of names) {
    await page.goto(`${pages.url}${PAGES[name]}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await reached(page, name);
    await clean(page, `${state} ${name}`);
  }
  await page.context().close();
}

const asked = (path: URL): boolean => path.pathname.startsWith('/api/') && path.pathname !== '/api/me';
const problem = (status: number, detail: string) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ title: 'x', status, detail }),
});

test('while it waits for the host', async () => {
  await eachPage(
    'waiting',
    Object.keys(PAGES),
    (page) => page.route(asked, () => undefined),
    (page) => page.locator('.loading').first().waitFor(),
  );
});

test('with nothing to show it says so, and what makes something', async () => {
  await eachPage(
    'empty',
    WITH_NOTHING,
    async () => undefined,
    (page, name) =>
      (name === 'catalog' ? page.getByText('No column has changed') : page.locator('.empty').first()).waitFor(),
  );
});

test('where the host fails it says that, and tries again when it is told to', async () => {
  await eachPage(
    'failed',
    Object.keys(PAGES),
    async (page) => {
      await page.clock.install();
      await page.route(asked, (route) => route.fulfill(problem(503, 'The store cannot be reached.')));
    },
    async (page) => {
      // It is asked twice more, a second apart.
      for (let second = 0; second < 3; second++) await page.clock.runFor(1_500);
      const alert = page.getByRole('alert').first();
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(
        /could not be loaded[\s\S]*The store cannot be reached\.[\s\S]*Try again/,
      );
    },
  );
});

test('where it refuses it says which right is missing', async () => {
  await eachPage(
    'refused',
    Object.keys(PAGES),
    (page) =>
      page.route(asked, (route) =>
        route.fulfill(problem(403, 'This needs the right to see it, which the roles viewer, admin have.')),
      ),
    async (page) => {
      const alert = page.getByRole('alert').first();
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(/You may not see this[\s\S]*which the roles/);
      expect(await alert.getByRole('button').count()).toBe(0);
    },
  );
});
