import { s3Config } from '../../connectors/s3/s3.config.js';
import { s3Transport } from '../../connectors/s3/s3.transport.js';
import { stopTestServer } from '../support/postgres.js';
import { openBucket, type Bucket } from '../support/s3-bucket.js';
import { dailyFiles, DAYS, fileOf, landed, landedOnce, lineage } from './daily-files.js';
import { atProbe, newProject, type Project } from './project.js';

let bucket: Bucket;
let project: Project;

beforeAll(async () => {
  bucket = await openBucket();
  project = await newProject(dailyFiles('s3', bucket.config));
});
afterAll(async () => {
  await project?.remove();
  await bucket?.close();
  await stopTestServer();
});

/** A day's file and its sidecar. */
async function deliver(day: string) {
  const { content, line } = fileOf(day);
  await bucket.put(line.name, content);
  await bucket.put(`${line.name}.sha256`, `${line.checksum}\n`);
  return line;
}

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
  expect(await lineage(project)).toEqual(files.slice(0, 2));
  const left = await keys();
  expect(left).toContain('done/engagement_20260301.csv.gz');
  expect(left).toContain('out/engagement_20260303.csv.gz');

  const { outcome } = await project.data(['sync', 'daily']);
  expect(outcome.state).toBe('succeeded');
  expect(await lineage(project)).toEqual(files);
  expect(await landed(project)).toEqual(landedOnce(files));
  expect(await keys()).toEqual(
    files
      .flatMap(({ name }) => [name, `${name}.sha256`])
      .map((name) => name.replace('out/', 'done/'))
      .toSorted(),
  );
});
