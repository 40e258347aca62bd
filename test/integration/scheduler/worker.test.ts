import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openStore, type Store } from '../../../core/persistence/store.js';
import { openPgBossQueue } from '../../../core/scheduler/pg-boss.queue.js';
import type { RunQueue } from '../../../core/scheduler/queue.js';
import type { RequestRecord } from '../../../core/scheduler/request-store.js';
import {
  startWorker,
  type RunEnd,
  type RunNotes,
  type Worker,
  type WorkerParts,
} from '../../../core/scheduler/worker.js';
import { ConnectorError, type ErrorKind } from '../../../core/sdk/errors.js';
import { stopTestServer, testDatabase, testServer, type TestDatabase } from '../../support/postgres.js';

/** As in production, thirty times faster. */
const TIMES = { leaseMs: 1_000, renewEveryMs: 300, sweepEveryMs: 200, stopWithinMs: 1_000 };

interface Begun {
  readonly request: RequestRecord;
  readonly signal: AbortSignal;
  readonly notes: RunNotes;
  end(end: RunEnd): void;
  fail(error: unknown): void;
}

let database: TestDatabase;
let store: Store;
let closing: (() => Promise<unknown>)[];

beforeEach(async () => {
  database = await testDatabase();
  closing = [];
  store = await openStore(database.url);
});
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  await store.close();
  await database.drop();
});
afterAll(stopTestServer);

interface Tested {
  readonly worker: Worker;
  readonly queue: RunQueue;
  readonly logged: readonly string[];
  /** The next run that it begins; a run ends as the test says, and of itself only by `endsOnAbort`. */
  next(): Promise<Begun>;
}

async function newWorker(
  name: string,
  { concurrency = 1, parts = {} as Partial<WorkerParts>, endsOnAbort = true } = {},
): Promise<Tested> {
  const queue = await openPgBossQueue(database.url, () => undefined);
  const logged: string[] = [];
  const begun: Begun[] = [];
  const waiting: ((run: Begun) => void)[] = [];
  const execute: WorkerParts['execute'] = (request, signal, notes) =>
    new Promise<RunEnd>((resolve, reject) => {
      if (endsOnAbort) signal.addEventListener('abort', () => resolve({ state: 'cancelled', errors: [] }));
      const run = { request, signal, notes, end: resolve, fail: reject };
      const taker = waiting.shift();
      if (taker === undefined) begun.push(run);
      else taker(run);
    });
  const worker = await startWorker(
    {
      requests: store.requests,
      circuits: store.circuits,
      queue,
      execute,
      interrupt: (run) => store.runs.interrupt(run),
      requireAction: ({ id, connection }, error) =>
        store.holds.requireAction(connection, { error, request: id, settings: { salt: 's', hash: 'h' } }),
      now: () => store.schedules.now(),
      admit: () => 'now',
      log: (level, message) => logged.push(`${level} ${message}`),
      random: () => 0.5,
      ...parts,
    },
    { name, concurrency, times: TIMES },
  );
  closing.push(
    () => queue.stop(),
    () => worker.stop(),
  );
  return {
    worker,
    queue,
    logged,
    next: async () => begun.shift() ?? new Promise((resolve) => waiting.push(resolve)),
  };
}

async function ask(connection = 'daily', notBefore = new Date()): Promise<string> {
  const asked = { id: randomUUID(), connection, trigger: 'api', notBefore: notBefore.toISOString() } as const;
  return (await store.requests.add(asked)).request.id;
}

async function until(id: string, isSo: (request: RequestRecord) => boolean): Promise<RequestRecord> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await wait(20)) {
    const request = await store.requests.get(id);
    if (request !== undefined && isSo(request)) return request;
  }
  throw new Error(`request ${id} did not become as wanted: ${JSON.stringify(await store.requests.get(id))}`);
}
const inState = (state: RequestRecord['state']) => (request: RequestRecord) => request.state === state;

const failedBy = (...kinds: ErrorKind[]): RunEnd => ({
  state: 'failed',
  errors: kinds.map((kind) => ({ kind, message: `a fault of kind ${kind}` })),
});

