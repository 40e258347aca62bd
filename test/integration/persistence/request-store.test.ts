import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NewRequest, RequestStore } from '../../../core/scheduler/request-store.js';
import { openStore, type Store } from '../../../core/persistence/store.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';

let database: TestDatabase;
let stores: Store[];
let requests: RequestStore;
let another: RequestStore;

beforeEach(async () => {
  database = await testDatabase();
  stores = [await openStore(database.url), await openStore(database.url)];
  [requests, another] = stores.map((store) => store.requests) as [RequestStore, RequestStore];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await database.drop();
});
afterAll(stopTestServer);

const LONG_MS = 60_000;
const EARLIER = '2026-01-01T00:00:00.000Z';
const asked = (more: Partial<NewRequest> = {}): NewRequest => ({
  id: randomUUID(),
  connection: 'braze_daily',
  trigger: 'schedule',
  notBefore: EARLIER,
  ...more,
});

describe('a request', () => {
  it('is one per connection and slot, whoever adds it', async () => {
    const slot = '2026-03-08T08:00:00.000Z';
    const added = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? requests : another).add(asked({ slot }))),
    );
    expect(added.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(added.map(({ request }) => request.id)).size).toBe(1);
    expect((await requests.add(asked({ slot, connection: 'other' }))).isNew).toBe(true);
  });

  it('is one per idempotency key', async () => {
    const first = await requests.add(asked({ trigger: 'api', idempotencyKey: 'k1' }));
    const second = await another.add(asked({ trigger: 'api', idempotencyKey: 'k1' }));
    const third = await another.add(asked({ trigger: 'api', idempotencyKey: 'k2' }));
    expect([first.isNew, second.isNew, third.isNew]).toEqual([true, false, true]);
    expect(second.request.id).toBe(first.request.id);
  });

  it('is claimed once, and only when due', async () => {
    const { request } = await requests.add(asked());
    const later = await requests.add(asked({ connection: 'later', notBefore: '2099-01-01T00:00:00.000Z' }));
    const leases = await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? requests : another).claim(request.id, `w${n}`, LONG_MS)),
    );
    expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1);
    expect(await requests.claim(later.request.id, 'w', LONG_MS)).toBeUndefined();
  });

  it('waits for the other of its connection', async () => {
    const [first, second] = [await requests.add(asked()), await requests.add(asked())].map(({ request }) => request.id);
    const claims = await Promise.all([
      requests.claim(first as string, 'a', LONG_MS),
      another.claim(second as string, 'b', LONG_MS),
    ]);
    const [lease] = claims.filter((claim) => claim !== undefined);
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(await requests.claimable(10)).toEqual([]);
    await requests.end(lease!);
    expect(await requests.claimable(10)).toHaveLength(1);
  });

  it('is taken over when its lease has run out, and the first worker learns it', async () => {
    const { request } = await requests.add(asked());
    const lost = (await requests.claim(request.id, 'a', 1))!;
    await requests.began(lost, 'run-a');
    const [open] = await another.claimable(10);
    expect(open).toMatchObject({ id: request.id, state: 'running', attempt: 1, run: 'run-a' });
    const taken = (await another.claim(request.id, 'b', LONG_MS))!;
    expect(taken.epoch).toBe(2);
    expect(await requests.renew(lost, LONG_MS)).toMatchObject({ isHeld: false });
    // What a zombie says is not heard.
    await requests.end(lost);
    await requests.again(lost, EARLIER);
    expect(await requests.get(request.id)).toMatchObject({ state: 'running', attempt: 2 });
    expect(await another.renew(taken, LONG_MS)).toEqual({ isHeld: true, isCancelWanted: false });
    await another.again(taken, '2099-01-01T00:00:00.000Z');
    expect(await requests.claimable(10)).toEqual([]);
  });

  it('is cancelled at once while it waits, and by its worker while it runs', async () => {
    const waiting = (await requests.add(asked())).request.id;
    expect(await requests.cancel(waiting)).toMatchObject({ state: 'cancelled' });
    expect(await requests.claim(waiting, 'a', LONG_MS)).toBeUndefined();
    const running = (await requests.add(asked())).request.id;
    const lease = (await requests.claim(running, 'a', LONG_MS))!;
    expect(await another.cancel(running)).toMatchObject({ state: 'running', isCancelWanted: true });
    expect(await requests.renew(lease, LONG_MS)).toEqual({ isHeld: true, isCancelWanted: true });
    expect(await requests.cancel(randomUUID())).toBeUndefined();
  });

  it('counts what brought nothing, and forgets it once rows were committed', async () => {
    const { request } = await requests.add(asked());
    expect(request).toMatchObject({ fruitless: 0 });
    expect(request).not.toHaveProperty('error');
    const error = { kind: 'transient', message: 'no answer\0', stream: 'campaigns' } as const;
    await requests.again((await requests.claim(request.id, 'a', LONG_MS))!, EARLIER, { error, fruitless: 1 });
    const failed = { fruitless: 1, error: { ...error, message: 'no answer\u{FFFD}' } };
    expect(await requests.get(request.id)).toMatchObject({ state: 'queued', ...failed });
    // One that is given back has not failed.
    await requests.again((await requests.claim(request.id, 'a', LONG_MS))!, EARLIER);
    expect(await requests.get(request.id)).toMatchObject({ state: 'queued', ...failed });
    await requests.claim(request.id, 'a', 1);
    const taken = (await another.claim(request.id, 'b', LONG_MS))!;
    expect(taken.request).toMatchObject({ attempt: 4, fruitless: 2 });
    await another.renew(taken, LONG_MS, false);
    expect(await requests.get(request.id)).toMatchObject({ fruitless: 2 });
    await another.renew(taken, LONG_MS, true);
    expect(await requests.get(request.id)).toMatchObject({ fruitless: 0 });
    await another.end(taken);
    expect(await requests.get(request.id)).not.toHaveProperty('error');
  });

  it('that was cancelled meanwhile is not given back', async () => {
    const { id } = (await requests.add(asked())).request;
    const lease = (await requests.claim(id, 'a', LONG_MS))!;
    await requests.cancel(id);
    await requests.again(lease, EARLIER);
    expect(await requests.get(id)).toMatchObject({ state: 'cancelled' });
    expect(await requests.claimable(10)).toEqual([]);
  });
});
