import type { TableDefinition } from '../../destinations/sql/index.js';
import type { Builder } from './build-fact.js';
import { applyDifference, type MartChanges } from './difference.js';
import { campaign } from './marts.js';
import type { Scope } from './scope.js';

/** The campaigns of the marts, with their latest names; only those are looked at whose rows may have changed. */
export async function buildCampaigns(
  builder: Builder,
  touched: readonly Scope[],
  monthly: readonly string[],
): Promise<ReadonlyMap<TableDefinition, MartChanges>> {
  const { sql, dialect, now } = builder;
  const among = await campaignsIn(builder, touched);
  const within = (column: string) => (among === undefined ? 'true' : `${column} IN (SELECT campaign FROM ${among})`);
  const rows = (mart: string) =>
    `SELECT source, campaign_id, campaign_name, date FROM report.${mart} WHERE ${within('campaign_id')}`;
  // Figures that know only their month stand in no table of days.
  const months = `SELECT source, campaign_id, campaign_name, month AS date FROM report.campaign_monthly
    WHERE fact IN (${monthly.map(dialect.literal).join(', ')}) AND ${within('campaign_id')}`;
  const all = [rows('campaign_daily'), rows('response_daily'), ...(monthly.length === 0 ? [] : [months])];
  const fresh = await builder.scratch(
    'campaign',
    `SELECT d.source, d.campaign_id, ${dialect.latest('d.campaign_name', 'd.date')} AS name,
            min(d.date) AS first_day, max(d.date) AS last_day
       FROM (${all.join(' UNION ALL ')}) d GROUP BY d.source, d.campaign_id`,
  );
  return new Map([[campaign, await applyDifference(sql, dialect, campaign, fresh, within('t.campaign_id'), now)]]);
}

/** A table of the campaigns in these scopes; undefined: all campaigns. */
async function campaignsIn({ sql, scratch }: Builder, touched: readonly Scope[]): Promise<string | undefined> {
  const tables: string[] = [];
  for (const scope of touched) {
    if (scope.whole) return undefined;
    const open = await sql.query(`SELECT 1 FROM ${scope.table} WHERE campaign IS NULL LIMIT 1`);
    if (open.length > 0) return undefined;
    tables.push(scope.table);
  }
  return scratch('campaigns', tables.map((table) => `SELECT campaign FROM ${table}`).join(' UNION '));
}
