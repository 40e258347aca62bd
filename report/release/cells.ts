import type { SqlSession } from '#sdk';
import { dialectOf } from '../../destinations/sql/index.js';
import { firstDayOf, lastDayOf } from '../section/calendar.js';
import { controlGroups } from '../section/control-groups.js';
import { figuresBy, NOTHING_MEASURED, type Filter, type Period } from '../section/figures.js';
import type { Figures } from '../section/model.js';
import {
  BREAKDOWNS,
  DIMENSIONS,
  isByResponseType,
  type Breakdown,
  type Cell,
  type Dimension,
  type Value,
} from './breakdowns.js';

/** Every table of a month as the marts have it now. */
export async function readCells(sql: SqlSession, month: string): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  for (const breakdown of Object.keys(BREAKDOWNS) as Breakdown[])
    cells.push(...(await readTable(sql, month, breakdown)));
  return cells;
}

/** One of them, or of it only what a filter of its own dimensions leaves. */
export async function readTable(
  sql: SqlSession,
  month: string,
  breakdown: Breakdown,
  filter: Filter = {},
): Promise<readonly Cell[]> {
  const columns: readonly Dimension[] = BREAKDOWNS[breakdown];
  if (breakdown === 'control') return byArm(sql, month);
  if (isByResponseType(breakdown)) return byResponseType(sql, month, breakdown, filter);
  const period: Period = columns.includes('date')
    ? { kind: 'days', from: firstDayOf(month), to: lastDayOf(month) }
    : { kind: 'month', month };
  const rows = await figuresBy(sql, period, columns, filter);
  const isNamed = columns.includes('campaign_id');
  return rows.map(({ group, name, figures }) => cell(breakdown, group, isNamed ? name : '', valuesOf(figures)));
}

async function byResponseType(
  sql: SqlSession,
  month: string,
  breakdown: Breakdown,
  filter: Filter,
): Promise<readonly Cell[]> {
  const columns: readonly Dimension[] = BREAKDOWNS[breakdown];
  const { literal } = dialectOf(sql);
  const from = columns.includes('date')
    ? `report.response_daily WHERE date BETWEEN '${firstDayOf(month)}' AND '${lastDayOf(month)}'`
    : `report.response_monthly WHERE month = '${firstDayOf(month)}'`;
  const only = Object.entries(filter).map(([column, value]) => ` AND ${column} = ${literal(value)}`);
  const rows = await sql.query<Record<string, string | null>>(
    `SELECT ${columns.map((column) => `CAST(${column} AS text) AS ${column}`).join(', ')}, max(campaign_name) AS name,
            CAST(sum(responded) AS text) AS responded
       FROM ${from} AND NOT is_control${only.join('')} GROUP BY ${columns.join(', ')} ORDER BY ${columns.join(', ')}`,
  );
  const isNamed = columns.includes('campaign_id');
  return rows.map(({ name, responded, ...at }) =>
    cell(breakdown, at as Record<Dimension, string>, isNamed ? String(name) : '', {
      ...NOTHING,
      responded: responded ?? null,
    }),
  );
}

async function byArm(sql: SqlSession, month: string): Promise<readonly Cell[]> {
  return (await controlGroups(sql, month)).flatMap(({ source, campaign_id, name, arms }) =>
    arms.map(({ variant_id, is_control, targeted, sent, responded }) =>
      cell('control', { source, campaign_id, variant_id, is_control: String(is_control) }, name, {
        ...NOTHING,
        targeted: textOf(targeted),
        sent: textOf(sent),
        responded: textOf(responded),
      }),
    ),
  );
}

function cell(
  breakdown: Breakdown,
  at: Readonly<Partial<Record<Dimension, string>>>,
  name: string,
  values: Cell['values'],
): Cell {
  const place = Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, at[dimension] ?? '']));
  return { breakdown, at: place as Cell['at'], name, values, hidden: [] };
}

const textOf = (value: number | null): string | null => (value === null ? null : String(value));

function valuesOf(figures: Figures): Readonly<Record<Value, string | null>> {
  const { open_rate, response_rate, cost, revenue } = figures;
  return {
    targeted: textOf(figures.targeted),
    sent: textOf(figures.sent),
    delivered: textOf(figures.delivered),
    opened: textOf(figures.opened),
    opened_machine: textOf(figures.opened_machine),
    clicked: textOf(figures.clicked),
    bounced: textOf(figures.bounced),
    unsubscribed: textOf(figures.unsubscribed),
    responded: textOf(figures.responded),
    opened_of_sent: textOf(open_rate?.numerator ?? null),
    sent_with_opens: textOf(open_rate?.denominator ?? null),
    responded_of_sent: textOf(response_rate?.numerator ?? null),
    sent_with_responses: textOf(response_rate?.denominator ?? null),
    cost,
    revenue,
  };
}

const NOTHING = valuesOf(NOTHING_MEASURED);
