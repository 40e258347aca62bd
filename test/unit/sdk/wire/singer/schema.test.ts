import { describe, expect, it } from '@jest/globals';
import type { Field } from '../../../../../core/protocol/index.js';
import { fieldsOfSchema, schemaOfFields } from '../../../../../core/sdk/wire/singer/index.js';

const typeOf = (property: unknown, rest: object = {}) => {
  const [field] = fieldsOfSchema('s', { properties: { a: property }, ...rest }, []);
  const { type, precision, scale } = field!;
  return precision === undefined ? type : `${type}(${precision},${scale})`;
};

describe('columns of a JSON Schema', () => {
  it.each<[string, unknown]>([
    ['string', { type: 'string' }],
    ['string', { type: ['null', 'string'], maxLength: 10 }],
    ['integer', { type: ['integer', 'null'] }],
    ['integer', { type: 'integer', minimum: -(2 ** 63), maximum: 2 ** 63 }],
    ['decimal', { type: 'integer', maximum: 1e38 }],
    ['number', { type: ['null', 'number'] }],
    ['number', { type: ['number', 'integer', 'null'] }],
    ['boolean', { type: 'boolean' }],
    ['timestamptz', { type: ['null', 'string'], format: 'date-time' }],
    ['timestamptz', { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] }],
    ['string', { anyOf: [{ type: 'string', format: 'date-time' }, { type: ['string', 'null'] }] }],
    ['date', { type: 'string', format: 'date' }],
    ['time', { type: 'string', format: 'time' }],
    ['uuid', { type: 'string', format: 'uuid' }],
    ['string', { type: 'string', format: 'email' }],
    ['decimal', { type: ['null', 'string'], format: 'singer.decimal' }],
    ['decimal(12,2)', { type: 'string', format: 'x-singer.decimal', precision: 12, scale: 2 }],
    ['decimal', { type: 'number', multipleOf: 0.01 }],
    ['decimal', { type: 'number', multipleOf: 0.25 }],
    [
      'decimal(10,2)',
      { type: 'number', multipleOf: 0.01, exclusiveMaximum: true, maximum: 100_000_000, minimum: -100_000_000 },
    ],
    ['decimal(10,2)', { type: 'number', multipleOf: 0.01, maximum: 99_999_999.99, minimum: 0 }],
    ['json', { type: 'object', properties: {} }],
    ['json', { type: ['array', 'null'], items: { type: 'string' } }],
    ['json', { type: ['string', 'integer'] }],
    ['json', {}],
    ['json', true],
    ['json', { type: 'null' }],
    ['string', { enum: ['a', 'b', null] }],
    ['integer', { const: 3 }],
    ['string', { allOf: [{ type: 'string' }, { maxLength: 3 }] }],
    ['integer', { $ref: '#/definitions/whole' }],
    ['integer', { oneOf: [{ $ref: '#/definitions/whole' }, { type: 'null' }] }],
  ])('%s: %j', (type, property) => {
    expect(typeOf(property, { definitions: { whole: { type: 'integer' } } })).toBe(type);
  });

  it('may be null but for the key, whatever is required', () => {
    const schema = { required: ['id', 'b'], properties: { id: { type: ['null', 'integer'] }, b: { type: 'string' } } };
    expect(fieldsOfSchema('s', schema, ['id']).map(({ nullable }) => nullable)).toEqual([false, true]);
  });

  it.each([
    [{ type: 'object' }, [], 'Stream "s": its schema has no `properties`.'],
    [{ properties: {} }, [], 'Stream "s": its schema has no `properties`.'],
    [{ properties: { a: {} } }, ['id'], 'Stream "s": its schema lacks the key property "id".'],
    [{ properties: { a: 3 } }, [], 'Stream "s": its schema has a property "a" that is no schema.'],
    [
      { properties: { a: { $ref: '#/definitions/b' } } },
      [],
      'The schema of s.a refers to "#/definitions/b", which leads nowhere.',
    ],
    [
      { properties: { a: { $ref: '#/properties/a' } } },
      [],
      'The schema of s.a refers to "#/properties/a", which leads nowhere.',
    ],
  ])('are refused: %j', (schema, key, words) => {
    expect(() => fieldsOfSchema('s', schema as never, key)).toThrow(words);
  });

  it('are the same after they went out as a schema', () => {
    const fields: Field[] = (
      ['string', 'integer', 'number', 'decimal', 'boolean', 'date', 'time', 'timestamptz', 'uuid', 'json'] as const
    ).map((type) => ({ name: `a_${type}`, type, nullable: true }));
    const bounded: Field = {
      name: 'bounded',
      type: 'decimal',
      nullable: true,
      precision: 12,
      scale: 0,
      description: 'x',
    };
    const key: Field = { name: 'id', type: 'uuid', nullable: false };
    const all = [...fields, bounded, key];
    expect(fieldsOfSchema('s', schemaOfFields(all), ['id'])).toEqual(all);
  });
});
