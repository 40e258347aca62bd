import type { RecordData } from '../../../../core/protocol/index.js';
import { dataExtensions as simulated, type DataExtension } from '../../../simulators/sfmc/data-extensions.js';
import { isSeen, MIDS, subjectOf, type Event, type EventType, type SfmcWorld } from '../../../simulators/sfmc/world.js';
import { merged, read, withSite, type Site } from './reading.js';

const NOW = '2026-11-03T15:00:00Z';
const now = Date.parse(NOW);

const small = (run: (site: Site) => Promise<void>) =>
  withSite({ now: NOW, start: '2026-10-30', members: 40, pageSize: 40 }, run);

/** Rows as text in one order, instants as what they are: the column says which texts are such. */
const told = (rows: readonly object[], instants: readonly string[] = []) =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.fromEntries(
          Object.entries(row)
            .map(([name, value]) => [
              name,
              instants.includes(name) && value !== null ? new Date(value as string | number).toISOString() : value,
            ])
            .toSorted(),
        ),
        (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value),
      ),
    )
    .toSorted();

const DATES = ['created_date', 'modified_date'];
/** What the simulated service says of things that the world has no dates of. */
const MADE = { created_date: '2026-01-05T15:00:00Z', modified_date: '2026-02-05T15:00:00Z' };
const dates = ({ createdAt, modifiedAt }: { readonly createdAt: number; readonly modifiedAt: number }) => ({
  created_date: createdAt,
  modified_date: modifiedAt,
});
const per = <T extends object>(rowsOf: (account: number) => readonly T[]) =>
  MIDS.flatMap((account_id) => rowsOf(account_id).map((row) => ({ account_id, ...row })));

function journeys({ library }: SfmcWorld) {
  return library.journeys.map((journey) => ({
    account_id: journey.account,
    id: journey.id,
    version: journey.version,
    definition_id: journey.definition,
    key: journey.key,
    name: journey.name,
    status: journey.status,
    ...dates(journey),
    last_published_date: journey.publishedAt,
    current_population: journey.inside,
    cumulative_population: journey.entered,
    met_goal: journey.metGoal,
    met_exit_criteria: journey.left,
    goal_performance: journey.goalShare,
  }));
}

const assets = ({ library }: SfmcWorld) =>
  library.assets.map((asset) => ({
    account_id: asset.account,
    id: asset.id,
    customer_key: asset.key,
    name: asset.name,
    asset_type: asset.type,
    legacy_id: asset.emailId === null ? null : String(asset.emailId),
    ...dates(asset),
  }));

const campaigns = ({ library }: SfmcWorld) =>
  library.labels.map((label) => ({
    account_id: label.account,
    id: String(label.id),
    name: label.name,
    description: label.description,
    campaign_code: label.code,
    ...dates(label),
  }));

const lists = ({ library }: SfmcWorld) =>
  library.lists.map((list) => ({
    account_id: list.account,
    list_id: list.id,
    name: list.name,
    customer_key: list.key,
    ...dates(list),
  }));

const emails = ({ jobs }: SfmcWorld) =>
  per((account) => {
    const own = new Map(jobs.filter((job) => job.account === account).map(({ emailId, name }) => [emailId, name]));
    return [...own].map(([email_id, name]) => ({
      email_id,
      name,
      subject: `${name} & more`,
      customer_key: `e${email_id}`,
      category_id: 12_000 + (email_id % 4),
      ...MADE,
    }));
  });

const leftAt = ({ events }: SfmcWorld, key: string): number | null => {
  const own = events.filter(({ type, member }) => type === 'UnsubEvent' && member?.key === key);
  const seen = own.filter((event) => isSeen(event, now)).map(({ at }) => at);
  return seen.length === 0 ? null : Math.min(...seen);
};

const subscribers = (world: SfmcWorld) =>
  per(() =>
    world.members.map(({ key, id, joinedAt }) => ({
      subscriber_key: key,
      subscriber_id: id,
      status: leftAt(world, key) === null ? 'Active' : 'Unsubscribed',
      created_date: joinedAt,
      unsubscribed_date: leftAt(world, key),
    })),
  );

