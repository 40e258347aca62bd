import { parseDuration, type SqlSession } from '#sdk';
import { dialectOf, type SqlDialect } from '../../destinations/sql/index.js';
import type { CompiledFact } from '../facts/fact.js';
import { addDays, firstDayOf, lastDayOf, startOfDay } from '../section/calendar.js';
import { readSection, type SectionOptions } from '../section/load.js';
import { withRelease } from '../section/released.js';
import { CAME_LATER, DIMENSIONS, FINEST, VALUES, type Cell } from './breakdowns.js';
import { causesSince, definitionsNow } from './causes.js';
import { readCells } from './cells.js';
import { hiddenIn, withShown } from './shown.js';
import { changedRows, movesOf, type ChangedRow, type Move } from './moves.js';
import { cellsOf, checksumOf, listReleases, type Release, type ReleaseState } from './stored.js';
import { suppress, type Suppression } from './suppress/suppress.js';
import { ensureReleases } from './tables.js';

export interface PublishOptions extends SectionOptions {
  /** What the month is to be; `due` follows its end and `closeAfter`. One that was final is restated whatever is asked. */
  readonly as: 'preliminary' | 'final' | 'due';
  readonly by: string;
  readonly suppression: Suppression;
  readonly facts: readonly CompiledFact[];
  readonly metadataSchema: string;
  /** Called at named points; tests stop the process there. */
  readonly probe?: (point: string) => void | Promise<void>;
}

export interface Publication {
  readonly release: Release;
  /** False where nothing had changed: then it is the release that was there. */
  readonly isNew: boolean;
  readonly moves: readonly Move[];
}

/**
 * Publishes a month as it stands in the marts: a new version if anything differs from the last one, all of it in one
 * transaction. Nobody builds marts meanwhile, and publishers wait for each other.
 */
export async function publishMonth(sql: SqlSession, options: PublishOptions): Promise<Publication> {
  const dialect = dialectOf(sql);
  await ensureReleases(sql, dialect);
  return sql.transaction(async (transaction) => {
    // The builder's lock: what is read afterwards is one state of the marts.
    await transaction.query('UPDATE report.builder SET started_at = started_at WHERE id = 1');
    return publish(transaction, dialect, options);
  });
}

async function publish(sql: SqlSession, dialect: SqlDialect, options: PublishOptions): Promise<Publication> {
  const { month, now } = options;
  const releases = await listReleases(sql, month);
  const [last] = releases;
  const live = await readSection(sql, options);
  const earlier: (readonly Cell[])[] = [];
  for (const { version } of releases.toReversed()) earlier.push(await cellsOf(sql, month, version));
  const { cells } = suppress(await readCells(sql, month), earlier, options.suppression);
  const before = earlier.at(-1) ?? [];
  const rows = changedRows(before, cells);
  const state = stateOf(options, last?.state);
  const moves = last === undefined ? [] : movesOf(before, rows);
  const isNew = last === undefined || isMoved(before, rows) || (last.state === 'preliminary' && state === 'final');
  if (!isNew) return { release: last, isNew, moves: [] };

  const hidden = hiddenIn(cells);
  const shown = withShown(live, cells, { suppression: options.suppression, withHidden: false, hidden });
  const definitions = await definitionsNow(sql);
  const causes =
    last === undefined
      ? []
      : await causesSince(sql, dialect, {
          ...options,
          since: last.published_at,
          before: await definitionsOf(sql, last),
          now: definitions,
        });
  const draft: Omit<Release, 'checksum'> = {
    month,
    version: (last?.version ?? 0) + 1,
    state,
    published_at: now.toISOString(),
    published_by: options.by,
    moved: last === undefined ? 0 : rows.length,
    hidden: shown.suppression === null ? 0 : hidden,
    causes,
  };
  const section = JSON.stringify(withRelease(shown, draft, moves, releases));
  const release = { ...draft, checksum: checksumOf(last?.checksum ?? '', section, rows) };
  await write(sql, dialect, release, { section, definitions, rows });
  await options.probe?.('release_before_commit');
  return { release, isNew, moves };
}

/** Whether any table moved that the version before had already. */
function isMoved(before: readonly Cell[], rows: readonly ChangedRow[]): boolean {
  const hasAll = before.some(({ breakdown }) => CAME_LATER.includes(breakdown));
  return hasAll
    ? rows.length > 0
    : rows.some(({ breakdown }) => breakdown !== FINEST && !CAME_LATER.includes(breakdown));
}

function stateOf(
  { as, month, project, now, closeAfter }: PublishOptions,
  last: ReleaseState | undefined,
): ReleaseState {
  if (last === 'final' || last === 'restated') return 'restated';
  return as === 'due' ? dueState(month, project.timezone, closeAfter, now) : as;
}

/** What a month is by the calendar alone. */
export function dueState(month: string, timeZone: string, closeAfter: string, now: Date): 'preliminary' | 'final' {
  const end = startOfDay(addDays(lastDayOf(month), 1), timeZone);
  return now.getTime() >= end.getTime() + (parseDuration(closeAfter) ?? 0) ? 'final' : 'preliminary';
}

async function definitionsOf(sql: SqlSession, { month, version }: Release): Promise<Readonly<Record<string, string>>> {
  const [row] = await sql.query<{ definitions: string }>(
    `SELECT definitions FROM report.release WHERE month = '${firstDayOf(month)}' AND version = ${version}`,
  );
  return JSON.parse(row?.definitions ?? '{}') as Record<string, string>;
}

const ROWS_AT_ONCE = 500;

async function write(
  sql: SqlSession,
  dialect: SqlDialect,
  release: Release,
  content: { readonly section: string; readonly definitions: object; readonly rows: readonly ChangedRow[] },
): Promise<void> {
  const { literal } = dialect;
  const month = `CAST('${firstDayOf(release.month)}' AS date)`;
  const texts = [
    JSON.stringify(release.causes),
    JSON.stringify(content.definitions),
    content.section,
    release.checksum,
  ];
  await sql.query(
    `INSERT INTO report.release (month, version, state, published_at, published_by, moved, hidden, causes, definitions, section, checksum)
     VALUES (${month}, ${release.version}, ${literal(release.state)}, CAST(${literal(release.published_at)} AS timestamptz),
       ${literal(release.published_by)}, ${release.moved}, ${release.hidden}, ${texts.map(literal).join(', ')})`,
  );
  const columns = ['month', 'version', 'breakdown', ...DIMENSIONS, 'name', ...VALUES, 'hidden', 'is_gone'].join(', ');
  for (let first = 0; first < content.rows.length; first += ROWS_AT_ONCE) {
    const rows = content.rows.slice(first, first + ROWS_AT_ONCE).map((row) => {
      const place = [row.breakdown, ...DIMENSIONS.map((dimension) => row.at[dimension]), row.name].map(literal);
      const values = VALUES.map((name) => row.values[name] ?? 'NULL');
      return `(${[month, release.version, ...place, ...values, literal(maskText(row)), row.isGone].join(', ')})`;
    });
    await sql.query(`INSERT INTO report.release_value (${columns}) VALUES ${rows.join(', ')}`);
  }
}

/** Each name in commas, so that SQL finds one by `LIKE '%,sent,%'`. */
const maskText = ({ hidden }: Cell): string => (hidden.length === 0 ? '' : `,${[...hidden].sort().join(',')},`);
