import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { openStore, type Store } from '../../../core/persistence/index.js';
import { verifier } from '../../../core/security/index.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../../support/postgres.js';

const KEY = 'a key that only the host holds, 32+';
let database: TestDatabase;
let client: pg.Client;
let stores: Store[] = [];

beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  stores = [await openStore(database.url, { auditKey: KEY }), await openStore(database.url, { auditKey: KEY })];
});
afterAll(async () => {
  await client?.end();
  await Promise.all(stores.map((store) => store.close()));
  await database?.drop();
  await stopTestServer();
});

const act = (object: string) =>
  ({ actor: 'ann@host', action: 'runs.ask', object, outcome: 'allowed', detail: { z: 1, a: 'ü\0' } }) as const;

async function flaws(): Promise<readonly string[]> {
  const verifying = verifier(KEY, []);
  const head = await stores[0]!.audit.readAll(verifying.take);
  return verifying.end(head, []).map(({ seq, what }) => `${seq} ${what}`);
}

test('acts of two hosts at once are one chain, which lists the latest first', async () => {
  await Promise.all(
    Array.from({ length: 40 }, (_, index) => stores[index % 2]!.audit.append(act(`connection${index}`))),
  );
  expect(await flaws()).toEqual([]);
  const [last, ...others] = await stores[0]!.audit.list({ limit: 3 });
  expect([last?.seq, ...others.map(({ seq }) => seq)]).toEqual([40, 39, 38]);
  expect(last).toMatchObject({ actor: 'ann@host', detail: '{"z":1,"a":"ü\u{FFFD}"}' });
  expect((await stores[0]!.audit.list({ limit: 9, before: 3 })).map(({ seq }) => seq)).toEqual([2, 1]);
  expect(await stores[0]!.audit.list({ limit: 9, actor: 'nobody' })).toEqual([]);
});

test('the database refuses to change what is written', async () => {
  for (const statement of [
    `UPDATE tributary_store.audit SET actor = 'nobody' WHERE seq = 3`,
    'DELETE FROM tributary_store.audit WHERE seq = 3',
    'TRUNCATE tributary_store.audit',
  ])
    await expect(client.query(statement)).rejects.toMatchObject({ message: 'the audit log only grows' });
});

test('who removes the trigger is found out', async () => {
  await client.query('ALTER TABLE tributary_store.audit DISABLE TRIGGER audit_only_grows');
  await client.query(`UPDATE tributary_store.audit SET actor = 'nobody' WHERE seq = 3`);
  await client.query('DELETE FROM tributary_store.audit WHERE seq IN (10, 40)');
  expect(await flaws()).toEqual([
    '3 is not what was written: edited, swapped or inserted',
    '10 is missing',
    '40 is missing: the log was cut off at its end',
  ]);
});
