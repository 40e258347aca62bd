import type { SqlSession } from '#sdk';
import { firstDayOf, lastDayOf } from '../section/calendar.js';
import { controlGroups } from '../section/control-groups.js';
import { figuresBy, NOTHING_MEASURED } from '../section/figures.js';
import type { Figures } from '../section/model.js';
import { BREAKDOWNS, DIMENSIONS, type Breakdown, type Cell, type Dimension, type Value } from './breakdowns.js';

/** Every table of a month as the marts have it now. */
export async function readCells(sql: SqlSession, month: string): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  for (const [breakdown, columns] of Object.entries(BREAKDOWNS) as [Breakdown, readonly Dimension[]][]) {
    if (breakdown === 'response_type') cells.push(...(await byResponseType(sql, month)));
    else if (breakdown === 'control') cells.push(...(await byArm(sql, month)));
    else {
      const period =
        breakdown === 'date'
          ? ({ kind: 'days', from: firstDayOf(month), to: lastDayOf(month) } as const)
          : ({ kind: 'month', month } as const);
      for (const { group, name, figures } of await figuresBy(sql, period, columns))
        cells.push(cell(breakdown, group, breakdown.startsWith('campaign') ? name : '', valuesOf(figures)));
    }
  }
  return cells;
}

async function byResponseType(sql: SqlSession, month: string): Promise<readonly Cell[]> {
  const rows = await sql.query<{ response_type: string; responded: string | null }>(
    `SELECT response_type, CAST(sum(responded) AS text) AS responded FROM report.response_monthly
      WHERE month = '${firstDayOf(month)}' AND NOT is_control GROUP BY response_type ORDER BY 1`,
  );
  return rows.map(({ response_type, responded }) =>
    cell('response_type', { response_type }, '', { ...NOTHING, responded }),
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
