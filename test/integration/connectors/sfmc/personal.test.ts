import type { SourceStream } from '../../../../core/protocol/index.js';
import { dataExtensions as simulated, type DataExtension } from '../../../simulators/sfmc/data-extensions.js';
import { MIDS } from '../../../simulators/sfmc/world.js';
import { stopTestServer } from '../../../support/postgres.js';
import { openBench, SCHEMA, type Bench } from '../../engine/runs.js';
import { keptMembers, open, withSite, type Site } from './reading.js';

const NOW = '2026-11-03T15:00:00Z';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(async () => {
  await bench.close();
});
afterAll(stopTestServer);

const small = (run: (site: Site) => Promise<void>) =>
  withSite({ now: NOW, start: '2026-10-30', members: 40, pageSize: 40 }, run);

type Protect = Readonly<Record<string, 'keep' | 'drop' | { readonly tokenize: { key: Buffer; version: number } }>>;

async function withStreams<T>(
  site: Site,
  changes: Readonly<Record<string, unknown>>,
  run: (streams: Readonly<Record<string, SourceStream>>) => Promise<T>,
): Promise<T> {
  const source = await open(site, changes);
  try {
    return await run(await source.streams(() => undefined));
  } finally {
    await source.close();
  }
}

/** One run of some streams with what `protect` says of each. */
const sync = (site: Site, protect: Readonly<Record<string, Protect>>) =>
  withStreams(site, {}, (offered) =>
    bench.run(Object.fromEntries(Object.keys(protect).map((name) => [name, offered[name]!])), {
      rules: (stream) => ({ protect: protect[stream]! }),
      request: { startedAt: new Date(site.simulator.now()) },
    }),
  );

const personalOf = ({ catalog }: SourceStream) =>
  catalog.fields.filter(({ personal }) => personal === true).map(({ name }) => name);

const refusal = (stream: string, columns: string) => ({
  stream,
  state: 'failed',
  error: {
    kind: 'config',
    message: `Stream "${stream}" has columns that tell who a person is, and nobody has said what becomes of: ${columns}.`,
    hint: expect.stringContaining('Give each a rule under `protect`'),
  },
});

test('each stream marks the columns that tell who a person is', () =>
  small((site) =>
    withStreams(site, { subscribers: true }, async (streams) => {
      const marked = Object.entries(streams).map(([name, stream]) => [name, personalOf(stream)]);
      expect(Object.fromEntries(marked.filter(([, columns]) => columns!.length > 0))).toEqual({
        message_days: ['subscriber_key'],
        sent_events: ['subscriber_key', 'subscriber_id'],
        open_events: ['subscriber_key'],
        click_events: ['subscriber_key'],
        bounce_events: ['subscriber_key'],
        unsubscribe_events: ['subscriber_key'],
        subscribers: ['subscriber_key', 'subscriber_id'],
        members: ['subscriberkey'],
        sms_messages: ['subscriberkey'],
        push_messages: ['subscriberkey'],
        answers: ['subscriberkey'],
      });
    }),
  ));

test('of a data extension they are what the service types or sends by, and what is named as such', () =>
  small(async (site) => {
    const patients: DataExtension = {
      account: MIDS[0],
      key: 'patients',
      name: 'Patients',
      sendableField: 'MemberNo',
      fields: {
        MemberNo: 'Text!',
        Inbox: 'EmailAddress',
        Reach: 'Phone',
        'Contact Key': 'Text',
        'Work E-Mail': 'Text',
        MobileNumber: 'Text',
        DeviceID: 'Text',
        HasEmail: 'Boolean',
        Region: 'Text',
      },
      rows: () => [],
    };
    (simulated as DataExtension[]).push(patients);
    try {
      const data_extensions = [{ stream: 'patients', data_extension: 'patients' }];
      await withStreams(site, { data_extensions }, async ({ patients: stream }) =>
        expect(personalOf(stream!).toSorted()).toEqual([
          'contact_key',
          'deviceid',
          'inbox',
          'memberno',
          'mobilenumber',
          'reach',
          'work_e_mail',
        ]),
      );
    } finally {
      (simulated as DataExtension[]).pop();
    }
  }));

test('a stream without a rule is refused before anything of it is read, and lands with `keep`', () =>
  small(async (site) => {
    const isAskedForRows = () => site.simulator.requests.some(({ route }) => /rowset|SentEvent/.test(route));
    const refused = await sync(site, { message_days: {}, answers: {} });
    expect(refused).toMatchObject({
      state: 'failed',
      streams: [refusal('message_days', 'subscriber_key'), refusal('answers', 'subscriberkey')],
    });
    expect(isAskedForRows()).toBe(false);
    const tables = `SELECT 1 FROM information_schema.tables WHERE table_schema = '${SCHEMA}' AND table_name IN ('message_days', 'answers')`;
    expect(await bench.query(tables)).toEqual([]);

    const kept = { message_days: keptMembers('message_days').protect!, answers: keptMembers('answers').protect! };
    expect(await sync(site, kept)).toMatchObject({ state: 'succeeded' });
    expect(isAskedForRows()).toBe(true);
    const keys = new Set(site.simulator.world.members.map(({ key }) => key));
    const landed = await bench.query<{ subscriberkey: string }>(`SELECT subscriberkey FROM ${SCHEMA}.answers`);
    expect(landed.length).toBeGreaterThan(0);
    expect(landed.every(({ subscriberkey }) => keys.has(subscriberkey))).toBe(true);
  }));

test('a line that is forgotten later, or cast away, leaves the tokens as they are', () =>
  small(async (site) => {
    const tokenize = { key: Buffer.from('k'.repeat(32)), version: 1 };
    const members = { subscriberkey: { tokenize } };
    const rows = () => bench.query(`SELECT subscriberkey FROM ${SCHEMA}.answers ORDER BY answerid`);
    expect(await sync(site, { members, answers: members })).toMatchObject({ state: 'succeeded' });
    const tokens = await rows();
    expect(tokens.length).toBeGreaterThan(0);

    expect(await sync(site, { members, answers: {} })).toMatchObject({
      state: 'partial',
      streams: [{ stream: 'members', state: 'complete' }, refusal('answers', 'subscriberkey')],
    });
    expect(await rows()).toEqual(tokens);

    const recast = await withStreams(site, {}, ({ answers }) =>
      bench.run({ answers: answers! }, { rules: { map: [{ cast: { subscriberkey: 'string' } }] } }),
    );
    expect(recast).toMatchObject({ state: 'failed', streams: [refusal('answers', 'subscriberkey')] });
    expect(await rows()).toEqual(tokens);
  }));
