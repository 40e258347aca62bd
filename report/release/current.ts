import type { SqlSession } from '#sdk';
import { NOTHING_OWN } from '../facts/own.js';
import { loadSection, type SectionOptions } from '../section/load.js';
import { suppressionNote } from '../section/notes.js';
import type { Section } from '../section/model.js';
import { builtAt } from '../section/one-state.js';
import { layoutOf } from './breakdowns.js';
import { inSection, withShown } from './shown.js';
import { cellsOf, listReleases, releasedSection, requireRelease, versionOf, type Release } from './stored.js';
import type { Suppression } from './suppress/suppress.js';

export interface ShowOptions extends SectionOptions {
  readonly suppression: Suppression;
  /** A version; absent: the newest of a month that was final, else the figures as they stand. */
  readonly version?: number;
  /** The newest version that was published until then. */
  readonly asOf?: Date;
  /** Shows small counts too. */
  readonly withHidden: boolean;
  /** What was read of months as they stand, for the next who asks before the marts are built again. */
  readonly kept?: KeptSections;
}

/** By month: the state of the marts that it was read from, and what was read. */
export type KeptSections = Map<string, { readonly as: string; readonly section: Section }>;

/** What follows from the time of day, such as whether a month is final, is at most so old. */
const KEPT_MS = 5 * 60_000;
const MOST_KEPT = 24;

/**
 * What is shown of a month. By region and segment it is always that of a release, also where the totals are newer: else two
 * looks on two days would tell of the few who came between.
 */
export async function shownSection(sql: SqlSession, options: ShowOptions): Promise<Section> {
  const { month, suppression, withHidden } = options;
  const releases = await listReleases(sql, month);
  const [last] = releases;
  const layout = layoutOf(options.own ?? NOTHING_OWN);
  const wanted = versionOf(releases, options);
  if (wanted !== undefined) {
    const release = requireRelease(releases, month, wanted);
    const section = await keptSection(options, `${month} ${wanted}`, release.checksum, () =>
      releasedSection(sql, month, wanted),
    );
    if (!withHidden) return section;
    const cells = await cellsOf(sql, month, wanted, { breakdowns: inSection(layout) });
    const hidden = section.suppression?.hidden ?? 0;
    return lifted(section, withShown(section, cells, { suppression, layout, withHidden, hidden }));
  }
  const live = await keptSection(options, month, await builtAt(sql), () => loadSection(sql, options));
  // A month that was never released shows nothing by region and segment.
  const cells = last === undefined ? [] : await cellsOf(sql, month, last.version, { breakdowns: inSection(layout) });
  const shown = withShown(live, cells, { suppression, layout, withHidden, hidden: last?.hidden ?? 0 });
  const section = { ...shown, status: { ...live.status, release: last === undefined ? null : liveMark(last) } };
  return { ...section, notes: [...suppressionNote(section), ...section.notes] };
}

/** Read anew when `state` is another one, and after some minutes. */
async function keptSection(
  { kept, now }: ShowOptions,
  key: string,
  state: string,
  read: () => Promise<Section>,
): Promise<Section> {
  const as = `${state} ${Math.floor(now.getTime() / KEPT_MS)}`;
  const known = kept?.get(key);
  if (known?.as === as) return known.section;
  const section = await read();
  if (kept === undefined) return section;
  kept.delete(key);
  kept.set(key, { as, section });
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  return section;
}

const liveMark = ({ version, state, published_at }: Release) => ({ version, state, published_at, is_live: true });

const lifted = (before: Section, section: Section): Section => ({
  ...section,
  notes: [...suppressionNote(section), ...before.notes.filter(({ title }) => title !== 'Small counts')],
});
