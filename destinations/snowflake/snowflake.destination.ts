import { ConnectorError, defineDestination } from '#sdk';
import { openConnection, type SnowflakeConnection } from './connection.js';
import { fromDriver, isMissing } from './errors.js';
import { openSession } from './session.js';
import { snowflakeConfig, type SnowflakeConfig } from './snowflake.config.js';
import { openSqlSession } from './sql-session.js';

export const snowflake = defineDestination({
  name: 'snowflake',
  summary: 'A Snowflake account, by its stage and COPY.',
  config: snowflakeConfig,
  async check(config, { signal }) {
    const connection = await openConnection({ config, signal });
    try {
      await checkRights(connection, config);
    } catch (error) {
      throw fromDriver(error, 'checking');
    } finally {
      await connection.close();
    }
  },
  connect: (config, { probe, spoolFolder }) =>
    openSession({ config, spoolParent: spoolFolder, probe: probe ?? (() => undefined) }),
  async sql(config, { readOnly, signal }) {
    return openSqlSession({ config, readOnly, signal });
  },
});

/** What a log-in takes without a word although it is wrong: a warehouse, database or role that is not there or may not be used. */
async function checkRights(connection: SnowflakeConnection, config: SnowflakeConfig): Promise<void> {
  const [now] = await connection.query<{ role: string | null; warehouse: string | null; database: string | null }>(
    'SELECT CURRENT_ROLE() AS role, CURRENT_WAREHOUSE() AS warehouse, CURRENT_DATABASE() AS database',
  );
  const refuse = (what: 'role' | 'warehouse' | 'database', grant: string): never => {
    throw new ConnectorError(
      'config',
      `Snowflake: ${what} "${String(config[what])}" does not exist, or ${what === 'role' ? 'the user' : `role "${now?.role ?? '?'}"`} may not use it.`,
      { hint: `Correct \`${what}\`, or: ${grant}` },
    );
  };
  if (config.role !== undefined && now?.role?.toUpperCase() !== config.role.toUpperCase())
    refuse('role', `GRANT ROLE ${config.role} TO USER ${config.username ?? '…'}.`);
  if (now?.warehouse === null || now?.warehouse === undefined)
    refuse('warehouse', `GRANT USAGE ON WAREHOUSE ${config.warehouse} TO ROLE ${now?.role ?? '…'}.`);
  if (now?.database === null || now?.database === undefined)
    refuse('database', `GRANT USAGE ON DATABASE ${config.database} TO ROLE ${now?.role ?? '…'}.`);
  try {
    // Needs a running warehouse, so that what suspends it is found now.
    await connection.run('SELECT COUNT(*) FROM information_schema.schemata');
  } catch (error) {
    if (isMissing(error)) refuse('database', `GRANT USAGE ON DATABASE ${config.database} TO ROLE ${now?.role ?? '…'}.`);
    throw error;
  }
}
