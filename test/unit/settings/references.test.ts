import { errorsOf, parseText, SECRETS, spoiled } from './sample.js';

const KEY = '      api_key: ${env:BRAZE_API_KEY}';
const configOf = (line: string, env = {}, files = {}) =>
  parseText(spoiled(KEY, `      api_key: ${line}`), { ...SECRETS, ...env }, files).settings.sources['braze'].config[
    'api_key'
  ];

describe('references', () => {
  test.each<[string, string, Record<string, string>, Record<string, string>]>([
    ['${env:A}', 'one', { A: 'one' }, {}],
    ['x-${env:A}-${env:B}', 'x-one-two', { A: 'one', B: 'two' }, {}],
    ['${env:NONE:-fallback}', 'fallback', {}, {}],
    ['${env:EMPTY:-fallback}', 'fallback', { EMPTY: '' }, {}],
    ['"${env:NONE:-}"', '', {}, {}],
    ['${file:/run/secrets/key}', 'from file', {}, { '/run/secrets/key': 'from file\n' }],
    ['${file:key}', 'two\nlines', {}, { key: 'two\nlines\n' }],
    ['$${env:A}', '${env:A}', { A: 'one' }, {}],
    ['costs $5', 'costs $5', {}, {}],
  ])('%s is %j', (written, expected, env, files) => {
    expect(configOf(written, env, files)).toBe(expected);
  });

  test.each([
    'x: 1\ninjected: true',
    '{ injected: true }',
    '[1, 2]',
    '*alias',
    'null',
    'true',
    '"quoted',
    '# no comment',
    '${env:MEMBER_KEY}',
    '\u0000\t',
  ])('a value %j cannot become YAML', (value) => {
    expect(configOf('${env:EVIL}', { EVIL: value })).toBe(value);
    expect(configOf('${file:evil}', {}, { evil: value })).toBe(value);
  });

  test('all that is missing is told at once, at its place, and nothing follows from it', () => {
    const text = spoiled('name: outreach', 'name: ${env:NAME_OF_NOBODY}').replace(
      KEY,
      '      api_key: ${env:KEY_OF_NOBODY}\n      cert: ${file:./nowhere.pem}',
    );
    expect(errorsOf(text)).toEqual([
      'c.yaml:3:9: project.name: environment variable NAME_OF_NOBODY is not set; set it (a value that is no secret may have a default: ${env:NAME_OF_NOBODY:-…})',
      'c.yaml:11:16: sources.braze.config.api_key: environment variable KEY_OF_NOBODY is not set; set it (a value that is no secret may have a default: ${env:KEY_OF_NOBODY:-…})',
      'c.yaml:12:13: sources.braze.config.cert: file ./nowhere.pem cannot be read (ENOENT)',
    ]);
  });

  test.each(['${BRAZE_API_KEY}', '${env:}', '${env:1X}', '${secret:x}', '${env:BRAZE_API_KEY'])(
    '%s is none',
    (written) => {
      expect(errorsOf(spoiled(KEY, `      api_key: "${written}"`))).toEqual([
        expect.stringContaining(
          'api_key: holds ${ that begins no reference; allowed: ${env:NAME}, ${env:NAME:-default}, ${file:PATH}',
        ),
      ]);
    },
  );

  test('what a reference stands for is text, also where it looks like a number', () => {
    expect(errorsOf(spoiled('or: 1000', 'or: "${env:LIMIT:-1000}"'))).toEqual([
      expect.stringContaining('error_budget.or: must be a whole number, 0 or more; a reference stands for text'),
    ]);
  });

  test('a name that objects inherit is not in the environment', () => {
    expect(errorsOf(spoiled(KEY, '      api_key: ${env:toString}'))).toEqual([
      expect.stringContaining('environment variable toString is not set'),
    ]);
  });
});
