import { parseSoap, type SoapAnswer } from '../../../../connectors/sfmc/sfmc.xml.js';
import { serverInstant, startOfDay } from '../../../../connectors/sfmc/sfmc.time.js';
import type { FaultKind } from '../../../simulators/sfmc/faults.js';
import { objectTypes } from '../../../simulators/sfmc/objects.js';
import { defaultPackage, SCOPES, type SfmcSimulatorOptions } from '../../../simulators/sfmc/server.js';
import { instantOfText, serverTime } from '../../../simulators/sfmc/server-time.js';
import { MIDS } from '../../../simulators/sfmc/world.js';
import { merged, open, read, withSite, type Site } from './reading.js';

const small = (options: Partial<SfmcSimulatorOptions>, run: (site: Site) => Promise<void>) =>
  withSite({ now: '2026-11-03T15:00:00Z', start: '2026-10-30', members: 60, pageSize: 4, ...options }, run);
/** What tells two events apart, of those that have a member. */
const EVENT_KEY = ['account_id', 'send_id', 'event_date', 'subscriber_key', 'batch_id', 'occurrence'];

const visible = ({ simulator }: Site, type: string) =>
  simulator.world.events.filter((event) => event.type === type && event.arrivedAt <= Date.parse(simulator.now()))
    .length;

