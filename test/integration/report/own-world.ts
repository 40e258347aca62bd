import type { SqlSession } from '../../../core/sdk/index.js';
import { factsIn } from './warehouse.js';
import { seeded } from '../../unit/report/suppression-worlds.js';
import type { CompiledFact } from '../../../report/index.js';

/** A simulated world with measures and dimensions of a user's own, and what its figures must come to, counted without any SQL. */

export const REPORT = `
measures:
  appointments_kept: { title: Appointments kept, definition: Visits that took place. }
  talk: { title: Talk, unit: min, type: amount, definition: Minutes of calls. }
  kept_rate: { title: Kept of sent, definition: Appointments by messages., ratio: { of: appointments_kept, per: sent } }
  talk_each: { title: Talk each, unit: min, definition: Minutes by answer., ratio: { of: talk, per: responded, as: number } }
dimensions:
  plan_type: { title: Plan type, definition: The plan of the member., values: { HMO: [h.m.o.], PPO: [ppo] }, default: none }
  order: { title: Brand, suppress: false }
facts:
- from: daily.series
  as: { date: at, campaign_id: campaign, sent: sent, opened: opened }
  measures: { appointments_kept: kept, talk: { sum: seconds, multiply: 0.01 } }
  responses: { answered: { from: answered, primary: true } }
  dimensions: { region: arm, segment: channel, plan_type: plan, order: { column: campaign, map: { a: Blue, b: Blue }, tag: "^([ab])" } }
`;

/** The same without anything of the user's own, as it was before. */
export const REPORT_BEFORE = `
facts:
- from: daily.series
  as: { date: at, campaign_id: campaign, sent: sent, opened: opened }
  responses: { answered: { from: answered, primary: true } }
  dimensions: { region: arm, segment: channel }
`;

export const OWN_FACTS: readonly CompiledFact[] = factsIn(REPORT);
export const FACTS_BEFORE: readonly CompiledFact[] = factsIn(REPORT_BEFORE);
export const OWN = OWN_FACTS[0]!.own!;

export const NOW = new Date('2026-05-01T12:00:00Z');
/** A month of the world, as it is shown without what is the user's own. */
export const MONTH = {
  month: '2026-03',
  project: { name: 'Outreach', timezone: 'America/Chicago' },
  now: NOW,
  closeAfter: '8d',
  missingDays: 'allow' as const,
  suppression: { threshold: 11, dimensions: ['region', 'segment'] as const },
};

interface Raw {
  readonly id: number;
  readonly day: string;
  readonly campaign: string;
  readonly region: string;
  readonly segment: string;
  readonly plan: string | null;
  readonly sent: number;
  readonly opened: number;
  readonly answered: boolean;
  readonly kept: number | null;
  readonly seconds: number | null;
}

const pick = <T>(random: () => number, all: readonly T[]): T => all[Math.floor(random() * all.length)]!;

/** Campaign "c" does not count appointments, so that a ratio must leave it out. */
export function simulate(seed: number, rows: number): readonly Raw[] {
  const random = seeded(seed);
  return Array.from({ length: rows }, (_, id) => {
    const campaign = pick(random, ['a', 'b', 'c']);
    const sent = Math.floor(random() * 40);
    return {
      id,
      day: `${pick(random, ['2026-03', '2026-03', '2026-02', '2025-03'])}-${String(1 + Math.floor(random() * 28)).padStart(2, '0')}`,
      campaign,
      region: pick(random, ['West', 'East', 'North']),
      segment: pick(random, ['young', 'old']),
      plan: pick(random, ['HMO', ' h.m.o.', 'ppo', null, 'PPO', 'Other']),
      sent,
      opened: Math.floor(random() * (sent + 1)),
      answered: random() < 0.3,
      kept: campaign === 'c' ? null : Math.floor(random() * (sent + 1) * 0.3),
      seconds: campaign === 'b' ? null : Math.floor(random() * 9_000),
    };
  });
}

const valueOf = (value: string | number | boolean | null) =>
  typeof value === 'string' ? `'${value}'` : value === null ? 'NULL' : String(value);

/** In Postgres or Snowflake. */
export async function loadWorld(sql: SqlSession, rows: readonly Raw[]): Promise<void> {
  await sql.query('CREATE SCHEMA IF NOT EXISTS raw_daily');
  await sql.query(`CREATE TABLE IF NOT EXISTS raw_daily.series (id bigint PRIMARY KEY, at date, campaign text, channel text, arm text,
    plan text, sent bigint, opened bigint, answered boolean, kept bigint, seconds bigint)`);
  await sql.query('TRUNCATE TABLE raw_daily.series');
  const texts = rows.map(({ id, day, campaign, segment, region, plan, ...counts }) => {
    const { sent, opened, answered, kept, seconds } = counts;
    const values = [id, day, campaign, segment, region, plan, sent, opened, answered, kept, seconds];
    return `(${values.map(valueOf).join(', ')})`;
  });
  await sql.query(`INSERT INTO raw_daily.series VALUES ${texts.join(', ')}`);
}

const PLANS: Readonly<Record<string, string>> = { hmo: 'HMO', 'h.m.o.': 'HMO', ppo: 'PPO' };
const planOf = ({ plan }: Raw) => (plan === null ? 'none' : (PLANS[plan.trim().toLowerCase()] ?? plan));
const brandOf = ({ campaign }: Raw) => (campaign === 'c' ? '(unknown)' : 'Blue');

export interface Truth {
  readonly sent: number;
  readonly kept: number | null;
  /** Hundredths. */
  readonly talk: number | null;
  readonly keptOf: number;
  readonly sentPer: number;
  readonly talkOf: number;
  readonly answeredPer: number;
}

/** Of these rows, told by who is among them; campaigns that measure both sides are those of all rows of the month. */
export function truthBy(
  rows: readonly Raw[],
  by: 'plan_type' | 'order' | 'region' | 'campaign' | 'total',
): ReadonlyMap<string, Truth> {
  const nameOf = {
    plan_type: planOf,
    order: brandOf,
    region: ({ region }: Raw) => region,
    campaign: ({ campaign }: Raw) => campaign,
    total: () => '',
  }[by];
  const measuring = (of: (row: Raw) => number | null) =>
    new Set(rows.filter((row) => of(row) !== null).map((row) => row.campaign));
  const [withKept, withTalk] = [measuring(({ kept }) => kept), measuring(({ seconds }) => seconds)];
  const sum = (some: readonly Raw[], of: (row: Raw) => number | null): number | null =>
    some.reduce<number | null>((total, row) => {
      const value = of(row);
      return value === null ? total : (total ?? 0) + value;
    }, null);
  return new Map(
    [...Map.groupBy(rows, nameOf)].map(([name, some]) => [
      name,
      {
        sent: sum(some, ({ sent }) => sent)!,
        kept: sum(some, ({ kept }) => kept),
        talk: sum(some, ({ seconds }) => seconds),
        keptOf: sum(some, ({ kept }) => kept) ?? 0,
        sentPer:
          sum(
            some.filter((row) => withKept.has(row.campaign)),
            ({ sent }) => sent,
          ) ?? 0,
        talkOf: sum(some, ({ seconds }) => seconds) ?? 0,
        answeredPer:
          sum(
            some.filter((row) => withTalk.has(row.campaign)),
            ({ answered }) => Number(answered),
          ) ?? 0,
      },
    ]),
  );
}
