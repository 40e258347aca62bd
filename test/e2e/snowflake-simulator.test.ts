import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import snowflake, { type ConnectionOptions } from 'snowflake-sdk';

snowflake.configure({ logLevel: 'OFF' });

test('Snowflake as a process says what a connection needs, and ends when it is told to', async () => {
  const program = fileURLToPath(new URL('../../dist/test/simulators/snowflake/main.js', import.meta.url));
  const env = { ...process.env, SNOWFLAKE_SIMULATOR_PASSWORD: 'a-password', SNOWFLAKE_SIMULATOR_DATABASE: 'mart' };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const options = JSON.parse(line) as ConnectionOptions;
    expect(options).toMatchObject({ account: 'SIMULATED', database: 'MART', schema: 'PUBLIC', warehouse: 'LOADING' });
    const connection = snowflake.createConnection({ ...options, password: 'a-password' });
    await connection.connectAsync(() => undefined);
    const rows = await new Promise((resolve, reject) => {
      connection.execute({
        sqlText: 'SELECT CURRENT_DATABASE() AS d',
        complete: (error, _statement, found) => (error ? reject(error) : resolve(found)),
      });
    });
    expect(rows).toEqual([{ D: 'MART' }]);
    await new Promise<void>((resolve) => {
      connection.destroy(() => resolve());
    });
  } finally {
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  }
});
