import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TAP, type Call } from '../integration/connectors/singer/syncing.js';
import { stopTestServer } from '../support/postgres.js';
import { atProbe, newProject, type Project } from './project.js';

let project: Project;
let calls: string;
beforeAll(async () => {
  project = await newProject();
  calls = join(project.folder, 'calls.jsonl');
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

const configure = (tap: object, options: object = {}) =>
  project.configure(`sources:
  foreign:
    connector: singer
    config: ${JSON.stringify({ command: TAP, config: { calls, ...tap }, ...options })}
connections:
  bridge: { source: foreign, destination: warehouse, schema: raw, streams: { orders: {}, people: {} } }
`);

const COUNTS = `select (select count(*)::int from raw.orders) orders, (select count(*)::int from raw.people) people`;

test('a sync that is killed in its middle is made good by the next one, each record once', async () => {
  await configure({ streams: { orders: { rows: 40_000 }, people: { rows: 30_000 } }, state_every: 1_000 });
  const die = 'if (times === 3) process.kill(process.pid, "SIGKILL");';
  const killed = await project.run(['sync', 'bridge'], { node: atProbe('after_commit', die) });
  expect(killed.signal).toBe('SIGKILL');
  const [half] = await project.rows(COUNTS);
  expect(half.orders + half.people).toBeGreaterThan(20_000);
  expect(half.orders + half.people).toBeLessThan(70_000);
  const callsOf = async () =>
    (await readFile(calls, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Call);
  const left = dirname((await callsOf())[0]!.folder);
  expect(existsSync(left)).toBe(true);
  await rm(calls);
  expect((await project.data(['sync', 'bridge'])).outcome.state).toBe('succeeded');
  expect(await project.rows(COUNTS)).toEqual([{ orders: 40_000, people: 30_000 }]);
  expect(await project.rows('select sum(id)::int sum from raw.people')).toEqual([{ sum: (30_000 * 30_001) / 2 }]);
  // Each stream was begun where its own records were committed, and no further.
  const { orders, people } = (await callsOf())[1]!.state!.bookmarks;
  expect(orders!.id).toBeLessThanOrEqual(half.orders);
  expect(people!.id).toBeLessThanOrEqual(half.people);
  expect(orders!.id + people!.id).toBeGreaterThan(10_000);
  // The secrets that the killed process had written down are gone.
  expect(existsSync(left)).toBe(false);
});

test('what a tap says last is told without its secrets', async () => {
  await configure(
    { streams: { orders: { rows: 9 }, people: { rows: 9 } }, fault: { after: 3, what: 'exit' } },
    { secrets: { token: 'the vendor is away' } },
  );
  const { code, stderr } = await project.run(['sync', 'bridge', '--full-refresh']);
  expect(code).toBe(5);
  expect(stderr).toContain('"node" ended with exit code 3. It said last:\nINFO about to fail\nERROR ***, password=***');
});
