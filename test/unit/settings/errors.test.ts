import { SAMPLE, errorsOf, parseText, SECRETS, spoiled } from './sample.js';

/** Where a piece of text stands in the spoiled sample, as an error tells it. */
function placeOf(text: string, piece: string): string {
  const offset = text.indexOf(piece);
  if (offset < 0) throw new Error(`no "${piece}"`);
  const before = text.slice(0, offset).split('\n');
  return `c.yaml:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

describe('what is wrong is told with its place', () => {
  test('nothing, where nothing is wrong', () => {
    expect(errorsOf(SAMPLE)).toEqual([]);
  });

  test.each<[what: string, from: string, to: string, at: string, message: string]>([
    [
      'an unknown key',
      'timezone: America/Chicago\nkeys',
      'timezone: America/Chicago\n  colour: red\nkeys',
      'colour',
      'project.colour: unknown key; allowed: name, timezone',
    ],
    [
      'a misspelt key',
      '    destination: warehouse\n    streams',
      '    destinaton: warehouse\n    streams',
      'destinaton',
      'connections.daily.destinaton: unknown key; did you mean "destination"?',
    ],
    [
      'a misspelt choice',
      'sync: incremental',
      'sync: incremetal',
      'incremetal',
      'connections.daily.streams.series.sync: must be one of full_refresh, incremental; did you mean "incremental"?',
    ],
    [
      'another choice',
      'write: merge',
      'write: upsert',
      'upsert',
      'connections.daily.streams.series.write: must be one of append, merge, overwrite',
    ],
    [
      'a duration without unit',
      'lookback: 14d',
      'lookback: 14',
      '14',
      'connections.daily.streams.series.lookback: must be a duration like 14d, 36h or 15m',
    ],
    [
      'a time zone that does not exist',
      'timezone: America/Chicago',
      'timezone: America/Chikago',
      'America/Chikago',
      'project.timezone: must be an IANA time zone like America/Chicago or UTC',
    ],
    [
      'an offset as time zone',
      'timezone: America/Chicago',
      'timezone: "+05:00"',
      '"+05:00"',
      'project.timezone: must be an IANA time zone like America/Chicago or UTC',
    ],
    [
      'an abbreviation that programs read in their own ways',
      'timezone: America/Chicago',
      'timezone: CST',
      'CST',
      'project.timezone: must be an IANA time zone like America/Chicago or UTC',
    ],
    ['a version of another time', 'version: 1', 'version: 2', '2', 'version: must be 1'],
    [
      'a number where text is asked',
      'name: outreach',
      'name: 7',
      '7',
      'project.name: must be text that is not empty; numbers, true and false need quotes to be text',
    ],
    [
      'text where a number is asked',
      'or: 1000',
      'or: many',
      'many',
      'connections.daily.error_budget.or: must be a whole number, 0 or more',
    ],
    [
      'a negative count',
      'or: 1000',
      'or: -1',
      '-1',
      'connections.daily.error_budget.or: must be a whole number, 0 or more',
    ],
    [
      'no percentage',
      'records: 1%',
      'records: 1',
      '1,',
      'connections.daily.error_budget.records: must be a percentage like 1% or 0.5%',
    ],
    [
      'a list where a map is asked',
      'streams:\n      campaigns: {}',
      'streams:\n      campaigns: [a]',
      '[a]',
      'connections.daily.streams.campaigns: must be a map of keys to values',
    ],
    [
      'a map where a list is asked',
      'drop: [spam]',
      'drop: { a: spam }',
      '{ a: spam }',
      'connections.daily.map.series[0].drop: must be a list with at least one entry',
    ],
    [
      'a key without value',
      '      campaigns: {}\n',
      '      campaigns:\n',
      '\n      series',
      'connections.daily.streams.campaigns: has no value; {} takes the defaults',
    ],
    [
      'an empty list',
      'drop: [spam]',
      'drop: []',
      '[]',
      'connections.daily.map.series[0].drop: must be a list with at least one entry',
    ],
    [
      'two verbs in a step',
      '- drop: [spam]',
      '- { drop: [spam], rename: { c: d } }',
      '{ drop',
      'connections.daily.map.series[0]: needs exactly one of rename, drop',
    ],
    [
      'a range upside down',
      'min: 0, max: 9',
      'min: 9, max: 0',
      'max: 0',
      'connections.daily.expect.series[0].range.sent.max: must not be below min',
    ],
    [
      'an old boolean',
      'primary: true',
      'primary: yes',
      'yes',
      'report.facts[0].responses.scheduled.primary: must be true or false; yes, no, on and off are plain text in YAML 1.2',
    ],
    [
      'overwriting with what has changed',
      'write: merge',
      'write: overwrite',
      'write: overwrite',
      'connections.daily.streams.series.write: overwrite needs sync: full_refresh; an incremental run sees only what changed and would delete the rest',
    ],
    [
      'overwriting a table with history',
      'sync: incremental\n        write: merge\n        lookback: 14d',
      'adopt: true\n        sync: full_refresh\n        write: overwrite',
      'write: overwrite',
      'connections.daily.streams.series.write: overwrite would delete the rows that were in an adopted table before; use merge or append',
    ],
    [
      'a schema of ours',
      '    on_schema_change',
      '    schema: report\n    on_schema_change',
      'report\n    on',
      'connections.daily.schema: must be a name of small letters, digits and _, and not report, tributary, information_schema or pg_…',
    ],
    [
      'a name with a capital',
      '  braze:\n    connector',
      '  Braze:\n    connector',
      'Braze:',
      'sources.Braze: must be a name: small letters, digits and _, a letter first, at most 59',
    ],
    [
      'a pattern without group',
      '"region:(.*)"',
      '"region:.*"',
      '"region:',
      'report.facts[0].dimensions.region.tag: must have exactly one group in parentheses, has 0',
    ],
    [
      'a pattern that is none',
      '"region:(.*)"',
      '"region:(.*"',
      '"region:',
      'report.facts[0].dimensions.region.tag: is no valid regular expression',
    ],
    [
      'a tag without its column',
      'column: campaigns.tags, tag',
      'const: x, tag',
      'tag',
      'report.facts[0].dimensions.region.tag: needs column: the column that holds the tags',
    ],
    [
      'a day that does not exist',
      'date: time',
      'date: { const: 2025-02-30 }',
      'const',
      'report.facts[0].as.date.const: must be a day like 2008-03-20',
    ],
    [
      'a list as key',
      'version: 1',
      'version: 1\n? [a, b]\n: 1',
      '[a, b]',
      'has a key that is a list or a map; keys are text',
    ],
  ])('%s', (_, from, to, at, message) => {
    const text = spoiled(from, to);
    const errors = errorsOf(text).filter((error) => error.includes(message));
    expect(errors).toEqual([expect.stringMatching(new RegExp(`^${placeOf(text, at).replaceAll('.', '\\.')}: `))]);
  });

  test('a missing key is told at the object that should have held it', () => {
    const text = spoiled('  timezone: America/Chicago\nkeys', 'keys');
    expect(errorsOf(text)).toEqual([
      expect.stringMatching(/^c\.yaml:2:1: project\.timezone: is required: IANA time zone/),
    ]);
  });

  test('a file without anything says how to begin', () => {
    expect(errorsOf('')).toEqual(['c.yaml:1:1: the file is empty; it begins with version: 1']);
    expect(errorsOf('# only a remark\n')).toEqual([expect.stringContaining('the file is empty')]);
    expect(errorsOf('- a\n- b\n')).toEqual(['c.yaml:1:1: must be a map of keys to values']);
  });

  test('all of them at once, in the order of the file', () => {
    let text = SAMPLE;
    for (const [from, to] of [
      ['version: 1', 'version: 2'],
      ['name: outreach', 'nam: outreach'],
      ['connector: braze', 'connecter: braze'],
      ['sync: incremental', 'sync: sometimes'],
      ['lookback: 14d', 'lookback: soon'],
      ['destination: warehouse\n  months', 'destination: lake\n  months'],
      ['from: daily.series', 'from: daily.serie'],
      ['primary: true', 'primary: on'],
    ] as const)
      text = text.replace(from, to);
    const errors = errorsOf(text);
    expect(errors.map((line) => line.split(': ')[1])).toEqual([
      'version',
      'project.nam',
      'sources.braze.connecter',
      'connections.daily.streams.series.sync',
      'connections.daily.streams.series.lookback',
      'report.destination',
      'report.facts[0].from',
      'report.facts[0].responses.scheduled.primary',
    ]);
    const lines = errors.map((line) => Number(line.split(':')[1]));
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  });
});

describe('the YAML itself', () => {
  test('a duplicate key is told with the line of the first, and the rest is still checked', () => {
    const text = spoiled('    lookback: 14d', '    lookback: 14d\n        sync: full_refresh').replace(
      'version: 1',
      'version: 3',
    );
    expect(errorsOf(text)).toEqual([
      'c.yaml:1:10: version: must be 1',
      'c.yaml:27:9: connections.daily.streams.series.sync: duplicate key; it stands in line 24 already',
    ]);
  });

  test('a tab in the indentation', () => {
    const errors = errorsOf(spoiled('  name: outreach', '\tname: outreach'));
    expect(errors[0]).toBe('c.yaml:3:1: tab in the indentation; YAML allows only spaces there');
  });

  test('a second document', () => {
    expect(errorsOf(`${SAMPLE}---\nversion: 1\n`)).toEqual([
      expect.stringContaining('a second document begins here; the file holds one'),
    ]);
  });

  test('aliases may be used, and mean what they name', () => {
    const text = spoiled('      campaigns: {}', '      campaigns: &all { write: merge }\n      others: *all');
    expect(parseText(text).settings.connections['daily'].streams['others'].write).toBe('merge');
  });

  test('aliases of aliases do not eat the memory', () => {
    const bomb = Array.from({ length: 12 }, (_, index) => {
      const inner = index === 0 ? 'x' : `*a${index - 1}`;
      return `  a${index}: &a${index} [${Array.from({ length: 10 }, () => inner).join(', ')}]`;
    });
    const started = performance.now();
    const errors = errorsOf(spoiled('      api_key', `${bomb.join('\n').replaceAll('  a', '      a')}\n      api_key`));
    expect(errors).toEqual([expect.stringContaining('holds more than 100000 values with its aliases')]);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('an alias of what contains it', () => {
    expect(errorsOf(spoiled('      api_key', '      more: &loop { again: *loop }\n      api_key'))).toEqual([
      expect.stringContaining('is an alias that stands for nothing or contains itself'),
    ]);
  });

  test('keys that objects inherit are keys like any other', () => {
    const errors = errorsOf(spoiled('project:', 'constructor: 1\n__proto__: 2\ntoString: 3\nproject:'));
    expect(errors.map((line) => line.split(': ')[1])).toEqual(['constructor', '__proto__', 'toString']);
  });

  test.each([
    ['a: "x" yaml-canary\n'],
    ['a: [1, yaml-canary\nb: 1'],
    ['  a: 1\n b: yaml-canary\n'],
    ['a: |yaml-canary\n x\n'],
    ['a: !yaml-canary x\n'],
    ["a: 'yaml-canary\nb: 1\n"],
    ['%yaml-canary x\n---\na: 1\n'],
  ])('an error in %j quotes nothing of the file', (text) => {
    const errors = errorsOf(text);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.join('\n')).not.toContain('canary');
  });
});

describe('what no error tells', () => {
  test('a value, which might be a secret', () => {
    const env = { ...SECRETS, BRAZE_API_KEY: 'value-canary-9a1b' };
    const spots = [
      'version: 1',
      'name: outreach',
      'timezone: America/Chicago\nkeys',
      'sync: incremental',
      'lookback: 14d',
      'records: 1%',
      'or: 1000',
      'date: time',
      'primary: true',
      'from: daily.series',
    ];
    for (const spot of spots) {
      const [key] = spot.split(':');
      const tail = spot.includes('\n') ? spot.slice(spot.indexOf('\n')) : '';
      const text = spoiled(spot, `${key}: \${env:BRAZE_API_KEY}${tail}`);
      expect(errorsOf(text, env).join('\n')).not.toContain('canary');
    }
  });
});
