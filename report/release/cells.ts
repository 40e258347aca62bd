import type { SqlSession } from '#sdk';
import { firstDayOf, lastDayOf } from '../section/calendar.js';
import { controlGroups } from '../section/control-groups.js';
import { figuresBy, NOTHING_MEASURED, type Filter, type Period } from '../section/figures.js';
import type { Figures, Rate } from '../section/model.js';
import { responsesBy } from '../section/response-types.js';
import { isAmount, ratiosOf, sideOf, sumsOf, type OwnFigures } from '../facts/own.js';
import {
  DIMENSIONS,
  isByResponseType,
  OTHER_TYPES,
  PRIMARY_TYPES,
  type Breakdown,
  type Cell,
  type Dimension,
  type Layout,
} from './breakdowns.js';

/** Every table of a month as the marts have it now. */
export async function readCells(sql: SqlSession, month: string, layout: Layout): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  for (const breakdown of Object.keys(layout.breakdowns))
    cells.push(...(await readTable(sql, month, breakdown, layout)));
  return cells;
}

/** One of them, or of it only what a filter of its own dimensions leaves. */
export async function readTable(
  sql: SqlSession,
  month: string,
  breakdown: Breakdown,
  /** As far as the marts have it. */
  { breakdowns, own }: Layout,
  filter: Filter = {},
): Promise<readonly Cell[]> {
  const columns = breakdowns[breakdown]!;
  if (breakdown === 'control') return byArm(sql, month);
  const period: Period = columns.includes('date')
    ? { kind: 'days', from: firstDayOf(month), to: lastDayOf(month) }
    : { kind: 'month', month };
  if (isByResponseType(columns)) return byResponseType(sql, period, breakdown, columns, filter);
  const rows = await figuresBy(sql, period, columns, filter, own);
  const isNamed = columns.includes('campaign_id');
  return rows.map(({ group, name, figures }) =>
    cell(breakdown, group, isNamed ? name : '', { ...valuesOf(figures), ...ownValuesOf(figures, own) }),
  );
}

async function byResponseType(
  sql: SqlSession,
  period: Period,
  breakdown: Breakdown,
  columns: readonly Dimension[],
  filter: Filter,
): Promise<readonly Cell[]> {
  const isPrimary = { [PRIMARY_TYPES]: true, [OTHER_TYPES]: false }[breakdown];
  const rows = await responsesBy(sql, period, columns, { filter, ...(isPrimary === undefined ? {} : { isPrimary }) });
  const isNamed = columns.includes('campaign_id');
  return rows.map(({ at, name, responded }) =>
    cell(breakdown, at, isNamed ? name : '', { ...NOTHING, responded: textOf(responded) }),
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
  return { breakdown, at: { ...place, ...at } as Cell['at'], name, values, hidden: [] };
}

const textOf = (value: number | null): string | null => (value === null ? null : String(value));

/** Sums under their names, and the two sides of ratios. */
function ownValuesOf({ own: found = {} }: Figures, own: OwnFigures): Readonly<Record<string, string | null>> {
  const sums = sumsOf(own).map(({ name }) => {
    const value = found[name] ?? null;
    return [name, value === null ? null : String(value)] as const;
  });
  const sides = ratiosOf(own).flatMap((ratio) => {
    const value = (found[ratio.name] ?? null) as Rate | null;
    const side = (of: string, counted: number | null) =>
      // As the table has it that keeps it.
      counted !== null && isAmount(own, of) ? counted.toFixed(2) : textOf(counted);
    return [
      [sideOf(ratio, 'of'), side(ratio.of!, value?.numerator ?? null)],
      [sideOf(ratio, 'per'), side(ratio.per!, value?.denominator ?? null)],
    ] as const;
  });
  return Object.fromEntries([...sums, ...sides]);
}

function valuesOf(figures: Figures): Cell['values'] {
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
