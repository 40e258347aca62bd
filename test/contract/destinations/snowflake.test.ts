import { snowflake } from '../../../destinations/snowflake/snowflake.destination.js';
import { defaultUser, startSnowflakeSimulator } from '../../simulators/snowflake/server.js';
import { conformanceFolder, everyCase } from '../../support/conformance.js';

const MARK = 'a text may begin with a byte order mark';
const UNSHOWN = 'The SQL engine of the simulated account takes the mark off what it gives back.';

describe('snowflake, by the real driver on a simulated account, keeps the contract of a destination:', () => {
  everyCase(
    async () => {
      const account = await startSnowflakeSimulator({ blockerIdleMs: 2_000 });
      const config = {
        account: account.account,
        endpoint: account.url,
        username: defaultUser.name,
        password: defaultUser.password,
        warehouse: 'LOADING',
        database: 'ANALYTICS',
      };
      const folder = conformanceFolder('snowflake', config);
      return {
        subject: {
          plugin: snowflake,
          config,
          exceptions: { [MARK]: UNSHOWN },
          startWriter: folder.start,
          async loseReply() {
            let armed = 0;
            return {
              config,
              arm(when) {
                armed += 1;
                account.faults.set({ on: /^COMMIT/, kind: when === 'after' ? 'lost_session' : 'gone_session' });
              },
              get losses() {
                return armed - account.faults.waiting().length;
              },
              close: async () => account.faults.clear(),
            };
          },
        },
        async close() {
          folder.close();
          await account.close();
        },
      };
    },
    { [MARK]: UNSHOWN },
  );
});
