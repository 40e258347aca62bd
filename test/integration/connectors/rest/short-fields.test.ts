import { loadManifest } from '../../../../connectors/rest/manifest/load.js';
import { tryStream } from '../../../../connectors/rest/trial.js';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';
import { syncedSource } from './reading.js';

const signal = new AbortController().signal;
let api: ScriptedApi;
const answers = new Map<string, unknown>();
beforeEach(async () => {
  answers.clear();
  api = await scriptedApi(({ path }) => ({ body: answers.get(path) ?? [] }));
});
afterEach(() => api.close());

const read = (streams: Record<string, object>, stream = Object.keys(streams)[0]!) =>
  tryStream({
    config: { api: { endpoint: api.url, streams }, allow: ['loopback'] },
    stream,
    limit: 100,
    signal,
    baseFolder: '.',
  });

test('a field is taken from where the record holds it', async () => {
  answers.set('/pets', [
    { id: 1, name: 'outer', attributes: { name: 'Rex', 'home.town': 'Ames', tags: [{ n: 'a' }, { n: 'b' }] } },
    { id: 2, name: 'outer', attributes: null },
  ]);
  const fields = {
    id: 'integer',
    name: { type: 'string', from: 'attributes.name' },
    first: { type: 'string', from: 'attributes.tags.0.n' },
    tags: { type: 'json', from: 'attributes.tags.*.n' },
    outer: { type: 'string', from: 'name' },
  };
  const { records, fields: columns, fault } = await read({ pets: { path: '/pets', primary_key: 'id', fields } });
  expect(fault).toBeNull();
  expect(records).toMatchObject([
    { id: 1, name: 'Rex', first: 'a', tags: ['a', 'b'], outer: 'outer' },
    { id: 2, outer: 'outer' },
  ]);
  // Not what stands under the same name elsewhere.
  expect(records[1]).not.toHaveProperty('name');
  expect(columns!.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'id integer',
    'name string',
    'first string',
    'tags json',
    'outer string',
  ]);
});

test('what is taken from deeper can be the key, the cursor, and what another stream asks for', async () => {
  answers.set('/pets', [
    { meta: { id: 'x', changed: '2024-03-02' } },
    { meta: { id: 'y', changed: '2024-03-04' } },
    { meta: { id: 'z', changed: '2023-12-31' } },
  ]);
  const pets = {
    path: '/pets',
    primary_key: 'id',
    cursor: { field: 'changed', format: '%Y-%m-%d', start: '2024-01-01' },
    fields: { id: { type: 'string', from: 'meta.id' }, changed: { type: 'date', from: 'meta.changed' } },
  };
  const { records, state } = await read({ pets });
  expect(records.map(({ id }) => id)).toEqual(['x', 'y']);
  expect(JSON.stringify(state)).toContain('2024-03-04');
  await read(
    { pets, visits: { path: '/pets/{pet}/visits', for_each: { stream: 'pets', field: 'id', as: 'pet' } } },
    'visits',
  );
  expect(api.seen.map(({ path }) => path).slice(-2)).toEqual(['/pets/x/visits', '/pets/y/visits']);
});

