/** One row of what the dashboard counts. */
export interface DashboardResult {
  readonly result_id: string;
  readonly campaign_id: string;
  readonly campaign_name: string;
  readonly channel: string;
  readonly region: string;
  readonly segment: string;
  /** The day, in the dashboard's own zone. */
  readonly day: string;
  readonly sent: number;
  readonly delivered: number;
  readonly opened: number;
  readonly clicked: number;
  readonly forms_completed: number;
  readonly calls_booked: number;
  readonly updated_at: string;
  /** Who answers for the campaign. */
  readonly owner: { readonly team: string };
}

export interface DashboardOptions {
  readonly seed: number;
  /** First and last day that there are results of. */
  readonly from: string;
  readonly to: string;
}

const CAMPAIGNS = [
  ['c-101', 'Diabetes: time for an A1c', 'email'],
  ['c-102', 'Flu shots near you', 'sms'],
  ['c-103', 'Heart health, step by step', 'email'],
  ['c-104', 'Your annual wellness visit', 'push'],
] as const;
const REGIONS = ['Northeast', 'South', 'West'];
const SEGMENTS = ['new_members', 'rising_risk'];
const DAY_MS = 86_400_000;

/** The same results for the same options: the truth that a load is held against. */
export function dashboardResults({ seed, from, to }: DashboardOptions): readonly DashboardResult[] {
  const random = generator(seed);
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const rows: DashboardResult[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    for (const [id, name, channel] of CAMPAIGNS)
      for (const region of REGIONS)
        for (const segment of SEGMENTS) {
          const sent = 200 + upTo(800);
          const delivered = sent - upTo(20);
          const opened = upTo(Math.floor(delivered * 0.4));
          const clicked = upTo(Math.floor(opened * 0.3));
          rows.push({
            result_id: `${day}-${id}-${region}-${segment}`,
            campaign_id: id,
            campaign_name: name,
            channel,
            region,
            segment,
            day,
            sent,
            delivered,
            opened,
            clicked,
            forms_completed: upTo(Math.floor(clicked * 0.5)),
            calls_booked: upTo(Math.floor(clicked * 0.2)),
            updated_at: new Date(at + DAY_MS + 3 * 3_600_000).toISOString(),
            owner: { team: channel === 'email' ? 'Lifecycle' : 'Mobile' },
          });
        }
  }
  return rows;
}

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
