import { PassThrough, Writable } from 'node:stream';
import pg from 'pg';
import { messageWriter } from '../../../core/app/airbyte/message-writer.js';
import { writeMessages } from '../../../core/app/airbyte/write.js';
import { reportOf } from '../../../core/engine/index.js';
import { toConnectorError } from '../../../core/sdk/index.js';
import { readConfiguredCatalog } from '../../../core/sdk/wire/airbyte/index.js';
import { postgres } from '../../../destinations/postgres/postgres.destination.js';
import { stopTestServer, testDatabase } from '../../support/postgres.js';

/** Any destination of ours as one of Airbyte; the cases are those that the protocol's own suite of destinations has. */
let database: Awaited<ReturnType<typeof testDatabase>>;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
  await stopTestServer();
});

type Json = Readonly<Record<string, any>>;
const PROPERTIES = {
  id: { type: ['null', 'integer'] },
  name: { type: ['null', 'string'] },
  updated_at: { type: ['null', 'string'], format: 'date-time' },
};
let tables = 0;
interface Wanted {
  readonly name?: string;
  readonly namespace?: string;
  readonly mode?: string;
  readonly properties?: Json;
  readonly more?: Json;
}
/** An entry of a configured catalog, with a table of its own unless it is named. */
const stream = ({
  name = `t${(tables += 1)}`,
  namespace,
  mode = 'append_dedup',
  properties = PROPERTIES,
  more = {},
}: Wanted = {}) => ({
  stream: {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    json_schema: { type: 'object', properties },
    supported_sync_modes: ['full_refresh', 'incremental'],
  },
  sync_mode: 'incremental',
  destination_sync_mode: mode,
  primary_key: [['id']],
  cursor_field: ['updated_at'],
  ...more,
});
type Stream = ReturnType<typeof stream>;
const descriptor = ({ stream: { name, namespace } }: Stream) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
const record = (of: Stream, data: Json) => ({
  type: 'RECORD',
  record: {
    stream: of.stream.name,
    ...(of.stream.namespace === undefined ? {} : { namespace: of.stream.namespace }),
    data,
    emitted_at: 1,
  },
});
const row = (id: number, name = `n${id}`, at = '2026-03-01T00:00:00Z') => ({ id, name, updated_at: at });
const state = (of: Stream, at: unknown) => ({
  type: 'STATE',
  state: {
    type: 'STREAM',
    stream: { stream_descriptor: descriptor(of), stream_state: { at } },
    sourceStats: { recordCount: 1 },
  },
});
const status = (of: Stream, is = 'COMPLETE') => ({
  type: 'TRACE',
  trace: { type: 'STREAM_STATUS', emitted_at: 1, stream_status: { stream_descriptor: descriptor(of), status: is } },
});
const linesOf = (messages: readonly (Json | string)[]) =>
  messages.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n') + '\n';

interface Written {
  readonly isWhole: boolean;
  /** The states that were echoed: what they say, and how many records the destination counts. */
  readonly states: readonly (readonly [at: unknown, records: number])[];
  readonly faults: readonly { readonly failure_type: string; readonly message: string }[];
}
function told(isWhole: boolean, said: readonly any[]): Written {
  const states = said
    .filter(({ type }) => type === 'STATE')
    .map(
      ({ state: { stream: own, global, data, destinationStats } }) =>
        [(own?.stream_state ?? global?.shared_state ?? data).at, destinationStats.recordCount] as const,
    );
  const faults = said.filter(({ trace }) => trace?.type === 'ERROR').map(({ trace }) => trace.error);
  return { isWhole, states, faults };
}
/** A sync that waits for more until its input ends. */
function begin(streams: readonly Stream[], onSaid: (message: any) => void = () => undefined) {
  const input = new PassThrough();
  const said: unknown[] = [];
  const output = new Writable({
    write(bytes, _encoding, done) {
      for (const line of String(bytes).split('\n').filter(Boolean)) {
        said.push(JSON.parse(line));
        onSaid(said.at(-1));
      }
      done();
    },
  });
  const messages = messageWriter(output, (text) => text);
  const signal = new AbortController().signal;
  const config = postgres.config.parse({ url: database.url });
  const work = async () => {
    try {
      return await writeMessages({
        catalog: readConfiguredCatalog(JSON.stringify({ streams })),
        connect: () => postgres.connect(config, { signal, baseFolder: '/' }),
        defaultSchema: 'landing',
        input,
        messages,
        signal,
      });
    } catch (error) {
      messages.fault(reportOf(toConnectorError(error)));
      await messages.flush();
      return false;
    }
  };
  return { input, ended: work().then((isWhole) => told(isWhole, said)) };
}
async function write(streams: readonly Stream[], messages: readonly (Json | string)[]): Promise<Written> {
  const { input, ended } = begin(streams);
  input.end(linesOf(messages));
  return ended;
}
const rows = async (of: Stream, columns = 'id::int, name') => {
  const table = `"${of.stream.namespace ?? 'landing'}"."${of.stream.name}"`;
  return (await client.query(`SELECT ${columns} FROM ${table} ORDER BY 1, 2`)).rows as any[];
};
const good = (end: Written) => expect(end).toMatchObject({ isWhole: true, faults: [] });