test('dates and timestamps are read as the API writes them, that of the cursor by its format', async () => {
  answers.set('/sends', [
    { day: '03/04/2024', at: 1709251200, due: '4 Mar 2024', local: '2024-03-04 10:00:00 +0200', sent: 0.5 },
    { day: '03/05/2024', at: null, due: 'soon', local: '', sent: '' },
  ]);
  const cursor = { field: 'day', format: '%m/%d/%Y', start: '01/01/2024' };
  const fields = {
    day: 'date',
    at: { type: 'timestamp', format: '%s' },
    due: { type: 'date', format: '%d %b %Y' },
    local: { type: 'timestamp', format: '%Y-%m-%d %H:%M:%S %z' },
    sent: { type: 'timestamp', format: '%s_as_float' },
  };
  const { records, state, fault } = await read({ sends: { path: '/sends', cursor, fields } });
  expect(fault).toBeNull();
  expect(records).toEqual([
    {
      day: '2024-03-04',
      at: '2024-03-01T00:00:00Z',
      due: '2024-03-04',
      local: '2024-03-04T10:00:00+02:00',
      sent: '1970-01-01T00:00:00.500000Z',
    },
    // What does not fit is left for the column to refuse.
    { day: '2024-03-05', at: null, due: 'soon', local: '', sent: '' },
  ]);
  // The bookmark is as the API has it.
  expect(JSON.stringify(state)).toContain('03/05/2024');
  const text = { ...fields, day: 'string' };
  expect((await read({ sends: { path: '/sends', cursor, fields: text } })).records[0]).toMatchObject({
    day: '03/04/2024',
  });
});

const told = (fields: string) =>
  loadManifest(`endpoint: https://api.example\nstreams:\n  pets:\n    path: /pets\n    fields:\n      ${fields}\n`, {
    name: 'pets.yaml',
  }).problems.map(({ severity, line, path, message }) => `${severity} ${line} ${path}: ${message}`);

test.each([
  [
    'attributes.name: string',
    'error 6 streams.pets.fields.attributes.name: a name is no path: write `name: { type: string, from: attributes.name }`, or `attributes.name: { type: string }` where the records have a field that is called so',
  ],
  [
    'name: { type: string, form: a.b }',
    'error 6 streams.pets.fields.name.form: "form" is nothing that a field has; did you mean "from"?',
  ],
  ['name: { from: a.b }', 'error 6 streams.pets.fields.name.type: it is missing; it may be string, '],
  ['name: strng', 'error 6 streams.pets.fields.name: Invalid option'],
  [
    'n: { type: integer, format: "%Y" }',
    'error 6 streams.pets.fields.n.format: `format` is for `date` and `timestamp`, and this is `integer`',
  ],
  ['day: { type: date, format: YYYY-MM-DD }', 'error 6 streams.pets.fields.day.format: "YYYY-MM-DD" has no directive'],
])('`%s` is refused with what to write', (fields, expected) => {
  expect(told(fields)).toEqual([expect.stringContaining(expected)]);
});

test('a name with a dot that stands so in the records is a mapping', async () => {
  expect(told('home.town: { type: string }')).toEqual([]);
  answers.set('/pets', [{ 'home.town': 'Ames' }]);
  expect((await read({ pets: { path: '/pets', fields: { 'home.town': { type: 'string' } } } })).records).toEqual([
    { 'home.town': 'Ames' },
  ]);
});

test('a field that no record has is told at the end, where records came', async () => {
  const fields = { id: 'integer', typ: 'string', name: { type: 'string', from: 'attributes.nam' }, note: 'string' };
  const pets = { path: '/pets', primary_key: 'id', fields };
  const run = () =>
    syncedSource({ api: { endpoint: api.url, streams: { pets } }, allow: ['loopback'] }, { names: ['pets'] });
  expect(await run()).toMatchObject({ records: 0, warnings: [], fault: undefined });
  const few = [
    { id: 1, type: 'dog', attributes: { name: 'Rex' } },
    { id: 2, type: 'cat', attributes: {}, note: null },
  ];
  const many = [...few, ...Array.from({ length: 18 }, (_, at) => ({ ...few[0], id: at + 3 }))];
  const warnings = [
    'Stream "pets": no record has `typ`, which `streams.pets.fields` names; they have `type`, which no field names. Its column is null. Correct the name, or say by `from` where the records hold it.',
    'Stream "pets": no record has `name`, which `streams.pets.fields` names; they have: id, type, attributes. Its column is null. Correct the name, or say by `from` where the records hold it.',
  ];
  answers.set('/pets', many);
  expect(await run()).toMatchObject({ records: 20, warnings, fault: undefined });
  // An API that leaves out what is null has little of it in a run of few records: that is told to who tries it alone.
  answers.set('/pets', few);
  expect(await run()).toMatchObject({ records: 2, warnings: warnings.slice(0, 1), fault: undefined });
  expect(await read({ pets })).toMatchObject({ warnings, fault: null });
});

