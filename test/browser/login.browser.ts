import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { startLoginSite, type LoginSite, type PEOPLE } from '../e2e/login-site.js';
import { query, stopTestServer } from '../support/postgres.js';
import { openBrowser, openPage, violations } from './browser.js';

/** Login of a person in a real browser, at a real provider, and what ends it. */

let site: LoginSite;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([startLoginSite(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await stopTestServer();
});

async function logIn(page: Page, name: keyof typeof PEOPLE): Promise<void> {
  await page.getByRole('link', { name: 'Log in' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

const acts = async (action: string) =>
  (await (await site.installation.store()).audit.list({ action, limit: 50 })).map(({ actor, outcome }) => [
    actor,
    outcome,
  ]);

test('a person logs in at the provider with PKCE, sees the pages, and logs out', async () => {
  const { page } = await openPage(browser);
  const authorizations: URL[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(`${site.provider.issuer}/auth?`)) authorizations.push(new URL(request.url()));
  });
  await page.goto(`${site.host.url}/connections/daily`);
  await page.getByRole('heading', { name: 'This host asks who you are' }).waitFor();
  expect(await page.getByText('raw').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await logIn(page, 'ann');
  // Back where the login began.
  expect(page.url()).toBe(`${site.host.url}/connections/daily`);
  await page.getByRole('heading', { name: 'daily' }).first().waitFor();
  expect(await page.locator('.who').innerText()).toContain('ann@example.org');
  expect(await violations(page)).toEqual([]);
  const asked = authorizations[0]!.searchParams;
  expect([asked.get('code_challenge_method'), asked.get('code_challenge')?.length]).toEqual(['S256', 43]);
  expect([asked.get('state') !== null, asked.get('nonce') !== null]).toEqual([true, true]);
  // No script can read what the login hangs on.
  expect(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).toEqual(['', 0, 0]);
  const [cookie] = await page.context().cookies(site.host.url);
  expect(cookie).toMatchObject({ name: 'tributary', httpOnly: true, sameSite: 'Lax' });
  expect(await acts('login.oidc')).toEqual([['ann@example.org', 'allowed']]);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'This host asks who you are' }).waitFor();
  expect(await page.context().cookies(site.host.url)).toEqual([]);
  expect(await acts('logout.oidc')).toEqual([['ann@example.org', 'allowed']]);
  await page.context().close();
});

test.each([
  ['bob', ['Overview', 'Runs', 'Requests', 'Schedules', 'Alerts', 'Quarantine'], 'Overview'],
  ['fay', ['Performance'], 'Real-time Campaign Performance Overview'],
] as const)(
  'the pages that %s may not see are in no menu, nor what only others may press',
  async (name, places, first) => {
    const { page, faults } = await openPage(browser);
    await page.goto(site.host.url);
    await logIn(page, name);
    await page.getByRole('heading', { level: 1, name: first }).waitFor();
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()).toEqual(places);
    await page.goto(`${site.host.url}/connections/daily`);
    await page.getByText(name === 'bob' ? 'Streams' : 'You may not see this', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /Run now|Pause|Backfill|Reset/ }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    if (name === 'bob') expect(faults.filter((fault) => !/40[134]/.test(fault))).toEqual([]);
    await page.context().close();
  },
);

test('a page that is left alone keeps no login alive, and shows nothing more once it is over', async () => {
  const { page } = await openPage(browser);
  await page.clock.install();
  await page.goto(site.host.url);
  await logIn(page, 'ann');
  await page.getByRole('link', { name: 'daily' }).first().waitFor();
  const asked = page.waitForRequest((request) => request.headers()['x-unattended'] === '1');
  await page.clock.fastForward('01:10');
  await asked;
  await query(site.project.storeUrl, `UPDATE tributary_store.session SET seen_at = now() - interval '16 minutes'`);
  await page.clock.fastForward('00:10');
  await page.getByRole('heading', { name: 'This host asks who you are' }).first().waitFor();
  expect(await page.locator('main').innerText()).not.toContain('daily');
  await page.context().close();
});

test('a page of another site changes nothing with the login of who looks at it', async () => {
  const { page } = await openPage(browser);
  await page.goto(site.host.url);
  await logIn(page, 'ann');
  const pause = `${site.host.url}/api/connections/daily/pause`;
  const evil = await serve(
    `<form method="post" enctype="text/plain" action="${pause}"><input name='{"reason":"' value='"}'></form>`,
  );
  try {
    const other = await page.context().newPage();
    await other.goto(evil.url);
    const scripts = await other.evaluate(async (address) => {
      const ways: RequestInit[] = [
        { mode: 'no-cors', headers: { 'content-type': 'text/plain' } },
        { mode: 'cors', headers: { 'content-type': 'application/json' } },
      ];
      const ends: string[] = [];
      for (const way of ways)
        await fetch(address, { method: 'POST', credentials: 'include', body: '{}', ...way }).then(
          ({ type, status }) => ends.push(`${type} ${status}`),
          () => ends.push('refused'),
        );
      // What it can only read: not even that.
      await fetch(new URL('/api/me', address), { credentials: 'include' }).then(
        () => ends.push('read'),
        () => ends.push('refused'),
      );
      return ends;
    }, pause);
    expect(scripts).toEqual(['opaque 0', 'refused', 'refused']);
    const answered = other.waitForResponse(pause);
    await other.evaluate(() => document.forms[0]!.submit());
    expect([401, 403]).toContain((await answered).status());
    expect(await (await site.installation.store()).holds.list()).toEqual({});
    // The login itself would have been enough.
    const own = await page.evaluate(async (address) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
      return (await fetch(address, init)).status;
    }, pause);
    expect(own).toBe(200);
  } finally {
    await evil.close();
    await page.context().close();
  }
});

async function serve(html: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server: Server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(html);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
