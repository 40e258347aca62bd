import { scriptedApi, type Script, type ScriptedApi } from '../../../support/scripted-api.js';
import { syncedSource } from './reading.js';

/** Pages by number, in the short form, of an API that gives fewer records at most than it is asked for. */

let api: ScriptedApi;
beforeEach(async () => {
  api = await scriptedApi(() => ({ body: [] }));
});
afterEach(() => api.close());

const ids = Array.from({ length: 45 }, (_, id) => ({ id }));
/** At most 20 records a page. */
const capped: Script = ({ query }) => {
  const { page, offset, limit } = Object.fromEntries(query);
  const size = Math.min(20, Number(limit ?? 20));
  const from = offset === undefined ? (Number(page) - 1) * size : Number(offset);
  return { body: { data: ids.slice(from, from + size) } };
};
const synced = (paging: object, more: object = {}) =>
  syncedSource({
    api: {
      endpoint: api.url,
      streams: {
        sends: { path: '/sends', records: 'data', primary_key: 'id', fields: { id: 'integer' }, paging, ...more },
      },
    },
    allow: ['loopback'],
  });

test.each([
  [{ page: 'page', size: 50, size_parameter: 'limit' }],
  [{ page: 'page', size: 50 }],
  [{ offset: 'offset', size: 50, size_parameter: 'limit' }],
  [{ offset: 'offset', size: 50, size_parameter: 'lmit' }],
])('%j reads all of them', async (paging) => {
  api.script = capped;
  expect(await synced(paging)).toMatchObject({ records: 45, fault: undefined });
});

test.each([
  ['nothing', { body: { data: [] } }],
  ['404', { status: 404, body: { error: 'no such page' } }],
  ['400', { status: 400, body: {} }],
  ['200 with a fault', { body: { error: 'no such page' } }],
])('a page behind the last one is asked for once, and may answer with %s', async (_what, answer) => {
  api.script = (asked, seen) => (Object.fromEntries(asked.query)['page'] === '1' ? capped(asked, seen) : answer);
  expect(await synced({ page: 'page', size: 50 })).toMatchObject({ records: 20, fault: undefined });
  expect(api.seen).toHaveLength(2);
});

test('it is asked for no second time in a run, and no page where all were full', async () => {
  const paging = { page: 'page', size: 20 };
  api.script = capped;
  expect(await synced(paging)).toMatchObject({ records: 45 });
  expect(api.seen).toHaveLength(4);
  api.seen.splice(0);
  api.script = (asked, seen) =>
    asked.path === '/parents' ? { body: [{ id: 1 }, { id: 2 }, { id: 3 }] } : capped(asked, seen);
  const each = { path: '/sends/{of}', for_each: { stream: 'parents', field: 'id', as: 'of' } };
  const sends = {
    path: '/sends/{of}',
    records: 'data',
    primary_key: ['of', 'id'],
    fields: { of: 'integer', id: 'integer' },
  };
  const parents = { path: '/parents', primary_key: 'id', fields: { id: 'integer' } };
  const streams = { parents, sends: { ...sends, ...each, paging } };
  await syncedSource({ api: { endpoint: api.url, streams }, allow: ['loopback'] });
  expect(api.seen.filter(({ path }) => path !== '/parents').map(({ path }) => path)).toEqual([
    '/sends/1',
    '/sends/1',
    '/sends/1',
    '/sends/1',
    '/sends/2',
    '/sends/2',
    '/sends/2',
    '/sends/3',
    '/sends/3',
    '/sends/3',
  ]);
});

test('a fault amid pages that are never full is one', async () => {
  api.script = (asked, seen) =>
    Object.fromEntries(asked.query)['page'] === '3' ? { status: 404, body: {} } : capped(asked, seen);
  expect(await synced({ page: 'page', size: 50 })).toMatchObject({ records: 40, fault: { kind: 'config' } });
});

describe('an API that does not know the parameter', () => {
  const same: Script = () => ({ body: { data: ids.slice(0, 20) } });

  test('has given all where its one page is not full', async () => {
    api.script = same;
    expect(await synced({ page: 'page', size: 50 })).toMatchObject({ records: 20, fault: undefined });
    expect(api.seen).toHaveLength(2);
  });

  test.each([[{ page: 'pgae', size: 20 }], [{ offset: 'ofset', size: 20 }]])(
    'and gives full pages is a fault: %j',
    async (paging) => {
      api.script = same;
      const { fault, records } = await synced(paging);
      expect(fault).toMatchObject({
        kind: 'source',
        message: 'Stream "sends": page 2 has the records of the page before.',
      });
      expect(records).toBe(20);
      expect(api.seen).toHaveLength(2);
    },
  );
});

test('a small slice does not tell that a larger short page is the last', async () => {
  api.script = (asked, seen) => {
    if (asked.path === '/parents') return { body: [{ id: 1 }, { id: 2 }] };
    const isFirst = Object.fromEntries(asked.query)['page'] === '1';
    return asked.path === '/sends/1' ? { body: { data: isFirst ? ids.slice(0, 3) : [] } } : capped(asked, seen);
  };
  const paging = { page: 'page', size: 50 };
  const each = { for_each: { stream: 'parents', field: 'id', as: 'of' }, paging };
  const sends = {
    path: '/sends/{of}',
    records: 'data',
    primary_key: ['of', 'id'],
    fields: { of: 'integer', id: 'integer' },
  };
  const parents = { path: '/parents', primary_key: 'id', fields: { id: 'integer' } };
  const options = {
    api: { endpoint: api.url, streams: { parents, sends: { ...sends, ...each } } },
    allow: ['loopback'],
  };
  expect(await syncedSource(options)).toMatchObject({ records: 48, fault: undefined });
});

test.each([503, 401])('a page behind a short one that is answered %d is a fault', async (status) => {
  api.script = (asked, seen) =>
    Object.fromEntries(asked.query)['page'] === '1'
      ? capped(asked, seen)
      : { status, headers: { 'retry-after': '0.001' }, body: {} };
  expect((await synced({ page: 'page', size: 50 })).fault).toBeDefined();
});

test('a page that shows no more than was kept before ends an API that does not know the parameter', async () => {
  const days = ids.slice(0, 20).map(({ id }) => ({ id, day: '2024-01-01' }));
  api.script = () => ({ body: { data: days } });
  const cursor = { field: 'day', format: '%Y-%m-%d', start: '2024-02-01' };
  const of = { fields: { id: 'integer', day: 'date' }, cursor };
  expect(await synced({ page: 'page', size: 50 }, of)).toMatchObject({ records: 0, fault: undefined });
  expect(api.seen).toHaveLength(2);
});
