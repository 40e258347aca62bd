import { errors } from '../errors.js';
import type { Expression } from '../sql/ast.js';
import { createCursor } from '../sql/cursor.js';
import type { AlterAction, ColumnDefinition, Statement } from '../sql/statement.js';
import { text, typeText } from '../sql/types.js';
import { findSchema, needTable, qualify, type Namespace, type Policy, type Table } from './catalog.js';
import { shown, shownPath } from './names.js';
import { messageResult, type Result } from './results.js';
import { catalogOf, type Running } from './session.js';

/** What a policy shows is not reckoned here: that it is there is known, and to read under one is refused. */
export const createPolicy = (
  statement: Extract<Statement, { kind: 'create policy' }>,
  { account, session }: Running,
): Result => {
  const [database, schema, name] = qualify(statement.policy, session.namespace);
  const { policies } = findSchema(account.databases, database, schema);
  if (policies.has(name) && !statement.replace && !statement.ifNotExists)
    throw errors.exists(shownPath(statement.policy));
  // Docs, CREATE MASKING POLICY: one that is set on a column cannot be replaced.
  if (policies.has(name) && statement.replace) throw errors.unsupported('CREATE OR REPLACE of a policy');
  if (!policies.has(name)) policies.set(name, { of: statement.of, arguments: statement.arguments });
  return messageResult(`Policy ${shown(name)} successfully created.`);
};

const policyOf = (
  path: readonly string[],
  of: Policy['of'],
  { account, session }: Running,
): { readonly path: readonly string[]; readonly policy: Policy } => {
  const [database, schema, name] = qualify(path, session.namespace);
  const policy = findSchema(account.databases, database, schema).policies.get(name);
  if (policy?.of !== of) throw errors.missing('Policy', shownPath(path));
  return { path: [database, schema, name], policy };
};

/** Docs, ALTER TABLE … ALTER COLUMN: a column has one masking policy, whose type is that of the column. */
export const maskOf = (
  column: ColumnDefinition,
  path: readonly string[] | undefined,
  running: Running,
): ColumnDefinition['policy'] => {
  if (path === undefined) return undefined;
  const { path: full, policy } = policyOf(path, 'MASKING_POLICY', running);
  if (column.policy !== undefined)
    throw errors.invalid(`Specified column already attached to another masking policy: ${shown(column.name)}`);
  if (policy.arguments.length > 1) throw errors.unsupported('masking policy with conditions of other columns');
  if (policy.arguments[0].name !== column.type.name)
    throw errors.invalid(
      `Masking policy of ${typeText(policy.arguments[0])} cannot be set on column ${shown(column.name)} of ${typeText(column.type)}.`,
    );
  return full;
};

export const rowAccessOf = (
  table: Table,
  { policy, columns }: Extract<AlterAction, { kind: 'row access' }>,
  running: Running,
): Table['rowAccess'] => {
  if (policy === undefined) return undefined;
  const found = policyOf(policy, 'ROW_ACCESS_POLICY', running);
  if (table.rowAccess !== undefined) throw errors.invalid('Object already has a ROW_ACCESS_POLICY.');
  for (const name of columns)
    if (!table.columns.some((column) => column.name === name)) throw errors.missingColumn(shown(name));
  if (columns.length !== found.policy.arguments.length) throw errors.invalid('Policy has other arguments.');
  return { policy: found.path, columns };
};

export const refuseRowAccess = (table: Table): void => {
  if (table.rowAccess !== undefined) throw errors.unsupported('reading a table under a row access policy');
};

const OUTPUT =
  'POLICY_DB POLICY_SCHEMA POLICY_NAME POLICY_KIND REF_DATABASE_NAME REF_SCHEMA_NAME REF_ENTITY_NAME REF_ENTITY_DOMAIN REF_COLUMN_NAME REF_ARG_COLUMN_NAMES TAG_DATABASE TAG_SCHEMA TAG_NAME POLICY_STATUS';

/** Docs, POLICY_REFERENCES: a row for each policy of the object, of a column or the whole; the double knows those of tables. */
export const policyReferences = (
  named: Readonly<Record<string, Expression>>,
  { account, session }: Running,
  namespace: Namespace,
): Result => {
  const constant = (name: string): string => {
    const value = named[name];
    if (value?.kind !== 'text') throw errors.unsupported(`POLICY_REFERENCES without ${name} as a text`);
    return value.value;
  };
  if (constant('REF_ENTITY_DOMAIN').toUpperCase() !== 'TABLE')
    throw errors.unsupported('POLICY_REFERENCES of no table');
  const path = createCursor(constant('REF_ENTITY_NAME')).path();
  const table = needTable(catalogOf(account, session), path, namespace);
  const row = (
    policy: readonly string[],
    kind: Policy['of'],
    column: string | null,
    args: readonly string[] | null,
  ) => [
    ...policy,
    kind,
    ...qualify(path, namespace),
    'TABLE',
    column,
    args === null ? null : JSON.stringify(args),
    null,
    null,
    null,
    'ACTIVE',
  ];
  return {
    columns: OUTPUT.split(' ').map((name) => ({ name, type: text() })),
    rows: [
      ...table.columns.flatMap(({ name, policy }) =>
        policy === undefined ? [] : [row(policy, 'MASKING_POLICY', name, null)],
      ),
      ...(table.rowAccess === undefined
        ? []
        : [row(table.rowAccess.policy, 'ROW_ACCESS_POLICY', null, table.rowAccess.columns)]),
    ],
  };
};
