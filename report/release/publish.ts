import { ConnectorError, parseDuration, type SqlSession } from '#sdk';
import { dialectOf, type SqlDialect } from '../../destinations/sql/index.js';
import type { CompiledFact } from '../facts/fact.js';
import { addDays, firstDayOf, lastDayOf, startOfDay } from '../section/calendar.js';
import { readSection, type SectionOptions } from '../section/load.js';
import type { Section } from '../section/model.js';
import { withRelease } from '../section/released.js';
import { isSum, NOTHING_OWN, presentIn, sideOf, SIDES } from '../facts/own.js';
import {
  CAME_LATER,
  DIMENSIONS,
  FINEST,
  keyOf,
  layoutOf,
  VALUES,
  type Breakdown,
  type Cell,
  type Layout,
} from './breakdowns.js';
import { causesSince, definitionsNow, dimensionId, HIDING, measureId, rulesOf } from './causes.js';
import { readCells } from './cells.js';
import { lackingDays } from './lacking.js';
import { hiddenIn, withShown } from './shown.js';
import { changedRows, movesOf, type ChangedRow, type Move } from './moves.js';
import { changeOf } from './section-change.js';
import {
  cellsOf,
  checksumOf,
  listReleases,
  sectionText,
  type Cause,
  type Release,
  type ReleaseState,
} from './stored.js';
import { suppressInTurns, type Suppression } from './suppress/suppress.js';
import { ensureReleases, storedOwn } from './tables.js';

export interface PublishOptions extends SectionOptions {
  /** What the month is to be; `due` follows its end and `closeAfter`. One that was final is restated whatever is asked. */
  readonly as: 'preliminary' | 'final' | 'due';
  readonly by: string;
  /** Why the month is made final although days are missing. */
  readonly incomplete?: string;
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

/** Builds and publishers that come between are few. */
const MOST_TRIES = 5;

/**
 * Publishes a month as it stands in the marts: a new version if anything differs from the last one, written in one transaction.
 * What is to be hidden is decided outside of it, since that may take a minute, in which no transaction may stay open and no
 * build may wait; if the marts were built or the month was published meanwhile, it is done again.
 */
export async function publishMonth(sql: SqlSession, options: PublishOptions): Promise<Publication> {
  const dialect = dialectOf(sql);
  const layout = layoutOf(await presentIn(sql, dialect, options.own ?? NOTHING_OWN));
  await ensureReleases(sql, dialect, layout);
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const ground = await sql.transaction(async (transaction) => {
      for (const statement of dialect.readOneState ?? []) await transaction.query(statement);
      return readGround(transaction, options, layout);
    });
    const same = unmoved(ground, options);
    if (same !== undefined && (await standingOf(sql, options.month)).text === ground.standing.text)
      return { release: same, isNew: false, moves: [] };
    await options.probe?.('release_before_hiding');
    const { cells } = await suppressInTurns(ground.cells, ground.earlier, options.suppression, layout);
    const publication = await sql.transaction(async (transaction) => {
      // The builder's lock, for which publishers wait as well.
      await transaction.query('UPDATE report.builder SET started_at = started_at WHERE id = 1');
      const isSame = (await standingOf(transaction, options.month)).text === ground.standing.text;
      return isSame ? publish(transaction, dialect, options, { ...ground, cells }) : undefined;
    });
    if (publication !== undefined) return publication;
  }
  throw new ConnectorError('locked', `${options.month} changed ${MOST_TRIES} times while it was published.`, {
    hint: 'Publish it again when no run is building the marts.',
  });
}

/** What a release is made of. */
interface Ground {
  readonly layout: Layout;
  readonly standing: Standing;
  readonly releases: readonly Release[];
  /** What the newest of them was made by. */
  readonly made: Made | undefined;
  readonly live: Section;
  readonly cells: readonly Cell[];
  /** Of the versions before, the oldest first. */
  readonly earlier: readonly (readonly Cell[])[];
}

async function readGround(sql: SqlSession, options: PublishOptions, layout: Layout): Promise<Ground> {
  const { month } = options;
  // First of all: where each statement sees what is committed by then, nothing that follows may be older than it.
  const standing = await standingOf(sql, month);
  const releases = await listReleases(sql, month);
  const earlier: (readonly Cell[])[] = [];
  for (const { version } of releases.toReversed()) earlier.push(await cellsOf(sql, month, version));
  return {
    layout,
    standing,
    releases,
    made: releases[0] && (await madeBy(sql, releases[0])),
    live: await readSection(sql, options),
    cells: await readCells(sql, month, layout),
    earlier,
  };
}

/** Differs after each build and each release of the month. */
interface Standing {
  readonly text: string;
  readonly builtAt: string | undefined;
}

