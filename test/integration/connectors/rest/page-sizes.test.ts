import {
  scriptedApi,
  type Script,
  type ScriptedAnswer,
  type ScriptedApi,
  type SeenRequest,
} from '../../../support/scripted-api.js';
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
const isFirst = ({ query }: SeenRequest) => Object.fromEntries(query)['page'] === '1';
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

const noted = (fault: string) => [expect.stringMatching(`page 2 is taken for one behind the last: .*${fault}`)];
test.each<[string, ScriptedAnswer, unknown[]]>([
  ['nothing', { body: { data: [] } }, []],
  ['other things alone', { body: { total: 20 } }, []],
  ['404', { status: 404, body: { error: 'no such page' } }, []],
  ['400', { status: 400, body: {} }, noted('answered 400')],
])('a page behind the last one may answer with %s', async (_what, answer, warnings) => {
  api.script = (asked, seen) => (isFirst(asked) ? capped(asked, seen) : answer);
  expect(await synced({ page: 'page', size: 50 })).toMatchObject({ records: 20, fault: undefined, warnings });
  expect(api.seen).toHaveLength(2);
});

test.each<[string, ScriptedAnswer, string]>([
  ['401', { status: 401, body: {} }, 'auth'],
  ['503', { status: 503, headers: { 'retry-after': '0.001' }, body: {} }, 'transient'],
  ['200 and a fault', { body: { error: 'quota used up' } }, 'transient'],
  ['no JSON', { body: '<html>Back soon</html>' }, 'source'],
])('what else it answers is a fault, as %s', async (_what, answer, kind) => {
  api.script = (asked, seen) => (isFirst(asked) ? capped(asked, seen) : answer);
  expect(await synced({ page: 'page', size: 50 })).toMatchObject({ records: 20, fault: { kind } });
});

test.each([[[20, 18, 7]], [[18, 20, 4, 3]]])('pages of %j are all read', async (sizes) => {
  api.script = ({ query }) => {
    const page = Number(Object.fromEntries(query)['page']);
    const from = sizes.slice(0, page - 1).reduce((sum, size) => sum + size, 0);
    return { body: { data: ids.slice(from, from + (sizes[page - 1] ?? 0)) } };
  };
  expect(await synced({ page: 'page', size: 50 })).toMatchObject({ records: 45, fault: undefined, warnings: [] });
});

describe('an API that does not know the parameter', () => {
  const same: Script = () => ({ body: { at: Math.random(), data: ids.slice(0, 20) } });
  const told =
    'Stream "sends": page 2 has the records of the page before. The API may not know the parameter that `streams.sends.paging` names';

  test('is warned of where its page is not full, since that may be all', async () => {
    api.script = same;
    const { records, fault, warnings } = await synced({ page: 'pgae', size: 50 });
    expect({ records, fault, warnings }).toEqual({
      records: 20,
      fault: undefined,
      warnings: [`${told}: what it has beyond its first page is not read.`],
    });
    expect(api.seen).toHaveLength(2);
  });

  test.each([[{ page: 'pgae', size: 20 }], [{ offset: 'ofset', size: 20 }]])(
    'is a fault where its page is full: %j',
    async (paging) => {
      api.script = same;
      const { records, fault } = await synced(paging);
      expect(fault).toMatchObject({
        kind: 'source',
        message: 'Stream "sends": page 2 has the records of the page before.',
      });
      expect(records).toBe(20);
      expect(api.seen).toHaveLength(2);
    },
  );

  describe('is known by the keys of its records too, where something else is another each time', () => {
    const keys = 'Stream "sends": page 4 has the keys of the 3 pages before.';
    const rows = (more: object) => ids.slice(0, 20).map(({ id }) => ({ id, ...more }));
    beforeEach(() => {
      let day = 10;
      api.script = () => ({ body: { data: rows({ read_at: `2024-01-${(day += 1)}T08:00:00.5Z` }) } });
    });
    afterEach(() => expect(api.seen).toHaveLength(4));

    test('and is a fault where its page is full', async () => {
      const { fault, warnings } = await synced({ page: 'pgae', size: 20 });
      expect({ fault, warnings }).toMatchObject({ fault: { kind: 'source', message: keys }, warnings: [] });
    });

    test('and is warned of where its page is not full, since that may be all', async () => {
      const { fault, warnings } = await synced({ page: 'pgae', size: 50 });
      const told = `${keys} The API may not know the parameter that \`streams.sends.paging\` names, or \`primary_key\` does not tell its records apart: what comes after them is not read.`;
      expect({ fault, warnings }).toEqual({ fault: undefined, warnings: [told] });
    });

    test.each([
      ['seconds', (at: number) => 1_764_496_000 + at],
      ['RFC 5322', (at: number) => `Mon, 30 Nov 2026 10:00:0${at} GMT`],
      ['zone in letters', (at: number) => `2026-11-30 10:00:0${at} UTC`],
    ])('as it is where the time is written otherwise: %s', async (_form, written) => {
      let at = 0;
      api.script = () => ({ body: { data: rows({ read_at: written((at += 1)) }) } });
      expect(await synced({ page: 'pgae', size: 50 })).toMatchObject({
        fault: undefined,
        warnings: [expect.any(String)],
      });
    });

    test('and is a fault too where its page is not full, but what is another each time is no time', async () => {
      let sent = 0;
      api.script = () => ({ body: { data: rows({ sent: (sent += 1) }) } });
      const { fault, warnings } = await synced({ page: 'pgae', size: 50 });
      expect({ fault, warnings }).toMatchObject({ fault: { kind: 'source', message: keys }, warnings: [] });
    });
  });

  test('is none where pages have versions of the same records', async () => {
    const pages = ['draft', 'sent', 'other'].map((status, at) => [1, 2].map((id) => ({ id: at < 2 ? id : 3, status })));
    api.script = ({ query }) => ({ body: { data: pages[Number(Object.fromEntries(query)['page']) - 1] ?? [] } });
    expect(await synced({ page: 'page', size: 50 })).toMatchObject({ records: 6, fault: undefined, warnings: [] });
  });

  test('is told of too where nothing of its page is kept', async () => {
    const days = ids.slice(0, 20).map(({ id }) => ({ id, day: '2024-01-01' }));
    api.script = () => ({ body: { data: days } });
    const cursor = { field: 'day', format: '%Y-%m-%d', start: '2024-02-01' };
    const more = { fields: { id: 'integer', day: 'date' }, cursor };
    expect(await synced({ page: 'page', size: 50 }, more)).toMatchObject({ records: 0, fault: undefined });
    expect(api.seen).toHaveLength(2);
  });
});
