import { expect, test } from '@jest/globals';
import { fragment, withAdditions } from '../../../core/app/new-sources/file-text.js';

const additions = {
  sources: { braze: { connector: 'braze', config: { api_key: '${env:SOURCE_KEY}', apps: ['a', 'no'] } } },
  connections: { daily: { source: 'braze', destination: 'warehouse', streams: { campaigns: {} } } },
};

const FILE = `# Ours.
version: 1   # of the format

sources:
    exports: { connector: local,   config: { files: [] } }   # by hand

    other:
        connector: sftp
        config:
            host: "example.org"
            note: |
              two
              lines
destinations: { warehouse: { connector: postgres } }
connections:
  first: { source: exports, destination: warehouse, streams: { a: {} } } # the first
  # To come: more.
`;

test('what is added stands at the end of its map, and nothing else moves by a byte', () => {
  const added = withAdditions(FILE, additions)!;
  const news = added.split('\n').filter((line) => !FILE.split('\n').includes(line));
  expect(news).toEqual([
    '    braze:',
    '      connector: braze',
    '      config:',
    '        api_key: ${env:SOURCE_KEY}',
    '        apps:',
    '          - a',
    '          - no',
    '  daily:',
    '    source: braze',
    '    destination: warehouse',
    '    streams:',
    '      campaigns: {}',
  ]);
  const kept = added.split('\n').filter((line) => !news.includes(line) || FILE.split('\n').includes(line));
  expect(kept.join('\n')).toBe(FILE);
  expect(added.indexOf('    braze:')).toBeGreaterThan(added.indexOf('lines'));
});

test.each([
  ['no such maps', 'version: 1'],
  ['empty ones', 'sources: {}\nconnections: {} # none yet\nversion: 1\n'],
  ['no line break at the end', 'version: 1\nsources:\n  a: { connector: local }\nconnections:\n  b: {}'],
])('a file with %s takes them', (_, text) => {
  const added = withAdditions(text, additions)!;
  expect(added).toContain('braze:\n');
  expect(added.replace(/\n*$/, '\n')).toBe(added);
});

test.each([
  ['in braces', 'sources: { a: { connector: local } }\nconnections:\n  b: {}\n'],
  ['whole in braces', '{ version: 1 }'],
  ['a list', '- 1\n'],
  ['broken', 'sources: [\n'],
])('a file that is written %s is left alone', (_, text) => {
  expect(withAdditions(text, additions)).toBeUndefined();
});

test('what is to be copied holds both maps', () => {
  expect(fragment(additions)).toMatch(/^sources:\n  braze:\n[\s\S]*\nconnections:\n  daily:\n/);
});
