import { Parser } from '@guanmingchiu/sqlparser-ts';
import { LACKING, parseByForeignGrammars } from '../../../support/snowflake-grammar.js';

describe('grammars of Snowflake that others wrote', () => {
  it.each([
    'CREATE TRANSIENT TABLE IF NOT EXISTS "A"."B"."C" ("K" NUMBER(38,0) NOT NULL, "V" VARCHAR, "J" VARIANT) CLUSTER BY ("K")',
    `COPY INTO "T" ("A","B") FROM (SELECT $1, PARSE_JSON($2) FROM @"S"/p/) FILES = ('a.gz') FILE_FORMAT = (TYPE = CSV NULL_IF = ('')) ON_ERROR = ABORT_STATEMENT PURGE = TRUE`,
    `PUT 'file:///tmp/a.gz' @"A"."B"."S"/p AUTO_COMPRESS = FALSE OVERWRITE = TRUE`,
    'MERGE INTO t USING (SELECT * FROM s QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) = 1) s ON t.k = s.k WHEN MATCHED AND NOT EQUAL_NULL(t.a, s.a) THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT (k, a) VALUES (s.k, s.a)',
    'INSERT OVERWRITE INTO t SELECT * FROM s',
    'DELETE FROM t USING s WHERE t.k = s.k',
    'SELECT v:a.b[0]::string, f.value FROM t, LATERAL FLATTEN(INPUT => v:items) f',
    "ALTER SESSION SET QUERY_TAG = 'x'",
    'ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT',
    'ALTER TABLE t DROP COLUMN a, b',
    'REMOVE @s/p',
  ])('take %s', (sql) => {
    expect(() => parseByForeignGrammars(sql)).not.toThrow();
  });
  it.each([
    'CREATE UNLOGGED TABLE t (a INT)',
    'COPY INTO t FROM @s FILE_FORMAT = (TYPE = CSV',
    'MERGE INTO t USING s WHEN MATCHED THEN DELETE',
    'INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING RETURNING',
    'PUT x',
    'ALTER TABLE t ALTER COLUMN a WIBBLE',
    'SELECT 1 2 3',
    'UPDATE t SET',
  ])('refuse %s', (sql) => {
    expect(() => parseByForeignGrammars(sql)).toThrow();
  });
  it.each(LACKING)('still lack $reason', ({ what, sample }) => {
    expect(sample).toMatch(what);
    expect(() => Parser.parse(sample, 'snowflake')).toThrow();
  });
});
