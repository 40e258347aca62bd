import { cardsOf } from '../../report/section/cards.js';
import { NOTHING_MEASURED, rateOf } from '../../report/section/figures.js';
import { largestCampaigns } from '../../report/section/largest.js';
import type { Figures, Section } from '../../report/section/model.js';
import { seeded } from '../integration/report/seeded-campaigns.js';

interface Size {
  readonly campaigns: number;
  readonly regions: number;
  readonly segments: number;
}

/** A month as large as the report is made for, in the form in which the host answers it. */
export function largeMonth({ campaigns, regions, segments }: Size): Section {
  const random = seeded(11);
  const some = (most: number): Figures => {
    const sent = 20 + Math.floor(random() * most);
    const [opened, responded] = [Math.floor(sent * 0.3 * random()), Math.floor(sent * 0.05 * random())];
    return {
      ...NOTHING_MEASURED,
      sent,
      delivered: Math.floor(sent * 0.98),
      opened,
      responded,
      open_rate: rateOf(opened, sent),
      response_rate: rateOf(responded, sent),
    };
  };
  const list = <T>(count: number, of: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => of(at));
  const totals = some(90_000_000);
  const dates = list(31, (at) => `2026-03-${String(at + 1).padStart(2, '0')}`);
  const history = list(13, (at) => ({
    month: new Date(Date.UTC(2025, 2 + at)).toISOString().slice(0, 7),
    figures: some(90_000_000),
  }));
  const byCampaign = list(campaigns, (at) => ({
    source: 'braze',
    campaign_id: `c${at}`,
    name: `Campaign ${at} - Reminder - 2026`,
    ...some(50_000),
  })).toSorted((one, other) => other.sent! - one.sent!);
  const whole = { data_as_of: '2026-04-10T06:00:00Z', days_present: 31, days_expected: 31, missing_days: [] };
  return {
    schema: 'tributary.report_section/1',
    heading: 'Real-time Campaign Performance Overview',
    project: { name: 'large', time_zone: 'America/Chicago' },
    month: { id: '2026-03', first_day: dates[0]!, last_day: dates[30]!, through_day: dates[30]!, has_ended: true },
    generated_at: '2026-04-10T07:00:00Z',
    status: { state: 'final', release: null, is_held: false, final_from: '2026-04-09T05:00:00Z', ...whole },
    sources: [{ source: 'braze', ...whole }],
    time_zones: ['America/Chicago'],
    totals,
    cards: cardsOf(totals, undefined, undefined, history),
    days: dates.map((date) => ({ date, is_preliminary: false, ...some(3_000_000) })),
    weeks: [],
    earlier_days: { previous_month: null, last_year: null },
    annotations: [],
    by_campaign: byCampaign,
    largest_campaigns: largestCampaigns(byCampaign),
    by_region: list(regions, (at) => ({ region: `Region ${at}`, suppressed: [], ...some(9_000_000) })),
    by_segment: list(segments, (at) => ({ segment: `Segment ${at}`, suppressed: [], ...some(9_000_000) })),
    by_region_segment: list(regions * segments, (at) => ({
      region: `Region ${at % regions}`,
      segment: `Segment ${Math.floor(at / regions)}`,
      suppressed: [],
      ...some(900_000),
    })),
    own_measures: [],
    by_dimension: [],
    by_channel_region: [],
    by_channel_segment: [],
    tables: [],
    suppression: null,
    by_source: [{ source: 'braze', ...totals }],
    by_channel: ['email', 'sms', 'push'].map((channel) => ({ channel, ...some(30_000_000) })),
    by_response_type: [],
    by_campaign_response_type: [],
    by_channel_response_type: [],
    by_response_type_region: [],
    by_response_type_segment: [],
    control_groups: [],
    experiments: [],
    costs: null,
    anomalies: [],
    forecasts: [],
    restatement: null,
    releases: [],
    notes: [],
  };
}
