import { killAndRecover, pointsOf, type Point, type Scenario } from './scenario.js';
import { openSite, type Site } from './site.js';

const FIRST_FILES: Scenario = { connection: 'exports', version: 1 };
const LATER_FILES: Scenario = { connection: 'exports', version: 2 };
const FIRST_WINDOWS: Scenario = { connection: 'events', version: 1 };
const LATER_WINDOWS: Scenario = { connection: 'events', version: 2 };

type Case = readonly [when: string, scenario: Scenario, point: string, nth: number | 'last'];

/** The overwritten table is the last stream of both connections. */
const CASES: readonly Case[] = [
  ['after the fence is raised', LATER_FILES, 'after_fence', 1],
  ['after a fetch from a file', LATER_FILES, 'after_fetch', 2],
  ['after a fetch of a page', LATER_WINDOWS, 'after_fetch', 3],
  ['in mid-COPY of a file', LATER_FILES, 'mid_copy', 2],
  ['in mid-COPY of pages', LATER_WINDOWS, 'mid_copy', 3],
  ['after a file was staged', LATER_FILES, 'after_staging', 2],
  ['after a window was staged', LATER_WINDOWS, 'after_staging', 2],
  ['after the merge', LATER_FILES, 'after_merge', 3],
  ['before the commit of a file', LATER_FILES, 'before_commit', 1],
  ['before the commit of a window', LATER_WINDOWS, 'before_commit', 3],
  ['after the commit of a file and before its reply is handled', LATER_FILES, 'after_commit', 3],
  ['after the commit of a window and before its reply is handled', LATER_WINDOWS, 'after_commit', 3],
  ['after the last bookmark and before the marts', LATER_FILES, 'before_marts', 1],
  ['while marts are built', LATER_FILES, 'marts_building', 1],
  ['before the marts are committed', LATER_WINDOWS, 'marts_before_commit', 1],
  ['after the marts and before the run is recorded', LATER_WINDOWS, 'before_run_recorded', 1],
  ['while a column is widened', LATER_FILES, 'in_schema_change', 1],
  ['while a column is added', LATER_FILES, 'in_schema_change', 2],
  ['in mid-COPY of a first load', FIRST_FILES, 'mid_copy', 1],
  ['before the commit of a first load', FIRST_FILES, 'before_commit', 1],
  ['after the commit of a first load', FIRST_FILES, 'after_commit', 1],
  ['in a first load by windows', FIRST_WINDOWS, 'after_commit', 6],
  ['in mid-COPY of an overwrite', LATER_FILES, 'mid_copy', 'last'],
  ['in an overwrite by key', LATER_FILES, 'after_merge', 'last'],
  ['in an overwrite without key', LATER_WINDOWS, 'after_merge', 'last'],
  ['after the commit of an overwrite', LATER_WINDOWS, 'after_commit', 'last'],
];

describe('the program killed at a point and run again', () => {
  let site: Site;
  const reached = new Map<Scenario, readonly Point[]>();
  beforeAll(async () => {
    site = await openSite();
    for (const scenario of [LATER_FILES, LATER_WINDOWS]) reached.set(scenario, await pointsOf(site, scenario));
  }, 180_000);
  afterAll(() => site?.close());

  it.each(CASES)(
    'loses and doubles nothing when it dies %s',
    async (_when, scenario, point, nth) => {
      const times = reached.get(scenario)?.filter((each) => each.point === point).length;
      expect(await killAndRecover(site, scenario, [{ point, nth: nth === 'last' ? times! : nth }])).toEqual([]);
    },
    120_000,
  );
});