async function standingOf(sql: SqlSession, month: string): Promise<Standing> {
  const [row] = await sql.query<{ built: unknown; version: unknown }>(
    `SELECT CAST(started_at AS text) AS built,
            (SELECT count(*) FROM report.release WHERE month = '${firstDayOf(month)}') AS version
       FROM report.builder WHERE id = 1`,
  );
  const builtAt = row?.built === null ? undefined : row?.built;
  return {
    text: `${String(builtAt)} ${String(row?.version)}`,
    builtAt: builtAt === undefined ? undefined : String(builtAt),
  };
}

/**
 * The last release, where the marts have the very figures of it and what is hidden would be decided by the same rules: to decide it
 * again takes minutes in a large month, and each build asks for all months.
 */
function unmoved(
  { layout, releases, made, live, cells, earlier }: Ground,
  options: PublishOptions,
): Release | undefined {
  const [last] = releases;
  const before = earlier.at(-1);
  if (last === undefined || made === undefined || before === undefined) return undefined;
  if (last.state === 'preliminary' && stateOf(options, last.state, live) === 'final') return undefined;
  const rules = rulesOf(options.suppression, layout.own);
  if (Object.entries(rules).some(([name, rule]) => name in made.definitions && made.definitions[name] !== rule))
    return undefined;
  if (!(HIDING in made.definitions)) return undefined;
  const shown = before.map((cell) => ({ ...cell, hidden: [] }));
  return isMoved(shown, changedRows(shown, cells), layout, made.definitions) ? undefined : last;
}

async function publish(
  sql: SqlSession,
  dialect: SqlDialect,
  options: PublishOptions,
  { layout, standing, releases, made, live, cells, earlier }: Ground,
): Promise<Publication> {
  const { month, now } = options;
  const [last] = releases;
  const state = stateOf(options, last?.state, live);
  const before = earlier.at(-1) ?? [];
  const rows = changedRows(before, cells);
  const moves = last === undefined ? [] : movesOf(before, rows, layout);
  const definitions = await definitionsNow(sql, month, options.suppression, layout.own);
  const known = made?.definitions ?? definitions;
  const isNew =
    last === undefined || isMoved(before, rows, layout, known) || (last.state === 'preliminary' && state === 'final');
  if (!isNew) return { release: last, isNew, moves: [] };

  const hidden = hiddenIn(cells, layout);
  const shown = withShown(live, cells, {
    suppression: options.suppression,
    layout,
    withHidden: false,
    hidden,
  });
  const moved =
    last === undefined
      ? []
      : await causesSince(sql, dialect, {
          ...options,
          since: made?.builtAt ?? last.published_at,
          before: known,
          now: definitions,
        });
  const causes = [...incompleteCause(options, state, live), ...moved];
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
  // A month that runs is released each night. The versions that people are referred to stand by themselves.
  const stored =
    last !== undefined && state === 'preliminary'
      ? changeOf(await sectionText(sql, month, last.version), section)
      : section;
  await write(sql, dialect, release, { section: stored, definitions, rows, builtAt: standing.builtAt });
  await options.probe?.('release_before_commit');
  return { release, isNew, moves };
}

/** Whether anything moved that the version before could have had already. */
function isMoved(
  before: readonly Cell[],
  rows: readonly ChangedRow[],
  { own, breakdowns }: Layout,
  known: Readonly<Record<string, string>>,
): boolean {
  const had = new Set(before.map(({ breakdown }) => breakdown));
  const has = new Set(rows.map(({ breakdown }) => breakdown));
  const cameLater = CAME_LATER.filter((breakdown) => !had.has(breakdown) && has.has(breakdown));
  // It is by channel since the first of them came.
  const isFinestNew = CAME_LATER.every((breakdown) => !had.has(breakdown));
  const dimensions = own.dimensions.flatMap(({ name }) => (dimensionId(name) in known ? [] : [name]));
  const measures = own.measures.filter(({ name }) => !(measureId(name) in known));
  const newValues = measures.flatMap((measure) =>
    isSum(measure) ? [measure.name] : SIDES.map((side) => sideOf(measure, side)),
  );
  const isNew = (breakdown: Breakdown) =>
    (breakdown === FINEST ? isFinestNew : cameLater.includes(breakdown)) ||
    (breakdowns[breakdown] ?? []).some((one) => dimensions.includes(one));
  const old = rows.filter(({ breakdown }) => !isNew(breakdown));
  if (newValues.length + dimensions.length + cameLater.length === 0) return old.length > 0;
  // More tables may hide more of the others, which is no other figure.
  const without = (cell: Cell): Cell => ({
    ...cell,
    values: { ...cell.values, ...Object.fromEntries(newValues.map((name) => [name, null])) },
    hidden: [],
  });
  const keys = new Set(old.map(keyOf));
  const after = old.filter(({ isGone }) => !isGone).map(without);
  return changedRows(before.filter((cell) => keys.has(keyOf(cell))).map(without), after).length > 0;
}

