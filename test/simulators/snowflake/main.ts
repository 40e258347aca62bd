import { readFileSync } from 'node:fs';
import { defaultUser, startSnowflakeSimulator } from './server.js';

/**
 * The simulator as a process of its own: it prints, as one line of JSON, what a connection needs, and runs until it is told to end.
 * SNOWFLAKE_SIMULATOR_PORT, _HOST, _ACCOUNT, _USER, _PASSWORD, _PUBLIC_KEY_FILE, _DATABASE and _WAREHOUSE change the defaults.
 */
const setting = (name: string): string | undefined => process.env[`SNOWFLAKE_SIMULATOR_${name}`] || undefined;
const port = Number(setting('PORT') ?? 0);
if (!Number.isInteger(port)) throw new RangeError('SNOWFLAKE_SIMULATOR_PORT must be an integer');
const keyFile = setting('PUBLIC_KEY_FILE');
const user = {
  ...defaultUser,
  name: (setting('USER') ?? defaultUser.name).toUpperCase(),
  password: setting('PASSWORD') ?? defaultUser.password,
  publicKeys: keyFile === undefined ? [] : [readFileSync(keyFile, 'utf8')],
};
const database = (setting('DATABASE') ?? 'ANALYTICS').toUpperCase();
const warehouse = (setting('WAREHOUSE') ?? 'LOADING').toUpperCase();

const simulator = await startSnowflakeSimulator({
  host: setting('HOST'),
  port,
  account: setting('ACCOUNT'),
  users: [user],
  databases: [database],
  warehouses: [warehouse],
});
process.stdout.write(
  `${JSON.stringify({ account: simulator.account, accessUrl: simulator.url, username: user.name, database, schema: 'PUBLIC', warehouse, role: user.roles[0] })}\n`,
);

const end = (): void => {
  void simulator.close();
};
process.once('SIGINT', end).once('SIGTERM', end);
