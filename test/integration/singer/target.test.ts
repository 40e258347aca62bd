import { createReadStream, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runTarget } from '../../../core/app/singer/target.js';
import { ConnectorError } from '../../../core/sdk/index.js';
import { files } from '../../../destinations/files/files.destination.js';
import { postgres } from '../../../destinations/postgres/postgres.destination.js';
import { openBench, type Bench } from '../engine/runs.js';
import { stopTestServer } from '../../support/postgres.js';
import { targetTestStreams } from '../../support/singer-python.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const context = { signal: new AbortController().signal, baseFolder: '/' };
const intoPostgres = () => postgres.connect({ url: bench.database.url, metadata_schema: 'tributary' }, context);

/** Writes what a tap has said. */
async function target(input: AsyncIterable<Uint8Array>, connect = intoPostgres) {
  const { reports, ...said } = await reported(input, connect);
  return { faults: reports.map(({ message }) => message), ...said };
}

/** The same, with what is told of each fault. */
async function reported(input: AsyncIterable<Uint8Array>, connect = intoPostgres, into = 'raw') {
  const states: unknown[] = [];
  const notes: string[] = [];
  const reports = await runTarget({
    connect,
    schema: into,
    signal: context.signal,
    input,
    echo: (value) => states.push(value),
    note: (text) => notes.push(text),
  });
  return { reports, states, notes };
}

const lines = (...messages: readonly unknown[]) =>
  Readable.from([
    messages.map((message) => Buffer.from(`${JSON.stringify(message)}\n`)).reduce((a, b) => Buffer.concat([a, b])),
  ]);
const schema = (stream: string, properties: object, key: readonly string[] = ['id']) => ({
  type: 'SCHEMA',
  stream,
  schema: { type: 'object', properties },
  key_properties: key,
});
const record = (stream: string, data: object) => ({ type: 'RECORD', stream, record: data });
const ID = { id: { type: 'integer' } };

