import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { onAnotherHost, type startCli } from '../support/cli.js';
import { stopTestServer } from '../support/postgres.js';
import { atProbe, heldUntil, newProject, type Project } from './project.js';

type Started = ReturnType<typeof startCli>;

/** A day brings rows of its own; a window that only a part has is refused as long as the file `broken` is there. */
const CALLS = `import { existsSync } from 'node:fs';
import { ConnectorError, defineSource } from 'tributary/sdk';
import { z } from 'zod';

const call = z.object({ id: z.string(), day: z.iso.date(), sent: z.int() });

export default defineSource({
  name: 'calls',
  summary: 'Calls',
  config: z.strictObject({}),
  connect: () => undefined,
  check: async () => undefined,
  streams: (kind) => ({
    calls: kind.incremental({
      summary: 'Calls',
      schema: call,
      primaryKey: ['id'],
      cursor: { field: 'day', start: () => '2026-01-01', lookback: '3d', window: '2d' },
      async *read({ slice }) {
        if (slice.from === '2026-01-10' && existsSync('broken'))
          throw new ConnectorError('config', 'The vendor has shut this day away');
        for (let at = Date.parse(slice.from); at < Date.parse(slice.to); at += 86_400_000) {
          const day = new Date(at).toISOString().slice(0, 10);
          yield Array.from({ length: 200 }, (_, n) => ({ id: day + '-' + n, day, sent: n }));
        }
      },
    }),
  }),
});
`;
const WHOLE = ['--from', '2026-01-01', '--to', '2026-01-30'];
const ROWS =
  "SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) AS sum, count(*)::int AS n FROM (SELECT id, day, sent FROM";
const WORKER = ['worker', '--concurrency', '2', '--json'];

let project: Project;
let started: Started[];

beforeAll(async () => {
  project = await newProject();
  await project.write('calls.ts', CALLS);
  await project.configure(`sources: { calls: { connector: ./calls.ts, config: {} } }
connections:
  alone: { source: calls, destination: warehouse, schema: raw_alone, streams: { calls: {} } }
  split: { source: calls, destination: warehouse, schema: raw_split, streams: { calls: {} } }
`);
});
beforeEach(() => {
  started = [];
});
afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

function start(args: readonly string[], node: readonly string[] = []): Started {
  const process = project.start(args, { node });
  started.push(process);
  return process;
}

async function held({ child }: Started): Promise<void> {
  for await (const line of createInterface({ input: child.stderr! })) if (line === 'HELD') return;
  throw new Error('it ended without having been held');
}

const json = { 'content-type': 'application/json' };

test('a split backfill brings in what one run does, while ordinary runs go on and a worker is killed; a failed part is named and repeated alone', async () => {
  await project.write('broken', '');
  const plan = await project.data(['backfill', 'split', ...WHOLE, '--dry-run']);
  expect(plan.parts.map(({ from }: { from: string }) => from)).toEqual(
    ['01', '08', '15', '22', '29'].map((day) => `2026-01-${day}`),
  );

  const host = start(['serve', '--no-worker', '--port', '0', '--json']);
  const [line] = (await once(createInterface({ input: host.child.stdout! }), 'line')) as [string];
  const { url } = (JSON.parse(line) as { data: { url: string } }).data;
  const post = (path: string, body: object = {}, key: string = randomUUID()) =>
    fetch(`${url}/api/${path}`, {
      method: 'POST',
      headers: { ...json, 'idempotency-key': key },
      body: JSON.stringify(body),
    });
  const get = async (path: string) => (await fetch(`${url}${path}`)).json() as Promise<any>;

  const wish = { from: '2026-01-01', to: '2026-01-30' };
  const asked = await post('connections/split/backfill', wish, 'once');
  expect(asked.status).toBe(202);
  const { url: backfill } = (await asked.json()) as { url: string };
  expect(((await (await post('connections/split/backfill', wish, 'once')).json()) as { url: string }).url).toBe(
    backfill,
  );
  expect((await post('connections/split/backfill', { from: '2026-01-32' })).status).toBe(400);

  // It dies before its first commit, with a part or two in hand.
  const doomed = start(WORKER, [...atProbe('after_merge', heldUntil(join(project.folder, 'never'))), ...onAnotherHost]);
  await held(doomed);
  const others = [start(WORKER, onAnotherHost), start(WORKER, onAnotherHost)];
  const ordinary = (await (await post('connections/split/runs')).json()) as { url: string };
  doomed.child.kill('SIGKILL');

  const ended = async () => {
    for (;;) {
      const found = await get(backfill);
      if (found.state !== 'running') return found;
      await wait(200);
    }
  };
  const first = await ended();
  expect(first).toMatchObject({ state: 'failed', done: 4 });
  expect(first.parts.filter(({ state }: { state: string }) => state === 'failed')).toMatchObject([
    { from: '2026-01-08', to: '2026-01-14', error: { kind: 'config' } },
  ]);
  // Of the killed worker there is a part that was begun twice.
  expect(Math.max(...first.parts.map(({ attempt }: { attempt: number }) => attempt))).toBeGreaterThan(1);
  for (;;) {
    const { state, error } = await get(ordinary.url);
    expect(error).toBeUndefined();
    if (state === 'ended') break;
    await wait(200);
  }

  await rm(join(project.folder, 'broken'));
  const id = backfill.split('/').at(-1) as string;
  await project.data(['backfill', 'split', '--repeat', id, '--from', '2026-01-08']);
  expect(await ended()).toMatchObject({ state: 'succeeded', done: 5 });
  expect((await project.run(['backfill', 'split', '--show', id])).stdout).toContain('succeeded, 5 of 5 parts done');

  for (const { child } of others) child.kill('SIGTERM');
  await Promise.all(others.map(({ ended: end }) => end));
  await project.data(['sync', 'alone', ...WHOLE]);
  const within = `WHERE day BETWEEN '2026-01-01' AND '2026-01-30') t`;
  const [alone] = await project.rows(`${ROWS} raw_alone.calls ${within}`);
  expect(alone).toMatchObject({ n: 30 * 200 });
  expect(await project.rows(`${ROWS} raw_split.calls ${within}`)).toEqual([alone]);

  const another = await project.data(['backfill', 'split', ...WHOLE]);
  expect(await project.data(['backfill', 'split', '--cancel', another.id])).toMatchObject({
    state: 'cancelled',
    done: 0,
  });
}, 180_000);
