import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadAsHost } from './stranger.js';

const SOURCE = `import { defineSource } from 'tributary/sdk';
import { z } from 'zod';
const make = (name) => defineSource({
  name, summary: 'x', config: z.strictObject({}), connect: () => 0, check: async () => 0, streams: () => ({}),
});
`;

/** The files of each plugin; the first is the one that the configuration names, unless `connector` does. */
const BAD: Readonly<
  Record<string, { files: Record<string, string>; connector?: string; message: string | RegExp; hint: RegExp }>
> = {
  'a file that is not there': {
    files: {},
    connector: './nowhere.ts',
    message: /^There is no plugin at .*nowhere\.ts\.$/,
    hint: /folder of the configuration/,
  },
  'a name that nobody knows': {
    files: {},
    connector: 'brase',
    message: 'There is no connector "brase".',
    hint: /^Built in: .*local.*by path/,
  },
  'a folder without an entry': {
    files: { 'empty/README.md': '' },
    connector: './empty',
    message: /holds no plugin/,
    hint: /`main` of a package\.json/,
  },
  'no export': {
    files: { 'none.js': 'export const x = 1;' },
    message: '"./none.js" exports no source.',
    hint: /defineSource/,
  },
  'a destination where a source is asked': {
    files: { 'other.js': "export const d = { kind: 'destination', name: 'd', config: {} };" },
    message: '"./other.js" exports no source.',
    hint: /defineSource/,
  },
  'two sources': {
    files: { 'two.mjs': `${SOURCE} export const a = make('a'); export const b = make('b');` },
    message: '"./two.mjs" exports 2 plugins of one kind.',
    hint: /a, b/,
  },
  'a syntax error': {
    files: { 'syntax.js': 'export const a = 1;\nexport const x = ;' },
    message: /^The plugin "\.\/syntax\.js" could not be loaded: Unexpected token ';' \(\/.*\/syntax\.js:2\)$/,
    hint: /Correct the syntax/,
  },
  'types that cannot be parsed': {
    files: { 'types.ts': 'export const x: = 1;' },
    message: /"\.\/types\.ts" could not be loaded/,
    hint: /Correct the syntax/,
  },
  'a decorator': {
    files: { 'decorated.ts': 'function d(c: any) {}\n@d\nexport class X {}' },
    message: /"\.\/decorated\.ts" could not be loaded: .* \(.*\/decorated\.ts:2\)$/,
    hint: /no decorators, enums/,
  },
  'an enum': {
    files: { 'enumerated.ts': 'export enum X { A }' },
    message: /enum is not supported/,
    hint: /no decorators, enums/,
  },
  'an import that is not installed': {
    files: { 'imports.mjs': "import 'left-pad-of-nobody';" },
    message: /Cannot find package 'left-pad-of-nobody'/,
    hint: /Install what it imports/,
  },
  'a relative import with the wrong ending': {
    files: { 'relative.ts': "import './part.js';", 'part.ts': 'export {};' },
    message: /Cannot find module .*part\.js/,
    hint: /relative imports end in \.ts/,
  },
  'a door that does not exist': {
    files: { 'door.mjs': "import 'tributary/engine';" },
    message: /'\.\/engine' is not defined by "exports"/,
    hint: /exports nothing under this name/,
  },
  'an error at import': {
    files: { 'throws.js': "throw new Error('no network here');" },
    message: 'The plugin "./throws.js" could not be loaded: no network here',
    hint: /throws while it is imported/,
  },
  'something else thrown at import': {
    files: { 'throws-null.js': 'throw null;' },
    message: /throws something that is no error/,
    hint: /Nothing may happen/,
  },
  'a configuration that is no zod object': {
    files: {
      'config.js': "export const s = { kind: 'source', name: 's', summary: '', config: { a: 'text' }, open() {} };",
    },
    message: 'The plugin "./config.js" cannot be used: `config` is no zod object.',
    hint: /z\.strictObject/,
  },
  'a configuration that is another zod type': {
    files: { 'union.mjs': `${SOURCE} export const s = { ...make('s'), config: z.string() };` },
    message: /`config` is no zod object/,
    hint: /z\.strictObject/,
  },
  'no configuration': {
    files: { 'bare.js': "export const s = { kind: 'source', name: 's', open() {} };" },
    message: /`config` is no zod object/,
    hint: /z\.strictObject/,
  },
  'no name': {
    files: { 'nameless.mjs': `${SOURCE} export const s = make('My Source');` },
    message: /its `name` is no name/,
    hint: /small letters/,
  },
  'no method': {
    files: { 'methodless.mjs': `${SOURCE} export const { open: _, ...s } = make('s');` },
    message: /it has no `open`/,
    hint: /defineSource/,
  },
  'the name of a built-in': {
    files: { 'clash.mjs': `${SOURCE} export const s = make('local');` },
    message: 'The plugin "./clash.mjs" calls itself "local", as a built-in source does.',
    hint: /another `name`/,
  },
  'an ending that is no module': {
    files: { 'plugin.yaml': 'a: 1' },
    message: /Unknown file extension/,
    hint: /\.ts, \.js or \.mjs/,
  },
  'TypeScript in an npm package': {
    files: {
      'node_modules/typed/package.json': '{"name":"typed","type":"module","main":"./index.ts"}',
      'node_modules/typed/index.ts': 'export const x: number = 1;',
    },
    connector: 'typed',
    message: /Stripping types is currently unsupported for files under node_modules/,
    hint: /ships JavaScript/,
  },
};

const GOOD: Readonly<Record<string, { files: Record<string, string>; connector: string }>> = {
  'exported twice, also as default': {
    files: { 'good.mjs': `${SOURCE} export const s = make('good'); export default s;` },
    connector: './good.mjs',
  },
  'an index in a folder': {
    files: { 'indexed/index.mjs': `${SOURCE} export const s = make('good');` },
    connector: './indexed',
  },
  'an npm package': {
    files: {
      'node_modules/packed/package.json': '{"name":"packed","type":"module","main":"./index.js"}',
      'node_modules/packed/index.js': `${SOURCE} export const s = make('good');`,
    },
    connector: 'packed',
  },
  'an npm package that exports for import alone': {
    files: {
      'node_modules/@us/modern/package.json': '{"name":"@us/modern","exports":{".":{"import":"./it.mjs"}}}',
      'node_modules/@us/modern/it.mjs': `${SOURCE} export const s = make('good');`,
    },
    connector: '@us/modern',
  },
};

let folder: string;
let told: Readonly<Record<string, any>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-bad-'));
  const cases = Object.entries({ ...BAD, ...GOOD });
  for (const [path, text] of cases.flatMap(([, { files }]) => Object.entries(files))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const references = cases.map(([, { connector, files }]) => connector ?? `./${Object.keys(files)[0]}`);
  const [connector = '', ...others] = references;
  const { lines } = await loadAsHost({ connector, others, baseFolder: folder });
  told = Object.fromEntries(cases.map(([name], index) => [name, lines[index]]));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a plugin that cannot be used is an error of the configuration', () => {
  test.each(Object.entries(BAD))('%s', (name, { message, hint }) => {
    expect(told[name].error).toMatchObject({
      kind: 'config',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});

describe('a plugin is found', () => {
  test.each(Object.keys(GOOD))('%s', (name) => {
    expect(told[name]).toEqual({ name: 'good' });
  });
});
