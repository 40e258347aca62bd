import { z } from 'zod';
import { ConnectorError, defineSource, secret, type SourcePlugin } from '../../../../core/sdk/index.js';
import { findingsOf, testSource } from '../../../../core/sdk/testing/index.js';

const DAYS = Array.from({ length: 20 }, (_, index) => `2025-01-${String(index + 1).padStart(2, '0')}`);
const Day = z.object({ id: z.string(), day: z.iso.date(), sent: z.int() });

interface Faults {
  readonly config?: z.ZodObject;
  readonly check?: (key: string) => void;
  /** What is made of the records of a window. */
  readonly records?: (records: z.input<typeof Day>[], from: string, to: string) => any[];
  readonly read?: (signal: AbortSignal) => Promise<void>;
}

const config = z.strictObject({ api_key: secret('Key') });
const refuse = (key: string) => {
  if (key !== 'right-canary') throw new ConnectorError('auth', 'The key is refused.');
};

/** A source that keeps the contract, but for the fault it is given. */
const source = (faults: Faults = {}): SourcePlugin =>
  defineSource({
    name: 'days',
    summary: 'Days.',
    config: faults.config ?? config,
    connect: (context) => ({ key: String((context.config as any).api_key), signal: context.signal }),
    check: async ({ key }) => (faults.check ?? refuse)(key),
    streams: (kind) => ({
      days: kind.incremental({
        summary: 'One row per day.',
        primaryKey: ['id'],
        schema: Day,
        cursor: { field: 'day', start: () => '2025-01-01', window: '10d' },
        async *read({ slice: { from, to }, signal }) {
          await faults.read?.(signal);
          const found = DAYS.filter((day) => day >= from && day < to).map((day) => ({ id: day, day, sent: 1 }));
          yield faults.records?.(found, from, to) ?? found;
        },
      }),
    }),
  });

const findings = async (faults: Faults, more = {}) =>
  (await findingsOf({ plugin: source(faults), config: { api_key: 'right-canary' }, until: '2025-01-21', ...more })).map(
    ({ check, message }) => `${check}: ${message}`,
  );

describe('the contract of a source', () => {
  test('is kept by one that is right', async () => {
    expect(await findings({})).toEqual([]);
    await testSource({ plugin: source(), config: { api_key: 'right-canary' }, until: '2025-01-21' });
  });

  test.each<[string, Faults, RegExp]>([
    [
      'a key that is not described',
      { config: z.strictObject({ api_key: z.string() }) },
      /"api_key" has no description/,
    ],
    ['unknown keys that pass', { config: z.object({ api_key: secret('Key') }) }, /an unknown key is accepted/],
    ['a check that always resolves', { check: () => undefined }, /resolves although the credential is wrong/],
    [
      'a check that fails as something else',
      { check: (key) => void (key === 'right-canary' || refuse401()) },
      /fails as "source", not as "auth"/,
    ],
    [
      'a check that throws what is no ConnectorError',
      { check: (key) => void (key === 'right-canary' || plain()) },
      /throws no ConnectorError/,
    ],
    [
      'an error that shows the key',
      { check: (key) => void (key === 'right-canary' || leak(key)) },
      /shows the value of "api_key"/,
    ],
    [
      'a value of another type',
      { records: (rows) => rows.map((row) => ({ ...row, sent: 1.5 })) },
      /"sent" holds a number that is no integer/,
    ],
    ['a missing value', { records: (rows) => rows.map(({ id, day }) => ({ id, day })) }, /"sent" is missing/],
    [
      'a missing key',
      { records: (rows) => rows.map(({ day, sent }) => ({ day, sent })) },
      /"id" is missing in a record/,
    ],
    ['a key that comes twice', { records: (rows) => [...rows, ...rows] }, /is not unique/],
    [
      'a window that includes its end',
      {
        records: (_, from, to) =>
          DAYS.filter((day) => day >= from && day <= to).map((day) => ({ id: day, day, sent: 1 })),
      },
      /read twice|is not unique/,
    ],
    ['a window that loses its first day', { records: (rows) => rows.slice(1) }, /missing/],
    ['no record at all', { records: () => [] }, /gives no record/],
    ['a read that does not stop', { read: (signal) => deaf(signal) }, /goes on for more than a second/],
    ['a read that fails', { read: async () => leak('nothing') }, /reading: .*nothing/],
  ])('finds %s', async (_, faults, expected) => {
    expect(await findings(faults)).toContainEqual(expect.stringMatching(expected));
  });

  test('is told whole, with the stream', async () => {
    const broken = source({ check: () => undefined, records: (rows) => [...rows, ...rows] });
    await expect(
      testSource({ plugin: broken, config: { api_key: 'right-canary' }, until: '2025-01-21' }),
    ).rejects.toThrow(/breaks the contract:\n- check: .*\n- primary key of stream "days": /);
  });

  test('finds a stream that is not offered', async () => {
    expect(await findings({}, { streams: ['weeks'] })).toContain('streams: is not offered');
  });
});

function refuse401(): never {
  throw new ConnectorError('source', 'Refused.');
}
function plain(): never {
  throw new Error('Refused.');
}
function leak(key: string): never {
  throw new ConnectorError('auth', `The key ${key} is refused.`);
}

/** Reads at once where nobody means to stop it; else does not listen for longer than a read may go on. */
async function deaf(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) await new Promise((resolve) => setTimeout(resolve, 1_500));
}
