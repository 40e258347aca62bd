import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../../support/cli.js';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';

let api: ScriptedApi;
let cwd: string;
beforeEach(async () => {
  api = await scriptedApi(() => ({ body: [{ id: 1, day: '2024-03-02' }] }));
  cwd = await mkdtemp(join(tmpdir(), 'tributary-state-'));
  await writeFile(join(cwd, 'o.yaml'), 'allow: [loopback]\n');
  const cursor = 'cursor: { field: day, format: "%Y-%m-%d", start: 2024-01-01, from: from }';
  await writeFile(
    join(cwd, 'm.yaml'),
    `endpoint: ${api.url}
streams:
  a: { path: /a, primary_key: id, ${cursor}, fields: { id: integer, day: date } }
  whole: { path: /a, primary_key: id, fields: { id: integer, day: date } }
  each: { path: "/a/{of}", primary_key: id, for_each: { stream: whole, field: id, as: of }, ${cursor}, fields: { id: integer, day: date, of: integer } }
`,
  );
});
afterEach(async () => {
  await api.close();
  await rm(cwd, { recursive: true });
});

const tried = async (stream: string, state: unknown) => {
  await writeFile(join(cwd, 's.json'), JSON.stringify(state));
  const args = ['connectors', 'try', 'm.yaml', '--options', 'o.yaml', '--stream', stream, '--state', 's.json'];
  return runCli([...args, '--limit', '1000'], { cwd });
};

const READ_AS = 'cannot be read: its cursor reads `day`, written as %Y-%m-%d, and begins at the start. ';
const NO_CURSOR = 'cannot be read: the stream has no cursor. ';
test.each([
  ['a', { a: { day: '2024-03-01' } }, `\`a\` ${READ_AS}`],
  ['a', { day: '01/03/2024' }, `\`day\` ${READ_AS}`],
  ['a', { v: 1, w: 1, x: 1, y: 1, z: 1 }, `\`v\`, \`w\`, \`x\` and 2 others ${READ_AS}`],
  ['each', { states: [{ partition: { of: 1 }, cursor: { at: '2024-03-01' } }] }, `\`states.0.cursor.at\` ${READ_AS}`],
  ['each', { state: { at: '2024-03-01' } }, `\`state.at\` ${READ_AS}`],
  ['whole', { day: '2024-03-01' }, `\`day\` ${NO_CURSOR}`],
])('a part of a state that the stream cannot read is a warning: %s, %j', async (stream, state, fault) => {
  const { code, stderr } = await tried(stream, state);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(fault) });
  expect(stderr).toContain(`warning: Stream "${stream}": of the state that it was given, `);
  expect(stderr).not.toContain('2024');
});

test.each([
  ['a', { day: '2024-03-01', own: 1 }],
  ['a', { state_type: 'date-range', slices: [{ start: '2024-01-01', end: '2024-03-01' }] }],
  ['a', {}],
  ['each', { states: [{ partition: { of: 1 }, cursor: { day: '2024-03-01' } }], use_global_cursor: false }],
  ['each', { day: '2024-03-01' }],
  ['whole', { __ab_no_cursor_state_message: true }],
])('a state that it reads is none: %s, %j', async (stream, state) => {
  expect(await tried(stream, state)).toMatchObject({ code: 0, stderr: '' });
});
