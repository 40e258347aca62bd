import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptedApi, type ScriptedApi } from '../../../support/scripted-api.js';
import { openSource } from './reading.js';

/** Days that a person asks for of a manifest, whatever windows it reads otherwise. */
const DAYS = Array.from({ length: 31 }, (_, at) => `2025-01-${String(at + 1).padStart(2, '0')}`);
const asks = (from: string, to: string) => ({ request_parameters: { from, to } });
const option = (name: string) => ({ type: 'RequestOption', inject_into: 'request_parameter', field_name: name });
const OPTIONS = { start_time_option: option('from'), end_time_option: option('to') };

const CURSOR = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'day',
  datetime_format: '%Y-%m-%d',
  start_datetime: '2025-01-01',
};

type SourceRead = Awaited<ReturnType<typeof stream>>['read'];
let api: ScriptedApi;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ranges-'));
  api = await scriptedApi(({ query }) => {
    const { from = '', to = '9' } = Object.fromEntries(query);
    return { body: { data: DAYS.filter((day) => from <= day && day <= to).map((day) => ({ id: day, day })) } };
  });
});
afterEach(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

async function stream(sync: object, requester: object = {}, retriever: object = {}) {
  const manifest = {
    version: '7.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['a'] },
    streams: [
      {
        type: 'DeclarativeStream',
        name: 'a',
        primary_key: 'id',
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', url_base: api.url, path: '/a', ...requester },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
          ...retriever,
        },
        incremental_sync: {
          ...CURSOR,
          ...sync,
        },
        schema_loader: {
          type: 'InlineSchemaLoader',
          schema: { type: 'object', properties: { id: { type: 'string' } } },
        },
      },
    ],
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const source = await openSource({ manifest: join(folder, 'manifest.json'), allow: ['loopback'] }, folder);
  const found = (await source.streams(() => undefined))['a']!;
  if (found.kind !== 'stateful') throw new Error('It has a state of its own.');
  return found;
}

async function readDays(read: SourceRead, from: string, to: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  const { signal } = new AbortController();
  for await (const step of read({ state: undefined, signal, warn: () => undefined, range: { from, to } } as never))
    if (Array.isArray(step)) seen.push(...step.map(({ id }) => id));
  return seen;
}

const WEEKS = { type: 'Clamping', target: 'WEEK', target_details: { weekday: 'MONDAY' } };
test.each([
  ['none', {}],
  ['weeks', { step: 'P7D', clamping: WEEKS }],
  ['months', { step: 'P1M', clamping: { type: 'Clamping', target: 'MONTH' } }],
  ['no window of one moment', { is_compare_strictly: true }],
])('a range of each day is read, with windows of: %s', async (_windows, more) => {
  const { read, readsDays } = await stream({ ...OPTIONS, cursor_granularity: 'P1D', step: 'P30D', ...more });
  expect(readsDays).toBe(true);
  for (const days of [7, 1]) {
    const seen: unknown[] = [];
    for (let at = 0; at < DAYS.length; at += days)
      seen.push(...(await readDays(read, DAYS[at]!, DAYS[Math.min(at + days, DAYS.length) - 1]!)));
    expect(seen).toEqual(DAYS);
  }
});

const byPages = {
  paginator: {
    type: 'DefaultPaginator',
    page_token_option: option('page'),
    pagination_strategy: { type: 'PageIncrement', page_size: 5 },
  },
};
describe.each([
  ['on a client', { is_client_side_incremental: true, cursor_granularity: 'P1D', step: 'P40D' }, {}],
  ['of a feed from new to old', { is_data_feed: true, cursor_granularity: 'P1D', step: 'P40D' }, byPages],
])('days that are told apart %s', (_where, sync, retriever) => {
  /** The last moment of a day is one of it. */
  const moments = DAYS.flatMap((day) => [`${day}T00:00:00Z`, `${day}T23:59:59Z`]);
  beforeEach(() => {
    const rows = moments.toReversed().map((day) => ({ id: day, day }));
    api.script = ({ query }) => {
      const page = Number(Object.fromEntries(query)['page'] ?? 0);
      return { body: { data: 'paginator' in retriever ? rows.slice(page * 5, page * 5 + 5) : rows } };
    };
  });

  test('are read by their parts, with no more than a day around them', async () => {
    const formats = { cursor_datetime_formats: ['%Y-%m-%dT%H:%M:%SZ'] };
    const { read, readsDays } = await stream({ ...sync, ...formats }, {}, retriever);
    expect(readsDays).toBe(true);
    for (const [from, to] of [
      [0, 6],
      [7, 13],
      [14, 30],
    ] as const) {
      const part = await readDays(read, DAYS[from]!, DAYS[to]!);
      expect(part).toEqual(expect.arrayContaining(moments.slice(2 * from, 2 * to + 2)));
      const near = moments.slice(Math.max(0, 2 * from - 2), 2 * to + 4);
      expect(part.filter((moment) => !near.includes(String(moment)))).toEqual([]);
    }
  });
});

/** All that parts of a week each read. */
async function readInWeeks(read: SourceRead): Promise<readonly unknown[]> {
  const seen = new Set<unknown>();
  for (let at = 0; at < DAYS.length; at += 7)
    for (const id of await readDays(read, DAYS[at]!, DAYS[Math.min(at + 7, DAYS.length) - 1]!)) seen.add(id);
  return [...seen].toSorted();
}

test.each([{ is_client_side_incremental: true }, { is_data_feed: true }])(
  'what an API gives for days that are asked for whole is read, by whatever date it goes: %j',
  async (more) => {
    const rows = DAYS.map((created, at) => ({ id: created, created, day: DAYS[(at + 20) % 31]! }));
    api.script = ({ query }) => {
      const { from = '', to = '' } = Object.fromEntries(query);
      return { body: { data: rows.filter(({ created }) => from <= created && created <= to) } };
    };
    const whole = { ...OPTIONS, cursor_granularity: 'P1D', step: 'P400D', ...more };
    expect(await readInWeeks((await stream(whole)).read)).toEqual(DAYS);
  },
);

test('no range goes beyond the end that a manifest names', async () => {
  const sync = { start_time_option: option('from'), is_client_side_incremental: true, end_datetime: '2025-01-20' };
  const { read } = await stream(sync);
  expect(await readDays(read, '2025-01-08', '2025-01-10')).toEqual(DAYS.slice(7, 21));
});

describe.each([
  ['alone', {}],
  ['and by itself', { is_client_side_incremental: true }],
  ['and as a feed', { is_data_feed: true }],
])('parts lose nothing where a begin is asked for %s, and the API', (_how, more) => {
  const begin = { start_time_option: option('from'), cursor_granularity: 'P1D', step: 'P400D', ...more };

  test('takes it for the day before the first', async () => {
    api.script = ({ query }) => {
      const { from = '' } = Object.fromEntries(query);
      return { body: { data: DAYS.filter((day) => day > from).map((day) => ({ id: day, day })) } };
    };
    // The first of all is what nobody can ask it for so.
    expect(await readInWeeks((await stream(begin)).read)).toEqual(DAYS.slice(1));
  });

  test('goes by another date than the cursor', async () => {
    const rows = DAYS.map((created, at) => ({ id: created, created, day: DAYS[(at + 20) % 31]! }));
    api.script = ({ query }) => {
      const { from = '' } = Object.fromEntries(query);
      return { body: { data: rows.filter(({ created }) => created >= from) } };
    };
    const later = rows.filter(({ created, day }) => day >= created).map(({ id }) => id);
    expect(await readInWeeks((await stream(begin)).read)).toEqual(expect.arrayContaining(later));
  });

  test('counts days in a zone of its own', async () => {
    const moments = DAYS.flatMap((day) => [`${day}T03:00:00Z`, `${day}T20:00:00Z`]);
    api.script = ({ query }) => {
      const { from = '' } = Object.fromEntries(query);
      return {
        body: { data: moments.filter((at) => at >= `${from}T05:00:00Z`).map((at) => ({ id: at, day: at })) },
      };
    };
    const formats = { cursor_datetime_formats: ['%Y-%m-%dT%H:%M:%SZ'] };
    expect(await readInWeeks((await stream({ ...begin, ...formats })).read)).toEqual(moments.slice(1));
  });
});

test('a feed is read no further than to where its days begin', async () => {
  api.script = ({ query }) => {
    const page = Number(Object.fromEntries(query)['page'] ?? 0);
    return {
      body: {
        data: DAYS.toReversed()
          .slice(page * 5, page * 5 + 5)
          .map((day) => ({ id: day, day })),
      },
    };
  };
  const { read } = await stream({ is_data_feed: true }, {}, byPages);
  expect(await readDays(read, '2025-01-20', '2025-01-21')).toEqual(DAYS.slice(18, 22).toReversed());
  expect(api.seen).toHaveLength(3);
});

test('what is asked for by its begin alone is read to its end', async () => {
  const { read, readsDays } = await stream({ start_time_option: option('from') });
  expect(readsDays).toBe(true);
  expect(await readDays(read, '2025-01-08', '2025-01-10')).toEqual(DAYS.slice(7));
});

test('a record that tells no day is one of each part', async () => {
  api.script = () => ({ body: { data: [{ id: 'a' }, { id: 'b', day: '2025-01-20' }] } });
  const { read } = await stream({ is_client_side_incremental: true });
  expect(await readDays(read, '2025-01-08', '2025-01-10')).toEqual(['a']);
});

const bySlice = asks('{{ stream_slice.start_time }}', '{{ stream_slice.end_time }}');
const parent = {
  type: 'DeclarativeStream',
  name: 'parents',
  retriever: {
    type: 'SimpleRetriever',
    requester: { type: 'HttpRequester', url_base: 'https://api.example', path: '/p', ...bySlice },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
  },
  incremental_sync: CURSOR,
};
const config = { type: 'ParentStreamConfig', parent_key: 'id', partition_field: 'of', stream: parent };
const withParent = { partition_router: { type: 'SubstreamPartitionRouter', parent_stream_configs: [config] } };

test.each<[string, boolean, { sync?: object; requester?: object; retriever?: object }]>([
  ['asks for neither begin nor end', false, {}],
  ['asks for a begin alone', true, { sync: { start_time_option: option('from') } }],
  ['has parameters of such names', false, { requester: asks('start_time', 'end_time') }],
  ['has a parent that asks', false, { retriever: withParent }],
  ['asks for what is called alike', false, { requester: asks("{{ config.get('start_time') }}", "{{ 'end_time' }}") }],
  ['asks for others', false, { requester: asks('{{ stream_slice.restart_time }}', '{{ stream_slice.send_time }}') }],
  [
    'asks by its slice',
    true,
    { requester: asks('{{ stream_interval.start_time }}', "{{ stream_slice['end_time'] }}") },
  ],
  [
    'asks by the cursor',
    true,
    { requester: asks('{{ stream_slice.cursor_slice.start_time }}', "{{ stream_slice.get('end_time', '') }}") },
  ],
  [
    'asks where it may',
    true,
    { requester: asks("{{ stream_slice.start_time or '' }}", "{{ stream_slice.end_time if stream_slice else '' }}") },
  ],
  [
    'has a parameter that lists such names beside its slice',
    false,
    { requester: { request_parameters: { fields: 'start_time,end_time,{{ stream_partition.id }}' } } },
  ],
  [
    'asks by names with a mark',
    true,
    {
      sync: { partition_field_start: 'start-date', partition_field_end: 'end-date' },
      requester: asks("{{ stream_slice['start-date'] }}", "{{ stream_slice['end-date'] }}"),
    },
  ],
  ['asks by a name', true, { requester: { request_parameters: { 'f[{{ stream_slice.start_time }}..]': 'x' } } }],
  [
    'asks by another name for its slice',
    true,
    { requester: asks('{% set i = stream_interval %}{{ i.start_time }}', '{{ (stream_slice or {})["end_time"] }}') },
  ],
  [
    'asks by names of its own',
    true,
    {
      sync: { partition_field_start: 'since', partition_field_end: 'until' },
      requester: asks('{{ stream_slice.since }}', '{{ stream_slice.until }}'),
    },
  ],
])('of a stream that %s parts are read: %s', async (_what, areRead, { sync = {}, requester, retriever }) => {
  expect((await stream(sync, requester, retriever)).readsDays).toBe(areRead);
});
