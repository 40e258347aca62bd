import { expect, it } from '@jest/globals';
import { snowflake } from '../../../destinations/snowflake/snowflake.destination.js';
import { conformanceFolder, everyCase } from '../../support/conformance.js';

/**
 * On a real account, where `SNOWFLAKE_TEST_ACCOUNT`, `_USERNAME`, `_PRIVATE_KEY` or `_PASSWORD` or `_OAUTH_TOKEN`, `_WAREHOUSE`, `_DATABASE` and, if need be, `_ROLE`,
 * `_PASSPHRASE` and `_ENDPOINT` say which; best a database for tests. Skipped without, and told so.
 */
const PREFIX = 'SNOWFLAKE_TEST_';
const config = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith(PREFIX) && value !== undefined && value !== ''
      ? [[name.slice(PREFIX.length).toLowerCase(), value]]
      : [],
  ),
);
const isGiven = config['account'] !== undefined;
/** No fault can be put between the driver and a real account. */
const UNLOST = 'No way that loses replies is given (`loseReply`).';

(isGiven ? describe : describe.skip)('snowflake on a real account', () => {
  it('is logged in to, with a warehouse, a database and rights in it', async () => {
    const context = { signal: new AbortController().signal, baseFolder: '/' };
    await snowflake.check(snowflake.config.parse(config), context);
    const sql = await snowflake.sql!(snowflake.config.parse(config), { ...context, readOnly: true });
    try {
      const [now] = await sql.query('SELECT CURRENT_VERSION() AS version');
      expect(now).toEqual({ version: expect.any(String) });
    } finally {
      await sql.close();
    }
  });

  describe('keeps the contract of a destination:', () => {
    everyCase(
      async () => {
        const folder = conformanceFolder('snowflake', config);
        return {
          subject: { plugin: snowflake, config, startWriter: folder.start },
          close: async () => folder.close(),
        };
      },
      {
        'a commit whose reply is lost is found, and counted once': UNLOST,
        'a commit that is lost on its way is refused, and can be done again by the same run': UNLOST,
      },
    );
  });
});