test('writes, dedupes by key and cursor, and echoes each state once what is before it is committed', async () => {
  const of = stream();
  const first = await write(
    [of],
    [
      status(of, 'STARTED'),
      record(of, row(1)),
      record(of, row(2, 'late', '2026-03-02T00:00:00Z')),
      record(of, row(2, 'early', '2026-03-01T00:00:00Z')),
      state(of, 1),
      record(of, row(3)),
      state(of, 2),
      status(of),
    ],
  );
  good(first);
  expect(first.states).toEqual([
    [1, 3],
    [2, 1],
  ]);
  expect(await rows(of)).toEqual([
    { id: 1, name: 'n1' },
    { id: 2, name: 'late' },
    { id: 3, name: 'n3' },
  ]);
  good(
    await write(
      [of],
      [record(of, row(1, 'new', '2026-03-03T00:00:00Z')), record(of, row(4)), state(of, 3), status(of)],
    ),
  );
  expect(await rows(of)).toEqual([
    { id: 1, name: 'new' },
    { id: 2, name: 'late' },
    { id: 3, name: 'n3' },
    { id: 4, name: 'n4' },
  ]);
});

test('append keeps each record, also one that comes again; overwrite leaves what came last', async () => {
  const [append, overwrite] = [stream({ mode: 'append' }), stream({ mode: 'overwrite' })];
  const both = (id: number) => [
    record(append, row(id)),
    record(append, row(1)),
    record(overwrite, row(id)),
    state(append, id),
    state(overwrite, id),
    status(append),
    status(overwrite),
  ];
  good(await write([append, overwrite], both(1)));
  const second = await write([append, overwrite], both(2));
  good(second);
  expect(second.states).toHaveLength(2);
  expect((await rows(append)).map(({ id }) => id)).toEqual([1, 1, 1, 2]);
  expect(await rows(overwrite)).toEqual([{ id: 2, name: 'n2' }]);
});

test('an overwrite that breaks off leaves what was there, and its states are not echoed', async () => {
  const of = stream({ mode: 'overwrite' });
  good(await write([of], [record(of, row(1)), status(of)]));
  const broken = await write([of], [record(of, row(2)), state(of, 2), record(of, row(3))]);
  expect(broken).toMatchObject({
    isWhole: false,
    states: [],
    faults: [{ failure_type: 'system_error', message: expect.stringContaining('The input ended before stream') }],
  });
  expect(await rows(of)).toEqual([{ id: 1, name: 'n1' }]);
  const stopped = await write([of], [record(of, row(2)), status(of, 'INCOMPLETE')]);
  expect(stopped).toMatchObject({
    isWhole: false,
    faults: [{ message: expect.stringContaining('The source has said that it is incomplete') }],
  });
  expect(await rows(of)).toEqual([{ id: 1, name: 'n1' }]);
});

