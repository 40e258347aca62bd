import { schemaFaults, secretPaths, secretValues, unknownOptions } from '../../../../../core/sdk/wire/airbyte/index.js';

const SCHEMA = {
  type: 'object',
  required: ['start_date', 'credentials'],
  additionalProperties: false,
  definitions: { token: { type: 'string', airbyte_secret: true } },
  properties: {
    start_date: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    pages: { type: 'integer', minimum: 1, maximum: 10 },
    region: { type: 'string', enum: ['us', 'eu'] },
    accounts: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'integer' }, key: { $ref: '#/definitions/token' } },
      },
    },
    credentials: {
      oneOf: [
        {
          type: 'object',
          required: ['kind', 'api_key'],
          properties: { kind: { const: 'key' }, api_key: { type: 'string', airbyte_secret: true, minLength: 4 } },
        },
        {
          type: 'object',
          required: ['kind', 'token'],
          properties: { kind: { const: 'oauth' }, token: { $ref: '#/definitions/token' } },
        },
      ],
    },
  },
};
const good = { start_date: '2026-01-01', credentials: { kind: 'oauth', token: 'to-ken' } };
const told = (config: unknown) =>
  schemaFaults(config, SCHEMA).map(({ path, message }) => `${path.join('.')} ${message}`);

test('a configuration that fits has no faults, and what is null is not given', () => {
  expect(told(good)).toEqual([]);
  expect(told({ ...good, pages: null, region: null })).toEqual([]);
});

test.each([
  [{ ...good, start_date: 20260101 }, ['start_date must be a text']],
  [{ ...good, start_date: '1 March' }, ['start_date must match ^\\d{4}-\\d{2}-\\d{2}$']],
  [{ ...good, pages: 11, region: 'asia' }, ['pages must be at most 10', 'region must be one of "us", "eu"']],
  [{ ...good, page: 3 }, ['page is no option; there are: start_date, pages, region, accounts, credentials']],
  [{ ...good, accounts: [] }, ['accounts must have at least 1 entries']],
  [
    { ...good, accounts: [{ id: 1 }, { id: '2' }, {}] },
    ['accounts.1.id must be a whole number', 'accounts.2.id is needed'],
  ],
  [{}, ['start_date is needed', 'credentials is needed']],
])('%j is told by the places of what is wrong', (config, faults) => {
  expect(told(config)).toEqual(faults);
});

test('of several forms the one that was meant is told of, without a value', () => {
  expect(told({ ...good, credentials: { kind: 'key', api_key: 'abc' } })).toEqual([
    'credentials.api_key must have at least 4 characters',
  ]);
  expect(told({ ...good, credentials: { kind: 'oauth' } })).toEqual(['credentials.token is needed']);
  expect(told({ ...good, credentials: { kind: 'basic' } })).toContainEqual(
    expect.stringContaining('credentials.kind must be "'),
  );
});

test('secrets are found in forms, lists and behind references', () => {
  const config = { ...good, accounts: [{ id: 1, key: 'first' }, { id: 2 }, { id: 3, key: 'third' }] };
  expect(secretPaths(config, SCHEMA).map((path) => path.join('.'))).toEqual([
    'accounts.0.key',
    'accounts.2.key',
    'credentials.token',
  ]);
  expect(secretValues(config, SCHEMA)).toEqual(['first', 'third', 'to-ken']);
});

test('references in a circle end, and what stands beside them is judged', () => {
  const schema = {
    definitions: {
      a: { $ref: '#/definitions/b' },
      b: { $ref: '#/definitions/a' },
      tree: {
        type: 'object',
        properties: {
          name: { type: 'string', airbyte_secret: true },
          next: { $ref: '#/definitions/tree' },
          all: { type: 'array', items: { $ref: '#/definitions/tree' } },
        },
        allOf: [{ $ref: '#/definitions/tree' }, { required: ['name'] }],
      },
    },
    type: 'object',
    properties: { a: { $ref: '#/definitions/a' }, tree: { $ref: '#/definitions/tree' } },
  };
  const given = { a: 1, tree: { name: 'one', next: { name: 2, all: [{ name: 'three' }, {}] } } };
  expect(schemaFaults(given, schema)).toEqual([
    { path: ['tree', 'next', 'name'], message: 'must be a text' },
    { path: ['tree', 'next', 'all', 1, 'name'], message: 'is needed' },
  ]);
  expect(secretValues(given, schema)).toEqual(['one', '2', 'three']);
  expect(unknownOptions({ ...given, b: 1 }, schema)).toEqual([{ path: ['b'], known: ['a', 'tree'] }]);
});

test('options that no form names are found wherever they stand, but not where names are free', () => {
  const free = { properties: { known: {} }, additionalProperties: { type: 'string' } };
  const schema = { ...SCHEMA, properties: { ...SCHEMA.properties, labels: free, anything: { type: 'object' } } };
  const given = {
    ...good,
    page: 1,
    accounts: [{ id: 1, key: 'k', ky: 'k' }],
    credentials: { kind: 'oauth', api_key: 'of another form', tokn: 't' },
    labels: { any: 'name' },
    anything: { at: 'all' },
  };
  expect(unknownOptions(given, schema)).toEqual([
    { path: ['credentials', 'tokn'], known: ['kind', 'api_key', 'token'] },
    { path: ['page'], known: ['start_date', 'pages', 'region', 'accounts', 'credentials', 'labels', 'anything'] },
    { path: ['accounts', 0, 'ky'], known: ['id', 'key'] },
  ]);
});

test('a whole number of more digits than are kept is one, also as its text', () => {
  const schema = { type: 'object', properties: { id: { type: 'integer' } } };
  expect(schemaFaults({ id: '17841405822304915' }, schema)).toEqual([]);
  expect(schemaFaults({ id: '17841405822304916' }, schema)).toHaveLength(1);
});
