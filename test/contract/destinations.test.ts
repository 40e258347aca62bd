import { readFileSync } from 'node:fs';
import { DESTINATION_CASES, openDestinationSuite, type DestinationSuite } from '../../core/sdk/testing/index.js';
import { postgres } from '../../destinations/postgres/postgres.destination.js';
import { cuttingProxy } from '../integration/engine/cutting-proxy.js';
import { conformanceFolder } from '../support/conformance.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../support/postgres.js';

afterAll(stopTestServer);

it('docs/guides/write-a-destination.md lists the cases', () => {
  const guide = readFileSync(new URL('../../docs/guides/write-a-destination.md', import.meta.url), 'utf8');
  const listed = guide.slice(guide.indexOf('## 3. The cases')).match(/(?<=^- ).*$/gm);
  expect(listed).toEqual(DESTINATION_CASES.map(({ name }) => name));
});

describe('postgres keeps the contract of a destination:', () => {
  let database: TestDatabase;
  let suite: DestinationSuite;
  let writer: ReturnType<typeof conformanceFolder>;
  beforeAll(async () => {
    database = await testDatabase();
    writer = conformanceFolder('postgres', { url: database.url });
    suite = await openDestinationSuite({
      plugin: postgres,
      config: { url: database.url },
      startWriter: writer.start,
      async loseReply() {
        const proxy = await cuttingProxy(database.url);
        return {
          config: { url: proxy.url },
          arm: (when) => proxy.arm(when),
          get losses() {
            return proxy.cuts;
          },
          close: () => proxy.close(),
        };
      },
    });
  });
  afterAll(async () => {
    await suite?.close();
    writer?.close();
    await database?.drop();
  });

  // All of them: nothing is left out.
  it.each(DESTINATION_CASES)('$area: $name', async (one) => {
    expect(await suite.run(one)).toEqual({
      name: one.name,
      area: one.area,
      outcome: 'passed',
      took: expect.any(Number),
    });
  });
});