describe('a target', () => {
  test('commits before it echoes, keeps the last version of a key, and takes a schema that changes', async () => {
    const found = await target(
      lines(
        schema('a', ID),
        schema('b', { ...ID, n: { type: 'integer' } }),
        record('a', { id: 1 }),
        { type: 'STATE', value: { a: 1 } },
        record('b', { id: 1, n: 1 }),
        record('b', { id: 1, n: 2 }),
        schema('a', { ...ID, name: { type: ['string', 'null'] } }),
        record('a', { id: 2, name: 'x' }),
        { type: 'STATE', value: { a: 2 } },
        record('a', { id: 3 }),
      ),
    );
    expect(found).toEqual({ faults: [], states: [{ a: 1 }, { a: 2 }], notes: [] });
    expect(await bench.query('select id::int, name from raw.a order by 1')).toEqual([
      { id: 1, name: null },
      { id: 2, name: 'x' },
      { id: 3, name: null },
    ]);
    expect(await bench.query('select n::int from raw.b')).toEqual([{ n: 2 }]);
  });

  test('keeps what was committed where it fails, and echoes nothing that was not', async () => {
    const { faults, states } = await target(
      lines(
        schema('a', ID),
        record('a', { id: 1 }),
        { type: 'STATE', value: 1 },
        record('a', { id: 2 }),
        record('a', {}),
        { type: 'STATE', value: 2 },
      ),
    );
    expect(faults).toEqual(['stdin has a record of stream "a" without its key property "id".']);
    expect(states.filter((state) => state !== 1)).toEqual([]);
    expect(await bench.query('select id::int from raw.a where id > 1')).toEqual([]);
  });

  test('says what helps whoever has no connection where too much does not fit', async () => {
    const messages = lines(schema('a', { ...ID, n: { type: 'integer' } }), record('a', { id: 1, n: 'x' }));
    const { reports } = await reported(messages);
    expect(reports.map(({ kind, hint }) => [kind, hint])).toEqual([
      ['data', expect.stringContaining('`tributary.quarantine`')],
    ]);
    expect(reports[0]!.hint).not.toContain('quarantine list');
    expect(await bench.query('select stream from tributary.quarantine')).toEqual([{ stream: 'a' }]);
  });

  test('says so where stdin has nothing, not even a fault', async () => {
    const nothing = {
      faults: [],
      states: [],
      notes: ['stdin had no message, so nothing is written; see how the tap ended.'],
    };
    expect(await target(Readable.from([]))).toEqual(nothing);
    expect(await target(Readable.from([Buffer.from('\n')]))).toEqual(nothing);
    expect((await target(lines({ type: 'STATE', value: 1 }))).notes).toEqual([]);
    expect((await target(Readable.from([Buffer.from('{\n')]))).notes).toEqual([]);
  });

  test('echoes nothing once a stream has failed, and reads no further', async () => {
    let connected = 0;
    const connect = async () => {
      connected += 1;
      if (connected === 2) throw new ConnectorError('auth', 'the password is wrong');
      return intoPostgres();
    };
    async function* said() {
      yield Buffer.from([schema('a', ID), schema('b', ID)].map((message) => `${JSON.stringify(message)}\n`).join(''));
      await new Promise((done) => setImmediate(done));
      for (let id = 1; id < 100; id += 1) {
        const messages = [record('a', { id }), record('b', { id }), { type: 'STATE', value: id }];
        yield Buffer.from(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
      }
    }
    expect(await target(said(), connect)).toMatchObject({ faults: ['the password is wrong'], states: [] });
  });

  const activated = (version: number) => ({ type: 'ACTIVATE_VERSION', stream: 'a', version });
  const said = (value: number) => ({ type: 'STATE', value });
  const of = (version: number, ...ids: readonly number[]) => ids.map((id) => ({ ...record('a', { id }), version }));
  /** A reading of a tap that activates its version after its records. */
  const versioned = (version: number, ids: readonly number[], more: readonly unknown[] = []) =>
    lines(schema('a', ID), ...of(version, ...ids), ...more, activated(version), said(version));
  const idsOf = async () =>
    (await bench.query<{ id: number }>('select id::int from raw.a order by 1')).map(({ id }) => id);

  test('removes the rows of older versions once the tap activates another, with the state that stands for it', async () => {
    expect(await target(versioned(1, [1, 2, 3]))).toEqual({ faults: [], states: [1], notes: [] });
    // The same version adds, and by itself removes nothing.
    await target(versioned(1, [4]));
    await target(versioned(1, []));
    expect(await idsOf()).toEqual([1, 2, 3, 4]);
    const next = versioned(2, [5], [said(10), ...of(2, 2), said(11), ...of(2, 3)]);
    expect(await target(next)).toEqual({ faults: [], states: [10, 11, 2], notes: [] });
    expect(await idsOf()).toEqual([2, 3, 5]);
  });

  test('removes nothing where the tap breaks off in a new version, and echoes no state of it', async () => {
    await target(versioned(1, [1, 2]));
    const broken = versioned(2, [3], [said(2), record('a', {})]);
    expect(await target(broken)).toMatchObject({ faults: [expect.any(String)], states: [] });
    expect(await idsOf()).toEqual([1, 2]);
  });

  test('removes nothing by a version that is activated before its records, since a tap that died looks the same', async () => {
    await target(versioned(1, [1, 2]));
    const notes = [expect.stringMatching(/^stream a: .*before its first record.*stay.* source `singer`/)];
    // One that dies at once, one in the middle, and one that names it again for each parent, after its last state.
    const begun = [schema('a', ID), activated(2)];
    for (const more of [[], [...of(2, 3), said(3)], [...of(2, 3), activated(2), ...of(2, 4), said(4)]])
      expect(await target(lines(...begun, ...more))).toMatchObject({ faults: [], notes });
    expect(await idsOf()).toEqual([1, 2, 3, 4]);
    await target(versioned(3, [3]));
    expect(await idsOf()).toEqual([3]);
  });

  test('commits what a tap reads in one version apart from the next, also where no key tells rows apart', async () => {
    const keyless = (version: number, ids: readonly number[]) => ids.map((id) => ({ ...record('a', { id }), version }));
    await target(lines(schema('a', ID, []), ...keyless(1, [1, 1]), activated(1)));
    await target(lines(schema('a', ID, []), ...keyless(1, [2]), ...keyless(2, [3, 3]), activated(2)));
    expect(await idsOf()).toEqual([3, 3]);
  });

  test('delivers files where the destination keeps no keys, each record as it came', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-target-'));
    const config = files.config.parse({ local: true, folder, format: 'jsonl' });
    const messages = [schema('a', ID), record('a', { id: 1 }), record('a', { id: 1 }), { type: 'STATE', value: 1 }];
    const intoFiles = (input: Readable) => target(input, () => files.connect(config, context));
    expect(await intoFiles(lines(...messages))).toEqual({ faults: [], states: [1], notes: [] });
    const delivered = (await readdir(join(folder, 'a'))).filter((name) => name.endsWith('.jsonl'));
    const contents = await Promise.all(delivered.map((name) => readFile(join(folder, 'a', name), 'utf8')));
    expect(contents.join('').trim().split('\n')).toEqual(['{"id":1}', '{"id":1}']);
    await intoFiles(versioned(1, [1]));
    expect((await intoFiles(versioned(2, [1]))).notes).toEqual([
      expect.stringMatching(/^stream a: .*\(version 2\).*the destination removes no rows/),
    ]);
  });

  test.each([
    ['a record before its schema', [record('a', { id: 1 })], 'stdin has a record of stream "a" before its schema.'],
    [
      'a schema without properties',
      [{ ...schema('a', ID), schema: { type: 'object' } }],
      'Stream "a": its schema has no `properties`.',
    ],
    ['what is no message', ['hello'], 'stdin: line 1 of its output is no JSON object; it begins with: "hello".'],
  ])('refuses %s by name', async (_what, messages, words) => {
    expect((await target(lines(...messages))).faults).toEqual([words]);
  });

  test('says what is to be done where a record comes before its schema', async () => {
    expect((await reported(lines(record('a', { id: 1 })))).reports).toMatchObject([
      {
        hint: expect.stringMatching(
          /^A tap describes each stream by a SCHEMA message first\. See that the command before/,
        ),
      },
    ]);
  });

  test('says what is to be done where its table was dropped, and that helps', async () => {
    const messages = () => lines(schema('a', ID), record('a', { id: 1 }), { type: 'STATE', value: 1 });
    expect((await target(messages())).faults).toEqual([]);
    await bench.query('DROP TABLE raw.a');
    const { reports } = await reported(messages());
    expect(reports).toMatchObject([
      {
        message: expect.stringMatching(/^Table raw\.a is missing, although earlier runs put 1 row into it/),
        hint: expect.stringMatching(
          /Put it back, or give another `default_schema` and let the tap begin without a state\.$/,
        ),
      },
    ]);
    expect((await reported(messages(), intoPostgres, 'raw_again')).reports).toEqual([]);
    expect(await bench.query('SELECT id::int FROM raw_again.a')).toEqual([{ id: 1 }]);
  });
});

