/**
 * Words that no unquoted identifier may be (docs.snowflake.com, "Reserved & limited keywords"), and those that may be none as a
 * column's name in a definition.
 */
export const RESERVED = new Set(
  `ALL ALTER AND ANY AS BETWEEN BY CHECK COLUMN CONNECT CREATE CURRENT DELETE DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM
  GRANT GROUP HAVING ILIKE IN INCREMENT INSERT INTERSECT INTO IS LIKE MINUS NOT NULL OF ON OR ORDER QUALIFY REGEXP REVOKE RLIKE
  ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE THEN TO TRIGGER TRUE UNION UNIQUE UPDATE VALUES WHENEVER WHERE WITH`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
/** Not as a column's name, though as another one. */
export const RESERVED_AS_COLUMN = new Set([
  'CONSTRAINT',
  'CURRENT_DATE',
  'CURRENT_TIME',
  'CURRENT_TIMESTAMP',
  'CURRENT_USER',
  'LOCALTIME',
  'LOCALTIMESTAMP',
]);
/** Not as a column in an expression. */
export const RESERVED_IN_EXPRESSIONS = new Set(['CASE', 'CAST', 'TRY_CAST', 'WHEN', 'FALSE', 'TRUE']);
/** Not as a table's name or alias in FROM. */
export const RESERVED_IN_FROM = new Set([
  'CROSS',
  'FULL',
  'INNER',
  'JOIN',
  'LATERAL',
  'LEFT',
  'NATURAL',
  'RIGHT',
  'USING',
  'ASOF',
]);
/** Not as the name of an object. */
export const RESERVED_AS_OBJECT = new Set([
  'ACCOUNT',
  'DATABASE',
  'GSCLUSTER',
  'ISSUE',
  'ORGANIZATION',
  'SCHEMA',
  'VIEW',
]);
