import { ConnectorError, type SchemaChange, type TableSpec } from '#sdk';
import { sqlType, tableName } from './columns.js';
import type { SnowflakeConnection } from './connection.js';
import { literal, storedName } from './names.js';

interface Reference extends Record<string, unknown> {
  readonly policy_name: string;
  readonly policy_kind: string;
  readonly ref_column_name: string | null;
}

/**
 * Throws where columns that have to move stand under a policy. It would stay with the old column, which is dropped; and what the
 * loading role reads past one may be masked, or not all of the rows, so it would be written as if it were the values. DESCRIBE tells
 * of a policy on the column itself, whatever rights the role has; the function also of one by a tag and of those of the whole table.
 * https://docs.snowflake.com/en/sql-reference/sql/desc-table, https://docs.snowflake.com/en/sql-reference/functions/policy_references
 */
export async function refuseMovedFromPolicies(
  connection: SnowflakeConnection,
  table: TableSpec,
  moved: SchemaChange['retyped'],
): Promise<void> {
  if (moved.length === 0) return;
  const target = tableName(table);
  const columns = await connection.query<{ name: string; 'policy name': string | null }>(`DESCRIBE TABLE ${target}`);
  const references = await connection.query<Reference>(
    `SELECT policy_name, policy_kind, ref_column_name
       FROM TABLE(INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => ${literal(target)}, REF_ENTITY_DOMAIN => 'TABLE'))`,
  );
  for (const { name, to } of moved) {
    const stored = storedName(name);
    const direct = columns.find((column) => column.name === stored)?.['policy name'];
    const found =
      references.find(({ ref_column_name: of }) => of === null || of === stored) ??
      (direct ? { policy_name: direct, policy_kind: 'MASKING_POLICY', ref_column_name: stored } : undefined);
    if (found === undefined) continue;
    const kind = found.policy_kind.toLowerCase().replaceAll('_', ' ');
    const where =
      found.ref_column_name === null ? `${target}, and with it column "${name}",` : `Column "${name}" of ${target}`;
    throw new ConnectorError(
      'schema',
      `${where} is under the ${kind} "${found.policy_name}", and cannot become ${sqlType(to)}: it would be made anew without it, from what the policy lets this role read.`,
      {
        stream: table.stream,
        hint: `Nothing was changed. By a role that sees all of its values: add a column of type ${sqlType(to)} with a policy of that type, copy the values, and give it the name of the old one; the next run goes on with it. Or keep the type by \`map: [{ cast: … }]\`.`,
      },
    );
  }
}
