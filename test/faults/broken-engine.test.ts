import { killAndRecover, type Point, type Scenario } from './scenario.js';
import { openSite, type Site } from './site.js';
import { outliveTakeover } from './takeover.js';

const FILES: Scenario = { connection: 'exports', version: 2 };
const WINDOWS: Scenario = { connection: 'events', version: 2 };

/** What the checks must say of a broken engine; the same as they say nothing of the real one. */
const KILLED: readonly (readonly [mutation: string, scenario: Scenario, at: Point, complaint: RegExp])[] = [
  ['bookmark_outside_the_transaction', FILES, { point: 'before_commit', nth: 2 }, /raw_exports\.engagement lacks/],
  ['bookmark_outside_the_transaction', WINDOWS, { point: 'before_commit', nth: 3 }, /raw_events\.clicks lacks/],
  ['bookmark_before_the_merge', FILES, { point: 'after_merge', nth: 2 }, /raw_exports\.engagement lacks/],
  ['bookmark_after_the_commit', WINDOWS, { point: 'before_commit', nth: 3 }, /raw_events\.clicks has/],
  ['marks_not_written', FILES, { point: 'before_commit', nth: 3 }, /report\.campaign_daily has/],
  ['lookback_not_taken_off', WINDOWS, { point: 'after_fence', nth: 1 }, /raw_events\.daily lacks/],
  ['start_of_window_left_out', WINDOWS, { point: 'after_fence', nth: 1 }, /raw_events\.clicks lacks/],
];

describe('the checks of the kill test', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 180_000);
  afterAll(() => site?.close());

  it.each(KILLED)(
    'turn red over %s (%j)',
    async (mutation, scenario, at, complaint) => {
      const found = await killAndRecover(site, scenario, [at], { mutations: [mutation] });
      expect(found).toContainEqual(expect.stringMatching(complaint));
    },
    120_000,
  );

  it('turn red over a fence that is not checked', async () => {
    const { zombie, found } = await outliveTakeover(site, { point: 'after_fence', nth: 1 }, ['fence_not_checked']);
    expect(zombie.code).not.toBe(8);
    expect(found).toContainEqual(expect.stringMatching(/raw_exports\.engagement lacks/));
  }, 120_000);

  it('do not run with a mistake whose place is gone', async () => {
    const warehouse = await site.warehouse(0);
    const end = await warehouse.sync('exports', 1, { mutations: ['place_that_is_gone'] });
    expect(end.code).not.toBe(0);
    expect(end.stderr).toMatch(/its place in .* is gone/);
    await warehouse.close();
  });
});
