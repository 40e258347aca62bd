import { ConnectorError, type SqlSession } from '#sdk';
import { requireMonth } from '../section/months.js';
import type { Filter } from '../section/figures.js';
import { dialectOf } from '../../destinations/sql/index.js';
import { NOTHING_OWN, presentIn, type OwnFigures } from '../facts/own.js';
import { ownMeasureLines } from '../section/load.js';
import type { Figures, ReleaseMark } from '../section/model.js';
import { readTable } from './cells.js';
import { DIMENSIONS, layoutOf, type Breakdown, type Dimension, type Layout } from './breakdowns.js';
import { byWhatIsShown, shownFigures } from './shown.js';
import { cellsOf, listReleases, requireRelease, versionOf } from './stored.js';
import { storedOwn } from './tables.js';
import type { Suppression } from './suppress/suppress.js';
import { protectionOf, tableLines } from './table-lines.js';

export interface TableOptions {
  readonly month: string;
  /** One of `Section.tables`. */
  readonly table: string;
  /** Dimensions of the table and their values. */
  readonly filter: Filter;
  /** Measures and dimensions of the user's own. */
  readonly own?: OwnFigures;
  /** A version; absent: the newest of a month that was final, else the figures as they stand. */
  readonly version?: number;
  /** The newest version that was published until then. */
  readonly asOf?: Date;
  readonly suppression: Suppression;
  /** Shows small counts too. */
  readonly withHidden: boolean;
  /** More rows are counted, not listed. */
  readonly limit: number;
}

/** One table of a month, largest rows first. */
export interface ReportTable {
  readonly schema: 'tributary.report_table/1';
  readonly month: string;
  readonly table: string;
  readonly dimensions: readonly string[];
  readonly is_protected: boolean;
  /** Null: these are the figures as they stand. */
  readonly release: ReleaseMark | null;
  readonly rows: readonly TableRow[];
  /** With those that the limit left out. */
  readonly rows_found: number;
}

export interface TableRow extends Figures {
  readonly at: Readonly<Record<string, string>>;
  /** Of the campaign; empty where the table is not by campaign. */
  readonly name: string;
  readonly suppressed: readonly string[];
}

/** Filters move within the tables of the release; a protected table is always that of one. */
export async function shownTable(sql: SqlSession, options: TableOptions): Promise<ReportTable> {
  const { month, table, filter, suppression, withHidden, limit } = options;
  await requireMonth(sql, month);
  const all = options.own ?? NOTHING_OWN;
  const layout = layoutOf(all);
  const dimensions = dimensionsOf(table, filter, suppression, layout);
  const breakdown: Breakdown = table;
  const isProtected = protectionOf(suppression, layout)(breakdown);
  const isByOwn = dimensions.some((one) => all.dimensions.some(({ name }) => name === one));
  const releases = await listReleases(sql, month);
  const version = versionOf(releases, options);
  const isFixed = version !== undefined;
  const release = isFixed ? requireRelease(releases, month, version) : releases[0];
  // By what the marts do not have yet there is nothing.
  const present = layoutOf(await presentIn(sql, dialectOf(sql), all));
  const isThere = present.breakdowns[breakdown] !== undefined;
  const cells =
    isFixed || isProtected
      ? release === undefined || (isByOwn && !(await isStored(sql, dimensions)))
        ? []
        : await cellsOf(sql, month, release.version, { breakdowns: [breakdown], filter })
      : isThere
        ? await readTable(sql, month, breakdown, present, filter)
        : [];
  const measures = ownMeasureLines(all);
  const rows = cells
    .map((cell) => ({
      at: Object.fromEntries(dimensions.map((name) => [name, cell.at[name] ?? ''])),
      name: cell.name,
      ...shownFigures(cell, withHidden, measures),
    }))
    .toSorted(
      (left, right) =>
        byWhatIsShown(left, right) || JSON.stringify(left.at).localeCompare(JSON.stringify(right.at), 'en'),
    );
  return {
    schema: 'tributary.report_table/1',
    month,
    table,
    dimensions,
    is_protected: isProtected,
    release:
      release === undefined || !(isFixed || isProtected)
        ? null
        : {
            version: release.version,
            state: release.state,
            published_at: release.published_at,
            is_live: !isFixed,
          },
    rows: rows.slice(0, limit),
    rows_found: rows.length,
  };
}

/** Whether releases know these dimensions already. */
async function isStored(sql: SqlSession, dimensions: readonly Dimension[]): Promise<boolean> {
  const stored = [...DIMENSIONS, ...(await storedOwn(sql)).dimensions];
  return dimensions.every((name) => stored.includes(name));
}

function dimensionsOf(table: string, filter: Filter, suppression: Suppression, layout: Layout): readonly Dimension[] {
  const lines = tableLines(suppression, layout);
  const line = lines.find((one) => one.table === table);
  if (line === undefined)
    throw new ConnectorError('config', `There is no table "${table}".`, {
      hint: `There are: ${lines.map((one) => one.table).join(', ')}.`,
    });
  const foreign = Object.keys(filter).find((name) => !line.dimensions.includes(name));
  if (foreign !== undefined)
    throw new ConnectorError('config', `The table "${table}" is not broken down by ${foreign}.`, {
      hint: `It is by ${line.dimensions.join(', ') || 'nothing'}.`,
    });
  return line.dimensions;
}
