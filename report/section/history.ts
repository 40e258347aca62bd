import type { SqlSession } from '#sdk';
import { addMonths } from './calendar.js';
import type { Note } from './model.js';

/** What is to be known of the months that this one is compared with: figures from before, and other definitions. */
export async function historyNotes(
  sql: SqlSession,
  month: { readonly id: string; readonly last_day: string },
): Promise<readonly Note[]> {
  const first = `${addMonths(month.id, -12)}-01`;
  const legacy = await sql.query<{ month: string; source: string }>(
    `SELECT DISTINCT CAST(month AS text) AS month, source FROM report.campaign_monthly
      WHERE origin = 'legacy' AND month IN ('${month.id}-01', '${addMonths(month.id, -1)}-01', '${first}') ORDER BY 1, 2`,
  );
  const changes = await sql.query<{ date: string; measures: string; note: string }>(
    `SELECT CAST(date AS text) AS date, measures, note FROM report.definition_change
      WHERE date > '${first}' AND date <= '${month.last_day}' ORDER BY 1, 2`,
  );
  const months = [...Map.groupBy(legacy, (row) => row.month.slice(0, 7))].map(
    ([name, rows]) => `${name} (${rows.map(({ source }) => source).join(', ')})`,
  );
  return [
    ...(months.length === 0
      ? []
      : [
          {
            title: 'History',
            text: `Figures of ${months.join(', ')} were adopted from before and were not synced from their source.`,
          },
        ]),
    ...changes.map(({ date, measures, note }) => ({
      title: `Changed on ${date}`,
      text: `${measures}: ${note} Figures before that day are by the earlier definition.`,
    })),
  ];
}
