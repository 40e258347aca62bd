import { listMonths, loadSection, renderHtml, renderJson, type Section } from '../../report/index.js';
import type { SqlSession } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Installation } from './installation.js';
import { reportDestination } from './marts.js';
import type { ReportFormat } from './report-formats.js';

/** The model of the section for a month (`YYYY-MM`), read from the marts. */
export function loadMonth(installation: Installation, month: string, signal: AbortSignal): Promise<Section> {
  const { project, report } = installation.configuration.settings;
  return reading(installation, signal, (sql) =>
    loadSection(sql, { month, project, now: new Date(), closeAfter: report?.months.close_after ?? '8d' }),
  );
}

export function months(installation: Installation, signal: AbortSignal): Promise<readonly string[]> {
  return reading(installation, signal, listMonths);
}

export async function latestMonth(installation: Installation, signal: AbortSignal): Promise<string> {
  const latest = (await months(installation, signal)).toSorted().at(-1);
  if (latest !== undefined) return latest;
  throw new ConnectorError('config', 'There are no figures yet.', {
    hint: 'Run `tributary sync` for a connection that feeds `report.facts`.',
  });
}

export function renderMonth(section: Section, format: ReportFormat): string {
  return format === 'html' ? renderHtml(section) : renderJson(section);
}

async function reading<T>(
  installation: Installation,
  signal: AbortSignal,
  work: (sql: SqlSession) => Promise<T>,
): Promise<T> {
  const sql = await installation.sql(reportDestination(installation.configuration), { readOnly: true, signal });
  try {
    return await work(sql);
  } finally {
    await sql.close();
  }
}
