import type { SqlSession } from '#sdk';
import { addDays, daysBetween, dayIn } from './calendar.js';
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
 * rows all stand on a fixed day owes that day.
 */
export async function sourceDays(
  sql: SqlSession,
  month: { readonly first_day: string; readonly last_day: string },
  now: Date,
  timeZone: string,
): Promise<SourceDays> {
  const within = `date BETWEEN '${month.first_day}' AND '${month.last_day}'`;
  const present = await sql.query<{ source: string; date: string }>(
    `SELECT source, CAST(date AS text) AS date FROM report.campaign_daily WHERE ${within}
      UNION SELECT source, CAST(date AS text) FROM report.response_daily WHERE ${within} ORDER BY 1, 2`,
  );
  const facts = await sql.query<{
    source: string;
    first_day: string;
    fixed_day: string | null;
    data_as_of: string | Date | null;
  }>(
    `SELECT s.source, CAST(c.first_day AS text) AS first_day, CAST(f.fixed_day AS text) AS fixed_day, f.data_as_of
       FROM (SELECT fact, source FROM report.campaign_monthly UNION SELECT fact, source FROM report.response_monthly) s
       JOIN (SELECT source, min(first_day) AS first_day FROM report.campaign GROUP BY source) c ON c.source = s.source
       LEFT JOIN report.fact f ON f.fact = s.fact ORDER BY s.source, s.fact`,
  );
  const yesterday = addDays(dayIn(timeZone, now), -1);
  const until = yesterday < month.last_day ? yesterday : month.last_day;
  const expected = new Map<string, Set<string>>();
  const asOf = new Map<string, string | null>();
  for (const { source, first_day, fixed_day, data_as_of } of facts) {
    const days = expected.get(source) ?? new Set<string>();
    expected.set(source, days);
    const from = first_day > month.first_day ? first_day : month.first_day;
    if (fixed_day === null) for (const day of daysBetween(from, until)) days.add(day);
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
