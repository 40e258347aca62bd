import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { stopTestServer } from '../support/postgres.js';
import { startSshServer, type SshServer } from '../support/ssh-server.js';
import { atProbe, newProject, type Project } from './project.js';

const DAYS = ['20260301', '20260302', '20260303', '20260304', '20260305'];
const ROWS = 12_000;

let server: SshServer;
let project: Project;

beforeAll(async () => {
  server = await startSshServer();
  mkdirSync(join(server.folder, 'out'));
  mkdirSync(join(server.folder, 'done'));
  project = await newProject(`sources:
  exports:
    connector: sftp
    config:
      ${Object.entries(server.login)
        .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
        .join('\n      ')}
      files:
        - stream: engagement
          path: out/*
          pattern: 'engagement_(?<day>\\d{8})\\.csv\\.gz'
          format: csv
          primary_key: [id]
          columns: { day: { type: date, format: YYYYMMDD }, note: string }
          integrity: { sidecar: "{name}.sha256" }
          processed: { archive: done }
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { engagement: {} }
`);
});
afterAll(async () => {
  await project.remove();
  await server.close();
  await stopTestServer();
});

/** A day's file and its sidecar; the records' ids are of no other day. */
function deliver(day: string, options: { readonly checksum?: string; readonly rows?: number } = {}) {
  const at = DAYS.indexOf(day) + 1;
  const lines = Array.from(
    { length: options.rows ?? ROWS },
    (_, row) => `${at * 1_000_000 + row},${row % 3},${'x'.repeat(40)}`,
  );
  const packed = gzipSync(`id,opened,note\n${lines.join('\n')}\n`);
  const checksum = createHash('sha256').update(packed).digest('hex');
  const name = `engagement_${day}.csv.gz`;
  writeFileSync(join(server.folder, 'out', name), packed);
  writeFileSync(join(server.folder, 'out', `${name}.sha256`), `${options.checksum ?? checksum}  ${name}\n`);
  server.handOver('.');
  return { name: `out/${name}`, checksum, bytes: packed.length, records: options.rows ?? ROWS };
}

const lineage = () =>
  project.rows(
    `SELECT source AS name, checksum, bytes::int, records::int FROM tributary.lineage WHERE stream = 'engagement' ORDER BY id`,
  );

test('killed in the middle of the third of five files, the next run has each record once and each file in lineage', async () => {
  const files = DAYS.map((day) => deliver(day));
  // Three pieces a file: the eighth is in the third.
  const killed = await project.run(['sync', 'daily'], {
    node: atProbe('after_fetch', `if (times === 8) process.kill(process.pid, 'SIGKILL');`),
  });
  expect(killed.signal).toBe('SIGKILL');
  expect(await lineage()).toEqual(files.slice(0, 2));
  // The second is committed; whether it was put away when the process died, nobody knows.
  expect(existsSync(join(server.folder, 'done/engagement_20260301.csv.gz'))).toBe(true);
  expect(existsSync(join(server.folder, 'out/engagement_20260303.csv.gz'))).toBe(true);
  const { outcome } = await project.data(['sync', 'daily']);
  expect(outcome.state).toBe('succeeded');
  expect(await lineage()).toEqual(files);
  expect(
    await project.rows(
      `SELECT day::text, count(*)::int AS rows, count(DISTINCT id)::int AS ids, min(_source_file) AS file
         FROM raw.engagement GROUP BY 1 ORDER BY 1`,
    ),
  ).toEqual(
    files.map(({ name }, index) => ({
      day: `2026-03-0${index + 1}`,
      rows: ROWS,
      ids: ROWS,
      file: name,
    })),
  );
  expect(
    await project.rows(`SELECT count(*)::int AS n FROM tributary.lineage WHERE version ~ '^[0-9]+-[0-9]+$'`),
  ).toEqual([{ n: 5 }]);
  expect(readdirSync(join(server.folder, 'out'))).toEqual([]);
  expect(readdirSync(join(server.folder, 'done')).length).toBe(10);
});

test('a file that is not what its sidecar says is refused whole with its reason, the others are read, and a good one resolves it', async () => {
  rmSync(join(server.folder, 'done'), { recursive: true });
  deliver('20260301', { checksum: 'a'.repeat(64), rows: 5 });
  const good = deliver('20260302', { rows: 7 });
  const run = await project.run(['sync', 'daily', '--json']);
  expect(run.code).toBe(5);
  expect(JSON.parse(run.stdout).data.outcome.streams[0]).toMatchObject({
    state: 'failed',
    error: { kind: 'source', fault: 'integrity', slice: 'out/engagement_20260301.csv.gz' },
  });
  expect((await lineage()).at(-1)).toEqual(good);
  const kept = await project.data<any[]>(['quarantine', 'list', 'daily']);
  expect(kept).toMatchObject([
    { reason: 'file_refused', slice: 'out/engagement_20260301.csv.gz', detail: expect.stringContaining('SHA-256') },
  ]);
  const replay = await project.run(['quarantine', 'replay', 'daily']);
  expect(replay.stderr).toContain('Not replayed: 1');
  deliver('20260301', { rows: 6 });
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  expect(await project.data(['quarantine', 'list', 'daily'])).toEqual([]);
});
