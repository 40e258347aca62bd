import type { SqlSession } from '#sdk';
import { newcombe } from '../statistics/proportions.js';
import { armName, armsOf, type ArmRow } from './arms.js';
import { rateOf } from './figures.js';
import type { ControlArm, ControlComparison, Rate } from './model.js';

/** Campaigns that have a control group in this month: what each arm did beside those who were sent nothing. */
export async function controlGroups(sql: SqlSession, month: string): Promise<readonly ControlComparison[]> {
  const campaigns = await armsOf(sql, month, 'with_control');
  return campaigns.map(({ source, campaign_id, name, arms }) => {
    const control = pooled(arms.filter((row) => row.is_control));
    return { source, campaign_id, name, control, arms: compare(arms, control) };
  });
}

function compare(rows: readonly ArmRow[], control: Rate | null): readonly ControlArm[] {
  return rows.map((row) => {
    const { variant_id, is_control, targeted, sent, responded } = row;
    const rate = rateOf(responded, targeted);
    return {
      variant_id,
      name: armName(row, rows),
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
