import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryStream } from '../../../../connectors/rest/trial.js';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';
import { syncedSource } from './reading.js';

/** Two years of days, of which the API gives those from `since` until `until`, or all. */
const FIRST = Date.UTC(2024, 0, 1);
const DAYS = Array.from({ length: 730 }, (_, at) => new Date(FIRST + at * 86_400_000).toISOString().slice(0, 10));
let has: readonly string[];
let api: ScriptedApi;
beforeEach(async () => {
  has = DAYS;
  api = await scriptedApi(({ query }) => {
    const { since = '', until = '9' } = Object.fromEntries(query);
    const data = has
      .filter((day) => since <= day && day <= until)
      .map((day) => ({ id: day, day, ms: Date.parse(day) }));
    return { body: { data } };
  });
});
afterEach(() => api.close());

const CURSOR = { field: 'day', format: '%Y-%m-%d', start: '2024-01-01', from: 'since', lookback: 'P1D' };
const optionsOf = (cursor: object) => ({
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
});
const sync = (cursor: object, day: string) => syncedSource(optionsOf(cursor), { request: { state: { day } } });

const told = (by: string) =>
  `Stream "sends": most records have their \`day\` more than three months before or after what was asked for, as if the API did not know ${by} and answered with all that it has each time; or it goes by another date. Look at what it takes, and at a request (\`tributary connectors try\`).`;

test('an API that does not know what it is asked for days by is told of', async () => {
  const { records, warnings, fault } = await sync({ from: 'begin' }, '2025-12-01');
  expect(fault).toBeUndefined();
  expect(records).toBe(730);
  expect(warnings).toEqual([told('`streams.sends.cursor.from`')]);
});

test.each([
  ['to', { from: 'since', to: 'end' }],
  ['from', { from: 'begin', to: 'until' }],
])('of windows it is the parameter that is not known which is named: %s', async (name, cursor) => {
  const { warnings } = await sync({ ...cursor, window: 'P31D' }, '2024-02-01');
  expect(warnings).toEqual([told(`\`streams.sends.cursor.${name}\``)]);
});

test('a trial that has enough tells of it too', async () => {
  const { warnings, records } = await tryStream({
    config: optionsOf({ from: 'begin' }),
    limit: 3,
    state: { day: '2025-12-01' },
    signal: new AbortController().signal,
    baseFolder: '.',
  });
  expect(records).toHaveLength(3);
  expect(warnings).toEqual([told('`streams.sends.cursor.from`')]);
});

test.each([
  ['it is answered with what it asked for', {}, '2025-06-01', DAYS],
  ['windows are', { to: 'until', window: 'P31D' }, '2025-06-01', DAYS],
  ['all is asked for', { from: 'begin' }, '2023-12-01', DAYS],
  ['it asks for no days', { from: undefined }, '2025-12-01', DAYS],
  ['most records are near', { from: 'begin' }, '2024-12-01', DAYS],
  ['what comes is of the quarter before', { from: 'begin', start: '2025-10-01' }, '2025-12-15', DAYS.slice(-100)],
  ['there are few', { from: 'begin' }, '2025-12-01', DAYS.slice(0, 19)],
])('nothing is told where %s', async (_where, cursor, day, days) => {
  has = days;
  const { records, warnings, fault } = await sync(cursor, day);
  expect(fault).toBeUndefined();
  expect(records).toBeGreaterThan(18);
  expect(warnings).toEqual([]);
});

describe('a manifest', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unasked-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const synced = async (sync: object, state: object) => {
    const manifest = {
      version: '7.0.0',
      check: { stream_names: ['sends'] },
      streams: [
        {
          type: 'DeclarativeStream',
          name: 'sends',
          primary_key: 'id',
          retriever: {
            requester: { url_base: api.url, path: '/sends' },
            record_selector: { extractor: { field_path: ['data'] } },
          },
          incremental_sync: {
            type: 'DatetimeBasedCursor',
            cursor_field: 'day',
            datetime_format: '%Y-%m-%d',
            start_datetime: '2024-01-01',
            start_time_option: { inject_into: 'request_parameter', field_name: 'begin' },
            ...sync,
          },
          schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
        },
      ],
    };
    await writeFile(join(folder, 'm.json'), JSON.stringify(manifest));
    return syncedSource({ manifest: join(folder, 'm.json'), allow: ['loopback'] }, { request: { state } });
  };

  test('is told by the name of its option', async () => {
    const { warnings } = await synced({}, { day: '2025-12-01' });
    expect(warnings).toEqual([told('`start_time_option`')]);
  });

  test.each([{ is_data_feed: true }, { is_client_side_incremental: true }])(
    'that knows that all comes is not told of it: %j',
    async (more) => {
      expect((await synced(more, { day: '2025-12-01' })).warnings).toEqual([]);
    },
  );

  test('may have bounds that are written otherwise than its records', async () => {
    const [field, seconds] = ['ms', (day: string) => String(Date.parse(day) / 1000)];
    const formats = { cursor_field: field, datetime_format: '%s', cursor_datetime_formats: ['%ms'] };
    has = DAYS.slice(-60);
    const { records, warnings } = await synced({ ...formats, start_datetime: seconds('2025-11-01') }, {});
    expect(records).toBe(60);
    expect(warnings).toEqual([]);
  });
});
