import { ConnectorError, type SqlSession } from '#sdk';
import { hasTables } from '../../destinations/sql/index.js';
import { addMonths, firstDayOf, monthOf } from './calendar.js';

const MARTS = ['campaign_monthly', 'response_monthly'] as const;

/** The months that have figures, newest first. */
export async function listMonths(sql: SqlSession): Promise<readonly string[]> {
  if (!(await hasTables(sql, 'report', MARTS))) return [];
  // The ends are found by the index, and each month between by one look, where all rows would have to be read.
  const ends = MARTS.map((mart) => `SELECT min(month) AS first, max(month) AS last FROM report.${mart}`);
  const [span] = await sql.query<{ first: string | null; last: string | null }>(
    `SELECT CAST(min(first) AS text) AS first, CAST(max(last) AS text) AS last FROM (${ends.join(' UNION ALL ')}) e`,
  );
  if (span === undefined || span.first === null || span.last === null) return [];
  const months: string[] = [];
  for (let month = monthOf(span.last); month >= monthOf(span.first); month = addMonths(month, -1)) months.push(month);
  return presentOf(sql, months);
}

async function presentOf(sql: SqlSession, months: readonly string[]): Promise<readonly string[]> {
  const dates = months.map((month) => `SELECT CAST('${firstDayOf(month)}' AS date) AS month`).join(' UNION ALL ');
  const has = MARTS.map((mart) => `EXISTS (SELECT 1 FROM report.${mart} t WHERE t.month = m.month)`);
  const rows = await sql.query<{ month: string }>(
    `SELECT CAST(m.month AS text) AS month FROM (${dates}) m WHERE ${has.join(' OR ')} ORDER BY 1 DESC`,
  );
  return rows.map(({ month }) => monthOf(month));
}

/** How many rows a release of the month reckons with, of all campaigns, regions and segments. Refuses a month without figures. */
export async function rowsOfMonth(sql: SqlSession, month: string): Promise<number> {
  await requireMonth(sql, month);
  const [row] = await sql.query<{ found: unknown }>(
    `SELECT count(*) AS found FROM report.campaign_monthly WHERE month = CAST('${firstDayOf(month)}' AS date)`,
  );
  return Number(row?.found);
}

/** Regions that figures have, by name; rows that are not broken down by one are left out. */
export async function listRegions(sql: SqlSession): Promise<readonly string[]> {
  if ((await listMonths(sql)).length === 0) return [];
  const rows = await sql.query<{ region: string }>(
    `SELECT DISTINCT region FROM report.campaign_monthly WHERE region <> '' ORDER BY 1`,
  );
  return rows.map(({ region }) => region);
}

const SHOWN = 14;

/** Refuses a month that is none, and one without figures, by naming those that have some. */
export async function requireMonth(sql: SqlSession, month: string): Promise<void> {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw new ConnectorError('config', 'The month must be written as YYYY-MM.', {
      hint: 'For example `--month 2026-03`.',
    });
  const months = await listMonths(sql);
  if (months.includes(month)) return;
  const listed = months.slice(0, SHOWN).join(', ');
  throw new ConnectorError('config', `There are no figures for ${month}.`, {
    hint:
      months.length === 0
        ? 'The marts are empty: sync a connection that a fact of the report is made from.'
        : `Months with figures: ${listed}${months.length > SHOWN ? ` and ${months.length - SHOWN} older` : ''}.`,
  });
}
