import type { Browser } from 'playwright-core';
import { startGuardedHost, type GuardedHost } from '../e2e/guarded-host.js';
import { stopTestServer } from '../support/postgres.js';
import { openBrowser, openPage, show, violations } from './browser.js';

/** Emergency access is reviewed from the page, by somebody else, once it is over. */

let guarded: GuardedHost;
let browser: Browser;

beforeAll(async () => {
  [guarded, browser] = await Promise.all([startGuardedHost(['admin', 'operator', 'auditor']), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await guarded?.close();
  await stopTestServer();
});

async function pageOf(role: string, look: { readonly dark?: boolean; readonly width?: number } = {}) {
  const { page, faults } = await openPage(browser, look);
  await page.addInitScript((token) => sessionStorage.setItem('tributary.token', token), guarded.tokens[role]!);
  await show(page, `${guarded.host.url}/access`);
  return { page, faults };
}

test('who took emergency access is shown, and reviewed by somebody else once it is over', async () => {
  const take = async (role: string, reason: string) => {
    await guarded.as(role, 'POST', '/api/break-glass', { reason, for: '30m' });
    return () => guarded.as(role, 'POST', '/api/break-glass/end', {});
  };
  await (
    await take('operator', 'a member is at the desk')
  )();
  await (
    await take('admin', 'a file was delivered twice')
  )();
  await take('operator', 'once more, still going on');
  const { page, faults } = await pageOf('admin');
  const cards = page.locator('article');
  expect(await cards.count()).toBe(3);
  expect(await cards.nth(0).innerText()).toMatch(/^Open[\s\S]*going on[\s\S]*once it is over/);
  expect(await cards.nth(1).innerText()).toMatch(/^Not reviewed[\s\S]*twice[\s\S]*your own: somebody else/);
  expect(await page.getByRole('button', { name: /^Review/ }).count()).toBe(1);
  expect(await page.getByRole('row', { name: /token:the auditor/ }).innerText()).toMatch(/auditor[\s\S]*never used/);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Review … that of token:the operator' }).press('Enter');
  expect(await page.getByRole('dialog').innerText()).toContain('“a member is at the desk”');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'It was in order' }).press('Enter');
  const reviewed = page.getByRole('row', { name: /a member is at the desk/ });
  await reviewed.waitFor();
  expect(await reviewed.innerText()).toContain('by token:the admin');
  expect(await cards.count()).toBe(2);
  await page.getByRole('link', { name: 'What they did meanwhile' }).first().click();
  await page
    .getByRole('row', { name: /break_glass\.open/ })
    .first()
    .waitFor();
  expect(new Set(await page.locator('td[data-label=Who]').allInnerTexts())).toEqual(new Set(['token:the operator']));
  expect(faults).toEqual([]);
  await page.context().close();
});

test('on a phone in the dark, and not at all for who may not see it', async () => {
  const { page } = await pageOf('auditor', { dark: true, width: 360 });
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.context().close();
  const other = await pageOf('operator');
  expect(await other.page.getByText('You may not see this').count()).toBe(2);
  expect(await other.page.getByRole('link', { name: 'Access', exact: true }).count()).toBe(0);
  await other.page.context().close();
});
