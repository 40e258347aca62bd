import { ConnectorError, type SqlSession } from '#sdk';
import { monthOf } from './calendar.js';

/** The months that have figures, newest first. */
export async function listMonths(sql: SqlSession): Promise<readonly string[]> {
  const present = await sql.query(
    `SELECT 1 FROM information_schema.tables WHERE table_schema = 'report' AND table_name IN ('campaign_monthly', 'response_monthly')`,
  );
  if (present.length < 2) return [];
  const rows = await sql.query<{ month: string }>(
    `SELECT CAST(month AS text) AS month FROM report.campaign_monthly
      UNION SELECT CAST(month AS text) FROM report.response_monthly ORDER BY 1 DESC`,
  );
  return rows.map(({ month }) => monthOf(month));
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