test.each<[FaultKind, string, string, RegExp?]>([
  ['throttle', 'soap:OpenEvent', 'rate_limit', /rate limit is exceeded \("soap:Server \| Rate limit/],
  ['outage', 'soap:OpenEvent', 'transient', /fault of its own/],
  ['maintenance', 'soap:OpenEvent', 'transient', /account is in maintenance/],
  ['500', 'soap:OpenEvent', 'transient', /answered 500 without a SOAP fault/],
  ['reset', 'soap:OpenEvent', 'transient'],
  ['html200', 'soap:OpenEvent', 'source', /broken or no SOAP/],
  ['truncated', 'soap:OpenEvent', 'source', /broken or no SOAP/],
  ['expired_token', 'soap:OpenEvent', 'auth', /token has expired/],
  ['permission', 'soap:OpenEvent', 'auth', /OpenEvent of business unit 510001.*lacks the permission/],
  ['truncated', 'soap:SentEvent:continue', 'source', /begun anew 8 times/],
  ['duplicate_page', 'soap:SentEvent:continue', 'source', /the same page came twice/],
  ['500', 'token', 'transient'],
])('%s in %s: passes once, and is an error of kind %s without end', (kind, route, expected, message = /./) =>
  small({}, async (site) => {
    if (kind !== 'permission') site.simulator.faults.set({ route, kind, nth: route === 'token' ? 1 : 2 });
    const [stream, type] = route.includes('Sent')
      ? (['sent_events', 'SentEvent'] as const)
      : (['open_events', 'OpenEvent'] as const);
    const { rows } = await read(site, stream);
    expect(merged(rows, EVENT_KEY)).toHaveLength(visible(site, type));
    expect(site.simulator.faults.waiting()).toEqual([]);
    site.simulator.faults.set({ route, kind, every: 1 });
    await expect(read(site, stream)).rejects.toMatchObject({
      kind: expected,
      message: expect.stringMatching(message),
      details: { hint: expect.stringMatching(/.{10}/) },
    });
  }),
);

test('a continuation is never asked for twice: a page that was lost begins the span anew, by halves', () =>
  small({ faults: [{ route: 'soap:OpenEvent:continue', kind: 'reset', nth: 2 }] }, async (site) => {
    const { rows, warnings } = await read(site, 'open_events');
    expect(merged(rows, EVENT_KEY)).toHaveLength(visible(site, 'OpenEvent'));
    expect(rows.length).toBeGreaterThan(visible(site, 'OpenEvent'));
    expect(warnings).toEqual([expect.stringMatching(/^OpenEvent of business unit \d+ was read anew: POST .*closed/)]);
  }));

test.each<[FaultKind, string, string]>([
  ['429', 'journeys', 'rate_limit'],
  ['429_blocked', 'assets', 'rate_limit'],
  ['500', 'campaigns', 'transient'],
  ['truncated', 'members', 'source'],
  ['html200', 'assets', 'source'],
  ['expired_token', 'sms_messages', 'auth'],
  ['permission', 'journeys', 'auth'],
])('%s in the REST of %s', (kind, stream, expected) =>
  small({}, async (site) => {
    const route = '/';
    if (kind !== 'permission') site.simulator.faults.set({ route, kind, nth: 1 });
    const { rows } = await read(site, stream);
    const counts: Record<string, number> = { journeys: 57, assets: 103, campaigns: 3, members: 60 };
    const sms = site.simulator.world.sms.filter(({ at }) => at <= Date.parse(site.simulator.now())).length;
    expect(merged(rows, ['account_id', 'id', 'version', 'subscriberkey', 'mobilemessagetrackingid'])).toHaveLength(
      counts[stream] ?? sms,
    );
    site.simulator.faults.set({ route, kind, every: 1 });
    await expect(read(site, stream)).rejects.toMatchObject({ kind: expected });
  }),
);

test('a snapshot of rows that has expired is begun anew', () =>
  small({}, async (site) => {
    const { clock, simulator } = site;
    const source = await open(site);
    const stream = (await source.streams(() => undefined))['members']!;
    if (stream.kind !== 'full_refresh') throw new Error('not whole');
    const warnings: string[] = [];
    const rows = [];
    const request = {
      slice: { id: 'all' },
      signal: new AbortController().signal,
      warn: (text: string) => void warnings.push(text),
    };
    for await (const page of stream.read(request)) {
      if (rows.length === 0) await clock.sleep(11 * 60_000);
      rows.push(...page);
    }
    await source.close();
    expect(merged(rows, ['subscriberkey'])).toHaveLength(60);
    expect(warnings).toEqual([expect.stringContaining('was read anew')]);
    expect(Object.keys(rows[0]!).sort()).toEqual(['account_id', 'region', 'segment', 'subscriberkey']);
    expect(simulator.requests.filter(({ status }) => status >= 500)).toEqual([]);
  }));

test('many pages over an hour take a token each 17 minutes, one for each business unit', () =>
  small({}, async (site) => {
    const source = await open(site);
    const streams = await source.streams(() => undefined);
    const sends = streams['sends']!;
    if (sends.kind !== 'full_refresh') throw new Error('not whole');
    const request = { slice: { id: 'all' }, signal: new AbortController().signal, warn: () => undefined };
    for (let minute = 0; minute < 60; minute += 6) {
      await Promise.all(
        [1, 2, 3].map(async () => {
          for await (const page of sends.read(request)) expect(page.length).toBeGreaterThan(0);
        }),
      );
      await site.clock.sleep(6 * 60_000);
    }
    await source.close();
    // At 0, 18, 36 and 54 minutes; whoever finds it old meanwhile waits for the one that is fetched.
    expect(site.simulator.requests.filter(({ route }) => route === 'token')).toHaveLength(4 * MIDS.length);
    expect(site.simulator.requests.filter(({ status }) => status >= 400)).toEqual([]);
  }));

test('what the package may not do, and what is not there, is told with the next step', async () => {
  await small({}, async (site) => {
    const refused = (changes: object) =>
      open(site, { ...changes }).then((source) => source.check().finally(() => source.close()));
    await refused({});
    await expect(refused({ client_secret: 'wrong' })).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringMatching(
        /unit 510001: .*answered 401 `invalid_client`: `client_id` or `client_secret` is wrong/,
      ),
    });
    await expect(refused({ accounts: [7] })).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringMatching(/answered 400 `invalid_grant`: the package has no access to this business unit/),
      details: { hint: expect.stringContaining('`accounts`') },
    });
    const one = (changes: object) =>
      read(site, 'm', { data_extensions: [{ stream: 'm', data_extension: 'Care_Members', ...changes }] });
    await expect(one({ data_extension: 'nowhere' })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('"nowhere"'),
    });
    await expect(one({ fields: ['Colour'] })).rejects.toThrow('has no field "Colour"');
    await expect(one({ fields: ['Region'] })).rejects.toThrow('of business unit 510001 needs subscriberkey');
    await expect(one({ account: 9 })).rejects.toThrow('business unit 9 is not in `accounts`');
  });
  const lesser = { ...defaultPackage, scopes: SCOPES.filter((scope) => !/journeys|tracking/.test(scope)) };
  await small({ packages: [lesser] }, async (site) => {
    for (const [stream, scope] of [
      ['journeys', 'journeys_read'],
      ['sent_events', 'tracking_events_read'],
    ] as const)
      await expect(read(site, stream)).rejects.toMatchObject({
        kind: 'auth',
        details: { fault: 'permission', hint: expect.stringContaining(scope) },
      });
  });
});

