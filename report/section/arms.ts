import type { SqlSession } from '#sdk';

export interface ArmRow {
  readonly source: string;
  readonly campaign_id: string;
  readonly name: string;
  readonly variant_id: string;
  readonly variant_name: string;
  readonly is_control: boolean;
  readonly targeted: number | null;
  readonly sent: number | null;
  readonly responded: number | null;
  /** In which its messages were sent, in order. */
  readonly channels: readonly string[];
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
  const rows = await sql.query<Record<string, unknown> & Omit<ArmRow, 'channels'>>(
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
  const channels = await sql.query<
    { [name in 'source' | 'campaign_id' | 'variant_id' | 'channel']: string } & {
      is_control: boolean;
    }
  >(
    `SELECT DISTINCT ${arms}, channel FROM report.campaign_monthly
      WHERE ${within} AND (source, campaign_id) IN (${meant}) ORDER BY channel`,
  );
  const armKey = (row: Pick<ArmRow, 'source' | 'campaign_id' | 'variant_id' | 'is_control'>) =>
    JSON.stringify([row.source, row.campaign_id, row.variant_id, row.is_control]);
  const channelsOf = Map.groupBy(channels, armKey);
  const campaigns = Map.groupBy(rows, ({ source, campaign_id }) => JSON.stringify([source, campaign_id]));
  return [...campaigns.values()].map((found) => {
    const [{ source, campaign_id, name }] = found as [(typeof rows)[number]];
    const own = found.map((row) => ({
      ...row,
      channels: (channelsOf.get(armKey(row)) ?? []).map(({ channel }) => channel),
    }));
    return { source, campaign_id, name, arms: own };
  });
}

/** Arms that members were shared out among together, and the channels of their messages. */
export interface ArmTest {
  readonly channels: readonly string[];
  readonly arms: readonly ArmRow[];
}

/**
 * A campaign of several channels has messages in each, of which those of one channel are variants of each other: who got an email
 * and who a text message was not drawn by lot. Variants that are sent in several channels, as those of a Canvas are, hold these together.
 * A control group belongs to each.
 */
export function testsOf(arms: readonly ArmRow[]): readonly ArmTest[] {
  const groups: { channels: Set<string>; arms: ArmRow[] }[] = [];
  for (const arm of arms) {
    if (arm.is_control) continue;
    const touched = groups.filter(({ channels }) => arm.channels.some((one) => channels.has(one)));
    for (const group of touched) groups.splice(groups.indexOf(group), 1);
    groups.push({
      channels: new Set([...touched.flatMap(({ channels }) => [...channels]), ...arm.channels]),
      arms: [...touched.flatMap((group) => group.arms), arm],
    });
  }
  if (groups.length < 2) return [{ channels: [...(groups[0]?.channels ?? [])], arms }];
  const controls = arms.filter(({ is_control }) => is_control);
  return groups
    .map((group) => ({
      channels: [...group.channels].sort(),
      // In the order that they had.
      arms: [...controls, ...arms.filter((arm) => group.arms.includes(arm))],
    }))
    .toSorted((left, right) => (left.channels.join() < right.channels.join() ? -1 : 1));
}

/** Its name, and its channel where others are called the same. */
export function armName({ variant_name, channels }: ArmRow, among: readonly ArmRow[]): string {
  const isAlone = among.filter((arm) => arm.variant_name === variant_name).length < 2;
  return isAlone || variant_name === ''
    ? variant_name
    : [variant_name, channels.join(', ')].filter(Boolean).join(' · ');
}
