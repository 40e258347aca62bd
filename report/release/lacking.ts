import type { SqlSession } from '#sdk';
import { firstDayOf, lastDayOf } from '../section/calendar.js';
import type { SectionOptions } from '../section/load.js';
import type { Section } from '../section/model.js';
import { sourceDays } from '../section/sources.js';

const NAMED_DAYS = 5;

/** What each source lacks, in words. */
export const lackingDays = ({ sources }: Pick<Section, 'sources'>): readonly string[] =>
  sources
    .filter(({ missing_days }) => missing_days.length > 0)
    .map(({ source, missing_days: days }) => {
      const more = days.length - NAMED_DAYS;
      return `${source} lacks ${days.slice(0, NAMED_DAYS).join(', ')}${more > 0 ? ` and ${more} more days` : ''}`;
    });

/** Why a month may not become final by time alone; nothing where it may. */
export async function lackingOf(
  sql: SqlSession,
  { month, project, now, missingDays = 'hold', factDays }: Omit<SectionOptions, 'closeAfter'>,
): Promise<readonly string[]> {
  if (missingDays === 'allow') return [];
  const span = { first_day: firstDayOf(month), last_day: lastDayOf(month) };
  const { states } = await sourceDays(sql, span, now, project.timezone, factDays);
  return lackingDays({ sources: states });
}
