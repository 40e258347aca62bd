import { createHash } from 'node:crypto';
import { ConnectorError, type SqlSession } from '#sdk';
import { dialectOf } from '../../destinations/sql/index.js';
import { firstDayOf } from '../section/calendar.js';
import { inFull } from '../section/in-full.js';
import type { Filter } from '../section/figures.js';
import type { Section } from '../section/model.js';
import { DIMENSIONS, keyOf, VALUES, type Breakdown, type Cell } from './breakdowns.js';
import { afterChange, parseChange, type SectionChange } from './section-change.js';
import { hasReleases, storedOwn, type StoredOwn } from './tables.js';

export type ReleaseState = 'preliminary' | 'final' | 'restated';

/** A release without its figures. */
export interface Release {
  readonly month: string;
  readonly version: number;
  readonly state: ReleaseState;
  readonly published_at: string;
  readonly published_by: string;
  /** Rows that differ from those of the version before. */
  readonly moved: number;
  readonly hidden: number;
  readonly causes: readonly Cause[];
  readonly checksum: string;
}

/** Why figures may have moved since the version before, or why it was published with days missing. */
export interface Cause {
  readonly kind: 'run' | 'definition' | 'incomplete';
  /** The run, the fact whose definition changed, or the reason that was given. */
  readonly id: string;
  /** Of a run: its connection, and the files and windows that it read; else what is missing. */
  readonly connection: string | null;
  readonly sources: readonly string[];
}

interface ReleaseRow extends Record<string, unknown> {
  readonly month: string;
  readonly version: number;
  readonly state: ReleaseState;
  readonly published_at: string | Date;
  readonly published_by: string;
  readonly moved: number;
  readonly hidden: number;
  readonly causes: string;
  readonly checksum: string;
}

const COLUMNS =
  'CAST(month AS text) AS month, version, state, published_at, published_by, moved, hidden, causes, checksum';

/** Releases, newest version first; of one month or of all. */
export async function listReleases(sql: SqlSession, month?: string): Promise<readonly Release[]> {
  if (!(await hasReleases(sql))) return [];
  const within = month === undefined ? '' : ` WHERE month = '${firstDayOf(month)}'`;
  const rows = await sql.query<ReleaseRow>(
    `SELECT ${COLUMNS} FROM report.release${within} ORDER BY 1 DESC, version DESC`,
  );
  return rows.map(releaseOf);
}

/** Months that were restated after an instant, each with its newest release. */
export async function restatedSince(sql: SqlSession, since: Date): Promise<readonly Release[]> {
  if (!(await hasReleases(sql))) return [];
  const rows = await sql.query<ReleaseRow>(
    `SELECT ${COLUMNS} FROM report.release r WHERE state = 'restated'
        AND published_at > CAST('${since.toISOString()}' AS timestamptz)
        AND version = (SELECT max(version) FROM report.release l WHERE l.month = r.month) ORDER BY 1`,
  );
  return rows.map(releaseOf);
}

const releaseOf = (row: ReleaseRow): Release => ({
  month: row.month.slice(0, 7),
  version: Number(row.version),
  state: row.state,
  published_at: new Date(row.published_at).toISOString(),
  published_by: row.published_by,
  moved: Number(row.moved),
  hidden: Number(row.hidden),
  causes: JSON.parse(row.causes) as Cause[],
  checksum: row.checksum,
});

/** The rows of a release, all or of some tables; those that are not shown are among them, and say so. */
export async function cellsOf(
  sql: SqlSession,
  month: string,
  version: number,
  { breakdowns, filter = {} }: { readonly breakdowns?: readonly Breakdown[]; readonly filter?: Filter } = {},
): Promise<readonly Cell[]> {
  const { literal, quote } = dialectOf(sql);
  const own = await storedOwn(sql);
  const only = [
    ...(breakdowns === undefined ? [] : [` AND breakdown IN (${breakdowns.map(literal).join(', ')})`]),
    ...Object.entries(filter).map(([column, value]) => ` AND ${quote(column)} = ${literal(value)}`),
  ].join('');
  const key = ['breakdown', ...DIMENSIONS, ...own.dimensions.map(quote)].join(', ');
  const rows = await sql.query<Record<string, unknown>>(
    `SELECT * FROM (SELECT ${selected(own, quote)}, is_gone, row_number() OVER (PARTITION BY ${key} ORDER BY version DESC) AS place
        FROM report.release_value WHERE month = '${firstDayOf(month)}' AND version <= ${version}${only}) v
      WHERE place = 1 AND NOT is_gone ORDER BY ${key}`,
  );
  return rows.map((row) => cellOf(row, own));
}

/** The rows that are written with one version: what is gone as well. */
export async function rowsOf(
  sql: SqlSession,
  month: string,
  version: number,
): Promise<readonly (Cell & { readonly isGone: boolean })[]> {
  const own = await storedOwn(sql);
  const rows = await sql.query<Record<string, unknown>>(
    `SELECT ${selected(own, dialectOf(sql).quote)}, is_gone FROM report.release_value WHERE month = '${firstDayOf(month)}' AND version = ${version}`,
  );
  return rows.map((row) => ({ ...cellOf(row, own), isGone: row['is_gone'] === true }));
}

