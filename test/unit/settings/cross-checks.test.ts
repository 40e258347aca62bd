import { SAMPLE, errorsOf, SECRETS, spoiled } from './sample.js';

const accessOf = (more: string) => `access: { public_url: "https://t.example.org", ${more} }\n`;

describe('names that must exist elsewhere in the file', () => {
  test.each<[string, string, string, string]>([
    ['a source', 'source: braze', 'source: brase', 'connections.daily.source: no such source; did you mean "braze"?'],
    [
      'a destination',
      'destination: warehouse\n    streams',
      'destination: lake\n    streams',
      'connections.daily.destination: no such destination; allowed: warehouse',
    ],
    [
      'a stream in map',
      'map:\n      series',
      'map:\n      serie',
      'connections.daily.map.serie: no such stream in this connection; did you mean "series"?',
    ],
    [
      'a stream in expect',
      'expect:\n      series',
      'expect:\n      nothing_like_it',
      'connections.daily.expect.nothing_like_it: no such stream in this connection; allowed: campaigns, series',
    ],
    [
      'a stream in protect',
      'protect:\n      series',
      'protect:\n      campaign',
      'connections.daily.protect.campaign: no such stream in this connection; did you mean "campaigns"?',
    ],
    [
      'a key',
      'tokenize: member_key',
      'tokenize: member_kee',
      'connections.daily.protect.series.member.tokenize: no such key under keys; did you mean "member_key"?',
    ],
    [
      'a connection of a grant',
      'version: 1\n',
      `version: 1\n${accessOf('oidc: { issuer: "https://l.example.org", client_id: t, client_secret: s, grants: { g: { roles: [viewer], connections: [dayly] } } }')}`,
      'access.oidc.grants.g.connections[0]: no such connection; did you mean "daily"?',
    ],
    [
      'what is told by region, for a grant of regions',
      'version: 1\n',
      `version: 1\n${accessOf('oidc: { issuer: "https://l.example.org", client_id: t, client_secret: s, grants: { g: { roles: [operator], regions: [South] } } }')}`,
      'access.oidc.grants.g.roles: can be analyst and phi only beside regions: only the report is told by region',
    ],
    [
      'the rule that tells of emergency access',
      'version: 1\n',
      `version: 1\n${accessOf('break_glass: { longest: 1h }')}`,
      'access.break_glass: needs a rule under alerts.rules with `when: break_glass`, so that others are told',
    ],
    [
      'the destination of the report',
      'destination: warehouse\n  months',
      'destination: lake\n  months',
      'report.destination: no such destination; allowed: warehouse',
    ],
    [
      'the connection of a fact',
      'from: daily.series',
      'from: nightly.series',
      'report.facts[0].from: no such connection; allowed: daily.campaigns, daily.series',
    ],
    [
      'the stream of a fact',
      'from: daily.series',
      'from: daily.serie',
      'report.facts[0].from: connection "daily" has no such stream; did you mean "series"?',
    ],
    [
      'a joined stream',
      'campaigns: { campaign_id: id }',
      'campaign: { campaign_id: id }',
      'report.facts[0].join.campaign: connection "daily" has no such stream; did you mean "campaigns"?',
    ],
    [
      'a join that a column names',
      'campaign_name: campaigns.name',
      'campaign_name: campaign.name',
      'report.facts[0].as.campaign_name.column: "campaign" is not named in join; did you mean "campaigns"?',
    ],
    [
      'a join in a tag',
      'column: campaigns.tags',
      'column: details.tags',
      'report.facts[0].dimensions.region.column: "details" is not named in join; allowed: campaigns',
    ],
  ])('%s', (_, from, to, message) => {
    expect(errorsOf(spoiled(from, to)).map((line) => line.replace(/^c\.yaml:\d+:\d+: /, ''))).toContain(message);
  });

  test('a table belongs to one connection', () => {
    const text = spoiled(
      'report:\n',
      '  hourly:\n    source: braze\n    destination: warehouse\n    schema: raw_daily\n    streams: { series: {} }\nreport:\n',
    );
    expect(errorsOf(text)).toEqual([
      expect.stringMatching(
        /^c\.yaml:\d+:16: connections\.hourly\.streams\.series: connection "daily" writes to table raw_daily\.series already/,
      ),
    ]);
  });

  test('one stream is one fact', () => {
    const text = `${SAMPLE}    - from: daily.series\n      as: { date: time, campaign_id: campaign_id, sent: sent }\n`;
    expect(errorsOf(text)).toEqual([expect.stringContaining('facts[1].from: stands in another fact already')]);
  });

  test("a fact comes from a connection to the report's destination", () => {
    const text = spoiled(
      'destinations:\n',
      'destinations:\n  lake: { connector: postgres, config: { url: embedded } }\n',
    ).replace('destination: warehouse\n    streams', 'destination: lake\n    streams');
    expect(errorsOf(text)).toEqual([
      expect.stringContaining(
        'facts[0].from: connection "daily" does not write to the report\'s destination "warehouse"',
      ),
    ]);
  });

  test('what is wrong already has no echo', () => {
    expect(errorsOf(spoiled('source: braze', 'source: 7'))).toHaveLength(1);
    expect(errorsOf(spoiled('destination: warehouse\n    streams', 'destination: lake\n    streams'))).toHaveLength(1);
    expect(errorsOf(spoiled('from: daily.series', 'from: daily'))).toHaveLength(1);
  });
});

