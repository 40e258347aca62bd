import type { SqlSession } from '#sdk';
import {
  dialectOf,
  hasTables,
  type ColumnDefinition,
  type SqlDialect,
  type TableDefinition,
} from '../../destinations/sql/index.js';
import { columnsIn, extendTable, NOTHING_OWN } from '../facts/own.js';
import { AMOUNTS, COUNTS, DIMENSIONS, layoutOf, type Layout } from './breakdowns.js';

const text = (name: string): ColumnDefinition => ({ name, type: 'text' });
const bigint = (name: string): ColumnDefinition => ({ name, type: 'bigint' });
const MONTH: ColumnDefinition = { name: 'month', type: 'date' };

/** A published month. Rows are only ever added. */
export const releaseTable: TableDefinition = {
  schema: 'report',
  name: 'release',
  columns: [
    MONTH,
    bigint('version'),
    text('state'),
    { name: 'published_at', type: 'timestamptz' },
    text('published_by'),
    // Rows of this version that differ from those of the version before, and values that may not be shown.
    bigint('moved'),
    bigint('hidden'),
    // As JSON: why figures moved, the definitions that they were made by, and the section as it was published, or what differs in it
    // from that of the version before.
    text('causes'),
    text('definitions'),
    text('section'),
    text('checksum'),
    // When the build of the marts began that it shows; of releases of before it is not known.
    { name: 'built_at', type: 'timestamptz', nullable: true },
  ],
  key: ['month', 'version'],
};

/** The rows of a version that the version before has not, or has otherwise. */
export const releaseValueTable = (layout: Layout = BUILT_IN): TableDefinition => ({
  schema: 'report',
  name: 'release_value',
  columns: [
    MONTH,
    bigint('version'),
    text('breakdown'),
    ...DIMENSIONS.map(text),
    text('name'),
    ...COUNTS.map((name) => ({ name, type: 'bigint' as const, nullable: true })),
    ...AMOUNTS.map((name) => ({ name, type: 'money' as const, nullable: true })),
    // The mask: names of values that may not be shown, each in commas.
    text('hidden'),
    { name: 'is_gone', type: 'boolean' },
    ...ownOf(layout.dimensions, DIMENSIONS).map(text),
    ...ownOf(layout.counts, COUNTS).map((name) => ({ name, type: 'bigint' as const, nullable: true })),
    ...ownOf(layout.amounts, AMOUNTS).map((name) => ({ name, type: 'money' as const, nullable: true })),
  ],
  key: ['month', 'version', 'breakdown', ...layout.dimensions],
});

const BUILT_IN = layoutOf(NOTHING_OWN);
const ownOf = (all: readonly string[], builtIn: readonly string[]) => all.filter((name) => !builtIn.includes(name));

/** Columns of the user's own that the rows of releases have, of this configuration or of one before. */
export interface StoredOwn {
  readonly dimensions: readonly string[];
  readonly values: readonly string[];
}

export async function storedOwn(sql: SqlSession): Promise<StoredOwn> {
  const known = new Set(releaseValueTable().columns.map(({ name }) => name));
  const own = [...(await columnsIn(sql, dialectOf(sql), 'release_value'))].filter(([name]) => !known.has(name));
  const names = (isText: boolean) => own.flatMap(([name, type]) => ((type === 'text') === isText ? [name] : []));
  return { dimensions: names(true), values: names(false) };
}

const TABLES = [releaseTable, releaseValueTable()];
const LOCK_KEY = 0x7472_6972; // "trir"

export async function hasReleases(sql: SqlSession): Promise<boolean> {
  return hasTables(
    sql,
    'report',
    TABLES.map(({ name }) => name),
  );
}

/** With room for what the layout holds of the user's own. */
export async function ensureReleases(sql: SqlSession, dialect: SqlDialect, layout: Layout): Promise<void> {
  const wanted = releaseValueTable(layout);
  const isWhole = async ({ name: table, columns }: TableDefinition) => {
    const present = await columnsIn(sql, dialect, table);
    return columns.every(({ name }) => present.has(name));
  };
  if ((await hasReleases(sql)) && (await isWhole(wanted)) && (await isWhole(releaseTable))) return;
  await sql.transaction(async (transaction) => {
    await transaction.query(dialect.lock(LOCK_KEY));
    for (const table of TABLES) await transaction.query(dialect.createTable(table));
    const { dimensions } = await storedOwn(transaction);
    // A dimension that is configured no more stays in the key, or older rows would be the same.
    const key = [...wanted.key, ...dimensions.filter((name) => !wanted.key.includes(name))];
    await extendTable(transaction, dialect, { ...wanted, key });
    await extendTable(transaction, dialect, releaseTable);
  });
}
