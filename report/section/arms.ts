import type { SqlSession } from '#sdk';

export interface ArmRow extends Record<string, unknown> {
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

export interface CampaignArms {
  readonly source: string;
  readonly campaign_id: string;
  readonly name: string;
  readonly arms: readonly ArmRow[];
}

/** The campaigns of a month that have a control group, or several arms, with what each arm did. */
export async function armsOf(
  sql: SqlSession,
  month: string,
  which: 'with_control' | 'several',
): Promise<readonly CampaignArms[]> {
  const within = `month = '${month}-01'`;
  const arms = 'source, campaign_id, variant_id, is_control';
  const meant =
    which === 'with_control'
      ? `SELECT source, campaign_id FROM report.campaign_monthly WHERE ${within} AND is_control`
      : `SELECT source, campaign_id FROM (SELECT DISTINCT ${arms} FROM report.campaign_monthly WHERE ${within}) a
          GROUP BY source, campaign_id HAVING count(*) > 1`;
  const rows = await sql.query<ArmRow>(
    `SELECT c.source, c.campaign_id, c.variant_id, c.is_control, c.name, c.variant_name, c.targeted, c.sent, r.responded
       FROM (SELECT ${arms}, max(campaign_name) AS name, max(variant_name) AS variant_name,
                    CAST(sum(targeted) AS bigint) AS targeted, CAST(sum(sent) AS bigint) AS sent
               FROM report.campaign_monthly WHERE ${within} AND (source, campaign_id) IN (${meant})
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
    return { source, campaign_id, name, arms: found };
  });
}
