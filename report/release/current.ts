import type { SqlSession } from '#sdk';
import { loadSection, type SectionOptions } from '../section/load.js';
import { suppressionNote } from '../section/notes.js';
import type { Section } from '../section/model.js';
import { withShown } from './shown.js';
import { cellsOf, listReleases, releasedSection, type Release } from './stored.js';
import type { Suppression } from './suppress/suppress.js';

export interface ShowOptions extends SectionOptions {
  readonly suppression: Suppression;
  /** A version; absent: the newest of a month that was final, else the figures as they stand. */
  readonly version?: number;
  /** Shows small counts too. */
  readonly withHidden: boolean;
}

/**
 * What is shown of a month. By region and segment it is always that of a release, also where the totals are newer: else two
 * looks on two days would tell of the few who came between.
 */
export async function shownSection(sql: SqlSession, options: ShowOptions): Promise<Section> {
  const { month, version, suppression, withHidden } = options;
  const [last] = await listReleases(sql, month);
  const wanted = version ?? (last === undefined || last.state === 'preliminary' ? undefined : last.version);
  if (wanted !== undefined) {
    const section = await releasedSection(sql, month, wanted);
    if (!withHidden) return section;
    return lifted(section, withShown(section, await cellsOf(sql, month, wanted), { suppression, withHidden }));
  }
  const live = await loadSection(sql, options);
  // A month that was never released shows nothing by region and segment.
  const cells = last === undefined ? [] : await cellsOf(sql, month, last.version);
  const shown = withShown(live, cells, { suppression, withHidden });
  const section = { ...shown, status: { ...live.status, release: last === undefined ? null : liveMark(last) } };
  return { ...section, notes: [...suppressionNote(section), ...section.notes] };
}

const liveMark = ({ version, state, published_at }: Release) => ({ version, state, published_at, is_live: true });

const lifted = (before: Section, section: Section): Section => ({
  ...section,
  notes: [...suppressionNote(section), ...before.notes.filter(({ title }) => title !== 'Small counts')],
});
