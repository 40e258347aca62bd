import type { Field, FieldType } from '../../../../../core/protocol/index.js';
import { fieldsOfSchema, schemaOfFields, zoneFixer } from '../../../../../core/sdk/wire/airbyte/index.js';

const typeOf = (property: unknown) => fieldsOfSchema({ properties: { f: property } }, [])[0]?.type;

test.each<[unknown, FieldType]>([
  [{ type: 'string' }, 'string'],
  [{ type: ['null', 'string'] }, 'string'],
  [{ type: 'string', format: 'date' }, 'date'],
  [{ type: 'string', format: 'date-time' }, 'timestamptz'],
  [{ type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' }, 'timestamptz'],
  [{ type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' }, 'timestamp'],
  [{ type: 'string', format: 'time', airbyte_type: 'time_without_timezone' }, 'time'],
  [{ type: 'string', format: 'time', airbyte_type: 'time_with_timezone' }, 'string'],
  [{ type: 'string', airbyte_type: 'big_integer' }, 'decimal'],
  [{ type: 'string', airbyte_type: 'big_number' }, 'decimal'],
  [{ type: 'integer' }, 'integer'],
  [{ type: 'number', airbyte_type: 'integer' }, 'integer'],
  [{ type: 'number' }, 'decimal'],
  [{ type: ['integer', 'number', 'null'] }, 'decimal'],
  [{ oneOf: [{ type: 'integer' }, { type: 'number' }] }, 'decimal'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string'],
  [{ type: ['string', 'integer'] }, 'json'],
  [{ type: 'boolean' }, 'boolean'],
  [{ type: 'object', properties: {} }, 'json'],
  [{ type: 'array', items: { type: 'string' } }, 'json'],
  [{}, 'json'],
  [true, 'json'],
])('%j comes as %s', (property, type) => {
  expect(typeOf(property)).toBe(type);
});

test('the key may not be null, and descriptions come along', () => {
  expect(
    fieldsOfSchema({ properties: { id: { type: 'integer', description: 'Its number.\nMore.' } } }, ['id']),
  ).toEqual([{ name: 'id', type: 'integer', nullable: false, description: 'Its number.' }]);
});

test('our columns come back as they were, but for those that Airbyte does not tell apart', () => {
  const same: readonly FieldType[] = [
    'string',
    'integer',
    'decimal',
    'boolean',
    'date',
    'time',
    'timestamp',
    'timestamptz',
    'json',
  ];
  const fields = same.map((type): Field => ({ name: type, type, nullable: true }));
  expect(fieldsOfSchema(schemaOfFields(fields), [])).toEqual(fields);
  const others = (['uuid', 'number'] as const).map((type): Field => ({ name: type, type, nullable: false }));
  expect(fieldsOfSchema(schemaOfFields(others), []).map(({ type }) => type)).toEqual(['string', 'decimal']);
});

describe('instants', () => {
  const fix = zoneFixer([
    { name: 'at', type: 'timestamptz', nullable: true },
    { name: 'local', type: 'timestamp', nullable: true },
  ]);
  test.each([
    ['2026-03-01T10:00:00', '2026-03-01T10:00:00Z'],
    ['2026-03-01 10:00:00.5', '2026-03-01 10:00:00.5Z'],
    ['2026-03-01', '2026-03-01T00:00:00Z'],
    ['2026-03-01T10:00:00+02:00', '2026-03-01T10:00:00+02:00'],
    ['2026-03-01T10:00:00-05', '2026-03-01T10:00:00-05'],
    ['never', 'never'],
  ])('without a zone are of UTC: %s', (at, fixed) => {
    const data: Record<string, unknown> = { at };
    fix?.(data);
    expect(data['at']).toBe(fixed);
  });

  test.each([
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00'],
    ['2026-03-01T10:00:00+00:00', '2026-03-01T10:00:00'],
    ['2026-03-01T10:00:00+02:00', '2026-03-01T10:00:00+02:00'],
    ['2026-03-01', '2026-03-01'],
  ])('that are local lose UTC and nothing else: %s', (local, fixed) => {
    const data: Record<string, unknown> = { local };
    fix?.(data);
    expect(data['local']).toBe(fixed);
  });

  test('there is nothing to do where no field is one', () => {
    expect(zoneFixer([{ name: 'n', type: 'string', nullable: true }])).toBeUndefined();
  });
});
