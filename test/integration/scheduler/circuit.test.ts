import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { openStore, type Store } from '../../../core/persistence/store.js';
import { CIRCUIT } from '../../../core/scheduler/circuit-store.js';
import type { Lease } from '../../../core/scheduler/request-store.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';

let database: TestDatabase;
let client: pg.Client;
let store: Store;

beforeEach(async () => {
  database = await testDatabase();
  store = await openStore(database.url);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await store.circuits.assign({ a: 'braze', b: 'braze', c: 'braze', other: 'sfmc' });
});
afterEach(async () => {
  await client.end();
  await store.close();
  await database.drop();
});
afterAll(stopTestServer);

const EARLIER = '2026-01-01T00:00:00.000Z';
const error = { kind: 'transient', message: 'The source does not answer.' } as const;
const ask = async (connection: string): Promise<string> => {
  const { request } = await store.requests.add({ id: randomUUID(), connection, trigger: 'api', notBefore: EARLIER });
  return request.id;
};
const claim = (id: string) => store.requests.claim(id, 'w', 60_000);
const fail = async (lease: Lease) => {
  await store.circuits.failed(lease.request, error);
  await store.requests.again(lease, EARLIER, { error, fruitless: 1 });
};
const open = async (connections: readonly string[]) => {
  for (let failure = 0; failure < CIRCUIT.failures; failure++)
    await store.circuits.failed(
      { id: randomUUID(), connection: connections[failure % connections.length]!, attempt: 1 },
      error,
    );
};
const probeNow = () => client.query(`UPDATE tributary_store.circuit SET probe_at = now()`);
/** From now to the next probe, in seconds. */
const pause = async () =>
  (await client.query('SELECT extract(epoch FROM probe_at - now())::float8 AS s FROM tributary_store.circuit')).rows[0]
    .s;
const claimable = async () => (await store.requests.claimable(10)).map(({ connection }) => connection).toSorted();

it('opens after failures in a row of all connections together, and only of that source', async () => {
  const failed = (connection: string, attempt: number, id = randomUUID()) =>
    store.circuits.failed({ id, connection, attempt }, error);
  for (let n = 1; n < CIRCUIT.failures; n++) await failed('a', n);
  await store.circuits.answered('b');
  const same = randomUUID();
  // Told twice, as where the store broke off before it answered, it counts once.
  for (let n = 0; n < CIRCUIT.failures; n++) await failed('a', 1, same);
  for (const connection of ['unknown', 'other', 'b', 'c', 'a']) await failed(connection, 1);
  for (const connection of ['a', 'other']) await ask(connection);
  expect([await store.circuits.list(), await claimable()]).toEqual([{}, ['a', 'other']]);
  await failed('b', 2);
  expect(await store.circuits.list()).toMatchObject({ braze: { failures: 5, error } });
  expect(await claimable()).toEqual(['other']);
});

it('lets one probe through at a time, after pauses that grow, and closes once the source answers', async () => {
  await open(['a', 'b']);
  const ids = await Promise.all(['a', 'b', 'c'].map(ask));
  expect(await Promise.all(ids.map(claim))).toEqual([undefined, undefined, undefined]);
  for (const seconds of [2, 4, 8, 16, 30, 30].map((minutes) => minutes * 60)) {
    await probeNow();
    expect(await claimable()).toEqual(['a', 'b', 'c']);
    const leases = await Promise.all([...ids, ...ids].map(claim));
    const [probe, ...more] = leases.filter((lease) => lease !== undefined);
    expect(more).toEqual([]);
    // It may take longer than the pause.
    await probeNow();
    expect(await claimable()).toEqual([]);
    await fail(probe!);
    expect(await pause()).toBeGreaterThan(seconds - 10);
    expect(await pause()).toBeLessThanOrEqual(seconds);
  }
  await probeNow();
  const probe = (await claim(ids[1]!))!;
  await store.circuits.answered('b');
  await store.requests.end(probe);
  expect(await claimable()).toEqual(['a', 'c']);
});

it('is not taken by what cannot be begun, nor prolonged by what had begun before', async () => {
  const id = await ask('a');
  const before = (await claim(await ask('b')))!;
  await open(['c']);
  await probeNow();
  await store.circuits.failed(before.request, error);
  const waiting = await ask('b');
  expect(await claim(waiting)).toBeUndefined();
  const probe = await claim(id);
  expect(probe).toBeDefined();
  // What was begun is taken over, also while the circuit is open.
  await client.query(`UPDATE tributary_store.run_request SET lease_until = now() - interval '1 s'`);
  expect([await claim(id), await claim(before.request.id)]).toMatchObject([{ epoch: 2 }, { epoch: 2 }]);
});
