import { jest } from '@jest/globals';
import { PartitionCursor } from '../../../../connectors/rest/cursors/partition-cursor.js';
import { parseJson } from '../../../../core/sdk/http/index.js';
import { scriptedApi, type ScriptedAnswer, type ScriptedApi } from '../../../support/scripted-api.js';
import { openSource, streamsOf, syncedSource } from './reading.js';

/** What the records of one stream put into the addresses and records of another. */

let api: ScriptedApi;
/** As JSON, so that a number may have more digits than fit into one of JavaScript. */
let ids: readonly string[];
beforeEach(async () => {
  api = await scriptedApi(({ path }) =>
    path === '/campaigns' ? { body: `[${ids.map((id) => `{"id":${id}}`).join()}]` } : { body: [{ day: '2024-01-01' }] },
  );
});
afterEach(() => api.close());

const of = (...texts: readonly string[]) => texts.map((text) => JSON.stringify(text));

async function days(): Promise<readonly unknown[]> {
  const streams = {
    campaigns: { path: '/campaigns', primary_key: 'id', fields: { id: 'json' } },
    days: {
      path: '/campaigns/{of}/days',
      primary_key: ['of', 'day'],
      for_each: { stream: 'campaigns', field: 'id', as: 'of' },
      fields: { of: 'json', day: 'date' },
    },
  };
  const source = await openSource({ api: { endpoint: api.url, streams }, allow: ['loopback'] });
  try {
    const found: unknown[] = [];
    const request = { state: undefined, signal: new AbortController().signal, warn: () => undefined };
    for await (const step of (await streamsOf(source))['days']!.read(request))
      if (Array.isArray(step)) found.push(...step.map((record: Record<string, unknown>) => record['of']));
    return found;
  } finally {
    await source.close();
  }
}

test('a text that looks like a number stays the text that the parent has', async () => {
  ids = ['10', '9007199254740993', ...of('11', '1_0', '1e1', '0x0a', 'None', 'True', '[1]', "it's", 'a"b')];
  expect(await days()).toEqual(ids.map((id) => parseJson(id)));
});

test('a value is one step of a path, whatever stands in it', async () => {
  ids = of('a#b', 'a?x=1', 'a/../q', 'a b', '50%', 'ü', '..x');
  await days();
  expect(api.seen.map(({ path }) => path).filter((path) => path !== '/campaigns')).toEqual([
    '/campaigns/a%23b/days',
    '/campaigns/a%3Fx%3D1/days',
    '/campaigns/a%2F..%2Fq/days',
    '/campaigns/a%20b/days',
    '/campaigns/50%25/days',
    '/campaigns/%C3%BC/days',
    '/campaigns/..x/days',
  ]);
});

test.each(['.', '..'])('a value %j leads to no other address', async (id) => {
  ids = of(id);
  await expect(days()).rejects.toThrow('is "." or ".."');
  expect(api.seen.map(({ path }) => path)).toEqual(['/campaigns']);
});

test.each([
  ['answered 404', (): ScriptedAnswer => ({ status: 404, body: {} })],
  ['answered 200 with something that is no JSON', (): ScriptedAnswer => ({ body: '<html>' })],
  ['leads from one address', (path: string): ScriptedAnswer => ({ status: 302, headers: { location: path } })],
])('an address that %s is told without what a record put into it', async (told, answer) => {
  const { script } = api;
  for (const id of of('M4471', 'ä/7 (b)', '4471')) {
    ids = [id];
    api.script = (request, all) => (request.path === '/campaigns' ? script(request, all) : answer(request.path));
    const message = await days().then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).not.toMatch(/4471|7 \(b\)|ä|%C3/);
    expect(message).toMatch(`${api.url}/campaigns/…/days`);
    expect(message).toMatch(told);
  }
});

test('the state of all partitions is made where it is saved, not once for each of them', async () => {
  ids = Array.from({ length: 20 }, (_, id) => String(id));
  const made = jest.spyOn(PartitionCursor.prototype, 'state', 'get');
  const streams = {
    campaigns: { path: '/campaigns', primary_key: 'id', fields: { id: 'json' } },
    sends: {
      path: '/campaigns/{of}/days',
      for_each: { stream: 'campaigns', field: 'id', as: 'of' },
      cursor: { field: 'day', format: '%Y-%m-%d', start: '2024-01-01', from: 'since' },
      fields: { of: 'json', day: 'date' },
    },
  };
  const { records, states } = await syncedSource({ api: { endpoint: api.url, streams }, allow: ['loopback'] });
  expect({ records, states, made: made.mock.calls.length }).toEqual({ records: 20, states: 1, made: 1 });
  made.mockRestore();
});
