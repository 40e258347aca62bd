import type { SqlSession } from '#sdk';
import { addDays, daysBetween, dayIn } from './calendar.js';
import type { DaySpan } from '../facts/fact.js';
import type { SourceState } from './model.js';

export interface SourceDays {
  readonly states: readonly SourceState[];
  readonly expected: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  /** The newest day of the month with data; undefined where no source has any. */
  readonly newest: string | undefined;
}

/**
 * Which days of a month each source should have and has. A source owes every day from its first one to yesterday; one whose
 * rows all stand on a fixed day owes that day, one whose fact is for some days only owes no others, and figures adopted from
 * before owe none.
 */
export async function sourceDays(
  sql: SqlSession,
  month: { readonly first_day: string; readonly last_day: string },
  now: Date,
  timeZone: string,
  factDays: Readonly<Record<string, DaySpan>> = {},
): Promise<SourceDays> {
  const within = `date BETWEEN '${month.first_day}' AND '${month.last_day}'`;
  const present = await sql.query<{ source: string; date: string; origin: string }>(
    `SELECT source, CAST(date AS text) AS date, origin FROM report.campaign_daily WHERE ${within}
      UNION SELECT source, CAST(date AS text), origin FROM report.response_daily WHERE ${within} ORDER BY 1, 2`,
  );
  const facts = await sql.query<{
    fact: string;
    source: string;
    origin: string;
    first_month: string | null;
    fixed_day: string | null;
    data_as_of: string | Date | null;
  }>(
    `SELECT s.fact, s.source, s.origin, CAST(c.first_month AS text) AS first_month, CAST(f.fixed_day AS text) AS fixed_day, f.data_as_of
       FROM (SELECT fact, source, origin FROM report.campaign_monthly
              UNION SELECT fact, source, origin FROM report.response_monthly) s
       LEFT JOIN (SELECT source, min(month) AS first_month
                    FROM (SELECT source, month FROM report.campaign_monthly WHERE origin <> 'legacy'
                           UNION SELECT source, month FROM report.response_monthly WHERE origin <> 'legacy') m
                   GROUP BY source) c ON c.source = s.source
       LEFT JOIN report.fact f ON f.fact = s.fact ORDER BY s.source, s.fact`,
  );
  const yesterday = addDays(dayIn(timeZone, now), -1);
  const until = yesterday < month.last_day ? yesterday : month.last_day;
  const expected = new Map<string, Set<string>>();
  const asOf = new Map<string, string | null>();
  for (const { fact, source, origin, first_month, fixed_day, data_as_of } of facts) {
    const days = expected.get(source) ?? new Set<string>();
    expected.set(source, days);
    if (origin === 'legacy' || first_month === null || first_month > month.first_day) continue;
    const first = present.find((row) => row.source === source && row.origin !== 'legacy')?.date;
    const from = first_month === month.first_day && first !== undefined ? first : month.first_day;
    const own = factDays[fact];
    const isOwed = (day: string) => (own?.from ?? day) <= day && day <= (own?.to ?? day);
    if (fixed_day === null) for (const day of daysBetween(from, until).filter(isOwed)) days.add(day);
    else if (fixed_day >= month.first_day && fixed_day <= month.last_day) days.add(fixed_day);
    const read = data_as_of === null ? null : new Date(data_as_of).toISOString();
    const known = asOf.get(source);
    asOf.set(source, known === undefined ? read : known === null || read === null ? null : known < read ? known : read);
  }
  const states: SourceState[] = [];
  const missing = new Set<string>();
  for (const [source, days] of expected) {
    const found = new Set(present.filter((row) => row.source === source).map(({ date }) => date));
    if (days.size === 0 && found.size === 0) continue;
    const lacking = [...days].filter((day) => !found.has(day)).sort();
    for (const day of lacking) missing.add(day);
    states.push({
      source,
      data_as_of: asOf.get(source) ?? null,
      days_present: days.size - lacking.length,
      days_expected: days.size,
      missing_days: lacking,
    });
  }
  return {
    states,
    expected: new Set([...expected.values()].flatMap((days) => [...days])),
    missing,
    newest: present
      .map(({ date }) => date)
      .sort()
      .at(-1),
  };
}
