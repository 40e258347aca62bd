import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { openPgBossQueue } from '../../../core/scheduler/pg-boss.queue.js';
import type { RunQueue } from '../../../core/scheduler/queue.js';
import { stopTestServer, testDatabase, testServer, type TestDatabase } from '../../support/postgres.js';

const LONG_AGO = '2026-01-01T00:00:00.000Z';

let database: TestDatabase;
let queues: RunQueue[];

beforeEach(async () => {
  database = await testDatabase();
  queues = [];
});
afterEach(async () => {
  for (const queue of queues) await queue.stop();
  await database.drop();
});
afterAll(stopTestServer);

async function open(url = database.url): Promise<RunQueue> {
  const queue = await openPgBossQueue(url, () => undefined);
  queues.push(queue);
  return queue;
}

async function sql(url: string, text: string): Promise<any[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

it('keeps one waiting job per request, and carries its id alone', async () => {
  const queue = await open();
  const id = randomUUID();
  await queue.send([
    { id, notBefore: LONG_AGO },
    { id: randomUUID(), notBefore: LONG_AGO },
  ]);
  await queue.send([{ id, notBefore: LONG_AGO }]);
  await queue.send([]);
  const jobs = await sql(database.url, `SELECT data FROM tributary_queue.job WHERE name = 'run' AND state = 'created'`);
  expect(jobs).toHaveLength(2);
  expect(jobs).toContainEqual({ data: { id } });
});

it('brings what waits the longest first, and an id again whose job is still at work', async () => {
  const queue = await open();
  const ids = [randomUUID(), randomUUID(), randomUUID()] as const;
  for (const id of ids) await queue.send([{ id, notBefore: LONG_AGO }]);
  const brought: string[] = [];
  const { promise: isBusy, resolve: end } = Promise.withResolvers<void>();
  const { promise: all, resolve: done } = Promise.withResolvers<void>();
  await queue.work(async (id) => {
    brought.push(id);
    if (brought.length === 1) {
      // As after a dead worker: the first job stays at work, and the request is sent once more.
      await queue.send([{ id, notBefore: LONG_AGO }]);
      await isBusy;
    }
    if (brought.length === 4) done();
  }, 2);
  await all;
  end();
  expect(brought).toEqual([ids[0], ids[1], ids[2], ids[0]]);
});

it('hosts that start together agree on its schema', async () => {
  await Promise.all([open(), open(), open(), open()]);
});

it('needs no right to create schemas where it was given its own', async () => {
  const name = new URL(database.url).pathname.slice(1);
  const { adminUrl } = await testServer();
  await sql(adminUrl, `CREATE ROLE host_of_${name} LOGIN PASSWORD 'right'`);
  const url = new URL(database.url);
  [url.username, url.password] = [`host_of_${name}`, 'right'];
  await expect(open(url.href)).rejects.toMatchObject({ code: '42501' });
  await sql(database.url, `CREATE SCHEMA tributary_queue AUTHORIZATION host_of_${name}`);
  const queue = await open(url.href);
  await queue.send([{ id: randomUUID(), notBefore: LONG_AGO }]);
});
