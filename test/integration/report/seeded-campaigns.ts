import type { SqlSession } from '../../../core/sdk/index.js';

/** Numbers in [0, 1) that are the same every time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SERIES = `campaign_id text NOT NULL, "time" date NOT NULL, channel text NOT NULL, variation_id text NOT NULL,
  variation_name text, is_control boolean, unique_recipients bigint, sent bigint, delivered bigint, unique_opens bigint,
  opens bigint, machine_open bigint, unique_clicks bigint, clicks bigint, bounces bigint, unsubscribes bigint,
  reported_spam bigint, revenue numeric, conversions bigint, conversions1 bigint, conversions2 bigint`;

const THEMES = [
  'A1C screening reminder',
  'Flu shot',
  'Annual wellness visit',
  'Statin refill',
  'Eye exam, diabetes',
  'Mammogram',
  'Welcome series',
  'Blood pressure check',
];
const REGIONS = ['Midwest', 'Northeast', 'South', 'West'];

/** Campaigns as the Braze source lands them: `days` days up to `last`, daily e-mail, push and SMS, some with a control group. */
export async function seedCampaigns(sql: SqlSession, last: string, days: number, campaigns = 14): Promise<void> {
  const random = seeded(20251124);
  const list = Array.from({ length: campaigns }, (_, n) => ({
    id: `c${String(n).padStart(3, '0')}`,
    name: `${THEMES[n % THEMES.length]} ${['spring', 'autumn'][Math.floor(n / THEMES.length) % 2]}`,
    tags: n === 5 ? ['internal'] : [`region:${REGIONS[n % 4]}`, `segment:${n % 3 === 0 ? 'Diabetes' : 'General'}`],
    channel: n % 5 === 3 ? 'sms' : n % 5 === 4 ? 'ios_push' : 'email',
    size: Math.round(300 + random() * 6000),
    control: n % 4 === 0,
    every: n % 3 === 2 ? 7 : 1,
  }));
  const rows: Record<string, unknown>[] = [];
  for (let back = days - 1; back >= 0; back -= 1) {
    const time = new Date(Date.parse(`${last}T00:00:00Z`) - back * 86_400_000).toISOString().slice(0, 10);
    const growth = 1 + (days - back) / days / 2;
    for (const { id, channel, size, control, every } of list) {
      const arms = control ? ['v1', 'v2', 'control'] : ['v1'];
      for (const arm of arms) {
        const isControl = arm === 'control';
        const week = new Date(`${time}T00:00:00Z`).getUTCDay() % 6 === 0 ? 0.35 : 1;
        const base = back % every === 0 ? Math.round(size * growth * week * (0.8 + random() * 0.4)) : 0;
        const part = (share: number) => Math.round(base * share * (0.8 + random() * 0.4));
        const email = channel === 'email' && !isControl;
        const delivered = base - Math.round(base * 0.012);
        const opens = part(0.34);
        rows.push({
          campaign_id: id,
          time,
          channel,
          variation_id: `${id}-${arm}`,
          variation_name: isControl ? 'Control' : arm === 'v1' ? 'Plain' : 'With a picture',
          is_control: isControl,
          unique_recipients: base,
          sent: isControl ? 0 : base,
          delivered: isControl || channel === 'ios_push' ? null : delivered,
          unique_opens: email ? opens : null,
          opens: email ? Math.round(opens * 1.4) : null,
          machine_open: email ? Math.round(opens * 0.3) : null,
          unique_clicks: email ? part(0.06) : null,
          clicks: email ? part(0.08) : null,
          bounces: isControl ? null : base - delivered,
          unsubscribes: email ? part(0.002) : null,
          reported_spam: email ? 0 : null,
          revenue: '0.00',
          conversions: part(isControl ? 0.011 : 0.021),
          conversions1: isControl ? 0 : part(0.008),
          conversions2: null,
        });
      }
    }
  }
  await sql.query('CREATE SCHEMA raw_braze_daily');
  await sql.query(
    `CREATE TABLE raw_braze_daily.campaign_data_series (${SERIES}, PRIMARY KEY (campaign_id, "time", channel, variation_id))`,
  );
  await sql.query('CREATE TABLE raw_braze_daily.campaigns (id text PRIMARY KEY, name text, tags jsonb)');
  for (let at = 0; at < rows.length; at += 5000)
    await sql.query(
      `INSERT INTO raw_braze_daily.campaign_data_series
         SELECT * FROM jsonb_populate_recordset(NULL::raw_braze_daily.campaign_data_series, $1::jsonb)`,
      [JSON.stringify(rows.slice(at, at + 5000))],
    );
  await sql.query(
    `INSERT INTO raw_braze_daily.campaigns SELECT id, name, tags FROM jsonb_to_recordset($1::jsonb) AS r(id text, name text, tags jsonb)`,
    [JSON.stringify(list)],
  );
}
