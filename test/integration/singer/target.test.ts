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
  const states: unknown[] = [];
  const notes: string[] = [];
  const faults = await runTarget({
    connect,
    schema: 'raw',
    signal: context.signal,
    input,
    echo: (value) => states.push(value),
    note: (text) => notes.push(text),
  });
  return { faults: faults.map(({ message }) => message), states, notes };
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

  /** A reading of a tap that names its version before and after the records, as those of the Singer SDK do before them. */
  const versioned = (version: number, ids: readonly number[], more: readonly unknown[] = []) => [
    schema('a', ID),
    { type: 'ACTIVATE_VERSION', stream: 'a', version },
    ...ids.map((id) => ({ ...record('a', { id }), version })),
    ...more,
  ];
  const activated = (version: number) => ({ type: 'ACTIVATE_VERSION', stream: 'a', version });
  const idsOf = async () =>
    (await bench.query<{ id: number }>('select id::int from raw.a order by 1')).map(({ id }) => id);

  test('removes the rows of older versions once the tap activates another, with the state that stands for it', async () => {
    const first = lines(...versioned(1, [1, 2, 3], [activated(1), { type: 'STATE', value: 1 }]));
    expect(await target(first)).toEqual({ faults: [], states: [1], notes: [] });
    // The same version adds, and by itself removes nothing.
    await target(lines(...versioned(1, [4])));
    await target(lines(...versioned(1, [])));
    expect(await idsOf()).toEqual([1, 2, 3, 4]);
    const states = [1, 2, 3].map((value) => ({ type: 'STATE', value }));
    const [two, three] = [2, 3].map((id) => ({ ...record('a', { id }), version: 2 }));
    const next = lines(...versioned(2, [5], [states[0], two, states[1], three, activated(2), states[2]]));
    expect(await target(next)).toEqual({ faults: [], states: [1, 2, 3], notes: [] });
    expect(await idsOf()).toEqual([2, 3, 5]);
    // Only a schema and a version: the table has no rows any more.
    const emptied = await target(lines(...versioned(3, [], [{ type: 'STATE', value: 4 }])));
    expect(emptied.notes).toEqual(['stream a: The source had no records, so the table was emptied.']);
    expect(await idsOf()).toEqual([]);
  });

  test('removes nothing where the tap breaks off in a new version', async () => {
    await target(lines(...versioned(1, [1, 2], [{ type: 'STATE', value: 1 }])));
    const broken = versioned(2, [3], [{ type: 'STATE', value: 2 }, record('a', {})]);
    expect(await target(lines(...broken))).toMatchObject({ faults: [expect.any(String)], states: [] });
    expect(await idsOf()).toEqual([1, 2]);
    // A tap that dies just ends its output: before its first record, or within them.
    const two = { ...record('a', { id: 4 }), version: 2 };
    const isBroken = [expect.stringMatching(/^stream a: .*ends without a STATE .*version 2 .*nothing is removed/)];
    for (const died of [versioned(2, []), versioned(2, [3], [{ type: 'STATE', value: 3 }, activated(2), two])])
      expect((await target(lines(...died))).notes).toEqual(isBroken);
    expect(await idsOf()).toEqual([1, 2, 3, 4]);
    await target(lines(...versioned(3, [3], [{ type: 'STATE', value: 4 }])));
    expect(await idsOf()).toEqual([3]);
  });

  test('removes nothing where another stream fails within a new version', async () => {
    await target(lines(...versioned(1, [1, 2], [{ type: 'STATE', value: 1 }])));
    const connect = async () => {
      if (connected++ === 0) throw new ConnectorError('auth', 'the password is wrong');
      return intoPostgres();
    };
    let connected = 0;
    async function* said() {
      yield* lines(schema('b', ID), ...versioned(2, [3]));
      for (let value = 2; ; value += 1) {
        await new Promise((done) => setImmediate(done));
        yield* lines({ type: 'STATE', value });
      }
    }
    expect(await target(said(), connect)).toEqual({ faults: ['the password is wrong'], states: [], notes: [] });
    expect(await idsOf()).toEqual([1, 2, 3]);
  });

  test('removes nothing where the schema changes within a new version, and tells of it', async () => {
    await target(lines(...versioned(1, [1, 2], [{ type: 'STATE', value: 1 }])));
    const wider = schema('a', { ...ID, name: { type: ['string', 'null'] } });
    const three = { ...record('a', { id: 3, name: 'x' }), version: 2 };
    const found = await target(lines(...versioned(2, [1], [wider, three, { type: 'STATE', value: 2 }])));
    expect(found).toEqual({ faults: [], states: [2], notes: [expect.stringContaining('anew (version 2)')] });
    expect(await idsOf()).toEqual([1, 2, 3]);
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
    const intoFiles = (said: readonly unknown[]) => target(lines(...said), () => files.connect(config, context));
    expect(await intoFiles(messages)).toEqual({ faults: [], states: [1], notes: [] });
    const delivered = (await readdir(join(folder, 'a'))).filter((name) => name.endsWith('.jsonl'));
    const contents = await Promise.all(delivered.map((name) => readFile(join(folder, 'a', name), 'utf8')));
    expect(contents.join('').trim().split('\n')).toEqual(['{"id":1}', '{"id":1}']);
    await intoFiles(versioned(1, [1]));
    const second = versioned(2, [1], [activated(2), { type: 'STATE', value: 2 }]);
    expect((await intoFiles(second)).notes).toEqual([
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
