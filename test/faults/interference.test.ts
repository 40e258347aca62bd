import { faultsOf, type Scenario } from './scenario.js';
import { mustSucceed, openSite, type Site } from './site.js';
import { outliveTakeover } from './takeover.js';

describe('a run that is frozen while another takes over', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 180_000);
  afterAll(() => site?.close());

  it.each([
    ['after it had raised the fence', { point: 'after_fence', nth: 1 }],
    ['in the COPY of a first load', { point: 'mid_copy', nth: 1 }],
    ['with a first load complete', { point: 'after_staging', nth: 1 }],
    ['with staging full', { point: 'after_staging', nth: 2 }],
    ['before the merge is recorded', { point: 'after_merge', nth: 2 }],
    ['before its commit', { point: 'before_commit', nth: 2 }],
  ])(
    'ends with 8 and commits nothing when it was frozen %s',
    async (_where, at) => {
      const { zombie, found, checkpoints } = await outliveTakeover(site, at, ['short_idle_limit']);
      expect({ code: zombie.code, found }).toEqual({ code: 8, found: [] });
      expect(checkpoints[1]).toBe(checkpoints[0]);
    },
    120_000,
  );

  it('keeps no other host from building the marts', async () => {
    const warehouse = await site.warehouse(1);
    const mutations = ['short_idle_limit_of_marts'];
    const frozen = warehouse.start('exports', 2, { point: 'marts_building', action: 'stop', mutations });
    await frozen.reached('stop at marts_building');
    mustSucceed(await warehouse.sync('exports', 2, { storeUrl: await site.emptyStore(), mutations }));
    expect(await warehouse.differences({ exports: 2, events: 1 })).toEqual([]);
    process.kill(frozen.pid, 'SIGCONT');
    expect((await frozen.ended).code).not.toBe(0);
    expect(await warehouse.differences({ exports: 2, events: 1 })).toEqual([]);
    await warehouse.close();
  }, 120_000);

  it('refuses a second run of its own host, which touches nothing', async () => {
    const warehouse = await site.warehouse(1);
    const frozen = warehouse.start('exports', 2, { point: 'after_staging', action: 'stop' });
    await frozen.reached('stop at after_staging');
    const second = await warehouse.sync('exports', 2);
    expect({ code: second.code, trace: second.trace }).toEqual({ code: 8, trace: [] });
    process.kill(frozen.pid, 'SIGCONT');
    mustSucceed(await frozen.ended);
    expect(await faultsOf(warehouse, { connection: 'exports', version: 2 }, 0)).toEqual([]);
    await warehouse.close();
  }, 120_000);
});

describe('a database server that is restarted under a run', () => {
  const FILES: Scenario = { connection: 'exports', version: 2 };
  const WINDOWS: Scenario = { connection: 'events', version: 2 };
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 180_000);
  afterAll(() => site?.close());

  it.each([
    ['crashes with staging full', FILES, 'crash', { point: 'after_staging', nth: 2 }],
    ['is restarted in order with staging full', WINDOWS, 'restart', { point: 'after_staging', nth: 3 }],
    ['crashes in mid-COPY', FILES, 'crash', { point: 'mid_copy', nth: 2 }],
    ['crashes before the commit', WINDOWS, 'crash', { point: 'before_commit', nth: 3 }],
    ['crashes after the commit', WINDOWS, 'crash', { point: 'after_commit', nth: 3 }],
  ] as const)(
    'leaves table and marts right when it %s',
    async (_how, scenario, action, at) => {
      const warehouse = await site.warehouse(1);
      // Sequences of a database that was copied go back after a crash unless a checkpoint came first.
      await warehouse.client.query('CHECKPOINT');
      const end = await warehouse.sync(scenario.connection, 2, { ...at, action, postgres: site.dataFolder });
      expect(end.trace).toContain(`${action} at ${at.point} ${at.nth}`);
      mustSucceed(end);
      expect(await warehouse.differences({ exports: 1, events: 1, [scenario.connection]: 2 })).toEqual([]);
      // The next run removes what could not be dropped over a broken connection.
      mustSucceed(await warehouse.sync(scenario.connection, 2));
      expect(await faultsOf(warehouse, scenario, 0, 3)).toEqual([]);
      await warehouse.close();
    },
    120_000,
  );
});