test('`records` that lead to what holds the records are told once, with what to write', async () => {
  const cursor = { field: 'day', format: '%Y-%m-%d', start: '2024-01-01' };
  const fields = { id: 'integer', day: 'date', name: 'string' };
  const pets = { path: '/pets', records: 'data', primary_key: 'id', fields };
  const items = [{ id: 1, day: '2024-03-04', name: 'Rex' }];
  const message =
    'Stream "pets": no record has any of the fields that `streams.pets` names (id, day, name); they have: items, count.';
  const hint =
    'Some have them at `data.items`: write that as `streams.pets.records`, or say by `from` where each field is.';
  answers.set('/pets', { data: { items, count: 1 } });
  for (const stream of [pets, { ...pets, cursor }])
    expect(await read({ pets: stream })).toMatchObject({ fault: { kind: 'source', message, hint }, warnings: [] });
  const keyless = { ...pets, primary_key: undefined };
  expect(await read({ pets: keyless })).toMatchObject({ fault: null, warnings: [`${message} ${hint}`] });
  answers.set('/pets', { data: { lots: [], count: 0 } });
  expect(await read({ pets })).toMatchObject({
    fault: { hint: 'Look at `streams.pets.records`: it may name what holds the records.' },
  });
});

const whole = (id: number) => ({ id, day: '2024-03-04', name: 'Rex' });
const people = { 'ann.smith@x.example': whole(1), M447122: whole(2) };
describe.each([
  ['in a list', 'data', { data: [{ node: whole(1) }, { node: whole(2) }] }, 'data.*.node', 2],
  ['in lists in a list', 'data', { data: [{ g: 1, items: [whole(1)] }, { items: [whole(2)] }] }, 'data.*.items.*', 2],
  ['in a list that is all', undefined, [{ pet: whole(1) }, { pet: whole(2) }], 'pet', 2],
  ['in lists behind a star', 'data.*', { data: [{ items: [whole(1)] }] }, 'data.*.items.*', 1],
  ['beside other lists', 'data', { data: { errors: [{ id: 7, name: 'x' }], items: [whole(1)] } }, 'data.items', 1],
  ['under names of their own', 'data', { data: people }, 'data.*', 2],
  ['alone beside other mappings', 'data', { data: [{ campaign: whole(1), links: { next: 2 } }] }, 'data.*.campaign', 1],
  ['as lists under names of their own', 'data', { data: { a: [whole(1)], b: [whole(2)] } }, 'data.*.*', 2],
])('records that stand %s', (_where, records, answer, place, count) => {
  const fields = { id: 'integer', day: 'date', name: 'string' };
  const pets = { path: '/pets', primary_key: 'id', fields };
  beforeEach(() => answers.set('/pets', answer));

  test('are found where the hint says', async () => {
    const { fault } = await read({ pets: { ...pets, ...(records === undefined ? {} : { records }) } });
    expect(fault?.hint).toContain(`Some have them at \`${place}\`:`);
    const found = await read({ pets: { ...pets, records: place } });
    expect(found).toMatchObject({ fault: null, warnings: [] });
    expect(found.records).toHaveLength(count);
  });
});

test('what holds the records is told after some pages, however many there may be', async () => {
  api.script = ({ query }) => {
    const page = Number(Object.fromEntries(query)['page']);
    return { body: { data: { items: page > 50 ? [] : [whole(page)], page } } };
  };
  const fields = { id: 'integer', day: 'date', name: 'string' };
  const pets = { path: '/pets', records: 'data', primary_key: 'id', paging: { page: 'page' }, fields };
  const config = { api: { endpoint: api.url, streams: { pets } }, allow: ['loopback'] };
  const { fault } = await syncedSource(config, { names: ['pets'] });
  expect(fault).toMatchObject({ details: { hint: expect.stringContaining('`data.items`') } });
  expect(api.seen).toHaveLength(21);
});