/** The records in the files of a folder. */
async function deliveredIn(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return contents.join('').split('\n').filter(Boolean).length;
}

const streams = targetTestStreams();
if (streams === undefined)
  console.warn('singer-sdk is not installed (see .ci/run): its streams for targets are not tried.');

/** What must be refused, with the words. */
const REFUSED: Readonly<Record<string, string>> = {
  invalid_schema: 'its schema has no `properties`',
  record_before_schema: 'before its schema',
  record_missing_key_property: 'without its key property "id"',
};

(streams === undefined ? describe.skip : describe)('the streams of the Singer SDK for targets', () => {
  const all = streams ?? { none: '' };
  test.each(Object.entries(all))('%s', async (name, path) => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-target-'));
    const config = files.config.parse({ local: true, folder, format: 'jsonl' });
    const { faults, states, notes } = await target(createReadStream(path));
    const asFiles = await target(createReadStream(path), () => files.connect(config, context));
    if (REFUSED[name] !== undefined) {
      expect([faults, asFiles.faults]).toEqual([
        [expect.stringContaining(REFUSED[name])],
        [expect.stringContaining(REFUSED[name])],
      ]);
      return;
    }
    expect({ faults, notes }).toEqual({ faults: [], notes: [] });
    expect({ ...asFiles, notes: [] }).toEqual({ faults: [], states, notes: [] });
    const said = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"STATE"'))
      .map((line) => (JSON.parse(line) as { value: unknown }).value);
    expect(states).toEqual(said);
    // Each version of a key once, or each record where there is none.
    const messages = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as any);
    const rows = new Map<string, Map<string, object>>();
    const keys = new Map<string, readonly string[]>();
    for (const [at, message] of messages.entries()) {
      if (message.type === 'SCHEMA') keys.set(message.stream, message.key_properties ?? []);
      if (message.type !== 'RECORD') continue;
      const key = keys.get(message.stream)!;
      const id = key.length === 0 ? String(at) : JSON.stringify(key.map((column) => message.record[column]));
      rows.set(message.stream, (rows.get(message.stream) ?? new Map()).set(id, message.record));
    }
    for (const [stream, wanted] of rows) {
      const [{ n }] = (await bench.query<{ n: number }>(`select count(*)::int n from raw."${stream}"`)) as [
        { n: number },
      ];
      expect([stream, n]).toEqual([stream, wanted.size]);
      // Files hold each record as it came.
      const sent = messages.filter(({ type, stream: of }) => type === 'RECORD' && of === stream).length;
      expect([stream, await deliveredIn(join(folder, stream))]).toEqual([stream, sent]);
    }
  });
});
