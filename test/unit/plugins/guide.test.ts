import { readFileSync } from 'node:fs';

const guide = readFileSync('docs/guides/write-a-source.md', 'utf8');
const shown = [...guide.matchAll(/<!-- (\S+) -->\n```ts\n([\s\S]*?)```/g)].map(
  ([, path = '', code = '']) => [path, code] as const,
);

test('the guide shows the source and its test', () => {
  expect(shown.map(([path]) => path)).toEqual([
    'plugins/clinic-events/clinic-events.source.ts',
    'plugins/clinic-events/test/clinic-events.test.ts',
  ]);
});

test.each(shown)('what the guide shows as %s is that file', (path, code) => {
  expect(code).toBe(readFileSync(path, 'utf8'));
});

test('a stream of the example is about fifteen lines', () => {
  const [, code = ''] = shown[0] ?? [];
  const lines = code.split('\n');
  for (const [begin, end] of [
    ['    clinics: kind', '    }),'],
    ['    appointments: kind', '    }),'],
  ] as const) {
    const first = lines.findIndex((line) => line.startsWith(begin));
    expect(first).toBeGreaterThan(0);
    expect(lines.indexOf(end, first) - first + 1).toBeLessThanOrEqual(16);
  }
});
