import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Host } from '../../core/app/main.js';
import { newBrowser } from '../support/oidc.js';
import { query, stopTestServer } from '../support/postgres.js';
import { startLoginSite, type LoginSite, type PEOPLE } from './login-site.js';
import type { Project } from './project.js';

let site: LoginSite;
let project: Project;
let host: Host;

beforeAll(async () => {
  site = await startLoginSite();
  ({ project, host } = site);
});
afterAll(async () => {
  await site?.close();
  await stopTestServer();
});

const here = (path: string) => new URL(path, host.url);

async function loggedIn(name: keyof typeof PEOPLE, path = '/api/me') {
  const browser = newBrowser();
  const end = await browser.logInAs(name, await browser.open(here(path)));
  return { browser, end };
}

it('sends a browser to the provider and back to where it was', async () => {
  const { browser, end } = await loggedIn('ann');
  expect([end.url.pathname, end.response.status]).toEqual(['/api/me', 200]);
  expect(await end.response.json()).toEqual({
    name: 'ann@example.org',
    roles: ['admin'],
    permissions: expect.arrayContaining(['status:read', 'audit:read']),
    connections: null,
    regions: null,
    break_glass: null,
    login: 'session',
  });
  // A cookie that scripts cannot read and other sites do not send.
  const again = await newBrowser().ask(here('/login'));
  expect(again.headers.getSetCookie()[0]).toMatch(
    /^tributary-login=[\w-]{20,}; Max-Age=600; Path=\/; .*HttpOnly; SameSite=Lax$/,
  );
  const asked = new URL(again.headers.get('location')!).searchParams;
  expect([asked.get('response_type'), asked.get('code_challenge_method')]).toEqual(['code', 'S256']);
  // A review of access knows the person by this login.
  const { reviewAccess } = await import('../../core/app/access-review.js');
  const { reviewed, groups } = await reviewAccess(site.installation, new Date());
  expect(reviewed.find(({ name }) => name === 'ann@example.org')).toMatchObject({ kind: 'person', roles: ['admin'] });
  expect(groups.find(({ group }) => group === 'of one')).toMatchObject({ roles: ['operator'], connections: ['daily'] });
  // The session stands for the person in what is done, too.
  const pause = await browser.ask(here('/api/connections/daily/pause'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: here('/').origin },
    body: '{}',
  });
  expect(await pause.json()).toMatchObject({ paused: { by: 'ann@example.org' } });
});

it('gives a role that asks for a second factor to those only who logged in with one', async () => {
  const { end } = await loggedIn('bob');
  expect(await end.response.json()).toMatchObject({ name: 'bob@example.org', roles: ['viewer'] });
  const refused = await loggedIn('cyd');
  expect([refused.end.url.pathname, refused.end.response.status]).toEqual(['/login/callback', 403]);
  expect(await refused.end.response.text()).toMatch(/^Your roles \(admin\) need a login with a second factor/);
});

it('gives no emergency access to a login without a second factor', async () => {
  const openedBy = async (name: keyof typeof PEOPLE) => {
    const { browser } = await loggedIn(name);
    const response = await browser.ask(here('/api/break-glass'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: here('/').origin },
      body: JSON.stringify({ reason: 'a member is at the desk', for: '5m' }),
    });
    return [response.status, ((await response.json()) as { detail: string }).detail];
  };
  expect(await openedBy('eve')).toEqual([403, expect.stringContaining('a login with a second factor too')]);
  expect(await openedBy('ann')).toEqual([409, expect.stringContaining('is not configured')]);
});

it('refuses who is in no group that has a role, and says so', async () => {
  const { browser, end } = await loggedIn('dan');
  expect(end.response.status).toBe(403);
  expect(await end.response.text()).toMatch(/^None of your groups \(claim "groups"\) has a role here/);
  expect((await browser.ask(here('/api/runs'), { headers: { accept: 'application/json' } })).status).toBe(401);
});

it('lets a grant for one connection not reach others because of another grant', async () => {
  const { browser, end } = await loggedIn('eve');
  expect(await end.response.json()).toMatchObject({ roles: ['operator', 'viewer'], connections: ['daily'] });
  expect((await browser.ask(here('/api/connections/other'))).status).toBe(404);
});

it('gives the regions of all grants, and nothing but the report with them', async () => {
  const { browser, end } = await loggedIn('fay');
  expect(await end.response.json()).toMatchObject({ roles: ['analyst'], regions: ['South', 'East'] });
  const runs = await browser.ask(here('/api/runs'), { headers: { accept: 'application/json' } });
  expect([runs.status, ((await runs.json()) as { detail: string }).detail]).toEqual([
    403,
    'This access is to the region South, East only, by which nothing but the report is told.',
  ]);
});

it('takes an answer of the provider once, and only in the browser that began', async () => {
  const browser = newBrowser();
  const login = await browser.open(here('/login?return=/api/me'));
  // The provider's answer, caught on its way.
  let answer: URL | undefined;
  let url = login.url;
  let response = await browser.ask(url, { method: 'POST', body: new URLSearchParams({ login: 'ann' }) });
  while (url.pathname !== '/login/callback') {
    url = new URL(response.headers.get('location')!, url);
    if (url.pathname === '/login/callback') answer = url;
    else response = await browser.ask(url);
  }
  expect((await newBrowser().ask(answer!)).status).toBe(403);
  const tampered = new URL(answer!);
  tampered.searchParams.set('state', 'another-state-of-another-browser');
  expect((await browser.ask(tampered)).status).toBe(403);
  // That attempt is used up.
  const late = await browser.ask(answer!);
  expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Begin again.')]);
});

it.each([
  ['//evil.example', '/'],
  ['https://evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/api/runs?limit=1', '/api/runs?limit=1'],
])('leads from a login that shall return to %s to %s', async (wanted, path) => {
  const browser = newBrowser();
  const end = await browser.logInAs('bob', await browser.open(here(`/login?return=${encodeURIComponent(wanted)}`)));
  expect(end.url.origin).toBe(here('/').origin);
  // `/` itself leads on.
  if (path !== '/') expect(`${end.url.pathname}${end.url.search}`).toBe(path);
});

it('ends a login that was idle, and one that is logged out', async () => {
  const { browser } = await loggedIn('bob');
  const logout = await browser.ask(here('/logout'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(logout.status).toBe(200);
  expect((await browser.ask(here('/api/me'), { headers: { accept: 'application/json' } })).status).toBe(401);
  const { browser: idle } = await loggedIn('bob');
  await query(project.storeUrl, `UPDATE tributary_store.session SET seen_at = now() - interval '16 minutes'`);
  // A page that asks by itself keeps nothing alive.
  await idle.ask(here('/api/me'), { headers: { accept: 'application/json', 'x-unattended': '1' } });
  const over = await idle.ask(here('/api/me'), { headers: { accept: 'application/json' } });
  expect([over.status, ((await over.json()) as { detail: string }).detail]).toEqual([
    401,
    'This login is over: it was idle for 15m, or ended. Log in again at /login.',
  ]);
});

it('begins only so many logins for one address in a minute', async () => {
  const browser = newBrowser();
  let answer = await browser.ask(here('/login'));
  for (let times = 0; times < 60 && answer.status === 302; times++) answer = await browser.ask(here('/login'));
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  expect(((await answer.json()) as { detail: string }).detail).toBe('Too many logins were begun from this address.');
});
