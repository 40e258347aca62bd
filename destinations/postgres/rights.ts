import type pg from 'pg';
import { ConnectorError, type TableSpec } from '#sdk';
import { tableName } from './columns.js';
import type { FoundTable } from './found-table.js';
import { quote } from './names.js';

interface Rights {
  readonly role: string;
  readonly owner: string;
  readonly owns: boolean;
  /** Without USAGE on the schema no right to the table is of any use; whoever makes an index needs CREATE on it. */
  readonly enters: boolean;
  readonly creates: boolean;
  /** Of `NEEDED`. */
  readonly lacks: readonly string[];
}

const NEEDED = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

async function rightsTo(client: pg.Pool | pg.ClientBase, { oid }: FoundTable): Promise<Rights> {
  const { rows } = await client.query<Rights>(
    `SELECT current_user::text AS role, pg_get_userbyid(c.relowner)::text AS owner, pg_has_role(c.relowner, 'USAGE') AS owns,
            has_schema_privilege(c.relnamespace, 'USAGE') AS enters, has_schema_privilege(c.relnamespace, 'CREATE') AS creates,
            ARRAY(SELECT p FROM unnest($2::text[]) AS p WHERE NOT has_table_privilege(c.oid, p)) AS lacks
       FROM pg_class c WHERE c.oid = $1::oid`,
    [oid, NEEDED],
  );
  return rows[0]!;
}

const refusal = (table: TableSpec, { role, owner }: Rights, what: string, remedy: string) =>
  new ConnectorError('auth', `Role "${role}" ${what} table ${tableName(table)}, which belongs to "${owner}".`, {
    stream: table.stream,
    fault: 'permission',
    hint: `Nothing was changed. ${remedy}`,
  });

/** Of a table of somebody else's the rights to its rows are looked at before they are needed. */
export async function checkUse(client: pg.Pool | pg.ClientBase, table: TableSpec, found: FoundTable): Promise<void> {
  const rights = await rightsTo(client, found);
  const { lacks, enters, role } = rights;
  if (lacks.length === 0 && enters) return;
  const what = [...(lacks.length === 0 ? [] : [`${lacks.join(', ')} in`]), ...(enters ? [] : ['use the schema of'])];
  const grants = [
    ...(enters ? [] : [`GRANT USAGE ON SCHEMA ${quote(table.schema)} TO ${quote(role)}`]),
    ...(lacks.length === 0 ? [] : [`GRANT ${lacks.join(', ')} ON ${tableName(table)} TO ${quote(role)}`]),
  ];
  throw refusal(table, rights, `may not ${what.join(', nor ')}`, `Let its owner run \`${grants.join('; ')}\`.`);
}

/** Only its owner may change a table; `statements`, of which `index` is one, are what the owner can do beforehand. */
export async function checkChange(
  client: pg.ClientBase,
  table: TableSpec,
  found: FoundTable,
  statements: readonly string[],
  index: string | undefined,
): Promise<void> {
  if (statements.length === 0) return;
  const rights = await rightsTo(client, found);
  if (!rights.owns) {
    const remedy = `Let its owner run \`${statements.join('; ')}\`, or make the role a member of "${rights.owner}".`;
    throw refusal(table, rights, 'cannot change', remedy);
  }
  if (index === undefined || rights.creates) return;
  const grant = `GRANT CREATE ON SCHEMA ${quote(table.schema)} TO ${quote(rights.role)}`;
  const remedy = `Let the owner of the schema run \`${grant}\`, or an administrator \`${index}\`.`;
  throw refusal(table, rights, 'may make no index in the schema of', remedy);
}
