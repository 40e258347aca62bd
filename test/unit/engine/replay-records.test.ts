import { describe, expect, test } from '@jest/globals';
import { groupsOf, replayable } from '../../../core/engine/replay-records.js';
import {
  BadRecord,
  fromJsonText,
  jsonText,
  storableJson,
  type FieldType,
  type PlannedColumn,
  type Reject,
} from '../../../core/protocol/index.js';
import { compileForObjects, type RowPlan } from '../../../core/program/index.js';
import { createBinaryBatch } from '../../../destinations/postgres/binary-batch.js';
import { decodeRows } from '../program/copy-decoder.js';
import { column, field, fromBytes, fromObjects, planOf, seeded, type Outcome as Outcomes } from '../program/rows.js';

type Outcome = (string | null)[] | string;

/** Reads a rejected record again by the plan, as it comes out of the quarantine: what lands, the reason, or `partial`. */
function replayed({ payload, ...reject }: Reject, plan: RowPlan, isText: boolean): Outcome {
  const stored = fromJsonText(storableJson(jsonText(payload) as string)) as Reject['payload'];
  const record = { ...reject, field: reject.field ?? null, key: 'k', slice: 's', lastSeen: '', payload: stored };
  const { parsing, unstorableText } = plan;
  const found = replayable(record, plan.columns, { parsing, isText, unstorableText });
  if (found === undefined) return 'partial';
  const program = compileForObjects({ ...plan, isText });
  const batch = createBinaryBatch(plan.columns.length, { targetBytes: 64 });
  program.run(groupsOf([found], false)[0]?.records.map(({ values }) => values) ?? [], 0, batch);
  const types = plan.columns.map(({ target }) => target.type);
  return program.drain().rejects[0]?.reason ?? asJsonb(plan, decodeRows(batch.bytesView(), types)[0]);
}

/** jsonb keeps what JSON says, not how it is written. */
const asJsonb = ({ columns }: RowPlan, row: readonly (string | null)[] | undefined): (string | null)[] =>
  (row ?? []).map((text, index) =>
    columns[index]?.target.type === 'json' && text !== null ? (jsonText(fromJsonText(text)) as string) : text,
  );

const synced = (plan: RowPlan, { rows, rejects }: Outcomes): Outcome => rejects[0]?.reason ?? asJsonb(plan, rows[0]);

const TYPES: readonly FieldType[] = [
  'string',
  'integer',
  'number',
  'decimal',
  'boolean',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'json',
];
const columnsOf = (types: readonly FieldType[]) => types.map((type, index) => column(`c${index}`, type));

/** Texts that some type takes, most of them at an edge, and texts that none does. */
const TEXTS = [
  '',
  '""',
  'NULL',
  '"NULL"',
  'n/a',
  '"n/a"',
  ' ',
  '0',
  '-7',
  '007',
  '12345678901234567890',
  '9007199254740993',
  '0.1234567890123456789',
  '1e21',
  '1.5',
  ' 1.5 ',
  '\t1.5',
  'NaN',
  'Yes',
  'true',
  '2026-03-01',
  '2026-02-30',
  '12:30:00.000001',
  '2026-03-01T12:00:00',
  '2026-03-01T12:00:00.123456+02:00',
  '0190a3f2-7c11-7d30-9b1e-00000000000f',
  '"{""k"":[1,12345678901234567890]}"',
  '"{""emoji"":""\\\\ud83d\\\\ude00 \\ud83d\\ude00""}"',
  '"""text"""',
  '{]',
  '"a ""quoted"", text"',
  'back\\slash \\u0000',
  '😀 \ufffd',
  'nul \0 in text',
  '"{""k"":""nul \0""}"',
];

