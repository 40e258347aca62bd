import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stopTestServer } from '../../support/postgres.js';
import { fields, openBench, rows, type Bench } from './runs.js';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());
afterAll(stopTestServer);

const ITEM = { fields: fields('id integer', 'channel string?') };
const GIVEN = [
  { id: 1, channel: 'email' },
  { id: 2, channel: 'fax' },
  { id: 3, channel: null },
];
const table = () => bench.query('SELECT id::int FROM raw_test.items ORDER BY id');
const quarantine = () => bench.query('SELECT reason, record_values FROM tributary.quarantine ORDER BY reason');

describe('an expectation on records', () => {
  const set = { set: { channel: ['email'] } };
  it('that warns lets the record land', async () => {
    const outcome = await bench.run(rows(ITEM, GIVEN), {
      rules: {
        expect: [
          { ...set, severity: 'warn' },
          { not_null: ['channel'], severity: 'warn' },
        ],
      },
    });
    expect(outcome).toMatchObject({ state: 'succeeded', exitCode: 0, ledger: { quarantined: 0, inserted: 3 } });
    expect(await table()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it('that fails the stream ends it with code 9, commits nothing of it, and shows the record', async () => {
    await bench.run(rows(ITEM, [{ id: 9, channel: 'email' }]));
    const outcome = await bench.run(rows(ITEM, GIVEN), { rules: { expect: [{ ...set, severity: 'fail' }] } });
    expect(outcome).toMatchObject({ state: 'failed', exitCode: 9, ledger: { inserted: 0 } });
    expect(outcome.error?.message).toMatch(/breaks expect\.set\(channel\): Field "channel" is none of the values/);
    expect(JSON.stringify(outcome)).not.toContain('fax');
    expect(await table()).toEqual([{ id: 9 }]);
    expect(await quarantine()).toMatchObject([{ reason: 'not_in_set' }]);
  });
});

describe('an expectation on a stream as a whole', () => {
  const judged = () => bench.events.flatMap((event) => (event.type === 'expectations_judged' ? event.results : []));
  const old = { fields: fields('id integer', 'day date?', 'channel string?') };
  const days = [
    { id: 1, day: '2026-03-08', channel: 'email' },
    { id: 2, day: '2026-03-09', channel: 'email' },
  ];
  const at = {
    clock: {
      now: () => new Date('2026-03-10T12:00:00Z'),
      sleep: async () => undefined,
      id: () => randomUUID(),
      random: () => 0,
    },
  };

  it('tells all of them, those that hold too', async () => {
    const outcome = await bench.run(rows(old, days), {
      request: at,
      rules: {
        expect: [
          { unique: ['channel'] },
          { min_rows: 3 },
          { freshness: '24h', column: 'day' },
          { freshness: '48h', column: 'day' },
          { set: { channel: ['email'] } },
        ],
      },
    });
    expect(outcome).toMatchObject({ state: 'succeeded', exitCode: 0 });
    expect(judged()).toEqual([
      { rule: 'expect.unique(channel)', severity: 'warn', broken: 1, found: '1 rows repeat another one' },
      { rule: 'expect.min_rows(3)', severity: 'warn', broken: 1, found: 'the run brought 2 rows' },
      { rule: 'expect.freshness(day, 24h)', severity: 'warn', broken: 1, found: 'the newest is 36 hours old' },
      { rule: 'expect.freshness(day, 48h)', severity: 'warn', broken: 0 },
      { rule: 'expect.set(channel)', severity: 'quarantine', broken: 0 },
    ]);
    expect(outcome.streams[0]?.expectations).toEqual(judged());
  });

  it('that fails keeps the data, and ends with code 9', async () => {
    const outcome = await bench.run(rows(old, days), {
      rules: { expect: [{ min_rows: 3, severity: 'fail' }] },
    });
    expect(outcome).toMatchObject({ state: 'failed', exitCode: 9, ledger: { inserted: 2 } });
    expect(outcome.error?.message).toBe('Stream "items" breaks expect.min_rows(3): the run brought 2 rows.');
    expect(await table()).toHaveLength(2);
  });

  it('asks for the usual volume what the host remembers', async () => {
    const volume = async () => ({ usual: 2_000 });
    await bench.run(rows(old, days), { request: { volume }, rules: { expect: [{ volume: 'weekly_pattern' }] } });
    expect(judged()).toMatchObject([{ broken: 1, found: 'the run read 2, usual on this weekday and hour are 2000' }]);
  });
});

it('one that the destination cannot judge is refused before anything is read', async () => {
  const session = await bench.session();
  const blind = { ...session, repeated: undefined } as unknown as typeof session;
  const outcome = await bench.run(rows(ITEM, GIVEN), {
    request: { destination: blind },
    rules: { expect: [{ unique: ['id'] }] },
  });
  expect(outcome).toMatchObject({
    state: 'failed',
    exitCode: 3,
    error: { message: expect.stringContaining('cannot judge expect.unique(id)') },
  });
  await blind.close();
});

describe('what the steps did', () => {
  it('stands in the ledger: left out by where, made null, put aside by an expectation, made a token', async () => {
    const item = { fields: fields('id integer', 'sent integer?', 'clicked integer?', 'channel string?') };
    const outcome = await bench.run(
      rows(item, [
        { id: 1, sent: 5, clicked: 1, channel: 'email' },
        { id: 2, sent: 5, clicked: 9, channel: 'email' },
        { id: 3, sent: 5, clicked: null, channel: '-' },
        { id: 4, sent: 0, clicked: 0, channel: 'email' },
      ]),
      {
        rules: {
          map: [
            { where: 'sent > 0' },
            { nulls: { channel: ['-'] } },
            { set: { rest: 'sent - clicked' } },
            { cast: { rest: 'integer' } },
          ],
          expect: [{ compare: 'clicked <= sent' }],
          protect: { channel: { tokenize: { key: Buffer.alloc(32, 1), version: 1 } } },
        },
      },
    );
    expect(outcome).toMatchObject({ ledger: { read: 4, filtered: 1, quarantined: 1, inserted: 2 } });
    const steps = {
      'map.where(sent > 0)': 1,
      'map.nulls(channel)': 1,
      'expect.compare(clicked <= sent)': 1,
      'protect.tokenize(channel)': 1,
    };
    expect(outcome.streams[0]?.steps).toEqual(steps);
    expect(await bench.query('SELECT steps FROM tributary.ledger')).toEqual([{ steps }]);
    expect(await bench.query('SELECT id::int, rest::int FROM raw_test.items ORDER BY id')).toEqual([
      { id: 1, rest: 4 },
      { id: 3, rest: null },
    ]);
  });
});
