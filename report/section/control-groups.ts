import type { SqlSession } from '#sdk';
import { newcombe } from '../statistics/proportions.js';
import { rateOf } from './figures.js';
import type { ControlArm, ControlComparison, Rate } from './model.js';

interface ArmRow extends Record<string, unknown> {
  readonly source: string;
  readonly campaign_id: string;
  readonly name: string;
  readonly variant_id: string;
  readonly variant_name: string;
  readonly is_control: boolean;
  readonly targeted: number | null;
  readonly sent: number | null;
  readonly responded: number | null;
}

/** Campaigns that have a control group in this month: what each arm did beside those who were sent nothing. */
export async function controlGroups(sql: SqlSession, month: string): Promise<readonly ControlComparison[]> {
  const within = `month = '${month}-01'`;
  const arms = 'source, campaign_id, variant_id, is_control';
  const rows = await sql.query<ArmRow>(
    `SELECT c.source, c.campaign_id, c.variant_id, c.is_control, c.name, c.variant_name, c.targeted, c.sent, r.responded
       FROM (SELECT ${arms}, max(campaign_name) AS name, max(variant_name) AS variant_name,
                    CAST(sum(targeted) AS bigint) AS targeted, CAST(sum(sent) AS bigint) AS sent
               FROM report.campaign_monthly WHERE ${within} AND (source, campaign_id) IN (
                 SELECT source, campaign_id FROM report.campaign_monthly WHERE ${within} AND is_control)
              GROUP BY ${arms}) c
       LEFT JOIN (SELECT ${arms}, CAST(sum(responded) AS bigint) AS responded FROM report.response_monthly
                   WHERE ${within} AND is_primary GROUP BY ${arms}) r
         ON r.source = c.source AND r.campaign_id = c.campaign_id AND r.variant_id = c.variant_id
            AND r.is_control = c.is_control
      ORDER BY c.name, c.source, c.campaign_id, c.is_control, c.variant_name, c.variant_id`,
  );
  const campaigns = Map.groupBy(rows, ({ source, campaign_id }) => JSON.stringify([source, campaign_id]));
  return [...campaigns.values()].map((found) => {
    const [{ source, campaign_id, name }] = found as [ArmRow];
    const control = pooled(found.filter((row) => row.is_control));
    return { source, campaign_id, name, control, arms: compare(found, control) };
  });
}

function compare(rows: readonly ArmRow[], control: Rate | null): readonly ControlArm[] {
  return rows.map(({ variant_id, variant_name, is_control, targeted, sent, responded }) => {
    const rate = rateOf(responded, targeted);
    return {
      variant_id,
      name: variant_name,
      is_control,
      targeted,
      sent,
      responded,
      rate,
      lift: is_control || rate === null || control === null ? null : newcombe(rate, control),
    };
  });
}

function pooled(rows: readonly ArmRow[]): Rate | null {
  if (rows.length === 0 || rows.some(({ targeted, responded }) => targeted === null || responded === null)) return null;
  const add = (of: (row: ArmRow) => number | null) => rows.reduce((sum, row) => sum + (of(row) ?? 0), 0);
  return rateOf(
    add((row) => row.responded),
    add((row) => row.targeted),
  );
}