test('a record of another kind on the first page is none that holds the others', async () => {
  const other = { deleted: true, of: { id: 3 } };
  api.script = ({ query }) => {
    const page = Number(Object.fromEntries(query)['page']);
    return { body: { data: page === 1 ? [other] : page === 2 ? [whole(1), whole(2)] : [] } };
  };
  const fields = { id: 'integer', day: 'date', name: 'string' };
  const pets = { path: '/pets', records: 'data', primary_key: 'id', paging: { page: 'page' }, fields };
  const config = { api: { endpoint: api.url, streams: { pets } }, allow: ['loopback'] };
  expect(await syncedSource(config, { names: ['pets'] })).toMatchObject({ records: 3, fault: undefined });
});

test.each([
  ['a name may be that of a member', { data: { M447122: whole(1) } }],
  ['a name is no step of a path', { data: { 'v1.items': [whole(1)] } }],
  ['others have some of the fields, such as an owner', { data: { campaign: whole(1), owner: { id: 7, name: 'Ann' } } }],
  ['so do others in a list', { data: [{ campaign: whole(1), owner: { id: 7, name: 'Ann' } }] }],
  ['some under names of their own lack a field', { data: { Ann: whole(1), Bob: { id: 2 } } }],
  ['some have more, some less', { data: { Ann: whole(1), Bob: whole(2), Dora: { id: 3 } } }],
  ['so do lists', { data: { Ann: [whole(1)], Bob: [whole(2)], Dora: [{ id: 3 }] } }],
  ['a list has as much as a mapping', { data: { items: [whole(1)], latest: whole(1) } }],
])('no place is told where %s', async (_why, answer) => {
  const fields = { id: 'integer', day: 'date', name: 'string' };
  answers.set('/pets', answer);
  const { fault } = await read({ pets: { path: '/pets', records: 'data', primary_key: 'id', fields } });
  expect(fault?.hint).toBe('Look at `streams.pets.records`: it may name what holds the records.');
});

test('few records without a field that is left out where it is null are not warned of, as far as they need none', async () => {
  answers
    .set('/pets', [{ id: 'a' }, { id: 'b' }])
    .set('/pets/a', { ref: 1 })
    .set('/pets/b', { ref: 2 });
  const streams = {
    pets: { path: '/pets', primary_key: 'id' },
    notes: {
      path: '/pets/{of}',
      for_each: { stream: 'pets', field: 'id', as: 'of' },
      primary_key: 'of',
      fields: { of: 'string', nickname: 'string', note: 'string' },
    },
  };
  const config = { api: { endpoint: api.url, streams }, allow: ['loopback'] };
  expect(await syncedSource(config, { names: ['notes'] })).toMatchObject({
    records: 2,
    warnings: [],
    fault: undefined,
  });
  expect((await read(streams, 'notes')).warnings).toEqual([
    expect.stringContaining('names (nickname, note); they have: ref.'),
  ]);
});

test('what the short form is told has its words', async () => {
  const cursor = { field: 'day', format: '%Y-%m-%d', start: '2024-01-01' };
  const hint = async (more: object) => (await read({ pets: { path: '/pets', ...more } })).fault?.hint;
  answers.set('/pets', { data: ['Rex'] });
  expect(await hint({ records: 'data' })).toBe('Look at `streams.pets.records`: it leads to a list of mappings.');
  answers.set('/pets', [{ day: 'soon' }]);
  expect(await hint({ cursor })).toBe('Write the format as the records have it.');
  expect(await hint({ paging: { page: 'at' }, parameters: { at: 3 } })).toMatch(
    /^Keep one of them\. In the short form `parameters`/,
  );
});
