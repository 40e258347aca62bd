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
    const now = Math.floor(Date.now() / 1000);
    const iso = (at: number) => new Date((now + at) * 1000).toISOString();
    const answering = (row: (at: number) => object) => {
      let at = 0;
      api.script = () => ({ body: { data: rows(row((at += 1))) } });
    };
    beforeEach(() => answering((at) => ({ read_at: iso(at) })));
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

    test.each<[string, (at: number) => unknown]>([
      ['seconds', (at) => now + at],
      ['milliseconds', (at) => (now + at) * 1000],
      ['RFC 5322', (at) => new Date((now + at) * 1000).toUTCString()],
      ['zone in letters', (at) => `${iso(at).slice(0, 19).replace('T', ' ')} UTC`],
      ['offset', (at) => iso(at).replace('Z', '+0000')],
      ['within a text', (at) => `"As of\n${iso(at)}."`],
    ])('as it is where the time is written otherwise: %s', async (_form, written) => {
      answering((at) => ({ read_at: written(at) }));
      expect(await synced({ page: 'pgae', size: 50 })).toMatchObject({
        fault: undefined,
        warnings: [expect.any(String)],
      });
    });

    test.each<[string, (at: number) => unknown]>([
      ['no time', (at) => at],
      ['a number of another time', (at) => 1_234_567_890 + at],
      ['a time of years ago', (at) => `2019-03-0${at}T08:00:00Z`],
      ['a time of day in a text', (at) => `Visit 10:30 at ${at}`],
      ['beside a time', (at) => `${iso(at)} at ${at}`],
    ])('and is a fault too where its page is not full, but what is another each time is %s', async (_what, written) => {
      answering((at) => ({ sent: written(at) }));
      const { fault, warnings, states } = await synced({ page: 'pgae', size: 50 });
      expect({ fault, warnings, states }).toMatchObject({
        fault: { kind: 'source', message: keys },
        warnings: [],
        states: 0,
      });
    });

    test('and is a fault where the time is what the stream goes on by', async () => {
      answering((at) => ({ at: iso(at - 10) }));
      const cursor = { field: 'at', format: '%Y-%m-%dT%H:%M:%S.%fZ', start: '2025-01-01T00:00:00.0Z' };
      const more = { fields: { id: 'integer', at: 'timestamp' }, cursor };
      expect(await synced({ page: 'page', size: 50 }, more)).toMatchObject({ fault: { message: keys }, states: 0 });
    });

    test('which takes no long time for long texts', async () => {
      const note = `${'10:00 '.repeat(40_000)}\n`;
      answering((at) => ({ read_at: iso(at), note }));
      const begin = performance.now();
      expect((await synced({ page: 'pgae', size: 50 })).warnings).toHaveLength(1);
      expect(performance.now() - begin).toBeLessThan(20_000);
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