function sends({ jobs, events }: SfmcWorld) {
  const begun = jobs.filter(({ sentAt }) => sentAt <= now);
  return begun.map((job) => {
    const own = events.filter((event) => event.job === job && isSeen(event, now));
    const of = (type: EventType) => own.filter((event) => event.type === type);
    const unique = (type: EventType) => new Set(of(type).map(({ member }) => member)).size;
    const bounced = of('BounceEvent').length;
    return {
      account_id: job.account,
      send_id: job.id,
      email_id: job.emailId,
      email_name: job.name,
      subject: subjectOf(job),
      status: 'Complete',
      send_date: job.sentAt,
      sent_date: job.triggeredId === null ? job.sentAt + 30_000 : null,
      created_date: job.sentAt - 3_600_000,
      modified_date: job.sentAt,
      number_sent: of('SentEvent').length,
      number_delivered: of('SentEvent').length - bounced,
      number_targeted: of('SentEvent').length,
      number_errored: 0,
      number_excluded: 0,
      unique_opens: unique('OpenEvent'),
      unique_clicks: unique('ClickEvent'),
      unsubscribes: unique('UnsubEvent'),
      hard_bounces: bounced,
      soft_bounces: 0,
      other_bounces: 0,
    };
  });
}

const dataExtensions = () =>
  (
    [
      [MIDS[0], 'Care_Members', 'Members', true],
      [MIDS[0], 'sms_tracking', 'SMS tracking', false],
      [MIDS[0], 'push_tracking', 'Push tracking', false],
      [MIDS[0], 'Answers', 'What members did after an email', false],
      [MIDS[1], 'no key {1}', 'Answers of a form', false],
    ] as const
  ).map(([account_id, customer_key, name, is_sendable]) => ({ account_id, customer_key, name, is_sendable, ...MADE }));

test.each<[string, (world: SfmcWorld) => readonly object[], readonly string[]]>([
  ['journeys', journeys, [...DATES, 'last_published_date']],
  ['assets', assets, DATES],
  ['campaigns', campaigns, DATES],
  ['lists', lists, DATES],
  ['emails', emails, DATES],
  ['subscribers', subscribers, ['created_date', 'unsubscribed_date']],
  ['sends', sends, [...DATES, 'send_date', 'sent_date']],
  ['data_extensions', dataExtensions, DATES],
])('%s are those of the world, cell by cell', (stream, expected, instants) =>
  small(async (site) => {
    const { rows, warnings } = await read(site, stream, { subscribers: true });
    const all = expected(site.simulator.world);
    expect(told(rows, instants)).toEqual(told(all, instants));
    expect(warnings).toEqual([]);
    // A column in which all cells are the same shows little; those of the world differ.
    if (stream === 'subscribers')
      expect(all.some((row) => (row as RecordData)['unsubscribed_date'] !== null)).toBe(true);
  }),
);

const AT = {
  members: [],
  sms_messages: ['actiondatetime'],
  push_messages: ['senddatetime', 'opendatetime'],
  answers: ['answeredat'],
};

const ROWS: Readonly<Record<keyof typeof AT, (world: SfmcWorld) => readonly object[]>> = {
  members: ({ members }) =>
    members.map(({ key, region, segment }, index) => ({
      account_id: MIDS[0],
      subscriberkey: key,
      region,
      segment,
      // An empty text is no answer.
      isenrolled: [true, false, null][index % 3],
    })),
  sms_messages: ({ sms }) =>
    sms
      .filter(({ at }) => at <= now)
      .map(({ id, message, member, at, isStop, isDelivered, isTest }) => ({
        account_id: MIDS[0],
        mobilemessagetrackingid: id,
        messageid: message,
        subscriberkey: member.key,
        actiondatetime: at,
        sent: !isStop,
        delivered: isDelivered,
        optout: isStop,
        istest: isTest,
      })),
  push_messages: ({ pushes }) =>
    pushes
      .filter(({ at }) => at <= now)
      .map(({ id, message, member, at, isDelivered, openedAt }) => ({
        account_id: MIDS[0],
        pushid: id,
        messagename: message,
        subscriberkey: member.key,
        senddatetime: at,
        status: isDelivered ? 'Success' : 'Fail',
        opendatetime: openedAt === null || openedAt > now ? null : Math.floor(openedAt / 1000) * 1000,
      })),
  answers: ({ answers }) =>
    answers
      .filter(({ arrivedAt }) => arrivedAt <= now)
      .map(({ id, type, job, member, at }) => ({
        account_id: MIDS[0],
        answerid: id,
        answertype: type,
        subscriberkey: member.key,
        jobid: job.id,
        answeredat: Math.floor(at / 1000) * 1000,
      })),
};

