import {
  listMonths,
  listRegions,
  listReleases,
  requireMonth,
  shownSection,
  shownTable,
  type Release,
  type KeptSections,
  type ReportTable,
  type Section,
  type TableOptions,
} from '../../report/index.js';
import type { SqlSession } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Installation } from './installation.js';
import { martsHeldBy, reportDestination } from './marts.js';
import { publish } from './releases.js';
import { sectionOptions } from './section-options.js';

export interface MonthOptions {
  readonly month: string;
  readonly signal: AbortSignal;
  /** A version; absent: the newest of a month that was final, else the figures as they stand. */
  readonly release?: number | undefined;
  /** The newest version that was published until then. */
  readonly asOf?: Date | undefined;
  /** Shows small counts too; the caller has made sure that they may be seen. */
  readonly withPhi?: boolean | undefined;
}

/** The model of the section for a month (`YYYY-MM`); what is due to be published of it is published first. */
export async function loadMonth(installation: Installation, options: MonthOptions): Promise<Section> {
  await publishLooked(installation, options);
  return reading(installation, options.signal, (sql) =>
    shownSection(sql, {
      ...sectionOptions(installation),
      ...lookOf(options),
      now: new Date(),
      kept: keptOf(installation),
    }),
  );
}

const kept = new WeakMap<Installation, KeptSections>();

function keptOf(installation: Installation): KeptSections {
  const own = kept.get(installation) ?? new Map();
  kept.set(installation, own);
  return own;
}

/** One table of a month, found in the same release. */
export async function loadTable(
  installation: Installation,
  options: MonthOptions & Pick<TableOptions, 'table' | 'filter' | 'limit'>,
): Promise<ReportTable> {
  await publishLooked(installation, options);
  const { table, filter, limit } = options;
  return reading(installation, options.signal, (sql) =>
    shownTable(sql, { ...sectionOptions(installation), ...lookOf(options), table, filter, limit }),
  );
}

const lookOf = ({ month, release, asOf, withPhi = false }: MonthOptions) => ({
  month,
  withHidden: withPhi,
  ...(release === undefined ? {} : { version: release }),
  ...(asOf === undefined ? {} : { asOf }),
});

/** As of which build of the marts a month was last looked at, in this process. */
const looked = new WeakMap<Installation, Map<string, string>>();

/** What is being published for who looks, by month and build: a large month takes minutes, for which whoever else looks waits too. */
const publishing = new WeakMap<Installation, Map<string, Promise<unknown>>>();

function publishOnce(installation: Installation, month: string, built: string, signal: AbortSignal): Promise<unknown> {
  const known = publishing.get(installation) ?? new Map<string, Promise<unknown>>();
  publishing.set(installation, known);
  const key = `${month} ${built}`;
  const begun =
    known.get(key) ??
    publish(installation, { month, as: 'due', by: 'first look' }, signal).finally(() => known.delete(key));
  known.set(key, begun);
  return begun;
}

/**
 * A month is released when it is first looked at, since region and segment are only shown from a release; and a final one is
 * restated if the marts were built since and its figures moved.
 */
async function publishLooked(
  installation: Installation,
  { month, signal, release, asOf }: MonthOptions,
): Promise<void> {
  if (release !== undefined || asOf !== undefined) return;
  const known = looked.get(installation) ?? new Map<string, string>();
  looked.set(installation, known);
  const { built, isDue, isReleased } = await reading(installation, signal, async (sql) => {
    await requireMonth(sql, month);
    const [last] = await listReleases(sql, month);
    const [row] = await sql.query<{ built: unknown }>('SELECT CAST(started_at AS text) AS built FROM report.builder');
    const state = String(row?.built);
    const isOver = last !== undefined && last.state !== 'preliminary';
    const isReleased = last !== undefined;
    return { built: state, isReleased, isDue: !isReleased || (isOver && known.get(month) !== state) };
  });
  // A broken expectation holds what would be new; what was released stays to be seen.
  if (isDue && isReleased && (await martsHeldBy(installation)).length > 0) return;
  if (isDue) await publishOnce(installation, month, built, signal);
  known.set(month, built);
}

/** Releases, the latest months first and of each the newest version; of one month or of all. */
export function releases(installation: Installation, signal: AbortSignal, month?: string): Promise<readonly Release[]> {
  return reading(installation, signal, (sql) => listReleases(sql, month));
}

export function months(installation: Installation, signal: AbortSignal): Promise<readonly string[]> {
  return reading(installation, signal, listMonths);
}

/** Of all months, by name. */
export function knownRegions(installation: Installation, signal: AbortSignal): Promise<readonly string[]> {
  return reading(installation, signal, listRegions);
}

export async function latestMonth(installation: Installation, signal: AbortSignal): Promise<string> {
  const latest = (await months(installation, signal)).toSorted().at(-1);
  if (latest !== undefined) return latest;
  throw new ConnectorError('config', 'There are no figures yet.', {
    hint: 'Run `tributary sync` for a connection that feeds `report.facts`.',
  });
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
