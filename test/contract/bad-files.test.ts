import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The page that says what becomes of bad files, held against the tests that prove it. */

const textOf = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const cases = textOf('docs/bad-files.md')
  .split('\n')
  .filter((line) => /^\| .* \| `test\//.test(line))
  .map((line) => line.slice(2, -2).split(' | '));

test('the page has its cases, each once', () => {
  expect(cases.length).toBeGreaterThan(80);
  expect(new Set(cases.map(([name]) => name)).size).toBe(cases.length);
});

test.each(cases.map(([name, , file, proof]) => [name!, file!.slice(1, -1), proof!] as const))(
  '%s is held by a test',
  (_name, file, proof) => {
    // As the name of a test or of a case in its table begins.
    expect(textOf(file).includes(`'${proof}`)).toBe(true);
  },
);
