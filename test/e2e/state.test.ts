import { stopTestServer } from '../support/postgres.js';
import { csvConnection, newProject, type Project } from './project.js';

let project: Project;

beforeAll(async () => {
  project = await newProject(csvConnection('primary_key: [id]'));
  await project.write('data/a.csv', 'id,sent\n1,10\n');
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

/** A source that answers with the spans it is asked for. */
const CALLS = `import { defineSource } from 'tributary/sdk';
import { z } from 'zod';

const by = (cursor) => ({
  summary: 'The spans that were asked for.',
  primaryKey: ['span'],
  schema: z.object({ span: z.string(), at: cursor }),
  cursor: { field: 'at', start: () => '2026-01-01' },
  async *read({ slice }) {
    yield [{ span: slice.id, at: slice.from }];
  },
});
export default defineSource({
  name: 'calls',
  summary: 'Spans.',
  config: z.strictObject({}),
  connect: () => undefined,
  check: async () => undefined,
  streams: (kind) => ({
    days: kind.incremental(by(z.iso.date())),
    instants: kind.incremental(by(z.iso.datetime())),
    whole: kind.incremental(by(z.iso.date())),
  }),
});
`;

interface Change {
  readonly set: readonly unknown[];
  readonly removed: readonly unknown[];
  readonly applied: boolean;
}

test('before the first run there are no bookmarks', async () => {
  const { code, stdout } = await project.run(['state', 'show', 'daily']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'no bookmarks: the next run begins at the start\n' });
});

test('show tells which files were read and that types are fixed', async () => {
  await project.run(['sync', 'daily']);
  const { stdout } = await project.run(['state', 'show', 'daily']);
  expect(stdout).toMatch(/^engagement +#schema +2 columns, types fixed$/m);
  expect(stdout).toMatch(/^engagement +file:data\/a\.csv +1 record, sha256 [0-9a-f]{12}…$/m);
  const bookmarks = await project.data<unknown[]>(['state', 'show', 'daily', 'engagement']);
  expect(bookmarks).toHaveLength(2);
});

test('reset without a terminal asks for --yes, and changes nothing until it has it', async () => {
  const refused = await project.run(['state', 'reset', 'daily']);
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 3, stdout: '' });
  expect(refused.stderr).toContain('Add --yes, or --dry-run');
  const dry = await project.data<Change>(['state', 'reset', 'daily', '--dry-run']);
  expect(dry).toMatchObject({ applied: false, set: [], removed: [expect.anything(), expect.anything()] });
  expect(await project.data(['state', 'show', 'daily'])).toHaveLength(2);
});

test('reset of a stream lets the next run read it again', async () => {
  const { code, stdout } = await project.run(['state', 'reset', 'daily', 'engagement', '--yes']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^- +engagement +file:data\/a\.csv/m);
  expect(stdout).toMatch(/changed$/m);
  const { outcome } = await project.data(['sync', 'daily']);
  expect(outcome.ledger).toMatchObject({ read: 1, unchanged: 1 });
});

test('set is refused for a stream that has no cursor, since it would do nothing', async () => {
  const { code, stdout, stderr } = await project.run(['state', 'set', 'daily', 'engagement', '2026-03-01', '--yes']);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('Stream "engagement" is not read by a cursor');
  expect(stderr).toContain('next: It is read whole, or file by file: `tributary state reset daily engagement`');
  expect(await project.data(['state', 'show', 'daily'])).toHaveLength(2);
});

test('reset of what is no stream is refused', async () => {
  const { code, stderr } = await project.run(['state', 'reset', 'daily', 'nobody', '--yes']);
  expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('It has: engagement.') });
});

describe('a stream with a cursor', () => {
  beforeAll(async () => {
    await project.write('calls.ts', CALLS);
    await project.configure(`sources: { calls: { connector: ./calls.ts, config: {} } }
connections: { calls: { source: calls, destination: warehouse, schema: raw_calls, streams: { days: {}, instants: {}, whole: { sync: full_refresh } } } }
`);
  });
  const set = (stream: string, frontier: string) => ['state', 'set', 'calls', stream, frontier, '--yes'];

  test.each([
    ['days', '2026-03-01', '2026-03-01', '2026-03-01..'],
    ['instants', '2026-03-01T00:00:00-06:00', '2026-03-01T06:00:00.000Z', '2026-03-01T06:00:00.000Z..'],
    ['instants', '2026-03-02', '2026-03-02T00:00:00.000Z', '2026-03-02T00:00:00.000Z..'],
  ])('%s: set to %s lets the next run go on there', async (stream, given, frontier, span) => {
    const change = await project.data<Change>(set(stream, given));
    expect(change).toMatchObject({
      applied: true,
      set: [{ stream, partition: '', position: { kind: 'frontier', frontier } }],
    });
    const { code } = await project.run(['sync', 'calls', '--stream', stream]);
    expect(code).toBe(0);
    expect(await project.rows(`SELECT span FROM raw_calls.${stream} WHERE starts_with(span, '${span}')`)).toHaveLength(
      1,
    );
  });

  test.each([
    ['days', 'yesterday', '"yesterday" is no day and no instant'],
    ['days', '5', '"5" is no day and no instant'],
    ['days', '2026-02-30', '"2026-02-30" is no day and no instant'],
    ['instants', '2026-03-01T06:00', '"2026-03-01T06:00" is no day and no instant'],
    ['instants', '2026-02-30T06:00:00Z', 'is no day and no instant'],
    ['days', '2026-03-01T06:00:00Z', 'Stream "days" goes on by days'],
    ['whole', '2026-03-01', 'Stream "whole" is not read by a cursor'],
    ['nobody', '2026-03-01', 'Connection "calls" has no stream "nobody"'],
  ])('%s: %s is refused', async (stream, given, says) => {
    const { code, stdout, stderr } = await project.run(set(stream, given));
    expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: '', stderr: expect.stringContaining(says) });
  });
});
