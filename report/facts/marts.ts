import { ConnectorError, COUNT_MEASURES, MONEY_MEASURES, type SqlSession } from '#sdk';
import {
  hasTables,
  type ColumnDefinition,
  type SqlDialect,
  type TableDefinition,
} from '../../destinations/sql/index.js';
import { columnOfMeasure, columnsIn, extendTable, NOTHING_OWN, sumsOf, type OwnFigures } from './own.js';

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

/**
 * `is_control` stands in the key, so that a control group is never added to those who were sent something, and so do users' own
 * dimensions: a row is of one value of each, and the empty text where it is not broken down by one.
 */
function mart(
  name: string,
  period: 'date' | 'month',
  more: readonly string[],
  values: readonly ColumnDefinition[],
  ownDimensions: readonly string[],
) {
  const key = ['fact', period, ...DIMENSIONS, ...more, 'is_control', ...ownDimensions];
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
      ...ownDimensions.map(text),
    ],
    key,
    // The page asks for a month or its days, of all facts; a build for all days of the campaigns that it touched.
    indexes: period === 'date' ? [[period], ['campaign_id']] : [[period]],
  } satisfies TableDefinition;
}

export interface Marts {
  readonly campaignDaily: TableDefinition;
  readonly responseDaily: TableDefinition;
  readonly campaignMonthly: TableDefinition;
  readonly responseMonthly: TableDefinition;
}

/** Columns of users' own in the marts, those that no configuration names any more included: they stay, and are empty. */
export interface OwnColumns {
  readonly measures: readonly ColumnDefinition[];
  readonly dimensions: readonly string[];
}

function martsWith({ measures, dimensions }: OwnColumns): Marts {
  const campaigns = [...MEASURE_COLUMNS, ...measures];
  const more = ['response_type', 'basis'];
  return {
    campaignDaily: mart('campaign_daily', 'date', [], campaigns, dimensions),
    responseDaily: mart('response_daily', 'date', more, RESPONSE_COLUMNS, dimensions),
    campaignMonthly: mart('campaign_monthly', 'month', [], campaigns, dimensions),
    responseMonthly: mart('response_monthly', 'month', more, RESPONSE_COLUMNS, dimensions),
  };
}

const BUILT_IN = martsWith({ measures: [], dimensions: [] });

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

/** Days of a fact before this one stay as they are: retention has deleted rows of the stream that they were made of. */
const keptTable: TableDefinition = {
  schema: REPORT_SCHEMA,
  name: 'kept_days',
  columns: [
    ...['fact', 'connection', 'stream'].map(text),
    { name: 'before', type: 'date' },
    { name: 'kept_at', type: 'timestamptz' },
  ],
  key: ['fact', 'connection', 'stream'],
};

/** Which build has brought the changes of a run into the marts, and from when on their marks are: a release names its causes by it. */
const builtRunTable: TableDefinition = {
  schema: REPORT_SCHEMA,
  name: 'built_run',
  columns: [text('run_id'), { name: 'built_at', type: 'timestamptz' }, { name: 'marked_at', type: 'timestamptz' }],
  key: ['run_id', 'built_at'],
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

const TABLES = [
  ...Object.values(BUILT_IN),
  campaign,
  factTable,
  readingTable,
  definitionTable,
  keptTable,
  builtRunTable,
  builderTable,
];

const LOCK_KEY = 0x7472_6970; // "trip": beside the lock of the metadata schema, "trib"

/**
 * Creates what is missing, columns of users' own included, and tells the marts as they are then. A role that may not create
 * schemas can be given one that exists.
 */
export async function ensureMarts(sql: SqlSession, dialect: SqlDialect, own: OwnFigures = NOTHING_OWN): Promise<Marts> {
  await ensureTables(sql, dialect);
  const columns = await ownColumns(sql, dialect, own);
  const marts = martsWith(columns);
  if (columns.isWhole) return marts;
  await sql.transaction(async (transaction) => {
    await transaction.query(dialect.lock(LOCK_KEY));
    for (const table of Object.values(marts)) await extendTable(transaction, dialect, table);
  });
  return marts;
}

/** What the configuration names, and what the marts have from before beside that. */
async function ownColumns(
  sql: SqlSession,
  dialect: SqlDialect,
  own: OwnFigures,
): Promise<OwnColumns & { readonly isWhole: boolean }> {
  const present = await columnsIn(sql, dialect, BUILT_IN.campaignDaily.name);
  const builtIn = new Set(BUILT_IN.campaignDaily.columns.map(({ name }) => name));
  const wanted = sumsOf(own).map(columnOfMeasure);
  const dimensions = own.dimensions.map(({ name }) => name);
  for (const { name, type } of wanted) checkKind(name, present.get(name), type === 'money' ? 'numeric' : 'bigint');
  for (const name of dimensions) checkKind(name, present.get(name), 'text');
  const named = new Set([...wanted.map(({ name }) => name), ...dimensions]);
  const old = [...present].filter(([name]) => !builtIn.has(name) && !named.has(name));
  return {
    measures: [
      ...wanted,
      ...old
        .filter(([, type]) => type !== 'text')
        .map(([name, type]) => ({
          name,
          type: type === 'bigint' ? ('bigint' as const) : ('money' as const),
          nullable: true,
        })),
    ],
    dimensions: [...dimensions, ...old.filter(([, type]) => type === 'text').map(([name]) => name)],
    isWhole: [...named].every((name) => present.has(name)),
  };
}

function checkKind(name: string, present: string | undefined, wanted: string): void {
  if (present === undefined || present === wanted) return;
  throw new ConnectorError(
    'config',
    `"${name}" stands in the marts as ${present} from before and is to be ${wanted} now.`,
    {
      hint: 'Give the measure or dimension another name under `report`: what was released keeps its meaning.',
    },
  );
}

async function ensureTables(sql: SqlSession, dialect: SqlDialect): Promise<void> {
  if ((await areMartsPresent(sql)) && (await areIndexesPresent(sql, dialect))) return;
  await sql.transaction(async (transaction) => {
    await transaction.query(dialect.lock(LOCK_KEY));
    const schemas = await transaction.query(
      `SELECT 1 FROM information_schema.schemata WHERE schema_name = ${dialect.literal(dialect.storedName(REPORT_SCHEMA))}`,
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
  return hasTables(
    sql,
    REPORT_SCHEMA,
    TABLES.map(({ name }) => name),
  );
}
