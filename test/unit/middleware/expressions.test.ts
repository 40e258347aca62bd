import { describe, expect, test } from '@jest/globals';
import { planChain, planColumns, type StreamRules } from '../../../core/middleware/index.js';
import { field, fromBytes, fromObjects, planOf } from '../program/rows.js';

const FIELDS = [
  field('name', 'string'),
  field('sent', 'integer'),
  field('clicked', 'integer'),
  field('rate', 'decimal'),
  field('day', 'date'),
  field('at', 'timestamptz'),
];
const RECORD = { name: 'Ada', sent: 10, clicked: 4, rate: '0.5', day: '2026-03-14', at: '2026-03-14T09:00:00-05:00' };
const base: StreamRules = { stream: 's', map: [], expect: [], protect: {} };

/** The same record from a file and from an API. */
function both(rules: Partial<StreamRules>, record: Readonly<Record<string, unknown>> = RECORD) {
  const { columns, conditions } = planChain(FIELDS, { ...base, ...rules }, []);
  const plan = planOf(columns, { conditions });
  const line = FIELDS.map(({ name }) => (record[name] === null ? '' : String(record[name]))).join(',');
  const file = fromBytes(plan, `${line}\n`, FIELDS);
  const api = fromObjects(plan, [record], FIELDS);
  expect(api.rows).toEqual(file.rows);
  expect(api.tally).toEqual(file.tally);
  expect(api.rejects.map(({ reason, rule, field: at }) => [reason, rule, at])).toEqual(
    file.rejects.map(({ reason, rule, field: at }) => [reason, rule, at]),
  );
  const names = columns.map(({ target }) => target.name);
  const row = Object.fromEntries((file.rows[0] ?? []).map((value, at) => [names[at], value]));
  return { ...file, row, reject: file.rejects[0] };
}

describe('map.set', () => {
  test('a column that is computed from one that tells who a person is needs a rule too, by either name', () => {
    const plan =
      (set: Record<string, string>, protect: Record<string, 'keep'> = {}) =>
      () =>
        planColumns(
          [
            { name: 'email', type: 'string', nullable: true, personal: true },
            { name: 'domain', type: 'string', nullable: true },
          ],
          { stream: 'members', map: [{ set }], expect: [], protect: { email: 'keep', ...protect } },
          [],
        );
    expect(plan({ domain: 'email + "!"' })).toThrow('what becomes of: domain');
    expect(plan({ made: 'email + "!"' })).toThrow('what becomes of: made');
    expect(plan({ made: 'domain + "!"' })).not.toThrow();
    expect(plan({ made: 'email + "!"' }, { made: 'keep' })).not.toThrow();
  });

  test.each<[string, string, string | null]>([
    ['adds', 'sent + clicked', '14'],
    ['joins texts', 'name.lowerAscii() + "-" + string(sent)', 'ada-10'],
    ['chooses', 'sent > 5 ? "many" : "few"', 'many'],
    ['divides', 'double(clicked) / double(sent)', '0.4'],
    ['reads decimals as numbers', 'rate * 2.0', '1'],
    ['reads days as text', 'day.substring(0, 7)', '2026-03'],
    ['reads instants in UTC', 'at', '2026-03-14T14:00:00.000Z'],
    ['makes null', 'null', null],
  ])('%s', (_, text, value) => {
    expect(both({ map: [{ set: { made: text } }] }).row['made']).toBe(value);
  });
  test('a null makes a null, unless the expression says otherwise', () => {
    const record = { ...RECORD, clicked: null };
    expect(both({ map: [{ set: { made: 'sent + clicked' } }] }, record).row['made']).toBeNull();
    expect(both({ map: [{ set: { made: 'clicked == null ? 0 : clicked' } }] }, record).row['made']).toBe('0');
  });
  test('a column keeps its type, a new one is cast; both see what stands before them', () => {
    const map: StreamRules['map'] = [
      { rename: { sent: 'out' } },
      { set: { out: 'out + 1' } },
      { set: { twice: 'out * 2' } },
      { cast: { twice: 'integer' } },
    ];
    const { columns } = planChain(FIELDS, { ...base, map }, []);
    expect(columns.find(({ target }) => target.name === 'twice')?.target.type).toBe('integer');
    expect(both({ map }).row).toMatchObject({ out: '11', twice: '22' });
  });
  test('what cannot be worked out puts the record aside', () => {
    expect(both({ map: [{ set: { made: 'sent / (clicked - 4)' } }] }).reject).toMatchObject({
      reason: 'not_evaluable',
      rule: 'map.set(made)',
    });
    expect(both({ map: [{ set: { made: 'sent + 1' } }] }, { ...RECORD, sent: 'x' }).reject).toMatchObject({
      reason: 'not_an_integer',
      field: 'sent',
    });
  });
  test('the new column of a stream of PHI needs a rule, and one that is protected is worked out before', () => {
    const protect = Object.fromEntries(FIELDS.map(({ name }) => [name, 'keep' as const]));
    const map = [{ set: { made: 'name + "!"' } }];
    expect(() => planChain(FIELDS, { ...base, map, phi: true, protect }, [])).toThrow(/what becomes of: made/);
    const rules: Partial<StreamRules> = { map, phi: true, protect: { ...protect, name: 'drop', made: { mask: 2 } } };
    expect(both(rules).row['made']).toBe('****a!');
    const { reject } = both(rules, { ...RECORD, sent: 'x' });
    expect(reject?.payload).toMatchObject({ _protected: expect.arrayContaining(['name']) });
    expect(JSON.stringify(reject)).not.toContain('Ada');
  });
});

