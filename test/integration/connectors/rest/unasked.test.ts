import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';
import { syncedSource } from './reading.js';

/** Two years of days, of which the API gives those from `since` until `until`, or all. */
const FIRST = Date.UTC(2024, 0, 1);
const DAYS = Array.from({ length: 730 }, (_, at) => new Date(FIRST + at * 86_400_000).toISOString().slice(0, 10));
let api: ScriptedApi;
beforeEach(async () => {
  api = await scriptedApi(({ query }) => {
    const { since = '', until = '9' } = Object.fromEntries(query);
    return { body: { data: DAYS.filter((day) => since <= day && day <= until).map((day) => ({ id: day, day })) } };
  });
});
afterEach(() => api.close());

const CURSOR = { field: 'day', format: '%Y-%m-%d', start: '2024-01-01', from: 'since', lookback: 'P1D' };
const sync = (cursor: object, day: string) =>
  syncedSource(
    {
      api: {
        endpoint: api.url,
        streams: {
          sends: {
            path: '/sends',
            records: 'data',
            primary_key: 'id',
            cursor: { ...CURSOR, ...cursor },
            fields: { id: 'string', day: 'date' },
          },
        },
      },
      allow: ['loopback'],
    },
    { request: { state: { day } } },
  );

test('an API that does not know what it is asked for days by is told of', async () => {
  const { records, warnings, fault } = await sync({ from: 'begin' }, '2025-12-01');
  expect(fault).toBeUndefined();
  expect(records).toBe(730);
  expect(warnings).toEqual([
    'Stream "sends": most records have their `day` more than three months before or after what was asked for, as if the API did not know `streams.sends.cursor.from` and answered with all that it has each time. Look at what it takes, and at a request (`tributary connectors try`).',
  ]);
});

test('windows of which each is answered with all are told of too', async () => {
  const { warnings } = await sync({ from: 'begin', to: 'end', window: 'P31D' }, '2024-06-01');
  expect(warnings).toEqual([expect.stringContaining('did not know `streams.sends.cursor.from`')]);
});

test.each([
  ['it is answered with what it asked for', {}, '2025-06-01'],
  ['windows are', { to: 'until', window: 'P31D' }, '2025-06-01'],
  ['all is asked for', { from: 'begin' }, '2023-12-01'],
  ['it asks for no days', { from: undefined }, '2025-12-01'],
])('nothing is told where %s', async (_where, cursor, day) => {
  const { records, warnings, fault } = await sync(cursor, day);
  expect(fault).toBeUndefined();
  expect(records).toBeGreaterThan(20);
  expect(warnings).toEqual([]);
});
