import {
  listMonths,
  listReleases,
  loadSection,
  releasedSection,
  renderHtml,
  renderJson,
  type Release,
  type Section,
} from '../../report/index.js';
import type { SqlSession } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Installation } from './installation.js';
import { reportDestination } from './marts.js';
import type { ReportFormat } from './report-formats.js';

/**
 * The model of the section for a month (`YYYY-MM`): a release that is asked for, else the newest one of a month that was
 * published as final, else the figures of the marts as they stand.
 */
export function loadMonth(
  installation: Installation,
  month: string,
  signal: AbortSignal,
  version?: number,
): Promise<Section> {
  return reading(installation, signal, async (sql) => {
    if (version !== undefined) return releasedSection(sql, month, version);
    const [last] = await listReleases(sql, month);
    if (last !== undefined && last.state !== 'preliminary') return releasedSection(sql, month, last.version);
    const live = await loadSection(sql, { month, ...sectionOptions(installation), now: new Date() });
    if (last === undefined) return live;
    const { version: shown, state, published_at } = last;
    return { ...live, status: { ...live.status, release: { version: shown, state, published_at, is_live: true } } };
  });
}

/** What every section of this installation is made with. */
export function sectionOptions({ configuration }: Installation) {
  const { project, report } = configuration.settings;
  return { project, closeAfter: report?.months.close_after ?? '8d' };
}

/** Releases, the latest months first and of each the newest version; of one month or of all. */
export function releases(installation: Installation, signal: AbortSignal, month?: string): Promise<readonly Release[]> {
  return reading(installation, signal, (sql) => listReleases(sql, month));
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
