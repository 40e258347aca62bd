import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { settingsJsonSchema } from '../../../core/settings/json-schema.js';
import { Settings } from '../../../core/settings/settings.js';
import { validateClass } from '../../../core/settings/validate.js';
import { fitsSchema } from './schema-check.js';

const example = readFileSync(fileURLToPath(new URL('../../../config/example.yaml', import.meta.url)), 'utf8');
const parsed: unknown = parse(example);
const schema = settingsJsonSchema();

/** What the schema cannot say; an editor finds nothing wrong there, and the run-time does. */
const BEYOND_SCHEMA =
  /IANA time zone|regular expression|group in parentheses|look-behind|must be a day|must not be below|is wrong in field|never fires|at least 1m|must differ/;

function runtimeFaults(config: unknown): readonly string[] {
  const messages: string[] = [];
  validateClass(Settings, config, [], {
    report: (path, message) => void messages.push(`${path.join('.')}: ${message}`),
    onDefault: () => undefined,
  });
  return messages;
}

/** Mulberry32: the same mutations in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Place {
  readonly holder: any;
  readonly key: string | number;
  readonly path: string;
}

/** Every place of the file outside of what plugins define. */
function placesIn(node: unknown, path: string): readonly Place[] {
  if (typeof node !== 'object' || node === null) return [];
  const keys = Array.isArray(node) ? [...node.keys()] : Object.keys(node);
  return keys.flatMap((key) => {
    const at = path === '' ? String(key) : `${path}.${key}`;
    const inner = /^(sources|destinations)\.\w+\.config$/.test(at) ? [] : placesIn((node as any)[key], at);
    return [{ holder: node, key, path: at }, ...inner];
  });
}

const WORDS = [
  '',
  'text',
  'Some Text',
  'true',
  '14d',
  '1%',
  'embedded',
  'merge',
  'overwrite',
  'full_refresh',
  '22:00',
  'sat',
];
const SCALARS = ['incremental', 'drop', 0, 1, 2, -1, 1.5, 1000, true, false, null];
const VALUES = [...WORDS, ...SCALARS].map((value) => () => value);
const SHAPES: readonly (() => unknown)[] = [
  () => ({}),
  () => [],
  () => ['a'],
  () => [1, true],
  () => [null],
  () => ({ a: 'b' }),
  () => ({ column: 'c' }),
  () => ({ const: '2025-01-31' }),
  () => ({ column: 'c', const: 'd' }),
  () => ({ const: 'c', map: { a: 'b' } }),
  () => ({ count: true }),
  () => ({ sum: 's', where: { a: [1, 'x'] } }),
  () => ({ sum: 's', where: { a: { not: 1 } } }),
  () => ({ not: [1] }),
  () => ({ tokenize: 'member_key' }),
  () => [{ drop: ['a'] }],
  () => [{ not_null: ['a'] }, { range: { b: { min: 1 } } }],
  () => ({ min: 1 }),
  () => ({ every: '6h' }),
  () => ({ cron: '0 5 * * *', after: 'daily' }),
  () => ({ after: 'daily', jitter: '1m' }),
  () => ({ from: '22:00', to: '24:00' }),
];
const KEYS = [
  'colour',
  'sync',
  'write',
  'lookback',
  'rename',
  'drop',
  'const',
  'column',
  'count',
  'sum',
  'tag',
  'map',
  'default',
  'where',
  'primary',
  'schema',
  'after',
  'every',
  'grace',
  'Capital',
  'or',
];

function mutate(config: any, random: () => number): string {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const { holder, key, path } = pick(placesIn(config, ''));
  const value = () => pick<() => unknown>(random() < 0.5 ? VALUES : SHAPES)();
  const kind = random();
  if (kind < 0.25) {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
    return `without ${path}`;
  }
  if (kind < 0.45 && !Array.isArray(holder)) {
    const added = pick(KEYS);
    holder[added] = value();
    return `${added} beside ${path}`;
  }
  holder[key] = value();
  return `${path} = ${JSON.stringify(holder[key])}`;
}

describe('the schema for editors says what the run-time says', () => {
  test('of the example', () => {
    expect(runtimeFaults(parse(example))).toEqual([]);
    expect(fitsSchema(schema, parse(example))).toBe(true);
  });

  test.each([1, 2])('of 120 mutations of it, seed %i', (seed) => {
    const random = randomOf(seed);
    const differences: string[] = [];
    let refused = 0;
    for (let round = 0; round < 120; round++) {
      const config = structuredClone(parsed);
      const what = [mutate(config, random)];
      if (random() < 0.3) what.push(mutate(config, random));
      const faults = runtimeFaults(config);
      const isFit = fitsSchema(schema, config);
      if (!isFit) refused++;
      const isBeyond = faults.length > 0 && faults.every((fault) => BEYOND_SCHEMA.test(fault));
      if (isFit !== (faults.length === 0) && !(isFit && isBeyond))
        differences.push(
          `${what.join(' and ')}: schema ${isFit ? 'accepts' : 'refuses'}, run-time: ${faults.join('; ') || 'accepts'}`,
        );
    }
    expect(differences).toEqual([]);
    // Both verdicts must have been tried.
    expect(refused).toBeGreaterThan(25);
    expect(refused).toBeLessThan(115);
  });
});