test('a property that an object does not know is left out and told', () =>
  small({}, async (site) => {
    const known = objectTypes['SentEvent']!.properties as string[];
    known.splice(known.indexOf('SubscriberID'), 1);
    try {
      const { rows, warnings } = await read(site, 'sent_events');
      expect(rows.length).toBe(visible(site, 'SentEvent'));
      expect(new Set(rows.map(({ subscriber_id }) => subscriber_id))).toEqual(new Set([null]));
      expect(warnings).toEqual(['SentEvent does not know SubscriberID; their columns stay empty.']);
    } finally {
      known.push('SubscriberID');
    }
  }));

test('no mail address, and nothing that stands for a member in a link, is read', () =>
  small({}, async (site) => {
    const all = { subscribers: true };
    for (const stream of ['click_events', 'bounce_events', 'subscribers', 'emails', 'members']) {
      const { rows } = await read(site, stream, all);
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toMatch(
        /@|\?m=/,
      );
    }
    const { rows } = await read(site, 'bounce_events');
    expect(rows[0]).toMatchObject({ smtp_reason: '5.1.1 <***>: no such user & no "box"', smtp_code: '550' });
  }));

test('instants of the server are UTC-6 all the year, in each form', () => {
  expect(
    [
      '2026-07-01T00:30:00.5',
      '2026-07-01T06:30:00Z',
      '7/1/2026 12:30:00 AM',
      '2026-07-01',
      '0001-01-01T00:00:00',
      'x',
    ].map(serverInstant),
  ).toEqual([
    '2026-07-01T00:30:00.5-06:00',
    '2026-07-01T06:30:00Z',
    '2026-07-01T00:30:00-06:00',
    '2026-07-01T00:00:00-06:00',
    null,
    'x',
  ]);
  const starts = ['2026-03-08', '2026-03-09', '2026-11-01', '2026-11-02'].map((day) =>
    startOfDay(day, 'America/Chicago'),
  );
  expect(starts.map((start) => start.toISOString().slice(5, 16))).toEqual([
    '03-08T06:00',
    '03-09T05:00',
    '11-01T05:00',
    '11-02T06:00',
  ]);
  // The simulator reads the facts by itself, and comes to the same.
  expect(serverTime(Date.parse('2026-07-01T06:30:00Z'))).toEqual({
    iso: '2026-07-01T00:30:00',
    us: '7/1/2026 12:30:00 AM',
  });
  expect(instantOfText('2026-07-01T00:30:00')).toBe(Date.parse('2026-07-01T06:30:00Z'));
});

test('a SOAP answer is read whole, whatever its prefixes, however long, and a part of one is refused', () => {
  const results = Array.from(
    { length: 3000 },
    (_, id) =>
      `<w:Results><w:ID>${id}</w:ID><w:Name><![CDATA[ü<${id}]]></w:Name><w:Email><w:ID>9007199254740993</w:ID></w:Email><w:None/></w:Results>`,
  );
  const text = `<s:Envelope xmlns:s="x"><s:Body><w:RetrieveResponseMsg><w:OverallStatus> OK </w:OverallStatus><w:RequestID>r</w:RequestID>${results.join('')}</w:RetrieveResponseMsg></s:Body></s:Envelope>`;
  const parse = (body: string) => parseSoap(Buffer.from(body), { status: 200, headers: {} }) as SoapAnswer;
  const answer = parse(text);
  expect(answer).toMatchObject({ status: 'OK', requestId: 'r' });
  expect(answer.results).toHaveLength(3000);
  expect(answer.results[2999]).toEqual({ ID: '2999', Name: 'ü<2999', 'Email.ID': '9007199254740993', None: null });
  for (const part of [text.slice(0, -13), text.slice(0, 90_000), '', '<html></html>'])
    expect(() => parse(part)).toThrow('broken or no SOAP');
});

test('a fault of a route that there is none of is refused', () =>
  small({}, async ({ simulator }) => {
    expect(() => simulator.faults.set({ route: 'nowhere', kind: '429' })).toThrow('Unknown route');
  }));
