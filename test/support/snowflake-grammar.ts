import { Parser, init } from '@guanmingchiu/sqlparser-ts';
import { Dialect, parse } from '@polyglot-sql/sdk';

/**
 * Statements that the first grammar lacks though the documentation of Snowflake has them; the second alone judges those. A test holds
 * that each is still lacking, so that none outlives its reason.
 */
export const LACKING: readonly { readonly what: RegExp; readonly sample: string; readonly reason: string }[] = [
  { what: /^PUT\s/i, sample: "PUT 'file:///tmp/a.gz' @s", reason: 'a command of the client' },
  { what: /^BEGIN\s+TRANSACTION\s+NAME\s/i, sample: 'BEGIN TRANSACTION NAME t', reason: 'names of transactions' },
  {
    what: /^ALTER\s+TABLE\s.*\sADD\s+(COLUMN\s+)?(IF NOT EXISTS\s+|.*,)/is,
    sample: 'ALTER TABLE t ADD COLUMN a INT, b INT',
    reason: 'several columns, or IF NOT EXISTS',
  },
  { what: /^CREATE\s+TRANSIENT\s+SCHEMA\s/i, sample: 'CREATE TRANSIENT SCHEMA s', reason: 'transient schemas' },
  {
    what: /^CREATE\s+(OR\s+REPLACE\s+)?FILE\s+FORMAT\s/i,
    sample: 'CREATE FILE FORMAT f TYPE = CSV',
    reason: 'named file formats',
  },
  {
    what: /^ALTER\s+TABLE\s.*\s(UN)?SET\s+COMMENT/is,
    sample: "ALTER TABLE t SET COMMENT = 'x'",
    reason: 'parameters of a table',
  },
];
/** What the second grammar takes as a text that it does not look into, or refuses though it is right; there the first alone judges. */
const OPAQUE = new Set(['raw', 'command']);
const REFUSED = [
  /^ALTER\s+TABLE\s.*\sDROP\s+(COLUMN\s+)?.*,/is,
  /^CREATE\s.*\bTABLE\s.*\) DEFAULT_DDL_COLLATION = ''( DATA_RETENTION_TIME_IN_DAYS = 0)?$/is,
];

await init();

/** Throws with the place where one of two grammars that we did not write (sqlparser-rs, polyglot) does not take it for Snowflake's. */
export const parseByForeignGrammars = (sql: string): void => {
  const isLacking = LACKING.some(({ what }) => what.test(sql));
  if (!isLacking) Parser.parse(sql, 'snowflake');
  const second = parse(sql, Dialect.Snowflake);
  if (!second.success) {
    if (isLacking || !REFUSED.some((one) => one.test(sql))) throw new Error(`${second.error ?? 'refused'} in: ${sql}`);
    return;
  }
  const trees = (second.ast ?? []) as unknown as Record<string, unknown>[];
  const [kind] = Object.keys(trees[0] ?? {});
  // Named file formats are read by neither; both at least take them for one statement.
  if (isLacking && OPAQUE.has(kind) && !/^CREATE/i.test(sql)) throw new Error(`No grammar looks into: ${sql}`);
};