describe('rows of a file', () => {
  test('that are read again by the same rules are rejected again, whatever the reason', () => {
    const next = seeded(20260310);
    const reasons = new Set<string>();
    for (let round = 0; round < 1_000; round += 1) {
      const columns = columnsOf(Array.from({ length: 3 }, () => TYPES[next(TYPES.length)] as FieldType));
      const given = columns.map((one) => ({ ...one, ...(next(4) === 0 ? { required: true } : {}) }));
      const plan = planOf(given, {
        unstorableText: next(2) === 0 ? 'replace' : 'quarantine',
        parsing: { quotedNulls: next(2) === 0 },
      });
      const line = given.map(() => TEXTS[next(TEXTS.length)] as string).join(',');
      for (const reject of fromBytes(plan, `${line}\n`).rejects) {
        const outcome = replayed(reject, plan, true);
        if (outcome !== 'partial') expect({ line, plan, outcome }).toEqual({ line, plan, outcome: reject.reason });
        reasons.add(outcome === 'partial' ? 'partial' : reject.reason);
      }
    }
    expect([...reasons].sort()).toEqual([
      'no_zone',
      'not_a_boolean',
      'not_a_date',
      'not_a_decimal',
      'not_a_number',
      'not_a_time',
      'not_a_timestamp',
      'not_a_uuid',
      'not_an_integer',
      'not_json',
      'not_null',
      'out_of_range',
      'partial',
      'unexpected_zone',
    ]);
  });

  test('land as a sync by the loosened rules would land them', () => {
    const next = seeded(9);
    let landed = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const types = Array.from({ length: 2 }, () => TYPES[next(TYPES.length)] as FieldType);
      const strict = planOf([...columnsOf(types), column('bad', 'integer')], { parsing: { nulls: ['NULL'] } });
      const line = [...types.map(() => TEXTS[next(TEXTS.length)] as string), 'x'].join(',');
      const { rejects } = fromBytes(strict, `${line}\n`);
      const loose = planOf([...columnsOf(types), column('bad', 'string')], {
        unstorableText: next(2) === 0 ? 'replace' : 'quarantine',
        parsing: {
          nulls: ['NULL', 'n/a', ...(next(2) === 0 ? [''] : [])],
          quotedNulls: next(3) === 0,
          timeZone: 'UTC',
        },
      });
      const expected = fromBytes(loose, `${line}\n`);
      const outcome = replayed(rejects[0] as Reject, loose, true);
      if (outcome === 'partial') continue;
      expect({ line, types, outcome }).toEqual({ line, types, outcome: synced(loose, expected) });
      if (expected.rows.length > 0) landed += 1;
    }
    expect(landed).toBeGreaterThan(50);
  });

  test('with bytes that are no text, or a character that the rules refuse, are not judged', () => {
    const plan = planOf([column('a', 'string'), column('n', 'integer')]);
    const broken = fromBytes(plan, Buffer.concat([Buffer.from([0xff]), Buffer.from(',x\n')])).rejects[0] as Reject;
    expect(broken.payload).toMatchObject({ _not_utf8: ['a'] });
    expect(replayed(broken, planOf([column('a', 'string'), column('n', 'string')]), true)).toBe('partial');
    const nul = fromBytes(planOf([column('a', 'string')], { unstorableText: 'quarantine' }), 'x\0y\n').rejects[0];
    expect(replayed(nul as Reject, planOf([column('a', 'string')], { unstorableText: 'quarantine' }), true)).toBe(
      'partial',
    );
    expect(replayed(nul as Reject, planOf([column('a', 'string')]), true)).toEqual(['x\ufffdy']);
  });

  test('whose column is named as a mark of the payload keep its value', () => {
    const plan = planOf([column('_quoted', 'string'), column('n', 'integer')]);
    const { payload } = fromBytes(plan, '"a",x\n').rejects[0] as Reject;
    expect(payload).toEqual({ _quoted: 'a', n: 'x', __quoted: ['_quoted'] });
  });
});

describe('records that are objects', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const VALUES: readonly unknown[] = [
    null,
    undefined,
    '',
    'text',
    'a\0b \ud800 \\ud83d\\ude00 😀',
    true,
    7,
    -0.5,
    1e21,
    2 ** 60,
    1_234_567_890_123_456_800,
    2n ** 60n,
    12345678901234567890n,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '2026-03-01',
    '2026-03-01T12:00:00Z',
    '0190a3f2-7c11-7d30-9b1e-00000000000f',
    { k: [12345678901234567890n, 1e21, { e: '\\ud83d\\ude00' }] },
    { k: Number.NaN },
    { nul: '\0' },
    ['a', undefined],
    circle,
    new Date('2026-03-01T00:00:00Z'),
    () => 1,
    Symbol('s'),
  ];
  const draw = (next: (below: number) => number, columns: readonly PlannedColumn[]) =>
    Object.fromEntries(columns.map(({ source }) => [source, VALUES[next(VALUES.length)]]));

  test('are rejected again by the same rules, and land by loosened ones as a sync would land them', () => {
    const next = seeded(77);
    let landed = 0;
    for (let round = 0; round < 1_500; round += 1) {
      const types = Array.from({ length: 2 }, () => TYPES[next(TYPES.length)] as FieldType);
      const rules = { parsing: { nulls: [] }, unstorableText: next(2) === 0 ? 'replace' : 'quarantine' } as const;
      const strict = planOf([...columnsOf(types), column('bad', 'integer')], rules);
      const loose = planOf([...columnsOf(types), column('bad', 'string')], rules);
      const record = { ...draw(next, strict.columns), bad: 'x' };
      const reject = fromObjects(strict, [record]).rejects[0] as Reject;
      const again = replayed(reject, strict, false);
      if (again === 'partial') continue;
      expect(again).toBe(reject.reason);
      const expected = fromObjects(loose, [record]);
      const outcome = replayed(reject, loose, false);
      expect({ types, record, outcome }).toEqual({
        types,
        record,
        outcome: synced(loose, expected),
      });
      if (expected.rows.length > 0) landed += 1;
    }
    expect(landed).toBeGreaterThan(50);
  });

  test('that were none are not replayed, whatever the payload holds', () => {
    const plan = planOf([column('id', 'string')]);
    const line = new BadRecord('broken', 'It is broken.', { id: '7', rest: '…' });
    for (const reject of fromObjects(plan, [line, 5 as never], [field('id', 'string')]).rejects)
      expect(replayed(reject, plan, false)).toBe('partial');
  });
});
