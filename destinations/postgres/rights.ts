import type pg from 'pg';
import { ConnectorError, type TableSpec } from '#sdk';
import { tableName } from './columns.js';
import type { FoundTable } from './found-table.js';
import { quote } from './names.js';

interface Rights {
  readonly role: string;
  readonly owner: string;
  readonly owns: boolean;
  /** Of `NEEDED`. */
  readonly lacks: readonly string[];
}

const NEEDED = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

async function rightsTo(client: pg.Pool | pg.ClientBase, { oid }: FoundTable): Promise<Rights> {
  const { rows } = await client.query<Rights>(
    `SELECT current_user::text AS role, pg_get_userbyid(c.relowner)::text AS owner, pg_has_role(c.relowner, 'USAGE') AS owns,
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
  const { lacks, role } = rights;
  if (lacks.length === 0) return;
  const grant = `GRANT ${lacks.join(', ')} ON ${tableName(table)} TO ${quote(role)}`;
  throw refusal(table, rights, `may not ${lacks.join(', ')} in`, `Let its owner run \`${grant}\`.`);
}

/** Only its owner may change a table; these statements are what the owner can do beforehand. */
export async function checkChange(
  client: pg.ClientBase,
  table: TableSpec,
  found: FoundTable,
  statements: readonly string[],
): Promise<void> {
  if (statements.length === 0) return;
  const rights = await rightsTo(client, found);
  if (rights.owns) return;
  const remedy = `Let its owner run \`${statements.join('; ')}\`, or make the role a member of "${rights.owner}".`;
  throw refusal(table, rights, 'cannot change', remedy);
}