async function sql(text: string, ...values: unknown[]): Promise<any[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

describe('a worker', () => {
  it('carries out what is asked, also what no queue was told of, and holds it as long as it takes', async () => {
    const id = await ask();
    const { next, logged } = await newWorker('a');
    const run = await next();
    await run.notes.began('run-1');
    // Longer than a lease: it is renewed, and nobody else may have it.
    await wait(TIMES.leaseMs * 1.5);
    expect(await store.requests.claimable(10)).toEqual([]);
    expect(run.signal.aborted).toBe(false);
    run.end({ state: 'succeeded', errors: [] });
    expect(await until(id, inState('ended'))).toMatchObject({ attempt: 1, run: 'run-1', fruitless: 0 });
    // It is told after it is written down.
    for (const deadline = Date.now() + 20_000; logged.length < 2 && Date.now() < deadline;) await wait(5);
    expect(logged).toEqual(['info daily: run starts', 'info daily: run succeeded']);
  });

  it('begins nothing in a blackout, and leaves out what has waited past its grace', async () => {
    const soon = new Date(Date.now() + 1_000).toISOString();
    const seen: string[] = [];
    const admit: WorkerParts['admit'] = ({ connection, attempt }) => {
      seen.push(`${connection} ${attempt}`);
      if (connection === 'skipping') return 'missed';
      return attempt === 1 ? { notBefore: soon } : 'now';
    };
    const [held, missed] = [await ask('held'), await ask('skipping')];
    const { next, logged } = await newWorker('a', { parts: { admit } });
    const run = await next();
    expect(run.request).toMatchObject({ id: held, attempt: 2, fruitless: 0, notBefore: soon });
    run.end({ state: 'succeeded', errors: [] });
    await until(held, inState('ended'));
    expect(await until(missed, inState('cancelled'))).toMatchObject({ attempt: 1 });
    expect(seen.toSorted()).toEqual(['held 1', 'held 2', 'skipping 1']);
    expect(logged).toContainEqual(expect.stringContaining('waits for the end of its blackout'));
    expect(logged).toContainEqual(expect.stringContaining('missed by more than its grace'));
  });

  it('wakes by the queue for a request that is not due yet', async () => {
    const tested = await newWorker('a');
    const due = new Date(Date.now() + 1_500);
    const id = await ask('daily', due);
    await tested.queue.send([{ id, notBefore: due.toISOString() }]);
    const { request } = await tested.next();
    expect(Date.now()).toBeGreaterThanOrEqual(due.getTime());
    expect(request.id).toBe(id);
  });

  it('works on several connections at once and on one request of each', async () => {
    const ids = [await ask('one'), await ask('one'), await ask('two'), await ask('three')];
    const { next } = await newWorker('a', { concurrency: 4 });
    const first = [await next(), await next(), await next()];
    expect(first.map(({ request }) => request.connection).toSorted()).toEqual(['one', 'three', 'two']);
    first.find(({ request }) => request.connection === 'one')!.end({ state: 'succeeded', errors: [] });
    const second = await next();
    expect(second.request).toMatchObject({ id: ids[1], connection: 'one' });
  });

  it('gives connections turns, however many requests of one were sent before', async () => {
    const ids = [];
    for (const connection of ['busy', 'busy', 'busy', 'busy', 'quiet', 'late']) ids.push(await ask(connection));
    const { queue, next } = await newWorker('a');
    await queue.send(ids.map((id) => ({ id, notBefore: new Date().toISOString() })));
    const turns: string[] = [];
    while (turns.length < ids.length) {
      const run = await next();
      turns.push(run.request.connection);
      run.end({ state: 'succeeded', errors: [] });
      await until(run.request.id, inState('ended'));
    }
    expect(turns).toEqual(['busy', 'quiet', 'late', 'busy', 'busy', 'busy']);
  });

  it('takes over what a dead worker left, and the run of a frozen one stops when it wakes', async () => {
    const id = await ask();
    const thaw = new EventEmitter();
    let thawed: Promise<unknown> | undefined;
    const frozen: WorkerParts['requests'] = {
      ...store.requests,
      // As a process that stands still: its renewals come late.
      renew: async (...args) => {
        await thawed;
        return store.requests.renew(...args);
      },
    };
    // Still at work when its lease has run out, so that it cannot take the request again itself.
    const first = await newWorker('a', { parts: { requests: frozen }, endsOnAbort: false });
    const lost = await first.next();
    await lost.notes.began('run-a');
    thawed = once(thaw, 'thaw');
    const second = await newWorker('b');
    const taken = await second.next();
    expect(taken.request).toMatchObject({ id, attempt: 2, run: 'run-a', fruitless: 1 });
    thaw.emit('thaw');
    if (!lost.signal.aborted) await once(lost.signal, 'abort');
    lost.end({ state: 'cancelled', errors: [] });
    taken.end({ state: 'succeeded', errors: [] });
    expect(await until(id, inState('ended'))).toMatchObject({ attempt: 2 });
    const stopped = 'warn daily: stopped, since another worker may have taken over';
    while (first.logged.at(-1) !== stopped) await wait(20);
  });

  it('leaves no run of a dead worker as running where its request was cancelled meanwhile', async () => {
    const id = await ask();
    const dead = (await store.requests.claim(id, 'dead', 1))!;
    await store.runs.begin({
      id: 'cut off',
      connection: 'daily',
      trigger: 'manual',
      startedAt: new Date().toISOString(),
    });
    await store.requests.began(dead, 'cut off');
    await store.requests.cancel(id);
    await newWorker('next');
    await until(id, inState('ended'));
    expect(await store.runs.get('cut off')).toMatchObject({ state: 'interrupted' });
  });

  it('stops a run whose request is cancelled', async () => {
    const id = await ask();
    const { next } = await newWorker('a');
    const { signal } = await next();
    await store.requests.cancel(id);
    if (!signal.aborted) await once(signal, 'abort');
    expect(await until(id, inState('ended'))).toMatchObject({ isCancelWanted: true, attempt: 1 });
  });

  it('tries again what may pass, later and later, and says why', async () => {
    const id = await ask();
    const { next, logged } = await newWorker('a');
    await store.circuits.assign({ daily: 'braze' });
    const circuits = () => sql('SELECT failures, error FROM tributary_store.circuit');
    const sourceFault = { kind: 'transient', message: 'no answer' } as const;
    (await next()).end({ ...failedBy('transient'), sourceFault });
    const waiting = await until(id, inState('queued'));
    expect(waiting).toMatchObject({ attempt: 1, fruitless: 1, error: { kind: 'transient' } });
    expect(Date.parse(waiting.notBefore) - Date.now()).toBeGreaterThan(8_000);
    expect(logged).toContain('warn daily: failed (transient), again in 10 s');
    expect(await circuits()).toEqual([{ failures: 1, error: sourceFault }]);
    await sql('UPDATE tributary_store.run_request SET not_before = now()');
    const second = await next();
    expect(second.request).toMatchObject({ attempt: 2, fruitless: 1 });
    second.notes.committed();
    second.end({ ...failedBy('rate_limit'), sourceFault });
    expect(await until(id, inState('queued'))).toMatchObject({ fruitless: 1, error: { kind: 'rate_limit' } });
    while ((await circuits()).length > 0) await wait(20);
  });

  it.each([
    ['auth', 'a person is needed'],
    ['data', 'the next slot tries again'],
  ] as const)('ends at once after a fault of kind %s', async (kind, afterwards) => {
    const id = await ask();
    const { next, logged } = await newWorker('a');
    (await next()).fail(new ConnectorError(kind, 'The key was refused.', { hint: 'Renew it.' }));
    const ended = await until(id, inState('ended'));
    expect(ended).toMatchObject({ attempt: 1, error: { kind, message: 'The key was refused.', hint: 'Renew it.' } });
    expect(logged.at(-1)).toBe(`error daily: failed (${kind}), ${afterwards}`);
    expect(Object.keys(await store.holds.list())).toEqual(kind === 'auth' ? ['daily'] : []);
  });

  it('gives up a request of which its workers died', async () => {
    const id = await ask();
    await sql('UPDATE tributary_store.run_request SET fruitless = 4, attempt = 4');
    await store.requests.claim(id, 'dead', 1);
    await newWorker('a');
    expect(await until(id, inState('ended'))).toMatchObject({ attempt: 6, error: { kind: 'internal' } });
  });

  it('remembers progress also where it dies later', async () => {
    const id = await ask();
    await sql('UPDATE tributary_store.run_request SET fruitless = 3');
    const { next } = await newWorker('a');
    (await next()).notes.committed();
    await until(id, ({ fruitless }) => fruitless === 0);
  });

  it('gives its run back when it stops, and another takes it at once', async () => {
    const id = await ask();
    const first = await newWorker('a');
    const { request } = await first.next();
    const second = await newWorker('b');
    expect(await first.worker.stop()).toBe(true);
    const taken = await second.next();
    expect(taken.request).toMatchObject({ id, attempt: 2, fruitless: 0, notBefore: request.notBefore });
    taken.end({ state: 'succeeded', errors: [] });
    const other = await ask('other');
    expect((await second.next()).request.id).toBe(other);
    // Taken by the one, it could have been taken by the other as well.
    expect(first.logged.filter((line) => line.includes('run starts'))).toHaveLength(1);
  });

  it('does not wait for ever for a run that does not end', async () => {
    const id = await ask();
    const first = await newWorker('a', { endsOnAbort: false });
    const stuck = await first.next();
    expect(await first.worker.stop()).toBe(false);
    expect(await store.requests.get(id)).toMatchObject({ state: 'queued' });
    const second = await newWorker('b');
    const taken = await second.next();
    // What the stuck one says later is not heard.
    stuck.end({ state: 'succeeded', errors: [] });
    await wait(TIMES.renewEveryMs);
    expect(await store.requests.get(id)).toMatchObject({ state: 'running', attempt: 2 });
    taken.end({ state: 'succeeded', errors: [] });
    await until(id, inState('ended'));
  });

  it('lives through a restart of the database', async () => {
    const id = await ask();
    const { next } = await newWorker('a');
    const run = await next();
    await (await testServer()).restart();
    run.end({ state: 'succeeded', errors: [] });
    await until(id, inState('ended'));
    const later = await ask();
    expect((await next()).request.id).toBe(later);
  });
});
