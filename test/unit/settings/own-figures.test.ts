import { errorsOf, SAMPLE } from './sample.js';

const withReport = (more: string) => SAMPLE.replace('report:\n', `report:\n${more}`);
const places = (text: string) => errorsOf(text).map((line) => line.replace(/^c\.yaml:\d+:\d+: report\./, ''));

const DECLARED = `  measures:
    kept: { title: Kept, definition: Visits. }
    talk: { title: Talk, definition: Minutes., type: amount }
    kept_rate: { title: Kept of sent, definition: Share., ratio: { of: kept, per: sent } }
  dimensions:
    plan_type: { title: Plan, values: { HMO: [hmo] } }
`;
/** What the sample's fact says beside. */
const mapped = (more: string, declared = DECLARED) =>
  withReport(declared).replace(
    /\n( +)dimensions:\n( +)region: /,
    (_, outer: string, inner: string) => `\n${outer}${more}\n${outer}dimensions:\n${inner}region: `,
  );

test('declared and mapped they are right', () => {
  expect(places(mapped('measures: { kept: opened, talk: { derive: kept + sent } }'))).toEqual([]);
});

test.each<[string, string, string]>([
  [
    'a measure that is built in',
    `  measures: { sent: { title: S, definition: D } }\n`,
    'measures.sent: clashes: "sent" is built in already; take another name',
  ],
  [
    'a dimension that is built in',
    `  dimensions: { channel: { title: S } }\n`,
    'dimensions.channel: clashes: "channel" is built in already; take another name',
  ],
  [
    'a column that follows from a ratio',
    `  measures:\n    r: { title: R, definition: D, ratio: { of: opened, per: sent } }\n    r_per: { title: R, definition: D }\n`,
    'measures.r_per: clashes: "r_per" is made of report.measures.r already; take another name',
  ],
  [
    'a table that follows from a dimension',
    `  dimensions:\n    plan: { title: P }\n    channel_plan: { title: P }\n`,
    'dimensions.channel_plan: clashes: "channel_plan" is made of report.dimensions.plan already; take another name',
  ],
  [
    'a dimension called as a measure',
    `  measures: { plan: { title: P, definition: D } }\n  dimensions: { plan: { title: P } }\n`,
    'dimensions.plan: clashes: "plan" is made of report.measures.plan already; take another name',
  ],
  [
    'a ratio of something unknown',
    `  measures: { r: { title: R, definition: D, ratio: { of: keept, per: sent } }, kept: { title: K, definition: D } }\n`,
    'measures.r.ratio.of: no such measure; did you mean "kept"?',
  ],
  [
    'a ratio of a ratio',
    `  measures: { r: { title: R, definition: D, ratio: { of: q, per: sent } }, q: { title: K, definition: D, ratio: { of: opened, per: sent } } }\n`,
    'measures.r.ratio.of: "q" is itself a ratio; name the measures that it is made of',
  ],
  [
    'a percentage of money',
    `  measures: { r: { title: R, definition: D, ratio: { of: cost, per: sent } } }\n`,
    'measures.r.ratio.of: "cost" is an amount, and a percentage is of counts; write `as: number`',
  ],
  [
    'a ratio of itself',
    `  measures: { r: { title: R, definition: D, ratio: { of: sent, per: sent } } }\n`,
    'measures.r.ratio.per: is the same as `of`',
  ],
  [
    'an amount that is a ratio',
    `  measures: { r: { title: R, definition: D, type: amount, ratio: { of: opened, per: sent } } }\n`,
    'measures.r.type: belongs to what is added up',
  ],
  [
    'a name for two standards',
    `  dimensions: { plan: { title: P, values: { HMO: [h], PPO: [" H "] } } }\n`,
    'dimensions.plan.values.PPO[0]: stands for "HMO" already',
  ],
  [
    'a name that is too long',
    `  measures: { ${'a'.repeat(41)}: { title: P, definition: D } }\n`,
    `measures.${'a'.repeat(41)}: must have at most 40 letters`,
  ],
  [
    'no definition',
    `  measures: { kept: { title: P } }\n`,
    'measures.kept.definition: is required: what it is, in a sentence for the reader of the report.',
  ],
])('%s is told at its place', (_, declared, message) => {
  expect(places(withReport(declared))).toContain(message);
});

test.each<[string, string, string]>([
  [
    'an unknown measure',
    'measures: { keept: opened }',
    'facts[0].measures.keept: no such measure under report.measures; did you mean "kept"?',
  ],
  [
    'a ratio',
    'measures: { kept_rate: opened }',
    'facts[0].measures.kept_rate: is a ratio, which is computed; map the measures that it is made of',
  ],
  ['a built-in one', 'measures: { delivered: opened }', 'facts[0].measures.delivered: is built in; map it under `as`'],
  [
    'a column of no join',
    'measures: { kept: visits.kept }',
    'facts[0].measures.kept.sum: "visits" is not named in join; allowed: campaigns',
  ],
  [
    'what is derived of something unknown',
    'measures: { kept: { derive: opened - sennt } }',
    'facts[0].measures.kept.derive: "opened" is no measure of this fact; allowed: sent, kept',
  ],
])('%s that a fact maps is told at its place', (_, more, message) => {
  expect(places(mapped(more))).toContain(message);
});

test('a dimension that nobody declared is told with what is meant', () => {
  const text = mapped('measures: { kept: opened }').replace(/\n( +)region: /, '\n$1plan_typ: campaign_id\n$1region: ');
  expect(places(text)).toContain('facts[0].dimensions.plan_typ: no such dimension; did you mean "plan_type"?');
});
