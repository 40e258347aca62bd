import { defaultUser, startSnowflakeSimulator } from '../simulators/snowflake/server.js';
import { demoFigures } from './demo-figures.js';

test('the demo gives the same report in Snowflake as in Postgres, number by number', async () => {
  const account = await startSnowflakeSimulator();
  const config = {
    account: account.account,
    endpoint: account.url,
    username: defaultUser.name,
    password: '${env:SNOWFLAKE_PASSWORD}',
    warehouse: 'LOADING',
    database: 'ANALYTICS',
  };
  try {
    const [there, here] = await demoFigures(
      {
        snowflake: { connector: 'snowflake', config },
        postgres: { connector: 'postgres', config: { url: 'embedded' } },
      },
      { SNOWFLAKE_PASSWORD: String(defaultUser.password) },
    );
    expect(there!.months).toMatchObject([{ totals: { sent: 42_694, responded: 456 } }, { month: { id: '2026-10' } }]);
    expect(there!.lines.length).toBeGreaterThan(100);
    expect(there).toEqual(here);
  } finally {
    await account.close();
  }
}, 240_000);