describe('keys', () => {
  test('stand nowhere in the file', () => {
    const [error] = errorsOf(spoiled('${env:MEMBER_KEY}', 'written-canary-0123456789'));
    expect(error).toBe(
      'c.yaml:6:15: keys.member_key: must be a reference such as ${env:NAME} or ${file:PATH}, never the secret itself',
    );
  });

  test('are long enough', () => {
    expect(errorsOf(SAMPLE, { ...SECRETS, MEMBER_KEY: 'short' })).toEqual([
      'c.yaml:6:15: keys.member_key: stands for fewer than 16 characters; a key that short can be guessed',
    ]);
  });
});

describe('what a fact says of itself', () => {
  const places = (text: string) => errorsOf(text).map((line) => line.replace(/^c\.yaml:\d+:\d+: report\./, ''));
  const further = (yaml: string) => `${SAMPLE}      also:\n        - ${yaml}\n`;

  test('a mapping that is right has no error', () => {
    const text = further('{ from: daily.campaigns, join: {}, as: { bounced: { count: true }, campaign_name: name } }')
      .replace('sent: sent', 'sent: sent - spam\n        delivered: { derive: sent - bounced }')
      .replace(
        'date: time',
        'date: { column: time, time_zone: UTC }\n        channel: { column: kind, map: { W: in app } }',
      )
      .replace('  facts:', '  channels: [kiosk]\n  regions: { West: [W, west region] }\n  facts:');
    expect(errorsOf(text)).toEqual([]);
  });

  test('measures are derived of other measures of the fact', () => {
    const derived = (text: string) =>
      places(spoiled('sent: sent', `sent: sent\n        delivered: { derive: ${text} }`));
    expect(derived('sent - bounced')).toEqual([
      'facts[0].as.delivered.derive: "bounced" is no measure of this fact; allowed: sent, delivered',
    ]);
    expect(derived('sent - delivered')).toEqual([
      'facts[0].as.delivered.derive: "delivered" is itself derived; name the measures that it is made of',
    ]);
    expect(derived('"sent - "')).toEqual([expect.stringContaining('must be a name, or names with + or -')]);
    expect(places(further('{ from: daily.campaigns, as: { delivered: { derive: sent } } }'))).toEqual([
      'facts[0].also[0].as.delivered.derive: belongs to the fact itself, since it is counted over all its streams',
    ]);
    expect(places(spoiled('sent: sent', 'sent: { count: true, multiply: 2 }'))).toEqual([
      'facts[0].as.sent.multiply: belongs to sum; rows are counted as they are',
    ]);
  });

  test('channels are those that everybody knows, or those of the report', () => {
    const channel = (text: string) => places(spoiled('sent: sent', `sent: sent\n        channel: ${text}`));
    expect(channel('{ const: emial }')).toEqual([
      'facts[0].as.channel.const: is no channel; did you mean "email"?. `report.channels` takes others',
    ]);
    expect(channel('{ column: kind, map: { W: whats_app, P: paper }, default: other }')).toEqual([
      expect.stringContaining('facts[0].as.channel.map.P: is no channel'),
    ]);
  });

  test('further streams and joins exist, and a join is found by what was joined before it', () => {
    expect(places(further('{ from: daily.campaign, as: { bounced: { count: true } } }'))).toEqual([
      'facts[0].also[0].from: connection "daily" has no such stream; did you mean "campaigns"?',
    ]);
    expect(places(spoiled('campaigns: { campaign_id: id }', 'campaigns: { members.id: id }'))).toEqual([
      expect.stringContaining('facts[0].join.campaigns.members.id: "members" is not named in join before this one'),
    ]);
    expect(
      places(
        spoiled(
          'campaigns: { campaign_id: id }',
          'campaigns: { campaign_id: id }\n        files.members: { member: id }',
        ),
      ),
    ).toEqual([expect.stringContaining('facts[0].join.files.members: no such connection')]);
    expect(places(spoiled('sent: sent', 'sent: { distinct: [day, sends.id] }'))).toEqual([
      'facts[0].as.sent.distinct[1]: "sends" is not named in join; allowed: campaigns',
    ]);
  });

  test('a response is primary once, a name has one standard, and the authority names facts in one order', () => {
    expect(
      places(
        further('{ from: daily.campaigns, responses: { scheduled: { count: true, primary: true, basis: send_day } } }'),
      ),
    ).toEqual([
      'facts[0].also[0].responses.scheduled.primary: is set on the other day too, so that each response would be counted twice',
    ]);
    expect(places(spoiled('  facts:', '  regions: { West: [W], Wales: [" w"] }\n  facts:'))).toEqual([
      'regions.Wales[0]: stands for "West" already',
    ]);
    const facts = `${SAMPLE}    - name: events\n      from: daily.series\n      as: { date: time, campaign_id: id, sent: sent }\n`;
    const authority = (text: string) => places(facts.replace('  facts:', `  authority: ${text}\n  facts:`));
    expect(authority('[{ facts: [events, daily.series], measures: [sent, scheduled] }]')).toEqual([]);
    expect(authority('[{ facts: [event, daily.series], measures: [send] }]')).toEqual([
      'authority[0].facts[0]: no such fact; did you mean "events"?',
      'authority[0].measures[0]: no such measure or response; did you mean "sent"?',
    ]);
    expect(authority('[{ facts: [events, daily.series] }, { facts: [daily.series, events] }]')).toEqual([
      'authority[1].facts[1]: counts before the others in another entry; the order must be the same in all',
    ]);
    const crosswalk = (text: string) => places(spoiled('  facts:', `  crosswalk: ${text}\n  facts:`));
    expect(
      crosswalk(
        '[{ campaign: a, source: b, campaign_id: k, to: 2026-01-31 }, { campaign: c, source: b, campaign_id: k, from: 2026-02-01 }]',
      ),
    ).toEqual([]);
    expect(
      crosswalk(
        '[{ campaign: a, source: b, campaign_id: k }, { campaign: c, source: b, campaign_id: k, from: 2026-02-01 }]',
      ),
    ).toEqual(['crosswalk[1].campaign_id: is another campaign on the same days in entry 0; give each its days']);
    expect(places(spoiled('      join:', '      days: { from: 2026-02-01, to: 2026-01-01 }\n      join:'))).toEqual([
      'facts[0].days.to: is before `from`, so that no day is left',
    ]);
  });
});
