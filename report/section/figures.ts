import type { SqlSession } from '#sdk';
import type { Figures, Rate } from './model.js';

/** Which rows of the marts are added up: a month as it stands, or the first days of one. */
export type Period =
  | { readonly kind: 'month'; readonly month: string }
  | { readonly kind: 'days'; readonly from: string; readonly to: string };

const SUMS = [
  'targeted',
  'sent',
  'delivered',
  'opened',
  'opened_machine',
  'clicked',
  'bounced',
  'unsubscribed',
] as const;

type Numbers = Readonly<Record<string, unknown>>;

export interface Grouped {
  readonly group: Readonly<Record<string, string>>;
  readonly name: string;
  readonly figures: Figures;
}

/**
 * The figures of a period, control groups left out, by the given columns (none: in all). A rate is taken over what measures
 * both of its sides: the open rate over rows with opens, the response rate over campaigns with responses.
 */
export async function figuresBy(
  sql: SqlSession,
  period: Period,
  columns: readonly string[],
): Promise<readonly Grouped[]> {
  const [grain, within] =
    period.kind === 'month'
      ? ['monthly', `month = '${period.month}-01'`]
      : ['daily', `date BETWEEN '${period.from}' AND '${period.to}'`];
  const campaigns = `report.campaign_${grain}`;
  const responses = `report.response_${grain}`;
  const list = columns.map((column) => `CAST(${column} AS text) AS ${column}`).join(', ');
  const selected = columns.length === 0 ? '' : `${list}, `;
  const grouped = columns.length === 0 ? '' : ` GROUP BY ${columns.join(', ')}`;
  const sum = (expression: string, name: string) => `CAST(sum(${expression}) AS bigint) AS ${name}`;
  const counted = await sql.query(
    `SELECT ${selected}max(campaign_name) AS name, ${SUMS.map((name) => sum(name, name)).join(', ')},
            CAST(sum(cost) AS text) AS cost, CAST(sum(revenue) AS text) AS revenue, count(*) AS rows_found,
            ${sum('CASE WHEN sent IS NOT NULL THEN opened END', 'opened_of_sent')},
            ${sum('CASE WHEN opened IS NOT NULL THEN sent END', 'sent_with_opens')},
            ${sum(
              `CASE WHEN (source, campaign_id) IN (SELECT source, campaign_id FROM ${responses}
                 WHERE ${within} AND is_primary AND NOT is_control AND responded IS NOT NULL) THEN sent END`,
              'sent_with_responses',
            )}
       FROM ${campaigns} WHERE ${within} AND NOT is_control${grouped}`,
  );
  const responded = await sql.query(
    `SELECT ${selected}max(campaign_name) AS name, ${sum('responded', 'responded')}, count(*) AS rows_found,
            ${sum(
              `CASE WHEN (source, campaign_id) IN (SELECT source, campaign_id FROM ${campaigns}
                 WHERE ${within} AND NOT is_control AND sent IS NOT NULL) THEN responded END`,
              'responded_of_sent',
            )}
       FROM ${responses} WHERE ${within} AND is_primary AND NOT is_control${grouped}`,
  );
  const byGroup = new Map<string, Record<string, unknown>>();
  for (const row of [...counted, ...responded]) {
    if (Number(row.rows_found) === 0) continue;
    const key = JSON.stringify(columns.map((column) => row[column]));
    byGroup.set(key, { ...byGroup.get(key), ...row });
  }
  return [...byGroup.values()].map((row) => ({
    group: Object.fromEntries(columns.map((column) => [column, String(row[column])])),
    name: String(row.name),
    figures: figuresOf(row),
  }));
}

function figuresOf(row: Numbers): Figures {
  const count = (name: string) => (row[name] === null || row[name] === undefined ? null : Number(row[name]));
  const money = (name: string) => (typeof row[name] === 'string' ? row[name] : null);
  return {
    targeted: count('targeted'),
    sent: count('sent'),
    delivered: count('delivered'),
    opened: count('opened'),
    opened_machine: count('opened_machine'),
    clicked: count('clicked'),
    bounced: count('bounced'),
    unsubscribed: count('unsubscribed'),
    responded: count('responded'),
    cost: money('cost'),
    revenue: money('revenue'),
    open_rate: rateOf(count('opened_of_sent'), count('sent_with_opens')),
    response_rate: rateOf(count('responded_of_sent'), count('sent_with_responses')),
  };
}

export const NOTHING_MEASURED: Figures = figuresOf({});

/** A share of nothing is no share: null, not 0. */
export function rateOf(numerator: number | null, denominator: number | null): Rate | null {
  if (numerator === null || denominator === null || denominator <= 0) return null;
  return { value: numerator / denominator, numerator, denominator };
}
