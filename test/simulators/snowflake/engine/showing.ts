import { errors } from '../errors.js';
import type { Statement } from '../sql/statement.js';
import { typeText, type DataType } from '../sql/types.js';
import { findDatabase, findSchema, needRelation, type Table, type View } from './catalog.js';
import { shownPath } from './names.js';
import { textResult, type Cell, type Result } from './results.js';
import { ACCEPTED, catalogOf, DEFAULTS, parameter, type Account, type Running } from './session.js';
import { showLocks, showTransactions } from './show-locks.js';
import { resolveStage } from './stages.js';

type Show = Extract<Statement, { kind: 'show' }>;

/** LIKE of SHOW takes no regard to case. */
const isLike = (name: string, pattern: string | undefined): boolean => {
  if (pattern === undefined) return true;
  const source = pattern.replaceAll(/\\?[^]/g, (part) => {
    if (part.length === 2) return part[1].replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return part === '%' ? '.*' : part === '_' ? '.' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'is').test(name);
};

interface Placed<T> {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly one: T;
}

/** The schemas that a SHOW looks into. */
const scopeOf = ({ scope }: Show, { account, session }: Running): [database: string, schema: string][] => {
  const { database, schema } = session.namespace;
  const all = (name: string): [string, string][] =>
    [...findDatabase(account.databases, name).schemas.keys()].map((one) => [name, one]);
  if (scope?.kind === 'ACCOUNT' || (scope === undefined && database === null))
    return [...account.databases.keys()].flatMap(all);
  if (scope?.kind === 'DATABASE') {
    const name = scope.path[0] ?? database;
    if (name === null) throw errors.noDatabase();
    return all(name);
  }
  const [of, name] =
    scope === undefined || scope.path.length === 0
      ? [database, schema]
      : scope.path.length === 2
        ? scope.path
        : [database, scope.path[0]];
  if (of === null) throw errors.noDatabase();
  if (name === null) return all(of);
  findSchema(account.databases, of, name);
  return [[of, name]];
};

const relationsOf = (show: Show, running: Running): Placed<Table | View>[] => {
  const { account, session } = running;
  return scopeOf(show, running).flatMap(([database, schema]) => {
    const own = [...session.temporary].flatMap(([key, one]) => {
      const [of, at, name] = key.split('\0');
      return of === database && at === schema ? [{ database, schema, name, one: one as Table | View }] : [];
    });
    const stored = [...findSchema(account.databases, database, schema).relations].map(([name, one]) => ({
      database,
      schema,
      name,
      one,
    }));
    return [...stored, ...own].filter(({ name }) => isLike(name, show.like)).sort((a, b) => (a.name < b.name ? -1 : 1));
  });
};

const countRows = async (account: Account, table: Table): Promise<number> =>
  Number((await account.database.run(`SELECT count(*) FROM ${table.relation}`)).rows[0][0]);

const jsonType = (type: DataType, nullable: boolean): string =>
  JSON.stringify({ ...type, type: type.name, name: undefined, nullable });

const showTables = async (show: Show, running: Running): Promise<Result> => {
  const names = [
    'created_on',
    'name',
    'database_name',
    'schema_name',
    'kind',
    'comment',
    'cluster_by',
    'rows',
    'bytes',
    'owner',
    'retention_time',
  ];
  const rows: Cell[][] = [];
  for (const { database, schema, name, one } of relationsOf(show, running))
    if (one.kind === 'table')
      rows.push([
        one.created,
        name,
        database,
        schema,
        one.persistence === 'PERMANENT' ? 'TABLE' : one.persistence,
        one.comment ?? '',
        one.cluster ?? '',
        await countRows(running.account, one),
        0,
        running.session.role,
        '1',
      ]);
  return textResult(names, rows);
};

export const show = async (statement: Show, running: Running): Promise<Result> => {
  const { account, session } = running;
  const { what, like } = statement;
  switch (what) {
    case 'TABLES':
      return showTables(statement, running);
    case 'OBJECTS':
      return textResult(
        ['created_on', 'name', 'database_name', 'schema_name', 'kind'],
        relationsOf(statement, running).map(({ database, schema, name, one }) => [
          one.created,
          name,
          database,
          schema,
          one.kind.toUpperCase(),
        ]),
      );
    case 'VIEWS':
      return textResult(
        ['created_on', 'name', 'reserved', 'database_name', 'schema_name', 'owner', 'comment', 'text'],
        relationsOf(statement, running).flatMap(({ database, schema, name, one }) =>
          one.kind === 'view'
            ? [[one.created, name, '', database, schema, session.role, one.comment ?? '', one.text]]
            : [],
        ),
      );
    case 'SCHEMAS': {
      const databases =
        statement.scope?.kind === 'ACCOUNT'
          ? [...account.databases.keys()]
          : [statement.scope?.path[0] ?? session.namespace.database];
      return textResult(
        ['created_on', 'name', 'is_default', 'is_current', 'database_name', 'owner', 'comment', 'options'],
        databases.flatMap((database) => {
          if (database === null) throw errors.noDatabase();
          return [...findDatabase(account.databases, database).schemas]
            .filter(([name]) => isLike(name, like))
            .map(([name, { created, persistence }]): Cell[] => [
              created,
              name,
              'N',
              session.namespace.schema === name ? 'Y' : 'N',
              database,
              session.role,
              '',
              persistence === 'PERMANENT' ? '' : persistence,
            ]);
        }),
      );
    }
    case 'DATABASES':
      return textResult(
        ['created_on', 'name', 'is_default', 'is_current', 'owner'],
        [...account.databases]
          .filter(([name]) => isLike(name, like))
          .map(([name, { created }]) => [
            created,
            name,
            'N',
            session.namespace.database === name ? 'Y' : 'N',
            session.role,
          ]),
      );
    case 'STAGES':
      return textResult(
        ['created_on', 'name', 'database_name', 'schema_name', 'url', 'owner', 'comment', 'type'],
        scopeOf(statement, running).flatMap(([database, schema]) => {
          const own = [...session.temporaryStages].flatMap(([key, one]) => {
            const [of, at, name] = key.split('\0');
            return of === database && at === schema ? [[name, one] as const] : [];
          });
          return [...findSchema(account.databases, database, schema).stages, ...own]
            .filter(([name]) => isLike(name, like))
            .map(([name, { created, comment, persistence }]): Cell[] => [
              created,
              name,
              database,
              schema,
              '',
              session.role,
              comment ?? '',
              persistence === 'TEMPORARY' ? 'INTERNAL TEMPORARY' : 'INTERNAL',
            ]);
        }),
      );
    case 'FILE FORMATS':
      return textResult(
        ['created_on', 'name', 'database_name', 'schema_name', 'type'],
        scopeOf(statement, running).flatMap(([database, schema]) =>
          [...findSchema(account.databases, database, schema).formats].map(([name, { TYPE }]): Cell[] => [
            new Date(0),
            name,
            database,
            schema,
            String(TYPE ?? 'CSV'),
          ]),
        ),
      );
    case 'COLUMNS': {
      const found =
        statement.scope?.kind === 'TABLE'
          ? [
              {
                database: '',
                schema: '',
                name: String(statement.scope.path.at(-1)),
                one: needRelation(catalogOf(account, session), statement.scope.path, session.namespace),
              },
            ]
          : relationsOf({ ...statement, like: undefined }, running);
      return textResult(
        [
          'table_name',
          'schema_name',
          'column_name',
          'data_type',
          'null?',
          'default',
          'kind',
          'expression',
          'comment',
          'database_name',
        ],
        found.flatMap(({ database, schema, name, one }) =>
          one.columns
            .filter((column) => isLike(column.name, like))
            .map((column): Cell[] => [
              name,
              schema,
              column.name,
              jsonType(column.type, column.nullable),
              column.nullable ? 'true' : 'NOT_NULL',
              column.fallbackText ?? '',
              'COLUMN',
              '',
              column.comment ?? '',
              database,
            ]),
        ),
      );
    }
    case 'PRIMARY KEYS': {
      const tables =
        statement.scope?.kind === 'TABLE'
          ? [
              {
                database: '',
                schema: '',
                name: String(statement.scope.path.at(-1)),
                one: needRelation(catalogOf(account, session), statement.scope.path, session.namespace),
              },
            ]
          : relationsOf({ ...statement, like: undefined }, running);
      return textResult(
        [
          'created_on',
          'database_name',
          'schema_name',
          'table_name',
          'column_name',
          'key_sequence',
          'constraint_name',
          'rely',
          'comment',
        ],
        tables.flatMap(({ database, schema, name, one }) =>
          (one.kind === 'table' ? one.primaryKey : []).map((column, index): Cell[] => [
            one.created,
            database,
            schema,
            name,
            column,
            index + 1,
            `SYS_CONSTRAINT_${name}`,
            'false',
            '',
          ]),
        ),
      );
    }
    case 'LOCKS':
      return showLocks(running);
    case 'TRANSACTIONS':
      return showTransactions(running, statement.scope?.kind === 'ACCOUNT');
    case 'PARAMETERS':
      return textResult(
        ['key', 'value', 'default', 'level', 'description', 'type'],
        [...new Set([...Object.keys(DEFAULTS), ...session.parameters.keys()])]
          .filter((key) => isLike(key, like))
          .map((key) => [
            key,
            parameter(session, key),
            DEFAULTS[key] ?? '',
            session.parameters.has(key) ? 'SESSION' : '',
            '',
            'STRING',
          ]),
      );
    case 'GRANTS': {
      if (statement.scope?.kind !== 'TABLE') throw errors.unsupported('SHOW GRANTS other than ON TABLE');
      const relation = needRelation(catalogOf(account, session), statement.scope.path, session.namespace);
      return textResult(
        ['created_on', 'privilege', 'granted_on', 'name', 'granted_to', 'grantee_name', 'grant_option'],
        relation.grants.map(({ privilege, role }) => [
          relation.created,
          privilege,
          relation.kind.toUpperCase(),
          shownPath(statement.scope?.path ?? []),
          'ROLE',
          role,
          'false',
        ]),
      );
    }
    case 'WAREHOUSES':
      return textResult(
        ['name', 'state', 'type', 'size'],
        [...account.warehouses]
          .filter((name) => isLike(name, like))
          .map((name) => [name, 'STARTED', 'STANDARD', 'X-Small']),
      );
    case 'ROLES':
      return textResult(
        ['created_on', 'name'],
        [...account.roles].filter((name) => isLike(name, like)).map((name) => [new Date(0), name]),
      );
    default:
      // Keys are accepted and kept nowhere, so the double could only give a wrong answer.
      throw errors.unsupported(`SHOW ${what}`);
  }
};

export const describe = async (
  statement: Extract<Statement, { kind: 'describe' }>,
  running: Running,
): Promise<Result> => {
  const { account, session } = running;
  if (statement.what === 'STAGE') {
    const { format } = await resolveStage(statement.path.map((part) => `"${part}"`).join('.'), running);
    return textResult(
      ['parent_property', 'property', 'property_type', 'property_value', 'property_default'],
      Object.entries(format).map(([key, value]) => ['STAGE_FILE_FORMAT', key, 'String', String(value), '']),
    );
  }
  if (statement.what === 'FILE FORMAT') throw errors.unsupported('DESCRIBE FILE FORMAT');
  const relation = needRelation(catalogOf(account, session), statement.path, session.namespace);
  return textResult(
    [
      'name',
      'type',
      'kind',
      'null?',
      'default',
      'primary key',
      'unique key',
      'check',
      'expression',
      'comment',
      'policy name',
    ],
    relation.columns.map(({ name, type, nullable, fallbackText, comment, policy, collation = '' }) => [
      name,
      `${typeText(type)}${collation === '' ? '' : ` COLLATE '${collation}'`}`,
      'COLUMN',
      nullable ? 'Y' : 'N',
      fallbackText ?? null,
      'N',
      'N',
      null,
      null,
      comment ?? null,
      policy === undefined ? null : shownPath(policy),
    ]),
  );
};

export const isParameter = (name: string): boolean => DEFAULTS[name] !== undefined || ACCEPTED.has(name);
