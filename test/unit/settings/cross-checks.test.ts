import { SAMPLE, errorsOf, SECRETS, spoiled } from './sample.js';

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
