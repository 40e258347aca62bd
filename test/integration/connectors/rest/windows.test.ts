import { connect } from '../../../../connectors/rest/connected.js';
import type { State } from '../../../../connectors/rest/cursors/cursor.js';
import { restConfig } from '../../../../connectors/rest/rest.config.js';
import { DateTime } from '../../../../connectors/rest/time/date-time.js';
import { formatMoment, parseMoment } from '../../../../connectors/rest/time/format.js';
import { scriptedApi, type Script } from '../../../support/scripted-api.js';

/** What the short form asks for by its cursor: everything, once each, whatever the API's way of writing a time. */

/** Reads a stream of the short form from a scripted API, from a state. */
async function readShort(
  streams: object,
  script: Script,
  {
    name,
    state,
    now = '2024-03-10T12:00:00Z',
  }: { readonly name: string; readonly state?: State; readonly now?: string },
) {
  const api = await scriptedApi(script);
  const clock = { now: () => new Date(now), sleep: () => Promise.resolve() };
  const source = await connect(restConfig.parse({ api: { endpoint: api.url, streams }, allow: ['loopback'] }), {
    signal: new AbortController().signal,
    baseFolder: '.',
    clock,
  });
  const records: Readonly<Record<string, unknown>>[] = [];
  let last: State | undefined;
  try {
    for await (const step of (await source.streams()).get(name)!.read({ state }))
      if (step.kind === 'state') last = step.state;
      else records.push(...step.page.records);
    return { records, state: last, api };
  } finally {
    await source.close();
    await api.close();
  }
}

/** Records that begin and end days, in microseconds, as far as a format tells them apart. */
const ENDS = ['2024-03-02T00:00:00', '2024-03-03T00:00:00', '2024-03-04T00:00:00', '2024-03-10T00:00:00']
  .map((text) => Date.parse(`${text}Z`) * 1000)
  .flatMap((day) => [day - 1, day])
  .slice(1);
const cursorOf = (format: string, more: object = {}) => ({
  field: 'at',
  format,
  start: '2024-03-02',
  from: 'from',
  to: 'to',
  ...more,
});
const stream = (cursor: object) => ({ path: '/a', primary_key: 'id', fields: { id: 'integer', at: 'json' }, cursor });

test.each([
  ['%ms'],
  ['%s'],
  ['%s_as_float'],
  ['%epoch_microseconds'],
  ['%Y-%m-%dT%H:%M:%S.%fZ'],
  ['%Y-%m-%dT%H:%M:%S.%_msZ'],
  ['%FT%TZ'],
  ['%F %R'],
  ['%d.%m.%Y'],
])('windows of %s leave no gap and overlap nowhere', async (format) => {
  const all = ENDS.map((micros, id) => ({ id, at: formatMoment(new DateTime(micros, 0), format) }));
  const instant = (text: string) => parseMoment(text, format)!.instant;
  const { records } = await readShort(
    { a: stream(cursorOf(format, { window: '1d' })) },
    ({ query }) => {
      const { from, to } = Object.fromEntries(query);
      return { body: all.filter(({ at }) => instant(from!) <= instant(at) && instant(at) <= instant(to!)) };
    },
    { name: 'a' },
  );
  expect(records.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
});

test('a part of a second in a number moves the bookmark of whole seconds', async () => {
  const at = Date.parse('2024-03-05T10:00:00Z') / 1000;
  const script: Script = () => ({ body: [{ id: 1, at: at + 0.75 }] });
  const { records, state } = await readShort({ a: stream(cursorOf('%s')) }, script, { name: 'a' });
  expect(records).toHaveLength(1);
  expect(state).toMatchObject({ at: String(at) });
});

const since: Script = ({ query }) => {
  const { from } = Object.fromEntries(query);
  return {
    body: [
      { id: 1, at: '2024-03-05' },
      { id: 2, at: '2099-01-01' },
    ].filter(({ at }) => at >= from!),
  };
};

test('a record with a date in the future moves no bookmark', async () => {
  const first = await readShort({ a: stream(cursorOf('%Y-%m-%d')) }, since, { name: 'a' });
  expect(first.records).toHaveLength(2);
  expect(first.state).toMatchObject({ at: '2024-03-05' });
  const next = await readShort({ a: stream(cursorOf('%Y-%m-%d')) }, since, { name: 'a', state: { at: '2099-01-01' } });
  expect(next.records).toHaveLength(2);
});

test.each([
  ['%s', '1788220800000', 'is +058636-'],
  ['%m/%d/%Y', '09/01/2062', 'is 2062-09-01, which is later than now.'],
])('a start later than now (%s %s) is a fault', async (format, start, told) => {
  const reading = readShort({ a: stream(cursorOf(format, { start })) }, since, { name: 'a' });
  await expect(reading).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining(told) });
  await expect(reading).rejects.toThrow('`streams.a.cursor.start`');
});

