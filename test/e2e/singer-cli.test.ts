import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { singerProgram } from '../support/singer-python.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

let project: Project;
let tapConfig: string;
beforeAll(async () => {
  project = await newProject();
  await project.write('data/a.csv', 'id,name,sent,cost\n1,Ann,10,1.25\n2,"Bo, jr",9007199254740993,-0.1\n');
  tapConfig = await project.write(
    'tap.json',
    JSON.stringify({ files: [{ stream: 'engagement', path: './data/*.csv', format: 'csv', primary_key: ['id'] }] }),
  );
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

const messagesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; value?: unknown; record?: Record<string, unknown> });

/** Foreign programs are there where `.ci/run` has installed them. */
const [tapJsonl, targetCsv, pytest] = ['tap-jsonl', 'target-csv', 'pytest'].map(singerProgram);
if (tapJsonl === undefined || targetCsv === undefined)
  console.warn(
    'tap-jsonl and target-csv are not installed (see .ci/run): the bridges are tried with our own programs alone.',
  );

describe('a source of ours as a tap', () => {
  let told = '';
  let discovered = '';

  test('tells schema, records with all their digits, and a state from which it goes on', async () => {
    const { code, stdout } = await project.run(['tap', 'local', '--config', tapConfig]);
    expect(code).toBe(0);
    told = stdout;
    expect(messagesOf(stdout).map(({ type }) => type)).toEqual(['SCHEMA', 'RECORD', 'RECORD', 'STATE']);
    expect(stdout).toContain('"_sdc_source_lineno":2,"id":2,"name":"Bo, jr","sent":9007199254740993,"cost":"-0.1"}');
    const state = await project.write('state.json', JSON.stringify(messagesOf(stdout).at(-1)!.value));
    const again = await project.run(['tap', 'local', '--config', tapConfig, '--state', state]);
    expect(messagesOf(again.stdout).filter(({ type }) => type === 'RECORD')).toEqual([]);
  });

  test('is written by a destination of ours as a target', async () => {
    const config = await project.write(
      'target.json',
      JSON.stringify({ url: project.warehouseUrl, default_schema: 'piped' }),
    );
    const { code, stdout } = await project.run(['target', 'postgres', '--config', config], { input: told });
    expect(code).toBe(0);
    expect(messagesOf(told).at(-1)!.value).toEqual(JSON.parse(stdout));
    expect(await project.rows('select id::text, name, sent::text from piped.engagement order by 1')).toEqual([
      { id: '1', name: 'Ann', sent: '10' },
      { id: '2', name: 'Bo, jr', sent: '9007199254740993' },
    ]);
  });

  test('discovers a catalog, whose streams and properties are chosen from', async () => {
    ({ stdout: discovered } = await project.run(['tap', 'local', '--config', tapConfig, '--discover']));
    const { streams } = JSON.parse(discovered) as { streams: any[] };
    expect(streams).toMatchObject([
      { tap_stream_id: 'engagement', key_properties: ['id'], replication_method: 'INCREMENTAL' },
    ]);
    const sent = streams[0].metadata.find((one: any) => one.breadcrumb[1] === 'sent');
    sent.metadata.selected = false;
    const catalog = await project.write('catalog.json', JSON.stringify({ streams }));
    const read = await project.run(['tap', 'local', '--config', tapConfig, '--catalog', catalog]);
    const [record] = messagesOf(read.stdout).filter(({ type }) => type === 'RECORD');
    expect(Object.keys(record!.record!)).toEqual(['_sdc_source_file', '_sdc_source_lineno', 'id', 'name', 'cost']);
  });

  (pytest === undefined ? test.skip : test)('keeps what the Singer SDK demands of taps', async () => {
    const child = spawn(pytest!, ['-q', '-p', 'no:cacheprovider', 'test/fixtures/singer/tap_suite.py'], {
      env: {
        ...process.env,
        TAP_CATALOG: await project.write('suite-catalog.json', discovered),
        TAP_MESSAGES: await project.write('suite-messages.jsonl', told),
        PYTHONDONTWRITEBYTECODE: '1',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const report = await text(child.stdout);
    // One test for each property and what the schema says of it, beside those of the tap and of the stream.
    expect(report.trim().split('\n').at(-1)).toMatch(/^\d\d passed/);
  });

  (targetCsv === undefined ? test.skip : test)('is written by a target of others', async () => {
    const folder = join(project.folder, 'csv');
    await mkdir(folder);
    const config = await project.write(
      'csv.json',
      JSON.stringify({ output_path: folder, file_naming_scheme: '{stream_name}.csv' }),
    );
    const child = spawn(targetCsv!, ['--config', config], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end(told);
    expect((await once(child, 'exit'))[0]).toBe(0);
    const rows = (await readFile(join(folder, 'engagement.csv'), 'utf8')).trim().split(/\r?\n/);
    expect(rows.map((row) => row.split(',').slice(2).join(','))).toEqual([
      'id,name,sent,cost',
      '1,Ann,10,1.25',
      '2,"Bo, jr",9007199254740993,-0.1',
    ]);
  });
});

test('a configuration that is wrong is told by its path, and nothing goes to stdout', async () => {
  const wrong = await project.write('wrong.json', '{"files": 3}');
  const { code, stdout, stderr } = await project.run(['tap', 'local', '--config', wrong]);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain('files: ');
});

test.each([
  ['tap', 'local', '--discover'],
  ['target', 'postgres'],
])('`%s %s` without a configuration says so', async (...args) => {
  const { code, stdout, stderr } = await project.run(args, { input: '' });
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/`--config` is missing\.\n.*next: Give it a file: `--config FILE`\./);
});

(tapJsonl === undefined ? test.skip : test)(
  'a tap of others is read into Postgres, goes on from its own state, and has what is gone removed',
  async () => {
    const path = await project.write(
      'people.jsonl',
      '{"id":1,"name":"Ann","big":9007199254740993}\n{"id":2,"name":"Bo","big":2}\n',
    );
    const configure = (more: object = {}, options: object = {}) => {
      const config = { path, stream_name: 'people', primary_keys: ['id'], ...more };
      return project.configure(`sources:
  foreign:
    connector: singer
    config: ${JSON.stringify({ command: [tapJsonl], config, ...options })}
connections:
  bridge: { source: foreign, destination: warehouse, schema: raw, streams: { people: {} } }
`);
    };
    await configure();
    const { outcome } = await project.data(['sync', 'bridge']);
    expect(outcome).toMatchObject({ state: 'succeeded', ledger: { read: 2, inserted: 2 } });
    expect(await project.rows('select id::text, name, big::text from raw.people order by 1')).toEqual([
      { id: '1', name: 'Ann', big: '9007199254740993' },
      { id: '2', name: 'Bo', big: '2' },
    ]);
    const [state] = await project.data(['state', 'show', 'bridge']);
    expect(JSON.stringify(state)).toContain('_sdc_last_modified');
    expect((await project.data(['sync', 'bridge'])).outcome.ledger).toMatchObject({ inserted: 0, updated: 0 });

    // Where it reads the whole table and says that it is a new version, a record that is gone is removed.
    await project.write('people.jsonl', '{"id":2,"name":"Bo","big":2}\n');
    await configure({ emit_activate_version_messages: true }, { replication_methods: { people: 'FULL_TABLE' } });
    expect((await project.data(['sync', 'bridge'])).outcome.ledger).toMatchObject({ read: 1, inserted: 0, deleted: 1 });
    expect(await project.rows('select name from raw.people')).toEqual([{ name: 'Bo' }]);
  },
);