const selected = (own: StoredOwn, quote: (name: string) => string) =>
  [
    'breakdown',
    ...DIMENSIONS,
    ...own.dimensions.map(quote),
    'name',
    ...[...VALUES, ...own.values].map((name) => `CAST(${quote(name)} AS text) AS ${quote(name)}`),
    'hidden',
  ].join(', ');

function cellOf(row: Record<string, unknown>, own: StoredOwn): Cell {
  const pick = <K extends string>(names: readonly K[]) =>
    Object.fromEntries(names.map((name) => [name, row[name] ?? null])) as Record<K, string | null>;
  return {
    breakdown: row['breakdown'] as Breakdown,
    at: { ...pick(DIMENSIONS), ...pick(own.dimensions.filter((name) => row[name] !== '')) } as Cell['at'],
    name: String(row['name']),
    values: { ...pick(VALUES), ...pick(own.values) },
    hidden: String(row['hidden'])
      .split(',')
      .filter((name) => name !== ''),
  };
}

/** Of the section and the rows of a version, and of the version before it: neither can be changed unnoticed. */
export function checksumOf(
  before: string,
  section: string,
  rows: readonly (Cell & { readonly isGone: boolean })[],
): string {
  const lines = rows
    .map((row) =>
      JSON.stringify([
        keyOf(row),
        row.name,
        VALUES.map((name) => row.values[name]),
        [...row.hidden].sort(),
        row.isGone,
        // Nothing where there is nothing of the user's own, so that what was published before has the checksum that it had.
        ...ownValues(row),
      ]),
    )
    .sort();
  return createHash('sha256')
    .update([before, section, ...lines].join('\n'))
    .digest('hex');
}

function ownValues({ values }: Cell): readonly (readonly [string, string])[] {
  const own = Object.entries(values).filter(([name, value]) => !BUILT_IN.has(name) && value !== null);
  return (own as [string, string][]).sort(([one], [other]) => (one < other ? -1 : 1));
}

const BUILT_IN: ReadonlySet<string> = new Set(VALUES);

export function requireRelease(releases: readonly Release[], month: string, version: number): Release {
  const release = releases.find((one) => one.version === version);
  if (release !== undefined) return release;
  throw new ConnectorError('config', `There is no release ${version} of ${month}.`, {
    hint:
      releases.length === 0
        ? `The month was never released: tributary report publish --month ${month}.`
        : `Its releases: ${releases.map((one) => one.version).join(', ')}.`,
  });
}

/** The version that is asked for; undefined: the figures as they stand, since the month was never final. */
export function versionOf(
  releases: readonly Release[],
  { month, version, asOf }: { readonly month: string; readonly version?: number; readonly asOf?: Date },
): number | undefined {
  if (version !== undefined) return version;
  const [last] = releases;
  if (asOf === undefined) return last === undefined || last.state === 'preliminary' ? undefined : last.version;
  const found = releases.find((one) => Date.parse(one.published_at) <= asOf.getTime());
  if (found !== undefined) return found.version;
  const first = releases.at(-1);
  throw new ConnectorError('config', `${month} was not released by ${asOf.toISOString()}.`, {
    hint:
      first === undefined
        ? `It was never released: tributary report publish --month ${month}.`
        : `Its first release is of ${first.published_at}.`,
  });
}

/** As it was published; of a version that is stored as what differs from the one before, put together from those before it. */
export async function sectionText(sql: SqlSession, month: string, version: number): Promise<string> {
  const changes: SectionChange[] = [];
  for (let at = version; ; at--) {
    const [stored] = await sql.query<{ section: string }>(
      `SELECT section FROM report.release WHERE month = '${firstDayOf(month)}' AND version = ${at}`,
    );
    const change = stored === undefined ? null : parseChange(stored.section);
    if (change === null) return changes.reduceRight(afterChange, stored?.section ?? '{}');
    changes.push(change);
  }
}

/** The section as it was published, after a check that nobody has changed it since. */
export async function releasedSection(sql: SqlSession, month: string, version: number): Promise<Section> {
  const releases = await listReleases(sql, month);
  const release = requireRelease(releases, month, version);
  // What cannot be put together is not what was published either.
  const section = await sectionText(sql, month, version).catch((error: unknown) => {
    if (error instanceof SyntaxError || error instanceof TypeError) return '';
    throw error;
  });
  const before = releases.find((one) => one.version === version - 1)?.checksum ?? '';
  if (checksumOf(before, section, await rowsOf(sql, month, version)) !== release.checksum)
    throw new ConnectorError('destination', `Release ${version} of ${month} is not what was published.`, {
      hint: 'Somebody has changed report.release or report.release_value: bring both back from a backup.',
    });
  return inFull(JSON.parse(section) as Section);
}