test.each(['%ms', '%s', '%s_as_float', '%m/%d/%Y', '%Y-%m-%dT%H:%M:%S.%fZ', '%Y-%m-%dT%H:%M:%SZ', '%F %R %z'])(
  'a start may be a day or an instant of ISO 8601 whatever the format is (%s)',
  async (format) => {
    const from = formatMoment(DateTime.of({ year: 2024, month: 3, day: 2 }, 0), format);
    const starts = ['2024-03-02', '2024-03-02T00:00:00Z', '2024-03-02T01:00:00.000+01:00', '2024-03-02T00:00:00', from];
    for (const start of starts) {
      const { api } = await readShort({ a: stream(cursorOf(format, { start })) }, () => ({ body: [] }), { name: 'a' });
      expect([start, ...api.seen[0]!.query]).toContainEqual(['from', from]);
    }
  },
);

test('a start that an option gives wrongly is told with its place and what it may be', async () => {
  const start = "{{ '2024-02-' ~ 30 }}";
  await expect(readShort({ a: stream(cursorOf('%ms', { start })) }, since, { name: 'a' })).rejects.toMatchObject({
    kind: 'config',
    message:
      'Stream "a": `streams.a.cursor.start` is "2024-02-30", which is no day (2026-01-31), no instant (2026-01-31T10:00:00Z), and not written as `format` says ("%ms").',
    details: { stream: 'a', hint: `It comes from "${start}". Correct it, or the option that it reads.` },
  });
});

describe('a stream that is asked for once for each record of another', () => {
  const streams = {
    campaigns: { path: '/campaigns', primary_key: 'id', fields: { id: 'string' } },
    days: {
      path: '/days/{of}',
      primary_key: ['of', 'at'],
      for_each: { stream: 'campaigns', field: 'id', as: 'of' },
      fields: { of: 'string', at: 'date' },
      cursor: cursorOf('%Y-%m-%d'),
    },
  };
  const days = async (ids: readonly string[], state?: State) => {
    const script: Script = ({ path }) => ({
      body:
        path === '/campaigns' ? ids.map((id) => ({ id })) : [{ at: path === '/days/a' ? '2024-03-05' : '2024-03-03' }],
    });
    const { api, state: last } = await readShort(streams, script, { name: 'days', ...(state && { state }) });
    const asked = api.seen.filter(({ path }) => path !== '/campaigns');
    return { asked: asked.map(({ path, query }) => `${path} ${Object.fromEntries(query)['from']}`), state: last };
  };

  test('reads all of one that appears later', async () => {
    const first = await days(['a']);
    expect((await days(['a', 'b'], first.state)).asked).toEqual(['/days/a 2024-03-05', '/days/b 2024-03-02']);
  });

  test.each([
    ['2024-03-11', '2024-03-11'],
    ['2099-01-01', '2024-03-02'],
  ])('a newest of all of %s, where now is 2024-03-10, begins at %s', async (at, from) => {
    const state = { use_global_cursor: true, state: { at }, lookback_window: 0 };
    const { asked } = await days(['a'], state);
    expect(asked).toEqual(from > '2024-03-10' ? [] : [`/days/a ${from}`]);
  });

  test('goes on from the newest of all where there are too many to keep a state of each', async () => {
    const state = { use_global_cursor: true, state: { at: '2024-03-05' }, lookback_window: 0 };
    expect((await days(['a', 'b'], state)).asked).toEqual(['/days/a 2024-03-05', '/days/b 2024-03-05']);
  });
});
