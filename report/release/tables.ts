import type { SqlSession } from '#sdk';
import type { ColumnDefinition, SqlDialect, TableDefinition } from '../../destinations/sql/index.js';
import { AMOUNTS, COUNTS, DIMENSIONS } from './breakdowns.js';

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
    // As JSON: why figures moved, the definitions that they were made by, and the section as it was published.
    text('causes'),
    text('definitions'),
    text('section'),
    text('checksum'),
  ],
  key: ['month', 'version'],
};

/** The rows of a version that the version before has not, or has otherwise. */
export const releaseValueTable: TableDefinition = {
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
  ],
  key: ['month', 'version', 'breakdown', ...DIMENSIONS],
};

const TABLES = [releaseTable, releaseValueTable];
const LOCK_KEY = 0x7472_6972; // "trir"

export async function hasReleases(sql: SqlSession): Promise<boolean> {
  const found = await sql.query(
    `SELECT 1 FROM information_schema.tables WHERE table_schema = 'report' AND table_name IN ('release', 'release_value')`,
  );
  return found.length === TABLES.length;
}

export async function ensureReleases(sql: SqlSession, dialect: SqlDialect): Promise<void> {
  if (await hasReleases(sql)) return;
  await sql.transaction(async (transaction) => {
    await transaction.query(dialect.lock(LOCK_KEY));
    for (const table of TABLES) await transaction.query(dialect.createTable(table));
  });
}