test.each(Object.keys(AT) as (keyof typeof AT)[])('the rows of %s are those of the world, cell by cell', (stream) =>
  small(async (site) => {
    const configured = site.config['data_extensions'] as { stream: string; fields: string[] }[];
    const data_extensions = configured.map((one) =>
      one.stream === 'members' ? { ...one, fields: [...one.fields, 'IsEnrolled'] } : one,
    );
    const { rows } = await read(site, stream, { data_extensions });
    const expected = ROWS[stream](site.simulator.world);
    expect(expected.length).toBeGreaterThan(5);
    expect(told(rows, AT[stream])).toEqual(told(expected, AT[stream]));
  }),
);

test('rows of a data extension without a key are told apart by that of the service, and decimals keep their digits', () =>
  small(async (site) => {
    const one = { stream: 'form', data_extension: 'no key {1}', account: MIDS[1] };
    const { rows } = await read(site, 'form', { data_extensions: [one] });
    expect(rows).toEqual([
      { account_id: MIDS[1], custom_object_key: '1', answer: 'yes', score: '1.50' },
      { account_id: MIDS[1], custom_object_key: '2', answer: 'yes', score: '1.50' },
      { account_id: MIDS[1], custom_object_key: '3', answer: 'no', score: null },
    ]);
  }));

test('two fields that make one column are told, and one of them is read where it is named', () =>
  small(async (site) => {
    const fields = { ID: 'Number!', 'Plan Type': 'Text', Plan_Type: 'Text' };
    const plans = {
      account: MIDS[0],
      key: 'plans',
      name: 'Plans',
      fields,
      rows: () => [{ ID: '1', 'Plan Type': 'HMO' }],
    };
    (simulated as DataExtension[]).push(plans);
    try {
      const one = { stream: 'plans', data_extension: 'plans' };
      await expect(read(site, 'plans', { data_extensions: [one] })).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringContaining('two fields that make the column plan_type'),
      });
      const named = { ...one, fields: ['ID', 'Plan Type'] };
      const { rows } = await read(site, 'plans', { data_extensions: [named] });
      expect(rows).toEqual([{ account_id: MIDS[0], id: 1, plan_type: 'HMO' }]);
    } finally {
      (simulated as DataExtension[]).pop();
    }
  }));

/** What each kind of event has beside the columns of all. */
const MORE: Readonly<Record<string, readonly [EventType, (event: Event) => object]>> = {
  sent_events: ['SentEvent', ({ member }) => ({ list_id: 77, subscriber_id: member!.id })],
  open_events: ['OpenEvent', () => ({})],
  click_events: ['ClickEvent', ({ link }) => ({ url_id: link, url: `https://care.example.org/a1c/${link}` })],
  bounce_events: [
    'BounceEvent',
    () => ({
      bounce_category: 'Hard bounce',
      bounce_type: 'User unknown',
      smtp_code: '550',
      smtp_reason: '5.1.1 <***>: no such user & no "box"',
    }),
  ],
  unsubscribe_events: ['UnsubEvent', () => ({ list_id: 77, is_master_unsubscribed: true })],
};

test.each(Object.keys(MORE))('%s are those of the world, cell by cell', (stream) =>
  small(async (site) => {
    const { rows } = await read(site, stream);
    const [type, more] = MORE[stream]!;
    const anonymous = new Map<string, number>();
    const events = site.simulator.world.events.filter((event) => event.type === type && isSeen(event, now));
    const expected = events.map((event) => {
      const { job, member, at, batch } = event;
      const place = [job.id, batch, at].join();
      if (member === null) anonymous.set(place, (anonymous.get(place) ?? 0) + 1);
      return {
        account_id: job.account,
        send_id: job.id,
        subscriber_key: member?.key ?? '',
        event_date: at,
        batch_id: batch,
        triggered_send_id: job.triggeredId,
        occurrence: member === null ? anonymous.get(place) : 0,
        ...more(event),
      };
    });
    expect(expected.length).toBeGreaterThan(0);
    const key = [
      'account_id',
      'send_id',
      'subscriber_key',
      'event_date',
      'batch_id',
      'occurrence',
      'list_id',
      'url_id',
    ];
    expect(told(merged(rows, key), ['event_date'])).toEqual(told(expected, ['event_date']));
    if (stream === 'open_events') expect(anonymous.size).toBeGreaterThan(0);
  }),
);
