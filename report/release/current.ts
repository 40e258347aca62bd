import type { SqlSession } from '#sdk';
import { loadSection, type SectionOptions } from '../section/load.js';
import { suppressionNote } from '../section/notes.js';
import type { Section } from '../section/model.js';
import { IN_SECTION, withShown } from './shown.js';
import { cellsOf, listReleases, releasedSection, versionOf, type Release } from './stored.js';
import type { Suppression } from './suppress/suppress.js';

export interface ShowOptions extends SectionOptions {
  readonly suppression: Suppression;
  /** A version; absent: the newest of a month that was final, else the figures as they stand. */
  readonly version?: number;
  /** The newest version that was published until then. */
  readonly asOf?: Date;
  /** Shows small counts too. */
  readonly withHidden: boolean;
}

/**
 * What is shown of a month. By region and segment it is always that of a release, also where the totals are newer: else two
 * looks on two days would tell of the few who came between.
 */
export async function shownSection(sql: SqlSession, options: ShowOptions): Promise<Section> {
  const { month, suppression, withHidden } = options;
  const releases = await listReleases(sql, month);
  const [last] = releases;
  const wanted = versionOf(releases, options);
  if (wanted !== undefined) {
    const section = await releasedSection(sql, month, wanted);
    if (!withHidden) return section;
    const cells = await cellsOf(sql, month, wanted, { breakdowns: IN_SECTION });
    const hidden = section.suppression?.hidden ?? 0;
    return lifted(section, withShown(section, cells, { suppression, withHidden, hidden }));
  }
  const live = await loadSection(sql, options);
  // A month that was never released shows nothing by region and segment.
  const cells = last === undefined ? [] : await cellsOf(sql, month, last.version, { breakdowns: IN_SECTION });
  const shown = withShown(live, cells, { suppression, withHidden, hidden: last?.hidden ?? 0 });
  const section = { ...shown, status: { ...live.status, release: last === undefined ? null : liveMark(last) } };
  return { ...section, notes: [...suppressionNote(section), ...section.notes] };
}

const liveMark = ({ version, state, published_at }: Release) => ({ version, state, published_at, is_live: true });

const lifted = (before: Section, section: Section): Section => ({
  ...section,
  notes: [...suppressionNote(section), ...before.notes.filter(({ title }) => title !== 'Small counts')],
});
