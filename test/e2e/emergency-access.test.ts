import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { query, stopTestServer } from '../support/postgres.js';
import { startGuardedHost, type GuardedHost } from './guarded-host.js';

/** Emergency access: taken with a reason, for a limited time, told to others, and reviewed by one of them. */

let guarded: GuardedHost;

beforeAll(async () => {
  guarded = await startGuardedHost(['analyst', 'operator', 'admin', 'auditor']);
});
afterAll(async () => {
  await guarded?.close();
  await stopTestServer();
});

const post = async (role: string, path: string, given: object): Promise<any> => {
  const { status, body } = await guarded.as(role, 'POST', path, given);
  return { status, ...JSON.parse(body) };
};
const me = async (role: string): Promise<any> => JSON.parse((await guarded.as(role, 'GET', '/api/me')).body);
const acts = async () => {
  const { audit } = await guarded.installation.store();
  return (await audit.list({ limit: 500 }))
    .filter(({ action }) => action.startsWith('break_glass.'))
    .map(({ actor, action, detail }) => ({ actor, action, ...JSON.parse(detail) }))
    .toReversed();
};

it('needs a reason and a time within its limit, and the right to it', async () => {
  for (const [body, detail] of [
    [{ for: '30m' }, /^reason must be text/],
    [{ reason: 'because', for: '30m' }, /^reason must be text/],
    [{ reason: 'a member is at the desk', for: '2h' }, /^for must be a duration like 30m, from 1m to 60m/],
    [{ reason: 'a member is at the desk', for: 'ever' }, /^for must be/],
    [{ reason: 'a member is at the desk', for: '5m', roles: ['admin'] }, /^There is no key "roles"/],
  ] as const)
    expect(await post('operator', '/api/break-glass', body)).toMatchObject({
      status: 400,
      detail: expect.stringMatching(detail),
    });
  expect((await post('analyst', '/api/break-glass', { reason: 'a member is at the desk', for: '5m' })).status).toBe(
    403,
  );
  expect(await acts()).toEqual([]);
});

it('gives the right to see PHI at once, tells others, and ends by itself', async () => {
  expect((await me('operator')).permissions).not.toContain('phi:read');
  const opened = await post('operator', '/api/break-glass', { reason: 'a member is at the desk', for: '30m' });
  expect(opened).toMatchObject({ status: 200, actor: 'token:the operator', ended_at: null });
  expect(await me('operator')).toMatchObject({
    permissions: expect.arrayContaining(['phi:read']),
    break_glass: opened.id,
  });
  expect((await me('admin')).permissions).not.toContain('phi:read');
  // Whoever looks at the rules every few seconds tells it.
  while (!guarded.hook.received.some(({ body }) => body.includes(opened.id))) await once(guarded.hook.posts, 'post');
  const told = JSON.parse(guarded.hook.received.at(-1)!.body);
  expect(told).toMatchObject({ severity: 'critical', title: 'token:the operator took emergency access' });
  expect(JSON.stringify(told)).not.toContain('at the desk');
  // Its time goes by.
  await query(
    guarded.project.storeUrl,
    `UPDATE tributary_store.break_glass SET opened_at = opened_at - interval '31 min', expires_at = expires_at - interval '31 min'`,
  );
  expect(await me('operator')).toMatchObject({
    permissions: expect.not.arrayContaining(['phi:read']),
    break_glass: null,
  });
  const { noteEnded } = await import('../../core/app/break-glass.js');
  await noteEnded(guarded.installation);
  expect(await acts()).toMatchObject([
    { actor: 'token:the operator', action: 'break_glass.open', reason: 'a member is at the desk', minutes: 30 },
    { actor: 'token:the operator', action: 'break_glass.over' },
  ]);
});

it('ends when its holder, or somebody on the machine, ends it, and is there to be reviewed', async () => {
  const body = { reason: 'the second time today', for: '30m' };
  await post('operator', '/api/break-glass', body);
  expect((await post('operator', '/api/break-glass/end', {})).accesses).toMatchObject([
    { reason: body.reason, ended_by: 'token:the operator' },
  ]);
  await post('operator', '/api/break-glass', body);
  await guarded.project.data(['break-glass', 'end', 'token:the operator'], { env: guarded.env });
  expect((await me('operator')).break_glass).toBeNull();
  const { accesses } = JSON.parse((await guarded.as('auditor', 'GET', '/api/break-glass')).body);
  expect(accesses).toHaveLength(3);
  expect(accesses[0]).toMatchObject({ ended_by: expect.stringContaining('@'), reviewed_by: null });
});

it('is reviewed by somebody else, once it is over', async () => {
  const { id } = await post('admin', '/api/break-glass', { reason: 'a member is at the desk', for: '30m' });
  const review = (role: string, of = id) => post(role, `/api/break-glass/${of}/review`, {});
  expect(await review('auditor')).toMatchObject({ status: 409, detail: expect.stringContaining('still open') });
  await post('admin', '/api/break-glass/end', {});
  expect(await review('admin')).toMatchObject({ status: 409, detail: expect.stringContaining('your own') });
  expect((await review('operator')).status).toBe(403);
  expect((await review('auditor', 'none')).status).toBe(404);

  expect(await review('auditor')).toMatchObject({ status: 200, reviewed_by: 'token:the auditor' });
  expect(await review('auditor')).toMatchObject({ status: 409, detail: expect.stringContaining('was reviewed by') });
  expect((await acts()).at(-1)).toMatchObject({ actor: 'token:the auditor', action: 'break_glass.review' });

  const { id: other } = await post('operator', '/api/break-glass', { reason: 'the second time today', for: '30m' });
  await post('operator', '/api/break-glass/end', {});
  const reviewed = await guarded.project.data(['break-glass', 'review', other], { env: guarded.env });
  expect(reviewed).toMatchObject({ id: other, reviewed_by: expect.stringContaining('@') });
});