function stateOf(
  { as, month, incomplete, missingDays }: PublishOptions,
  last: ReleaseState | undefined,
  live: Section,
): ReleaseState {
  if (last === 'final' || last === 'restated') return 'restated';
  if (as === 'due') return live.status.state === 'final' ? 'final' : 'preliminary';
  const lacking = missingDays === 'allow' ? [] : lackingDays(live);
  if (as === 'final' && lacking.length > 0 && incomplete === undefined)
    throw new ConnectorError('expectation', `${month} cannot be final: ${lacking.join('; ')}.`, {
      hint: 'Read the days again (tributary backfill), or publish it all the same: --incomplete "why".',
    });
  return as;
}

function incompleteCause({ incomplete }: PublishOptions, state: ReleaseState, live: Section): readonly Cause[] {
  const lacking = lackingDays(live);
  if (incomplete === undefined || state === 'preliminary' || lacking.length === 0) return [];
  return [{ kind: 'incomplete', id: incomplete, connection: null, sources: lacking }];
}

/** What a month is by the calendar alone. */
export function dueState(month: string, timeZone: string, closeAfter: string, now: Date): 'preliminary' | 'final' {
  const end = startOfDay(addDays(lastDayOf(month), 1), timeZone);
  return now.getTime() >= end.getTime() + (parseDuration(closeAfter) ?? 0) ? 'final' : 'preliminary';
}

/** What a release was made by: the definitions, and the build of the marts, which is not known of releases of before. */
interface Made {
  readonly definitions: Readonly<Record<string, string>>;
  readonly builtAt: string | undefined;
}

async function madeBy(sql: SqlSession, { month, version }: Release): Promise<Made> {
  const [row] = await sql.query<{ definitions: string; built_at: string | null }>(
    `SELECT definitions, CAST(built_at AS text) AS built_at
       FROM report.release WHERE month = '${firstDayOf(month)}' AND version = ${version}`,
  );
  return {
    definitions: JSON.parse(row?.definitions ?? '{}') as Record<string, string>,
    builtAt: row?.built_at ?? undefined,
  };
}

const ROWS_AT_ONCE = 500;

async function write(
  sql: SqlSession,
  dialect: SqlDialect,
  release: Release,
  content: {
    readonly section: string;
    readonly definitions: object;
    readonly builtAt: string | undefined;
    readonly rows: readonly ChangedRow[];
  },
): Promise<void> {
  const { literal, quote } = dialect;
  // What an older version has of the user's own goes with the row that says it is gone.
  const { dimensions, values: ownValues } = await storedOwn(sql);
  const places = [...DIMENSIONS, ...dimensions];
  const measured = [...VALUES, ...ownValues];
  const month = `CAST('${firstDayOf(release.month)}' AS date)`;
  const texts = [
    JSON.stringify(release.causes),
    JSON.stringify(content.definitions),
    content.section,
    release.checksum,
  ];
  await sql.query(
    `INSERT INTO report.release (month, version, state, published_at, published_by, moved, hidden, causes, definitions, section, checksum, built_at)
     VALUES (${month}, ${release.version}, ${literal(release.state)}, CAST(${literal(release.published_at)} AS timestamptz),
       ${literal(release.published_by)}, ${release.moved}, ${release.hidden}, ${texts.map(literal).join(', ')},
       CAST(${content.builtAt === undefined ? 'NULL' : literal(content.builtAt)} AS timestamptz))`,
  );
  const columns = ['month', 'version', 'breakdown', ...places, 'name', ...measured, 'hidden', 'is_gone']
    .map(quote)
    .join(', ');
  for (let first = 0; first < content.rows.length; first += ROWS_AT_ONCE) {
    const rows = content.rows.slice(first, first + ROWS_AT_ONCE).map((row) => {
      const place = [row.breakdown, ...places.map((dimension) => row.at[dimension] ?? ''), row.name].map(literal);
      const values = measured.map((name) => row.values[name] ?? 'NULL');
      return `(${[month, release.version, ...place, ...values, literal(maskText(row)), row.isGone].join(', ')})`;
    });
    await sql.query(`INSERT INTO report.release_value (${columns}) VALUES ${rows.join(', ')}`);
  }
}

/** Each name in commas, so that SQL finds one by `LIKE '%,sent,%'`. */
const maskText = ({ hidden }: Cell): string => (hidden.length === 0 ? '' : `,${[...hidden].sort().join(',')},`);
