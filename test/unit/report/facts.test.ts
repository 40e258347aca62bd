import type { FactSettings } from '../../../core/settings/index.js';
import { compileFacts, marksFor, type FactDefinition, type FactInput } from '../../../report/index.js';

/** The configuration's class is a fact as the report takes it; this line is the test. */
const asFact = (settings: FactSettings): FactDefinition => settings;

const base: FactDefinition = {
  from: 'daily.series',
  as: { date: { column: 'time' }, campaign_id: { column: 'campaign_id' }, sent: { sum: 'sent' } },
  join: { campaigns: { campaign_id: 'id' }, senders: { sender: 'id' } },
  responses: {},
  dimensions: {},
};
const input = (fact: Partial<FactDefinition> = {}): FactInput => ({
  fact: asFact({ ...base, ...fact } as FactSettings),
  schema: 'raw_daily',
  source: 'braze',
  timeZone: 'America/Chicago',
});
const marks = (stream: string, as: Partial<FactDefinition['as']> = {}) =>
  marksFor(compileFacts([input({ as: { ...base.as, ...as } })]), 'daily', stream);

test('a row of the fact marks its day, in the time zone of the fact, and its campaign', () => {
  expect(marks('series')).toEqual([
    { fact: 'daily.series', day: { column: 'time', timeZone: 'America/Chicago' }, campaign: { column: 'campaign_id' } },
  ]);
});

test('fixed days and campaigns are marked as they are, and what is looked up marks all', () => {
  expect(marks('series', { date: { const: '2008-03-20' }, campaign_id: { const: 'spring' } })).toEqual([
    { fact: 'daily.series', day: { value: '2008-03-20' }, campaign: { value: 'spring' } },
  ]);
  expect(marks('series', { date: { column: 'senders.day' }, campaign_id: { column: 'senders.campaign' } })).toEqual([
    { fact: 'daily.series', day: null, campaign: null },
  ]);
});

test('a joined row marks all days of the campaign by whose id it is found, or of all campaigns', () => {
  expect(marks('campaigns')).toEqual([{ fact: 'daily.series', day: null, campaign: { column: 'id' } }]);
  expect(marks('senders')).toEqual([{ fact: 'daily.series', day: null, campaign: null }]);
  expect(marks('campaigns', { campaign_id: { column: 'campaigns.code' } })[0]?.campaign).toBeNull();
  expect(marks('senders', { campaign_id: { const: 'spring' } })[0]?.campaign).toEqual({ value: 'spring' });
});

test('other streams, and the same stream of another connection, mark nothing', () => {
  expect(marks('other')).toEqual([]);
  expect(marksFor(compileFacts([input()]), 'weekly', 'series')).toEqual([]);
});

test('a fact must name a stream, and each stream once', () => {
  expect(() => compileFacts([input({ from: 'series' })])).toThrow('does not name a stream');
  expect(() => compileFacts([input(), input()])).toThrow('Two facts');
});
