import { everyCase } from '../../support/conformance.js';
import { noOldServer, startOldServer } from '../../support/old-postgres.js';
import { onPostgres } from './on-postgres.js';

if (noOldServer === undefined)
  describe('postgres, the oldest that is supported, keeps the contract of a destination:', () => {
    everyCase(async () => {
      const server = await startOldServer();
      expect(server.version).toMatch(/^14\./);
      return onPostgres(server.url, () => server.close());
    });
  });
else it.skip(`postgres 14 keeps the contract of a destination: ${noOldServer}`, () => undefined);