describe('map.where', () => {
  test('leaves out what does not fulfil it, and what is null', () => {
    const where = (text: string, record = RECORD as Readonly<Record<string, unknown>>) =>
      both({ map: [{ where: text }] }, record).tally;
    expect(where('sent > 5')).toMatchObject({ read: 1, filtered: 0, encoded: 1 });
    expect(where('sent > 50')).toMatchObject({ read: 1, filtered: 1, encoded: 0, quarantined: 0 });
    expect(where('clicked > 0', { ...RECORD, clicked: null })).toMatchObject({ filtered: 1 });
    expect(where('name.matches("^A")')).toMatchObject({ encoded: 1, steps: {} });
  });
});

describe('expect.compare', () => {
  const compare = (text: string, record: Readonly<Record<string, unknown>> = RECORD) =>
    both({ expect: [{ compare: text }] }, record).reject;
  test('puts aside what does not fulfil it; a null passes', () => {
    expect(compare('clicked <= sent')).toBeUndefined();
    expect(compare('sent <= clicked')).toMatchObject({
      reason: 'not_expected',
      rule: 'expect.compare(sent <= clicked)',
    });
    expect(compare('sent < clicked', { ...RECORD, clicked: null })).toBeUndefined();
    expect(compare('day > "2026-04"')).toMatchObject({ reason: 'not_expected' });
    expect(compare('sent <= 9007199254740993', { ...RECORD, sent: 9007199254740993n })).toBeUndefined();
  });
});

describe('an expression that cannot be right is refused when it is planned', () => {
  test.each([
    ['sent >', /cannot be read/],
    ['nope > 1', /names the column "nope"/],
    ['sent + name', /does not fit/],
    ['fetch(name)', /does not fit: unbound function/],
    ['sent + 1', /neither true nor false/],
    ['[1].exists(x, x == sent)', /has a loop/],
    [`sent > 1 ${'&& sent > 1 '.repeat(60)}`, /longer than 500/],
    ['constructor == 1', /names the column "constructor"/],
  ])('%s', (text, reason) => {
    expect(() => planChain(FIELDS, { ...base, map: [{ where: text }] }, [])).toThrow(reason);
  });
});
