import { errors } from '../errors.js';
import { fixed, text, type DataType } from '../sql/types.js';
import { findDatabase, type Table, type View } from './catalog.js';
import type { Result, ResultColumn } from './results.js';
import type { Account, Session } from './session.js';

const NUMBER = fixed(9, 0);
type Cell = string | number | null;

const table = (names: string, numbers: readonly string[], rows: readonly (readonly Cell[])[]): Result => {
  const columns: ResultColumn[] = names
    .split(' ')
    .map((name) => ({ name, type: numbers.includes(name) ? NUMBER : text() }));
  return { columns, rows: rows.map((row) => row.map((value) => (value === null ? null : String(value)))) };
};

const dataType = (type: DataType): string =>
  type.name === 'FIXED' ? 'NUMBER' : type.name === 'REAL' ? 'FLOAT' : type.name;

/** The views of INFORMATION_SCHEMA that the double has, each with part of its columns; another column is an invalid identifier. */
export const informationSchema = (account: Account, session: Session, database: string, view: string): Result => {
  const { schemas } = findDatabase(account.databases, database);
  const relations = (): [schema: string, name: string, relation: Table | View][] => [
    ...[...schemas].flatMap(([schema, { relations: found }]) =>
      [...found].map(([name, one]) => [schema, name, one] as [string, string, Table | View]),
    ),
    ...[...session.temporary].flatMap(([key, one]) => {
      const [of, schema, name] = key.split('\0');
      return of === database ? [[schema, name, one] as [string, string, Table]] : [];
    }),
  ];
  switch (view) {
    case 'SCHEMATA':
      return table(
        'CATALOG_NAME SCHEMA_NAME SCHEMA_OWNER IS_TRANSIENT',
        [],
        [
          ...[...schemas].map(([name, { persistence }]) => [
            database,
            name,
            session.role,
            persistence === 'TRANSIENT' ? 'YES' : 'NO',
          ]),
          [database, 'INFORMATION_SCHEMA', null, 'NO'],
        ],
      );
    case 'TABLES':
      return table(
        'TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER TABLE_TYPE IS_TRANSIENT CLUSTERING_KEY COMMENT',
        [],
        relations().map(([schema, name, one]) => [
          database,
          schema,
          name,
          session.role,
          one.kind === 'view' ? 'VIEW' : one.persistence === 'TEMPORARY' ? 'LOCAL TEMPORARY' : 'BASE TABLE',
          one.kind === 'view' ? null : one.persistence === 'TRANSIENT' ? 'YES' : 'NO',
          one.kind === 'view' ? null : one.cluster,
          one.comment,
        ]),
      );
    case 'VIEWS':
      return table(
        'TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER VIEW_DEFINITION COMMENT',
        [],
        relations().flatMap(([schema, name, one]) =>
          one.kind === 'view' ? [[database, schema, name, session.role, one.text, one.comment]] : [],
        ),
      );
    case 'TABLE_PRIVILEGES':
      return table(
        'GRANTOR GRANTEE TABLE_CATALOG TABLE_SCHEMA TABLE_NAME PRIVILEGE_TYPE IS_GRANTABLE',
        [],
        relations().flatMap(([schema, name, { grants }]) => [
          [session.role, session.role, database, schema, name, 'OWNERSHIP', 'YES'],
          ...grants.map(({ privilege, role }) => [session.role, role, database, schema, name, privilege, 'NO']),
        ]),
      );
    case 'COLUMNS':
      return table(
        'TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME ORDINAL_POSITION COLUMN_DEFAULT IS_NULLABLE DATA_TYPE CHARACTER_MAXIMUM_LENGTH NUMERIC_PRECISION NUMERIC_SCALE DATETIME_PRECISION IS_IDENTITY COMMENT',
        ['ORDINAL_POSITION', 'CHARACTER_MAXIMUM_LENGTH', 'NUMERIC_PRECISION', 'NUMERIC_SCALE', 'DATETIME_PRECISION'],
        relations().flatMap(([schema, name, one]) =>
          one.columns.map(({ name: column, type, nullable, fallbackText, comment }, index) => [
            database,
            schema,
            name,
            column,
            index + 1,
            fallbackText ?? null,
            nullable ? 'YES' : 'NO',
            dataType(type),
            'length' in type ? type.length : null,
            type.name === 'FIXED' ? type.precision : null,
            type.name === 'FIXED' ? type.scale : null,
            type.name.startsWith('TIME') && 'scale' in type ? type.scale : null,
            'NO',
            comment ?? null,
          ]),
        ),
      );
    case 'STAGES':
      return table(
        'STAGE_CATALOG STAGE_SCHEMA STAGE_NAME STAGE_TYPE COMMENT',
        [],
        [...schemas].flatMap(([schema, { stages }]) =>
          [...stages].map(([name, { comment }]) => [database, schema, name, 'Internal Named', comment]),
        ),
      );
    default:
      throw errors.unsupported(`INFORMATION_SCHEMA.${view}`);
  }
};
