import { expect, it } from '@jest/globals';
import { snowflake } from '../../../destinations/snowflake/snowflake.destination.js';
import { conformanceFolder, everyCase } from '../../support/conformance.js';
import { liveAccount } from '../../support/snowflake-account.js';

/** Skipped without an account, and told so. */
const config = liveAccount ?? {};
const isGiven = liveAccount !== undefined;
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