test('a table that was dropped is told with what helps here', async () => {
  const of = stream({ name: 'dropped' });
  const messages = () => [record(of, row(1)), state(of, 1), status(of)];
  good(await write([of], messages()));
  await client.query('DROP TABLE landing.dropped');
  expect((await write([of], messages())).faults).toMatchObject([
    {
      message: expect.stringMatching(
        /^Table \S+ is missing, .*Put it back, or refresh the stream and remove its records \(`minimum_generation_id` as `generation_id`\)\.$/,
      ),
    },
  ]);
  const refreshed = { ...of, generation_id: 2, minimum_generation_id: 2 };
  good(await write([refreshed], messages()));
  good(await write([of], messages()));
  expect(await rows(of)).toEqual([{ id: 1, name: 'n1' }]);
});

test('a refresh that truncates takes the place of what was there, also with nothing; one that does not keeps it', async () => {
  const of = stream({ mode: 'append' });
  const refreshed = (generation: number, minimum: number) => ({
    ...of,
    generation_id: generation,
    minimum_generation_id: minimum,
    sync_id: 1,
  });
  good(await write([refreshed(1, 0)], [record(of, row(1)), status(of)]));
  good(await write([refreshed(2, 2)], [record(of, row(2)), status(of)]));
  expect((await rows(of)).map(({ id }) => id)).toEqual([2]);
  good(await write([refreshed(2, 0)], [record(of, row(3)), status(of)]));
  expect((await rows(of)).map(({ id }) => id)).toEqual([2, 3]);
  good(await write([refreshed(3, 3)], [status(of)]));
  expect(await rows(of)).toEqual([]);
});

test('what was committed before the input broke off stays, and its states are echoed', async () => {
  const of = stream();
  const echoed = Promise.withResolvers<void>();
  const { input, ended } = begin([of], ({ type }) => type === 'STATE' && echoed.resolve());
  input.write(linesOf([record(of, row(1)), state(of, 1)]));
  // No more comes, and it is committed all the same.
  await echoed.promise;
  expect(await rows(of)).toEqual([{ id: 1, name: 'n1' }]);
  input.end(linesOf([record(of, row(2))]));
  expect(await ended).toMatchObject({
    isWhole: false,
    states: [[1, 1]],
    faults: [{ failure_type: 'system_error' }],
  });
  expect(await rows(of)).toEqual([{ id: 1, name: 'n1' }]);
});

test('streams come mixed, in namespaces of their own, and a state of all of them waits for all', async () => {
  const name = `t${(tables += 1)}`;
  const [a, b] = [stream({ name, namespace: 'first' }), stream({ name, namespace: 'second' })];
  const all = (at: number) => ({
    type: 'STATE',
    state: {
      type: 'GLOBAL',
      global: { shared_state: { at }, stream_states: [a, b].map((of) => ({ stream_descriptor: descriptor(of) })) },
    },
  });
  const end = await write(
    [a, b],
    [
      all(0),
      ...Array.from({ length: 50 }, (_, id) => [record(a, row(id)), record(b, row(id + 100))]).flat(),
      all(1),
      record(b, row(200)),
      { type: 'STATE', state: { data: { at: 2 } } },
      status(a),
      status(b),
    ],
  );
  good(end);
  expect(end.states).toEqual([
    [0, 0],
    [1, 100],
    [2, 1],
  ]);
  expect([(await rows(a)).length, (await rows(b)).length]).toEqual([50, 51]);
});

