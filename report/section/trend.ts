import type { SqlSession } from '#sdk';
import { NOTHING_OWN, type OwnFigures } from '../facts/own.js';
import { addDays, daysBetween, firstDayOf, lastDayOf, startOfDay } from './calendar.js';
import { figuresBy, NOTHING_MEASURED } from './figures.js';
import type { Annotation, EarlierDays, Figures } from './model.js';

/** Every day of a span; one without data has nulls. */
export async function figuresByDay(
  sql: SqlSession,
  first: string,
  last: string,
  own: OwnFigures = NOTHING_OWN,
): Promise<readonly (Figures & { readonly date: string })[]> {
  const found = await figuresBy(sql, { kind: 'days', from: first, to: last }, ['date'], {}, own);
  const byDate = new Map(found.map(({ group, figures }) => [group.date, figures]));
  return daysBetween(first, last).map((date) => ({ date, ...(byDate.get(date) ?? NOTHING_MEASURED) }));
}

/** Null where no day of that month has data. */
export async function earlierDays(sql: SqlSession, month: string, own: OwnFigures): Promise<EarlierDays | null> {
  const days = await figuresByDay(sql, firstDayOf(month), lastDayOf(month), own);
  const isEmpty = days.every(({ date: _, own: more = {}, ...figures }) =>
    [...Object.values(figures), ...Object.values(more)].every((value) => value === null),
  );
  return isEmpty ? null : { month, days };
}

/** Until so long after its end a day may still change. */
export const isOpenDay = (day: string, timeZone: string, closingMs: number, now: Date): boolean =>
  now.getTime() < startOfDay(addDays(day, 1), timeZone).getTime() + closingMs;

/** More campaigns that began on one day are counted, not named. */
const NAMED = 3;

/**
 * On which days of a month campaigns sent their first messages, and on which figures changed their meaning. A campaign has rows before
 * it sends anything, where its source tells zeros.
 */
export async function annotationsOf(sql: SqlSession, first: string, last: string): Promise<readonly Annotation[]> {
  const began = await sql.query<{ date: string; name: string }>(
    `SELECT CAST(s.date AS text) AS date, c.name
       FROM (SELECT source, campaign_id, min(date) AS date FROM report.campaign_daily
              WHERE date BETWEEN '${first}' AND '${last}' AND sent > 0 AND NOT is_control GROUP BY source, campaign_id) s
       JOIN report.campaign c ON c.source = s.source AND c.campaign_id = s.campaign_id
      WHERE NOT EXISTS (SELECT 1 FROM report.campaign_monthly m
              WHERE m.source = s.source AND m.campaign_id = s.campaign_id AND m.month < '${first}' AND m.sent > 0 AND NOT m.is_control)
      ORDER BY 1, 2`,
  );
  const changed = await sql.query<{ date: string; measures: string; note: string }>(
    `SELECT CAST(date AS text) AS date, measures, note FROM report.definition_change
      WHERE date BETWEEN '${first}' AND '${last}' ORDER BY 1, 2`,
  );
  const sends = [...Map.groupBy(began, ({ date }) => date)].map(([date, campaigns]): Annotation => {
    const names = campaigns.map(({ name }) => name);
    const more = names.length - NAMED;
    const text = names.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
    return { date, kind: 'send', text };
  });
  const definitions = changed.map(({ date, measures, note }): Annotation => ({
    date,
    kind: 'definition',
    text: `${measures}: ${note}`,
  }));
  return [...sends, ...definitions].toSorted((left, right) => left.date.localeCompare(right.date));
}
