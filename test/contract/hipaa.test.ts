import { readFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The page that says which safeguard is where, held against what is there. */

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const rowsOf = (page: string) =>
  readFileSync(at(page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '));
const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, inner]) => inner!);

const SAFEGUARDS = [
  '(a)(1)',
  '(a)(2)(i)',
  '(a)(2)(ii)',
  '(a)(2)(iii)',
  '(a)(2)(iv)',
  '(b)',
  '(c)(1)',
  '(c)(2)',
  '(d)',
  '(e)(1)',
  '(e)(2)(i)',
  '(e)(2)(ii)',
];
const safeguards = rowsOf('docs/hipaa.md').filter(([name]) => name!.startsWith('('));

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}
const root = JSON.parse(readFileSync(at('config/tributary.schema.json'), 'utf8')) as Schema;

/** Whether the configuration knows this path; `*` is any name. */
function isSetting(path: string): boolean {
  let nodes: readonly Schema[] = [root];
  for (const key of path.split('.')) {
    nodes = nodes.flatMap(whole).flatMap((node) => {
      const found = key === '*' ? node.additionalProperties : node.properties?.[key];
      return typeof found === 'object' ? [found] : [];
    });
    if (nodes.length === 0) return false;
  }
  return true;
}

function whole(node: Schema): readonly Schema[] {
  const referred = node.$ref === undefined ? [] : whole(root.definitions![node.$ref.split('/').at(-1)!]!);
  return [
    node,
    ...referred,
    ...(node.allOf ?? []).flatMap(whole),
    ...((node as { anyOf?: Schema[] }).anyOf ?? []).flatMap(whole),
  ];
}

test('every safeguard of 164.312 has its line, and no other', () => {
  expect(safeguards.map(([name]) => name!.split(' ')[0])).toEqual(SAFEGUARDS);
});

test.each(safeguards.map((row) => [row[0]!, row] as const))(
  '%s names a feature, settings and tests that exist',
  (_name, row) => {
    const [, kind, feature, setting, proof, remains] = row;
    expect([kind, feature!.length > 20, remains!.length > 10]).toEqual([expect.stringMatching(/^[RA]$/), true, true]);
    const settings = quoted(setting!).filter((one) => !one.startsWith('tokens '));
    expect(settings.length).toBeGreaterThan(0);
    expect(settings.filter((one) => !isSetting(one))).toEqual([]);
    const tests = quoted(proof!);
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((file) => !existsSync(at(file)))).toEqual([]);
  },
);