test('types, digits and odd names land as they are', async () => {
  const properties = {
    id: { type: 'integer' },
    'Funny "name" – ü.$': { type: ['null', 'string'] },
    number: { type: ['null', 'number'] },
    time: { type: ['null', 'string'], format: 'time', airbyte_type: 'time_without_timezone' },
    at: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
    either: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
    any: {},
    list: { type: ['null', 'array'] },
  };
  const of = stream({ name: `Odd Näme-${(tables += 1)}`, properties });
  const end = await write(
    [of],
    [
      `{"type":"RECORD","record":{"stream":${JSON.stringify(of.stream.name)},"emitted_at":1,"data":{"id":9007199254740993,"Funny \\"name\\" – ü.$":"\\u0000x","number":123456789012345678.123456789,"time":"10:11:12.5","at":"2026-03-01T10:11:12","either":7,"any":{"a":9007199254740993},"list":[1]}}}`,
      record(of, { id: 1 }),
      record(of, { id: 'not a number' }),
      status(of),
    ],
  );
  expect(end).toMatchObject({
    isWhole: false,
    faults: [{ message: expect.stringContaining('1 of 3 records rejected') }],
  });
  const again = await write(
    [of],
    [
      `{"type":"RECORD","record":{"stream":${JSON.stringify(of.stream.name)},"emitted_at":1,"data":{"id":9007199254740993,"Funny \\"name\\" – ü.$":"\\u0000x","number":123456789012345678.123456789,"time":"10:11:12.5","at":"2026-03-01T10:11:12","either":7,"any":{"a":9007199254740993},"list":[1]}}}`,
      record(of, { id: 1 }),
      status(of),
    ],
  );
  good(again);
  expect(
    await rows(
      of,
      `id::text, "Funny ""name"" – ü.$" AS text, number::text, time::text, at::text, either::text, "any"::text, list::text`,
    ),
  ).toEqual([
    { id: '1', text: null, number: null, time: null, at: null, either: null, any: null, list: null },
    {
      id: '9007199254740993',
      text: '\uFFFDx',
      number: '123456789012345678.123456789',
      time: '10:11:12.5',
      at: '2026-03-01 10:11:12',
      either: '7',
      any: '{"a": 9007199254740993}',
      list: '[1]',
    },
  ]);
});

test('a schema that changes between two syncs changes the table, and a stream may have no column and no record', async () => {
  const of = stream();
  good(await write([of], [record(of, row(1)), status(of)]));
  const wider = stream({
    name: of.stream.name,
    properties: { id: PROPERTIES.id, city: { type: 'string' }, updated_at: PROPERTIES.updated_at },
  });
  good(await write([wider], [record(of, { id: 2, city: 'Rome' }), status(of)]));
  expect(await rows(of, 'id::int, name, city')).toEqual([
    { id: 1, name: 'n1', city: null },
    { id: 2, name: null, city: 'Rome' },
  ]);
  const bare = stream({ mode: 'append', properties: {} });
  good(await write([bare], [record(bare, {}), record(bare, {}), status(bare)]));
  expect(await rows(bare, 'count(*)::int AS n, 1 AS one')).toEqual([{ n: 2, one: 1 }]);
  const none = stream();
  good(await write([none], [status(none)]));
  expect(await rows(none)).toEqual([]);
});

describe('what cannot be written is refused before anything is', () => {
  test.each([
    ['update', stream({ name: 'u', mode: 'update' }), 'the mode "update" is not written'],
    ['no key', stream({ name: 'k', more: { primary_key: [] } }), 'append_dedup needs a primary key'],
    [
      'a key inside of an object',
      stream({ name: 'n', more: { primary_key: [['a', 'b']] } }),
      'its key "a.b" lies inside of an object',
    ],
    [
      'a key that is no field',
      stream({ name: 'f', more: { primary_key: [['x']] } }),
      'its key "x" is no field of its schema',
    ],
  ])('%s', async (_, of, message) => {
    expect(await write([of], [record(of, row(1)), status(of)])).toMatchObject({
      isWhole: false,
      states: [],
      faults: [{ failure_type: 'config_error', message: expect.stringContaining(message) }],
    });
  });

  test('a record of a stream that the catalog does not name, and a line that was cut', async () => {
    const [of, other] = [stream(), stream()];
    expect(await write([of], [record(other, row(1))])).toMatchObject({
      isWhole: false,
      faults: [{ message: expect.stringContaining('which the catalog does not name') }],
    });
    expect(await write([of], ['{"type":"RECORD","rec'])).toMatchObject({
      isWhole: false,
      faults: [{ message: expect.stringContaining('Line 1 of stdin is a message that was cut off') }],
    });
  });
});
