import { RESPONDED, type SqlSession } from '#sdk';
import { dialectOf } from '../../destinations/sql/index.js';
import { wilson } from '../statistics/proportions.js';
import {
  columnOfMeasure,
  isAmount,
  NOTHING_OWN,
  ratiosOf,
  sideOf,
  SIDES,
  sumsOf,
  type OwnFigures,
} from '../facts/own.js';
import type { Figures, OwnFigure, OwnMeasureLine, Rate } from './model.js';

/** Which rows of the marts are added up: a month as it stands, several, or some days. */
export type Period =
  | { readonly kind: 'month'; readonly month: string }
  | { readonly kind: 'months'; readonly from: string; readonly to: string }
  | { readonly kind: 'days'; readonly from: string; readonly to: string };

/** Only these rows: a column of the marts and its value. */
export type Filter = Readonly<Record<string, string>>;

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
 * The figures of a period, control groups left out, by the given columns (none: in all; of days also `week`, its Monday). A rate
 * is taken over what measures both of its sides: the open rate over rows with opens, the response rate over campaigns with
 * responses in this period, or, of several months, in the same month.
 */
export async function figuresBy(
  sql: SqlSession,
  period: Period,
  columns: readonly string[],
  filter: Filter = {},
  /** As far as the marts have them. */
  own: OwnFigures = NOTHING_OWN,
): Promise<readonly Grouped[]> {
  const { literal, quote, weekOf } = dialectOf(sql);
  const grain = period.kind === 'days' ? 'daily' : 'monthly';
  const within = withinOf(period);
  const only = Object.entries(filter).map(([column, value]) => ` AND ${quote(column)} = ${literal(value)}`);
  const rows = `${within} AND NOT is_control${only.join('')}`;
  const campaigns = `report.campaign_${grain}`;
  const responses = `report.response_${grain}`;
  const campaign = period.kind === 'months' ? 'month, source, campaign_id' : 'source, campaign_id';
  const expression = (column: string) => (column === 'week' ? weekOf('date') : quote(column));
  const list = columns.map((column) => `CAST(${expression(column)} AS text) AS ${quote(column)}`).join(', ');
  const selected = columns.length === 0 ? '' : `${list}, `;
  const grouped = columns.length === 0 ? '' : ` GROUP BY ${columns.map(expression).join(', ')}`;
  const sum = (expression: string, name: string, type = 'bigint') => `CAST(sum(${expression}) AS ${type}) AS ${name}`;
  const sides = ownSides(own, (measure) =>
    measure === RESPONDED
      ? `SELECT ${campaign} FROM ${responses} WHERE ${within} AND is_primary AND NOT is_control AND responded IS NOT NULL`
      : `SELECT ${campaign} FROM ${campaigns} WHERE ${within} AND NOT is_control AND ${quote(measure)} IS NOT NULL`,
  );
  const ownSums = (isResponded: boolean) =>
    sides
      .filter(({ measure }) => (measure === RESPONDED) === isResponded)
      .map(
        ({ name, measure, other }) =>
          `, ${sum(`CASE WHEN (${campaign}) IN (${other}) THEN ${quote(measure)} END`, quote(name), isAmount(own, measure) ? 'text' : 'bigint')}`,
      )
      .join('');
  const counted = await sql.query(
    `SELECT ${selected}max(campaign_name) AS name, ${SUMS.map((name) => sum(name, name)).join(', ')},
            CAST(sum(cost) AS text) AS cost, CAST(sum(revenue) AS text) AS revenue, count(*) AS rows_found,
            ${sumsOf(own)
              .map(columnOfMeasure)
              .map(({ name, type }) => `${sum(quote(name), quote(name), type === 'money' ? 'text' : 'bigint')}, `)
              .join('')}${sum('CASE WHEN sent IS NOT NULL THEN opened END', 'opened_of_sent')},
            ${sum('CASE WHEN opened IS NOT NULL THEN sent END', 'sent_with_opens')},
            ${sum(
              `CASE WHEN (${campaign}) IN (SELECT ${campaign} FROM ${responses}
                 WHERE ${within} AND is_primary AND NOT is_control AND responded IS NOT NULL) THEN sent END`,
              'sent_with_responses',
            )}${ownSums(false)}
       FROM ${campaigns} WHERE ${rows}${grouped}`,
  );
  const responded = await sql.query(
    `SELECT ${selected}max(campaign_name) AS name, ${sum('responded', 'responded')}, count(*) AS rows_found,
            ${sum(
              `CASE WHEN (${campaign}) IN (SELECT ${campaign} FROM ${campaigns}
                 WHERE ${within} AND NOT is_control AND sent IS NOT NULL) THEN responded END`,
              'responded_of_sent',
            )}${ownSums(true)}
       FROM ${responses} WHERE ${rows} AND is_primary${grouped}`,
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
    figures: figuresOf(row, own),
  }));
}

/** The sides of ratios, each with the campaigns that measure the other one. */
function ownSides(own: OwnFigures, measuring: (measure: string) => string) {
  return ratiosOf(own).flatMap((ratio) =>
    SIDES.map((side) => ({
      name: sideOf(ratio, side),
      measure: ratio[side]!,
      other: measuring(ratio[side === 'of' ? 'per' : 'of']!),
    })),
  );
}

export function withinOf(period: Period): string {
  if (period.kind === 'days') return `date BETWEEN '${period.from}' AND '${period.to}'`;
  if (period.kind === 'month') return `month = '${period.month}-01'`;
  return `month BETWEEN '${period.from}-01' AND '${period.to}-01'`;
}

function figuresOf(row: Numbers, own: OwnFigures = NOTHING_OWN): Figures {
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
    ...ownFiguresOf(own.measures, (name) => row[name] ?? null),
  };
}

/** Figures of the user's own out of what was counted: sums under their names, sides of ratios under theirs. */
export function ownFiguresOf(
  measures: readonly Pick<OwnMeasureLine, 'name' | 'kind'>[],
  counted: (name: string) => unknown,
): Pick<Figures, 'own'> {
  if (measures.length === 0) return {};
  const number = (name: string) => {
    const value = counted(name);
    return value === null || value === undefined ? null : Number(value);
  };
  const figure = ({ name, kind }: Pick<OwnMeasureLine, 'name' | 'kind'>): OwnFigure => {
    if (kind === 'count') return number(name);
    if (kind === 'amount') {
      const value = counted(name);
      return value === null || value === undefined ? null : String(value);
    }
    return (kind === 'percent' ? rateOf : quotientOf)(number(`${name}_of`), number(`${name}_per`));
  };
  return { own: Object.fromEntries(measures.map((measure) => [measure.name, figure(measure)])) };
}

export const NOTHING_MEASURED: Figures = figuresOf({});

/** A share of nothing is no share: null, not 0. */
export function rateOf(numerator: number | null, denominator: number | null): Rate | null {
  if (numerator === null || denominator === null || denominator <= 0) return null;
  const { low, high } = wilson({ numerator, denominator }) ?? NO_INTERVAL;
  return { value: numerator / denominator, numerator, denominator, low, high };
}

/** A ratio that is no share, such as money by responses, and so has no interval. */
export const quotientOf = (numerator: number | null, denominator: number | null): Rate | null =>
  numerator === null || denominator === null || denominator <= 0
    ? null
    : { value: numerator / denominator, numerator, denominator, ...NO_INTERVAL };

/** Of what is no share: more were counted than there are. */
const NO_INTERVAL = { low: null, high: null };
