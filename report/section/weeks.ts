import type { SqlSession } from '#sdk';
import type { OwnFigures } from '../facts/own.js';
import { addDays } from './calendar.js';
import { figuresBy } from './figures.js';
import type { WeekFigures } from './model.js';

/** The days of a span by weeks, which begin on Mondays. A week without any row is left out. */
export async function weeksOf(
  sql: SqlSession,
  first: string,
  last: string,
  own: OwnFigures,
): Promise<readonly WeekFigures[]> {
  const weeks = await figuresBy(sql, { kind: 'days', from: first, to: last }, ['week'], {}, own);
  return weeks
    .map(({ group, figures }) => {
      const monday = group.week!;
      const sunday = addDays(monday, 6);
      return {
        week: isoWeek(monday),
        first_day: monday < first ? first : monday,
        last_day: sunday > last ? last : sunday,
        ...figures,
      };
    })
    .toSorted((left, right) => (left.first_day < right.first_day ? -1 : 1));
}

/** A week belongs to the year of its Thursday. */
function isoWeek(monday: string): string {
  const year = addDays(monday, 3).slice(0, 4);
  const fourth = `${year}-01-04`;
  const weekday = (new Date(`${fourth}T00:00:00Z`).getUTCDay() + 6) % 7;
  const firstMonday = addDays(fourth, -weekday);
  const weeks = Math.round((Date.parse(monday) - Date.parse(firstMonday)) / (7 * 86_400_000));
  return `${year}-W${String(weeks + 1).padStart(2, '0')}`;
}
