import { snowflake } from '../../destinations/snowflake/snowflake.destination.js';
import { byReference, liveAccount } from '../support/snowflake-account.js';
import { DEMO_SCHEMAS, demoFigures } from './demo-figures.js';

/** On a real account, in a database that has none of the schemas of the demo. Skipped without one, and told so. */
const METADATA = 'tributary_live_demo';
const SCHEMAS = [...DEMO_SCHEMAS, METADATA].map((name) => name.toUpperCase());

(liveAccount === undefined ? describe.skip : describe)('the demo on a real account', () => {
  const { config, env } = byReference(liveAccount ?? {});
  const session = () =>
    snowflake.sql!(snowflake.config.parse(liveAccount), {
      signal: new AbortController().signal,
      baseFolder: '/',
      readOnly: false,
    });

  test('gives the same report as in Postgres, number by number, also when it runs again', async () => {
    const sql = await session();
    try {
      const found = await sql.query<{ schema_name: string }>('SELECT schema_name FROM information_schema.schemata');
      // They are dropped at the end, so they must not be anybody's.
      expect(found.map(({ schema_name: name }) => name).filter((name) => SCHEMAS.includes(name))).toEqual([]);
      try {
        const destination = { connector: 'snowflake', config: { ...config, metadata_schema: METADATA } };
        const [here, there, again] = await demoFigures(
          {
            postgres: { connector: 'postgres', config: { url: 'embedded' } },
            snowflake: destination,
            // Another host, which finds what the first has loaded.
            snowflake_again: destination,
          },
          env,
        );
        expect(there).toEqual(here);
        expect(again).toEqual(here);
      } finally {
        for (const name of SCHEMAS) await sql.query(`DROP SCHEMA IF EXISTS ${name}`);
      }
    } finally {
      await sql.close();
    }
  }, 1_800_000);
});
