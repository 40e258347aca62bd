import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { airbyte } from '../../../../connectors/airbyte/airbyte.source.js';
import {
  isConnectorError,
  SavedState,
  type ConnectorError,
  type OpenSource,
  type RecordData,
  type SyncMode,
} from '../../../../core/sdk/index.js';
import { privateFolder } from '../../../../core/sdk/process/index.js';

const PROGRAM = resolve('test/support/airbyte-source.mjs');
const KEY = 'key-of-the-api';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-airbyte-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Config = Readonly<Record<string, unknown>>;

function open(config: Config = {}, options: Config = {}, signal = new AbortController().signal): Promise<OpenSource> {
  const parsed = airbyte.config.parse({
    command: [process.execPath, PROGRAM],
    config: { credentials: { kind: 'key' }, ...config },
    secrets: { 'credentials.api_key': KEY },
    environment: { AIRBYTE_CALLS: join(folder, 'calls') },
    ...options,
  });
  return airbyte.open(parsed, { signal, baseFolder: folder, keepFolder: join(folder, 'kept') });
}

/** What the program was asked, in order. */
const calls = async () =>
  (await readFile(join(folder, 'calls'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

interface Read {
  readonly records: readonly RecordData[];
  /** Each with the number of records before it. */
  readonly states: readonly (readonly [records: number, state: any])[];
  readonly warnings: readonly string[];
}

async function read(source: OpenSource, name: string, state?: unknown, sync: SyncMode = 'incremental'): Promise<Read> {
  const [records, states, warnings]: [RecordData[], [number, unknown][], string[]] = [[], [], []];
  const stream = (await source.streams(() => undefined))[name]!;
  if (stream.kind !== 'stateful' && stream.kind !== 'full_refresh') throw new Error(stream.kind);
  const warn = (text: string) => void warnings.push(text);
  const request = {
    slice: { id: 'all' },
    sync,
    signal: new AbortController().signal,
    warn,
    ...(state === undefined ? {} : { state }),
  };
  for await (const step of stream.read(request))
    if (step instanceof SavedState) states.push([records.length, step.state]);
    else records.push(...(step as RecordData[]));
  return { records, states, warnings };
}

const failureOf = async (work: Promise<unknown>): Promise<ConnectorError> => {
  try {
    await work;
  } catch (error) {
    if (isConnectorError(error)) return error;
    throw error;
  }
  throw new Error('It did not fail.');
};

test('offers the streams of the catalog, with key, cursor and columns', async () => {
  const streams = await (await open()).streams(() => undefined);
  expect(
    Object.values(streams).map(({ kind, catalog: { name, primaryKey, cursor, version, syncModes } }) => ({
      kind,
      name,
      primaryKey,
      cursor,
      version,
      syncModes,
    })),
  ).toEqual([
    {
      kind: 'stateful',
      name: 'orders',
      primaryKey: ['id'],
      cursor: 'updated_at',
      version: 'updated_at',
      syncModes: ['full_refresh', 'incremental'],
    },
    { kind: 'full_refresh', name: 'countries', primaryKey: [], syncModes: ['full_refresh'] },
    // Which field is its cursor is for the user to say; until then it is read whole.
    { kind: 'stateful', name: 'web_visits', primaryKey: [], syncModes: ['full_refresh'] },
  ]);
  expect(streams['web_visits']?.catalog.summary).toContain(
    'it can be read incrementally once `cursors` names its cursor',
  );
});

test('key and cursor are given where the source leaves them open', async () => {
  const options = {
    cursors: { web_visits: 'updated_at' },
    primary_keys: { web_visits: ['id'] },
    streams: ['web_visits'],
  };
  const source = await open({ count: 3 }, options);
  expect((await source.streams(() => undefined))['web_visits']?.catalog).toMatchObject({
    primaryKey: ['id'],
    cursor: 'updated_at',
    syncModes: ['full_refresh', 'incremental'],
  });
  expect((await read(source, 'web_visits')).records).toHaveLength(3);
  const unknown = await failureOf((await open({}, { cursors: { visits: 'id' } })).streams(() => undefined));
  expect(unknown.message).toBe('`cursors` names "visits", which the source does not have.');
  expect(unknown.details.hint).toBe('It has: orders, countries, web_visits.');
});

test('reads on from its last state, and digits and zones are kept', async () => {
  const source = await open({ count: 10 });
  const first = await read(source, 'orders');
  expect(first.records).toHaveLength(10);
  expect(first.records[0]).toEqual({
    id: 1,
    name: 'n1',
    amount: '12345678901234567890.12',
    big: 9007199254740993n,
    updated_at: '2026-03-01T00:00:01Z',
    tags: ['a', 1],
  });
  expect(first.states).toEqual([
    [10, [{ type: 'STREAM', stream: { stream_descriptor: { name: 'orders' }, stream_state: { at: 10 } } }]],
  ]);
  const later = await open({ count: 12 });
  expect((await read(later, 'orders', first.states[0]![1])).records.map(({ id }) => id)).toEqual([11, 12]);
  expect(
    (await calls()).filter(({ verb }) => verb === 'read').map(({ state, streams }) => ({ state, streams })),
  ).toEqual([
    { state: undefined, streams: [['orders', 'incremental']] },
    { state: first.states[0]![1], streams: [['orders', 'incremental']] },
  ]);
});

test.each([
  [
    'GLOBAL',
    (at: number) => [
      {
        type: 'GLOBAL',
        global: {
          shared_state: { at },
          stream_states: [{ stream_descriptor: { name: 'orders' }, stream_state: { at } }],
        },
      },
    ],
  ],
  ['LEGACY', (at: number) => ({ at })],
])('a state of kind %s comes back to the source as it wants it', async (kind, given) => {
  const { states } = await read(await open({ count: 5, kind }), 'orders');
  const { records } = await read(await open({ count: 6, kind }), 'orders', states.at(-1)![1]);
  expect(records.map(({ id }) => id)).toEqual([6]);
  expect((await calls()).at(-1).state).toEqual(given(5));
});

test('a state takes the place of one of another kind, which a later version of the source may no longer take', async () => {
  const [, old] = (await read(await open({ count: 5 }), 'orders')).states.at(-1)!;
  const [, now] = (await read(await open({ count: 6, kind: 'GLOBAL' }), 'orders', old)).states.at(-1)!;
  expect(now).toMatchObject([{ type: 'GLOBAL', global: { shared_state: { at: 6 } } }]);
  expect((await read(await open({ count: 7, kind: 'GLOBAL' }), 'orders', now)).records.map(({ id }) => id)).toEqual([
    7,
  ]);
});

test('a state is handed on after 20,000 records, and stands for what came before it', async () => {
  const { records, states } = await read(await open({ count: 50_001, per_state: 1_000 }), 'orders');
  expect(records).toHaveLength(50_001);
  expect(states.map(([before, [{ stream }]]) => [before, stream.stream_state.at])).toEqual([
    [20_000, 20_000],
    [40_000, 40_000],
    [50_001, 50_001],
  ]);
});

test('a full refresh asks for one, and a stream that cannot go on keeps no state', async () => {
  const source = await open({ count: 3 });
  expect(await read(source, 'orders', undefined, 'full_refresh')).toMatchObject({ records: { length: 3 } });
  expect((await calls()).at(-1).streams).toEqual([['orders', 'full_refresh']]);
  expect((await read(source, 'countries')).states).toEqual([]);
  expect((await calls()).at(-1).streams).toEqual([['countries', 'full_refresh']]);
});

test('lines that are no messages are left out and told', async () => {
  const { records, warnings } = await read(await open({ count: 2, fault: 'chatter' }), 'orders');
  expect(records).toHaveLength(2);
  expect(warnings.map((text) => text.replace(/"[^"]+"/, '"…"'))).toEqual([
    '3 lines of "…" are no messages of the Airbyte protocol and were left out, the first is line 2.',
  ]);
});

describe('what goes wrong is told', () => {
  test.each([
    ['cut', 'source', /Line 8 of its output is a message that was cut off or damaged/],
    ['exits', 'source', /ended with exit code 3\. It said last:\nTraceback: no more of \*\*\*$/],
    [
      'miscounts',
      'source',
      /^The source says that it has sent 5 records of stream "orders" since its last state, and 4 came\.$/,
    ],
    ['stops', 'source', /^The source ended without saying that stream "orders" is complete: STARTED\.$/],
    ['incomplete', 'source', /is complete: INCOMPLETE\.$/],
    ['other', 'source', /^The source was asked for stream "orders" and sent records of "others"\.$/],
    ['config_error', 'config', /: It went wrong\. \(with \*\*\*\)$/],
    ['transient_error', 'transient', /: It went wrong\. \(with \*\*\*\)$/],
    ['system_error', 'source', /: It went wrong\. \(with \*\*\*\)$/],
  ])('%s', async (fault, kind, message) => {
    const error = await failureOf(read(await open({ fault }), 'orders'));
    expect({ kind: error.kind, message: error.message }).toEqual({ kind, message: expect.stringMatching(message) });
    expect(error.message).not.toContain(KEY);
  });

  test('what is kept of a stream that was not complete is told as it is', async () => {
    const hintOf = async (config: object) =>
      (await failureOf(read(await open({ fault: 'incomplete', ...config }), 'orders'))).details.hint;
    expect(await hintOf({})).toMatch(/^Nothing of this reading is kept\. Run it again/);
    expect(await hintOf({ count: 30_000, per_state: 20_000, fault_at: 25_000 })).toMatch(
      /^What came before a state that was handed on is kept, and the next run goes on from there\. Run it again/,
    );
  });

  test('a fault that says little, with the last lines of its log and the next step', async () => {
    const log = 'Line 1\nLine 2\nLine 3\nKeyError: 1\n';
    const error = await failureOf(read(await open({ fault: 'system_error', log }), 'orders'));
    const [, lines] = error.message.split('\nThe last lines of its log:\n');
    expect(lines?.split('\n').toSorted()).toEqual(['KeyError: 1', 'Last of all, ***', 'Line 1', 'Line 2', 'Line 3']);
    expect(error.details.hint).toContain('`tributary check` names those');
  });

  test('a program that hangs is ended', async () => {
    const error = await failureOf(read(await open({ fault: 'hangs' }, { timeout: '1s' }), 'orders'));
    expect(error.message).toMatch(/has written nothing for 1 s and was ended/);
  });

  test('a program that is none', async () => {
    const missing = await failureOf((await open({}, { command: ['./no-such-program'] })).check());
    expect([missing.kind, missing.message]).toEqual(['config', 'The program "./no-such-program" is not there.']);
    const other = await failureOf((await open({}, { command: ['echo'] })).check());
    expect(other.message).toBe('"echo spec" ended without a message of the Airbyte protocol.');
  });

  test('a configuration that does not fit the specification, at its places', async () => {
    const error = await failureOf((await open({ count: -1, credentials: { kind: 'oauth' } }, { secrets: {} })).check());
    expect(error.details.options).toEqual([
      { path: ['config', 'count'], message: 'must be at least 0' },
      { path: ['config', 'credentials', 'refresh_token'], message: 'is needed' },
    ]);
    expect((await calls()).map(({ verb }) => verb)).toEqual(['spec']);
  });

  test('a source that cannot connect, without the secret that it quotes', async () => {
    expect((await failureOf((await open({ down: true })).check())).message).toBe(
      'The source cannot connect: It is down.',
    );
    const refused = await failureOf((await open({ refuses: true })).check());
    expect([refused.kind, refused.message]).toEqual([
      'config',
      expect.stringMatching(/: The key \*\*\* is not known\.$/),
    ]);
  });

  test('days that a person asks for', async () => {
    const stream = (await (await open()).streams(() => undefined))['orders']!;
    if (stream.kind !== 'stateful') throw new Error(stream.kind);
    const request = {
      slice: { id: 'all' },
      sync: 'incremental',
      signal: new AbortController().signal,
      warn: () => undefined,
    } as const;
    expect(() => stream.read({ ...request, range: { from: '2026-01-01' } })).toThrow(
      'an Airbyte source knows no range',
    );
  });
});

const isOurs = (name: string) => name.startsWith('tributary-program-') && name.includes(`-${process.pid}-`);

test('a stop ends the program and leaves no file of its configuration', async () => {
  const stop = new AbortController();
  const before = new Set((await readdir(tmpdir())).filter((name) => isOurs(name)));
  const source = await open({ fault: 'hangs', fault_at: 3 }, {}, stop.signal);
  const stream = (await source.streams(() => undefined))['orders']!;
  if (stream.kind !== 'stateful') throw new Error(stream.kind);
  const request = { slice: { id: 'all' }, sync: 'incremental', signal: stop.signal, warn: () => undefined } as const;
  const steps = stream.read(request)[Symbol.asyncIterator]();
  expect((await steps.next()).done).toBe(false);
  const end = steps.next();
  stop.abort(new Error('stopped'));
  await expect(end).rejects.toThrow('stopped');
  const left = (await readdir(tmpdir())).filter((name) => isOurs(name) && !before.has(name));
  expect(left).toEqual([]);
});

test('what a killed process has left of its configuration goes with the next program', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const own = privateFolder();
  const left = dirname(await own.write('config.json', '{}')).replace(`-${process.pid}-`, `-${pid}-`);
  own.remove();
  await mkdir(left);
  await (await open()).check();
  expect(existsSync(left)).toBe(false);
});

describe('a configuration that the source hands out', () => {
  const rotating = { rotates: true, count: 1, credentials: { kind: 'oauth' } };
  const secrets = { secrets: { 'credentials.refresh_token': 'token' } };
  const tokens = async () =>
    (await calls()).filter(({ verb }) => verb === 'read').map(({ config }) => config.credentials.refresh_token);

  test('is kept before anything goes on, and used from then on, until the user gives another', async () => {
    await read(await open(rotating, secrets), 'orders');
    await read(await open(rotating, secrets), 'orders');
    await read(await open({ ...rotating, count: 2 }, secrets), 'orders');
    expect(await tokens()).toEqual(['token', 'token+', 'token']);
  });

  test('lies where `config_file` says', async () => {
    await read(await open(rotating, { ...secrets, config_file: 'shared/config.json' }), 'orders');
    expect(
      JSON.parse(await readFile(join(folder, 'shared/config.json'), 'utf8')).config.credentials.refresh_token,
    ).toBe('token+');
  });

  test('is refused where there is no place for it, and nothing is read', async () => {
    const parsed = airbyte.config.parse({ command: [process.execPath, PROGRAM], config: rotating, ...secrets });
    const source = await airbyte.open(parsed, { signal: new AbortController().signal, baseFolder: folder });
    const error = await failureOf(read(source, 'orders'));
    expect([error.kind, error.details.hint]).toEqual(['config', expect.stringContaining('Set `config_file`')]);
  });
});

test('`check` says which options are secrets and stand in the open', async () => {
  const notes: string[] = [];
  await (
    await open({ credentials: { kind: 'key', api_key: 'in-the-open' } }, { secrets: {} })
  ).check((text) => notes.push(text));
  expect(notes).toEqual([expect.stringContaining('`config.credentials.api_key` is a secret')]);
});

test('`check` says which options the source may pass over, and what they were meant to be', async () => {
  const notes: string[] = [];
  const secrets = { 'credentials.api_key': KEY, 'credentials.refresh_tokn': KEY };
  await (await open({ cuont: 1000, somewhere: 'else' }, { secrets })).check((text) => notes.push(text));
  expect(notes).toEqual([
    expect.stringMatching(/^`secrets.credentials.refresh_tokn` .* Did you mean "refresh_token"\?$/),
    '`config.cuont` is no option that the source\'s `spec` names, so that the source may pass over it. Did you mean "count"?',
    expect.stringMatching(/^`config.somewhere` is no option .* It names: count, credentials\.$/),
  ]);
});
