import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { s3Config } from '../../connectors/s3/s3.config.js';
import { s3Transport } from '../../connectors/s3/s3.transport.js';
import { stopTestServer } from '../support/postgres.js';
import { openBucket, type Bucket } from '../support/s3-bucket.js';
import { atProbe, newProject, type Project } from './project.js';

const DAYS = [1, 2, 3, 4, 5];
const ROWS = 12_000;

let bucket: Bucket;
let project: Project;

beforeAll(async () => {
  bucket = await openBucket();
  project = await newProject(`sources:
  exports:
    connector: s3
    config:
      ${Object.entries(bucket.config)
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
  await project?.remove();
  await bucket?.close();
  await stopTestServer();
});

/** A day's file and its sidecar; the records' ids are of no other day. */
async function deliver(day: number) {
  const lines = Array.from({ length: ROWS }, (_, row) => `${day * 1_000_000 + row},${row % 3},${'x'.repeat(40)}`);
  const packed = gzipSync(`id,opened,note\n${lines.join('\n')}\n`);
  const checksum = createHash('sha256').update(packed).digest('hex');
  const name = `out/engagement_2026030${day}.csv.gz`;
  await bucket.put(name, packed);
  await bucket.put(`${name}.sha256`, `${checksum}\n`);
  return { name, checksum, bytes: packed.length, records: ROWS };
}

const lineage = () =>
  project.rows(
    `SELECT source AS name, checksum, bytes::int, records::int FROM tributary.lineage WHERE stream = 'engagement' ORDER BY id`,
  );

async function keys(): Promise<readonly string[]> {
  const files = [{ stream: 's', path: '*', format: 'csv' }];
  const found: string[] = [];
  const place = s3Transport(s3Config.parse({ ...bucket.config, files }));
  for await (const { name } of place.list('**/*', new AbortController().signal)) found.push(name);
  place.close();
  return found.toSorted();
}

test('killed in the middle of the third of five objects, the next run has each record once and each object in lineage', async () => {
  const files = await Promise.all(DAYS.map(deliver));
  // Three pieces a file: the eighth is in the third.
  const killed = await project.run(['sync', 'daily'], {
    node: atProbe('after_fetch', `if (times === 8) process.kill(process.pid, 'SIGKILL');`),
  });
  expect(killed.signal).toBe('SIGKILL');
  expect(await lineage()).toEqual(files.slice(0, 2));
  const left = await keys();
  expect(left).toContain('done/engagement_20260301.csv.gz');
  expect(left).toContain('out/engagement_20260303.csv.gz');

  const { outcome } = await project.data(['sync', 'daily']);
  expect(outcome.state).toBe('succeeded');
  expect(await lineage()).toEqual(files);
  expect(
    await project.rows(
      `SELECT day::text, count(*)::int AS rows, count(DISTINCT id)::int AS ids, min(_source_file) AS file
         FROM raw.engagement GROUP BY 1 ORDER BY 1`,
    ),
  ).toEqual(files.map(({ name }, index) => ({ day: `2026-03-0${index + 1}`, rows: ROWS, ids: ROWS, file: name })));
  expect(await keys()).toEqual(
    files
      .flatMap(({ name }) => [name, `${name}.sha256`])
      .map((name) => name.replace('out/', 'done/'))
      .toSorted(),
  );
});
