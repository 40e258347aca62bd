import { everyCase } from '../../support/conformance.js';
import { stopTestServer, testDatabase } from '../../support/postgres.js';
import { onPostgres } from './on-postgres.js';

afterAll(stopTestServer);

describe('postgres, the newest, keeps the contract of a destination:', () => {
  everyCase(async () => {
    const database = await testDatabase();
    return onPostgres(database.url, () => database.drop());
  });
});
