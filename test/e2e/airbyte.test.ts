import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configuredCatalog, messagesOf } from '../support/airbyte-protocol.js';
import type { CliOptions } from '../support/cli.js';
import { stopTestServer } from '../support/postgres.js';
import { atProbe, newProject, type Project } from './project.js';

const PROGRAM = resolve('test/support/airbyte-source.mjs');
const CLI = fileURLToPath(new URL('../../dist/core/app/cli/main.js', import.meta.url));
const TRIBUTARY = [process.execPath, CLI];

let project: Project;
afterEach(() => project.remove());
afterAll(stopTestServer);

/** A source of the configuration that runs a command, and a connection for its streams. */
const bridge = (command: readonly string[], config: object, streams: object) => `sources:
  foreign:
    connector: airbyte
    config: ${JSON.stringify({ command, config, environment: { AIRBYTE_CALLS: '${env:CALLS}', NODE_NO_WARNINGS: '1' } })}
connections:
  daily:
    source: foreign
    destination: warehouse
    schema: raw
    streams: ${JSON.stringify(streams)}
`;
const calls = () => ({ CALLS: join(project.folder, 'calls') });
const callsOf = async (verb: string) =>
  (await readFile(calls().CALLS, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((call) => call.verb === verb);
async function sync(options: CliOptions = {}, ...more: string[]) {
  const end = await project.run(['sync', 'daily', '--json', ...more], { ...options, env: calls() });
  return { ...end, ledger: end.stdout === '' ? undefined : JSON.parse(end.stdout).data.outcome.ledger };
}

describe('a source of Airbyte, run by us', () => {
  const config = { credentials: { kind: 'key', api_key: 'key-of-the-api' } };
  const command = [process.execPath, PROGRAM];

  test('loads what is new since its last state, and again in full where that is asked for', async () => {
    project = await newProject(
      bridge(command, { ...config, count: 5 }, { orders: {}, countries: { write: 'overwrite' } }),
    );
    expect(await sync()).toMatchObject({ code: 0, ledger: { read: 10, inserted: 10 } });
    await project.configure(
      bridge(command, { ...config, count: 7 }, { orders: {}, countries: { write: 'overwrite' } }),
    );
    expect(await sync()).toMatchObject({ code: 0, ledger: { read: 9, inserted: 9, deleted: 5 } });
    expect(
      await project.rows('SELECT id::text, amount::text, big::text, updated_at FROM raw.orders ORDER BY id LIMIT 1'),
    ).toEqual([
      {
        id: '1',
        amount: '12345678901234567890.12',
        big: '9007199254740993',
        updated_at: new Date('2026-03-01T00:00:01Z'),
      },
    ]);
    expect(await sync({}, '--full-refresh', '--stream', 'orders')).toMatchObject({
      code: 0,
      ledger: { read: 7, unchanged: 7 },
    });
    expect(
      (await callsOf('read')).map(({ streams: [[name, mode]], state }) => [
        name,
        mode,
        state?.[0].stream.stream_state.at,
      ]),
    ).toEqual([
      ['orders', 'incremental', undefined],
      ['countries', 'full_refresh', undefined],
      ['orders', 'incremental', 5],
      ['countries', 'full_refresh', undefined],
      ['orders', 'full_refresh', undefined],
    ]);
  });

  test('that is killed in mid-sync goes on from what was committed, and each record is there once', async () => {
    project = await newProject(bridge(command, { ...config, count: 50_000, per_state: 1_000 }, { orders: {} }));
    const killed = await sync({
      node: atProbe('before_commit', `if (times === 2) process.kill(process.pid, 'SIGKILL')`),
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(await project.rows('SELECT count(*)::int AS n FROM raw.orders')).toEqual([{ n: 20_000 }]);
    expect(await sync()).toMatchObject({ code: 0, ledger: { read: 30_000, inserted: 30_000 } });
    expect(
      await project.rows(
        'SELECT count(*)::int AS n, count(DISTINCT id)::int AS ids, max(id)::int AS last FROM raw.orders',
      ),
    ).toEqual([{ n: 50_000, ids: 50_000, last: 50_000 }]);
    expect((await callsOf('read')).map(({ state }) => state?.[0].stream.stream_state.at)).toEqual([undefined, 20_000]);
  });

  test('tells an option that does not fit with its line, and no secret', async () => {
    project = await newProject(bridge(command, { ...config, count: 'many' }, { orders: {} }));
    const wrong = await project.run(['check', 'foreign'], { env: calls() });
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toMatch(
      /tributary\.yaml:\d+:\d+: sources\.foreign\.config\.config\.count: must be a whole number/,
    );
    await project.configure(bridge(command, { ...config, fault: 'system_error' }, { orders: {} }));
    const failed = await sync();
    expect(failed.code).toBe(5);
    expect(failed.stderr).toContain('node: It went wrong. (with ***)');
    expect(wrong.stderr + failed.stderr + failed.stdout).not.toContain('key-of-the-api');
  });
});

describe('a connector of ours, run by others', () => {
  const write = async (name: string, content: unknown) => project.write(name, JSON.stringify(content));
  const airbyte = (...args: string[]) => project.run(['airbyte', ...args]);
  const csv = (...days: number[]) =>
    `id,day,amount\n${days.map((day) => `${day},2026-03-0${day},${day}.50`).join('\n')}\n`;
  const local = {
    files: [
      {
        stream: 'results',
        path: 'data/*.csv',
        format: 'csv',
        primary_key: ['id'],
        columns: { id: 'integer', day: 'date', amount: 'decimal' },
      },
    ],
  };
  const states = (messages: readonly any[]) =>
    messages.filter(({ type }) => type === 'STATE').map(({ state }) => state);

  test('says what it takes, what it has and what is new, by messages of the protocol alone', async () => {
    project = await newProject('');
    await project.write('data/a.csv', csv(1, 2));
    const config = await write('config.json', local);
    const specified = await airbyte('sftp', 'spec');
    expect(specified.stderr).toBe('');
    expect(messagesOf(specified.stdout)[0].spec.connectionSpecification.properties.password).toMatchObject({
      airbyte_secret: true,
    });
    expect(messagesOf((await airbyte('local', 'check', '--config', config)).stdout)).toEqual([
      { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } },
    ]);
    const discovered = messagesOf((await airbyte('local', 'discover', '--config', config)).stdout);
    expect(discovered[0].catalog.streams[0]).toMatchObject({
      name: 'results',
      supported_sync_modes: ['full_refresh', 'incremental'],
      source_defined_primary_key: [['id']],
      json_schema: {
        properties: {
          id: { type: 'integer' },
          day: { type: ['null', 'string'], format: 'date' },
          amount: { type: ['null', 'number'] },
        },
      },
    });
    const catalog = await write(
      'catalog.json',
      configuredCatalog(discovered, () => 'incremental'),
    );
    const first = await airbyte('local', 'read', '--config', config, '--catalog', catalog);
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      messagesOf(first.stdout).map(
        ({ type, trace, record, state }) => trace?.stream_status.status ?? record?.data ?? state?.sourceStats ?? type,
      ),
    ).toEqual([
      'STARTED',
      'RUNNING',
      { _ab_source_file_url: 'data/a.csv', _ab_source_row: 1, id: 1, day: '2026-03-01', amount: 1.5 },
      { _ab_source_file_url: 'data/a.csv', _ab_source_row: 2, id: 2, day: '2026-03-02', amount: 2.5 },
      { recordCount: 2 },
      'COMPLETE',
    ]);
    expect(first.stdout).toContain('"amount":1.50');
    await project.write('data/b.csv', csv(3));
    const state = await write('state.json', states(messagesOf(first.stdout)));
    const second = messagesOf(
      (await airbyte('local', 'read', '--config', config, '--catalog', catalog, '--state', state)).stdout,
    );
    expect(second.filter(({ type }) => type === 'RECORD').map(({ record }) => record.data.id)).toEqual([3]);
  });

  test('tells what is wrong as a message, without a secret', async () => {
    project = await newProject('');
    const config = await write('config.json', {
      url: 'postgres://somebody:the-password@127.0.0.1:1/none',
      metadata_schema: 7,
    });
    const refused = await airbyte('postgres', 'check', '--config', config);
    expect(messagesOf(refused.stdout)).toEqual([
      {
        type: 'CONNECTION_STATUS',
        connectionStatus: { status: 'FAILED', message: expect.stringContaining('metadata_schema: must be a text') },
      },
    ]);
    await write('config.json', { url: 'postgres://somebody:the-password@127.0.0.1:1/none' });
    const away = await airbyte('postgres', 'check', '--config', config);
    expect(messagesOf(away.stdout)[0].connectionStatus.status).toBe('FAILED');
    const missing = await airbyte('local', 'read');
    expect(missing.code).toBe(1);
    expect(messagesOf(missing.stdout)[0].trace.error).toMatchObject({
      failure_type: 'config_error',
      message: expect.stringContaining('`--config` is missing'),
    });
    for (const { stdout, stderr } of [refused, away, missing]) expect(stdout + stderr).not.toContain('the-password');
  });

  test('tells a call that is wrong as a message too, with the place, and nothing of what the file holds', async () => {
    project = await newProject('');
    const broken = await project.write('broken.json', '{\n  "url": "the-password",\n  "max" x: 1\n}');
    const reference = await write('reference.json', { url: '${env:WAREHOUSE_URL:-the-password}' });
    const calls = [
      [['postgres', 'chek'], '"chek" is no verb of the Airbyte protocol. There are: spec, check,'],
      [['postgres', 'check', '--config', broken], `"${broken}", is no JSON: ${broken}:3:9.`],
      [['postgres', 'write', '--config', reference], 'url: `${env:WAREHOUSE_URL}`. Write the value itself'],
    ] as const;
    for (const [args, message] of calls) {
      const { code, stdout, stderr } = await airbyte(...args);
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(messagesOf(stdout).map(({ trace }) => trace.error)).toEqual([
        expect.objectContaining({ failure_type: 'config_error', message: expect.stringContaining(message) }),
      ]);
      expect(stdout).not.toContain('the-password');
    }
  });

  test('is read by our own source and written by our own destination, as two programs of others would', async () => {
    project = await newProject(
      bridge([...TRIBUTARY, 'airbyte', 'local', '--base-folder', '.'], local, { results: {} }),
    );
    await project.write('data/a.csv', csv(1, 2));
    expect(await sync()).toMatchObject({ code: 0, ledger: { read: 2, inserted: 2 } });
    await project.write('data/b.csv', csv(2, 3));
    expect(await sync()).toMatchObject({ code: 0, ledger: { read: 2, inserted: 1, updated: 1 } });
    expect(
      await project.rows(
        'SELECT id::int, day::text, amount::float8, _ab_source_row::int AS row FROM raw.results ORDER BY id',
      ),
    ).toEqual([
      { id: 1, day: '2026-03-01', amount: 1.5, row: 1 },
      { id: 2, day: '2026-03-02', amount: 2.5, row: 1 },
      { id: 3, day: '2026-03-03', amount: 3.5, row: 2 },
    ]);
  });

  test('writes what comes on stdin, and says nothing else', async () => {
    project = await newProject('');
    const config = await write('config.json', { url: project.warehouseUrl });
    const stream = {
      name: 'notes',
      json_schema: { properties: { id: { type: 'integer' }, note: { type: 'string' } } },
      supported_sync_modes: ['full_refresh'],
    };
    const catalog = await write('catalog.json', {
      streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append_dedup', primary_key: [['id']] }],
    });
    const said = [
      { type: 'RECORD', record: { stream: 'notes', data: { id: 1, note: 'one' }, emitted_at: 1 } },
      {
        type: 'STATE',
        state: {
          type: 'STREAM',
          stream: { stream_descriptor: { name: 'notes' }, stream_state: { at: 1 } },
          sourceStats: { recordCount: 1 },
        },
      },
      {
        type: 'TRACE',
        trace: {
          type: 'STREAM_STATUS',
          emitted_at: 1,
          stream_status: { stream_descriptor: { name: 'notes' }, status: 'COMPLETE' },
        },
      },
    ];
    const input = said.map((message) => `${JSON.stringify(message)}\n`).join('');
    const end = await project.run(['airbyte', 'postgres', 'write', '--config', config, '--catalog', catalog], {
      input,
    });
    expect({ code: end.code, stderr: end.stderr }).toEqual({ code: 0, stderr: '' });
    expect(messagesOf(end.stdout)).toEqual([
      { ...said[1], state: { ...(said[1] as any).state, destinationStats: { recordCount: 1 } } },
    ]);
    expect(await project.rows('SELECT id::int, note FROM raw_airbyte.notes')).toEqual([{ id: 1, note: 'one' }]);
  });

  test('a write that is killed is gone on with from the last state that was echoed, and each record is there once', async () => {
    project = await newProject('');
    const config = await write('config.json', { url: project.warehouseUrl });
    const descriptor = { name: 'notes' };
    const stream = {
      ...descriptor,
      json_schema: { properties: { id: { type: 'integer' } } },
      supported_sync_modes: ['incremental'],
    };
    const catalog = await write('catalog.json', {
      streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'append_dedup', primary_key: [['id']] }],
    });
    const args = ['airbyte', 'postgres', 'write', '--config', config, '--catalog', catalog];
    const records = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) =>
        JSON.stringify({ type: 'RECORD', record: { stream: 'notes', data: { id: from + at }, emitted_at: 1 } }),
      );
    const state = (at: number) =>
      JSON.stringify({
        type: 'STATE',
        state: { type: 'STREAM', stream: { stream_descriptor: descriptor, stream_state: { at } } },
      });
    const complete = JSON.stringify({
      type: 'TRACE',
      trace: {
        type: 'STREAM_STATUS',
        emitted_at: 1,
        stream_status: { stream_descriptor: descriptor, status: 'COMPLETE' },
      },
    });
    const lines = (...parts: readonly (string | readonly string[])[]) => `${parts.flat().join('\n')}\n`;

    const { child, ended } = project.start(args, { input: 'open' });
    const echoed = new Promise((resolve) => child.stdout!.once('data', resolve));
    child.stdin!.on('error', () => undefined).write(lines(records(0, 1_000), state(1_000)));
    await echoed;
    await new Promise((resolve) =>
      child.stdin!.write(lines(records(1_000, 3_000), state(3_000), records(3_000, 4_000)), resolve),
    );
    child.kill('SIGKILL');
    const last: number = messagesOf((await ended).stdout).at(-1).state.stream.stream_state.at;
    const end = await project.run(args, { input: lines(records(last, 5_000), state(5_000), complete) });
    expect({ code: end.code, stderr: end.stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      await project.rows('SELECT count(*)::int AS n, count(DISTINCT id)::int AS ids FROM raw_airbyte.notes'),
    ).toEqual([{ n: 5_000, ids: 5_000 }]);
  });
});
