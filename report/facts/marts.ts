import { COUNT_MEASURES, MONEY_MEASURES, type SqlSession } from '#sdk';
import type { ColumnDefinition, SqlDialect, TableDefinition } from '../../destinations/sql/index.js';

const REPORT_SCHEMA = 'report';

const text = (name: string): ColumnDefinition => ({ name, type: 'text' });
const DIMENSIONS = ['source', 'campaign_id', 'channel', 'variant_id', 'region', 'segment'];
/** Beside the key. `origin` tells rows that were synced from those that were brought from before. */
const ATTRIBUTES = ['campaign_name', 'variant_name', 'origin', 'time_zone'];
const MEASURE_COLUMNS: readonly ColumnDefinition[] = [
  ...COUNT_MEASURES.map((name) => ({ name, type: 'bigint' as const, nullable: true })),
  ...MONEY_MEASURES.map((name) => ({ name, type: 'money' as const, nullable: true })),
];
const RESPONSE_COLUMNS: readonly ColumnDefinition[] = [
  { name: 'is_primary', type: 'boolean' },
  { name: 'responded', type: 'bigint', nullable: true },
];

/** `is_control` stands in the key, so that a control group is never added to those who were sent something. */
function mart(name: string, period: 'date' | 'month', more: readonly string[], values: readonly ColumnDefinition[]) {
  const key = ['fact', period, ...DIMENSIONS, ...more, 'is_control'];
  return {
    schema: REPORT_SCHEMA,
    name,
    columns: [
      text('fact'),
      { name: period, type: 'date' as const },
      ...DIMENSIONS.map(text),
      ...more.map(text),
      { name: 'is_control', type: 'boolean' as const },
      ...ATTRIBUTES.map(text),
      ...values,
      { name: 'updated_at', type: 'timestamptz' as const },
    ],
    key,
    // The page asks for a month or its days, of all facts; a build for all days of the campaigns that it touched.
    indexes: period === 'date' ? [[period], ['campaign_id']] : [[period]],
  } satisfies TableDefinition;
}

export const campaignDaily = mart('campaign_daily', 'date', [], MEASURE_COLUMNS);
export const responseDaily = mart('response_daily', 'date', ['response_type', 'basis'], RESPONSE_COLUMNS);
export const campaignMonthly = mart('campaign_monthly', 'month', [], MEASURE_COLUMNS);
export const responseMonthly = mart('response_monthly', 'month', ['response_type', 'basis'], RESPONSE_COLUMNS);

export const campaign: TableDefinition = {
  schema: REPORT_SCHEMA,
  name: 'campaign',
  columns: [
    text('source'),
    text('campaign_id'),
    text('name'),
    { name: 'first_day', type: 'date' },
    { name: 'last_day', type: 'date' },
    { name: 'updated_at', type: 'timestamptz' },
  ],
  key: ['source', 'campaign_id'],
};

/** What each fact was last built from. `fixed_day` is the one day on which all its rows stand, `data_as_of` its oldest reading. */
const factTable: TableDefinition = {
  schema: REPORT_SCHEMA,
  name: 'fact',
  columns: [
    text('fact'),
    text('hash'),
    { name: 'fixed_day', type: 'date', nullable: true },
    { name: 'built_at', type: 'timestamptz' },
    { name: 'data_as_of', type: 'timestamptz', nullable: true },
  ],
  key: ['fact'],
};

/** When the last reading of a stream that came to its end began: whatever the source knew by then is loaded. */
const readingTable: TableDefinition = {
  schema: REPORT_SCHEMA,
  name: 'reading',
  columns: [text('connection'), text('stream'), { name: 'read_at', type: 'timestamptz' }],
  key: ['connection', 'stream'],
};

const definitionTable: TableDefinition = {
  schema: REPORT_SCHEMA,
  name: 'definition_change',
  columns: [{ name: 'date', type: 'date' }, text('measures'), text('note')],
  key: ['date', 'measures'],
};

/** One row, whose lock makes builders wait for each other. */
const builderTable: TableDefinition = {
  schema: REPORT_SCHEMA,
  name: 'builder',
  columns: [
    { name: 'id', type: 'bigint' },
    { name: 'started_at', type: 'timestamptz', nullable: true },
  ],
  key: ['id'],
};

export const MARTS = [campaignDaily, responseDaily, campaignMonthly, responseMonthly, campaign] as const;
const TABLES = [...MARTS, factTable, readingTable, definitionTable, builderTable];

const LOCK_KEY = 0x7472_6970; // "trip": beside the lock of the metadata schema, "trib"

/** Creates what is missing. A role that may not create schemas can be given one that exists. */
export async function ensureMarts(sql: SqlSession, dialect: SqlDialect): Promise<void> {
  if ((await areMartsPresent(sql)) && (await areIndexesPresent(sql, dialect))) return;
  await sql.transaction(async (transaction) => {
    await transaction.query(dialect.lock(LOCK_KEY));
    const schemas = await transaction.query(
      `SELECT 1 FROM information_schema.schemata WHERE schema_name = ${dialect.literal(REPORT_SCHEMA)}`,
    );
    if (schemas.length === 0) await transaction.query(`CREATE SCHEMA IF NOT EXISTS ${dialect.quote(REPORT_SCHEMA)}`);
    for (const table of TABLES) {
      await transaction.query(dialect.createTable(table));
      for (const statement of dialect.createIndexes(table)) await transaction.query(statement);
    }
    await transaction.query(
      `INSERT INTO report.builder (id) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM report.builder WHERE id = 1)`,
    );
  });
}

async function areIndexesPresent(sql: SqlSession, dialect: SqlDialect): Promise<boolean> {
  const wanted = TABLES.flatMap((table) => dialect.createIndexes(table)).length;
  const [found] = await sql.query<{ n: number }>(dialect.countIndexes(REPORT_SCHEMA));
  return Number(found?.n) >= wanted;
}

export async function areMartsPresent(sql: SqlSession): Promise<boolean> {
  const rows = await sql.query<{ table_name: string }>(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = '${REPORT_SCHEMA}'`,
  );
  const names = new Set(rows.map(({ table_name }) => table_name));
  return TABLES.every(({ name }) => names.has(name));
}
