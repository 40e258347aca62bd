/** A place in the text of a statement: lines count from 1, positions within the line from 0, as in Snowflake's messages. */
export interface Place {
  readonly line: number;
  readonly position: number;
}

/** What Snowflake answers when a statement fails: a number, an SQLSTATE and a text. */
export class SnowflakeError extends Error {
  constructor(
    readonly code: string,
    readonly sqlState: string,
    message: string,
    readonly place?: Place,
  ) {
    super(message);
  }
}

const compilation = (code: string, sqlState: string, text: string, place?: Place): SnowflakeError =>
  new SnowflakeError(
    code,
    sqlState,
    place === undefined
      ? `SQL compilation error:\n${text}`
      : `SQL compilation error: error line ${place.line} at position ${place.position}\n${text}`,
    place,
  );

/** Codes and texts as the documentation of Snowflake and reports of its users show them. */
export const errors = {
  syntax: (found: string, { line, position }: Place) =>
    new SnowflakeError(
      '001003',
      '42000',
      `SQL compilation error:\nsyntax error line ${line} at position ${position} unexpected '${found}'.`,
      { line, position },
    ),
  /** What the real one may well know and this double does not: refused by its name, so that no test passes by accident. */
  unsupported: (what: string, place?: Place) =>
    new SnowflakeError('000002', '0A000', `Unsupported feature '${what}': the simulator does not know it.`, place),
  invalidIdentifier: (name: string, place?: Place) =>
    compilation('000904', '42000', `invalid identifier '${name}'`, place),
  ambiguous: (name: string, place?: Place) => compilation('001065', '42601', `ambiguous column name '${name}'`, place),
  unknownFunction: (name: string) => compilation('002140', '42601', `Unknown function ${name}`),
  argumentCount: (name: string, place?: Place) =>
    compilation('000938', '42601', `not enough or too many arguments for function [${name}]`, place),
  missing: (kind: string, name: string) =>
    compilation('002003', '02000', `${kind} '${name}' does not exist or not authorized.`),
  missingObject: (name: string) => compilation('002003', '42S02', `Object '${name}' does not exist or not authorized.`),
  exists: (name: string) => compilation('002002', '42710', `Object '${name}' already exists.`),
  duplicateColumn: (name: string) => compilation('002025', '42S21', `duplicate column name '${name}'`),
  columnExists: (name: string) => compilation('001430', '42601', `column '${name}' already exists`),
  missingColumn: (name: string) => compilation('000904', '42000', `column '${name}' does not exist`),
  noDatabase: () =>
    new SnowflakeError(
      '090105',
      '22000',
      "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.",
    ),
  noSchema: () =>
    new SnowflakeError(
      '090106',
      '22000',
      "Cannot perform operation. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.",
    ),
  noWarehouse: () =>
    new SnowflakeError(
      '000606',
      '57P03',
      "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.\n",
    ),
  longIdentifier: (name: string) =>
    compilation('002129', '42601', `Object name '${name.slice(0, 255)}' exceeds the maximum length of 255 characters.`),
  invalid: (text: string, place?: Place) => compilation('001007', '22023', text, place),
  valueCount: (expected: number, found: number) =>
    compilation(
      '002057',
      '42601',
      `Insert value list does not match column list expecting ${expected} but got ${found}`,
    ),
  nullValue: (column?: string) =>
    new SnowflakeError(
      '100072',
      '22000',
      `NULL result in a non-nullable column${column === undefined ? '' : ` '${column}'`}`,
    ),
  nondeterministic: (values: string) =>
    new SnowflakeError('100090', '42P18', `Duplicate row detected during DML action\nRow Values: [${values}]`),
  lockTimeout: (queryId: string, table: string, seconds: number) =>
    new SnowflakeError(
      '000625',
      '57014',
      `Statement '${queryId}' has locked table '${table}' in transaction and this lock has not been released within ${seconds} seconds.`,
    ),
  deadlock: (table: string) =>
    new SnowflakeError(
      '000625',
      '57014',
      `Statement was aborted: a deadlock on table '${table}' was detected and this is the latest statement in it.`,
    ),
  abortedTransaction: (queryId: string) =>
    new SnowflakeError('000624', '57014', `Statement '${queryId}' was aborted because its transaction was aborted.`),
  cancelled: () => new SnowflakeError('000604', '57014', 'SQL execution canceled'),
  execution: (text: string) => new SnowflakeError('100132', '22000', text),
};
