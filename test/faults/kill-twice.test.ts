import { killAndRecover, type Scenario } from './scenario.js';
import { openSite, type Site } from './site.js';

/** What every run of a connection passes, whatever was done before it, in its order. */
const ALWAYS = [
  'after_fence',
  'after_fetch',
  'mid_copy',
  'after_staging',
  'after_merge',
  'before_commit',
  'after_commit',
  'before_marts',
  'before_run_recorded',
];

/**
 * Each point once as the first death and once as the second, the two being far from each other or close by turns; of files and of
 * windows by turns.
 */
const PAIRS = ALWAYS.map((first, index) => [first, ALWAYS[(index * 4 + 2) % ALWAYS.length]!] as const);

/** What is only passed while there is something of its kind to do: it is still to be done in the recovery. */
const AGAIN = [
  ['in_schema_change', 'in_schema_change'],
  ['marts_building', 'marts_building'],
  ['before_marts', 'marts_before_commit'],
  ['after_commit', 'in_schema_change'],
] as const;

const FILES: Scenario = { connection: 'exports', version: 2 };
const FIRST_FILES: Scenario = { connection: 'exports', version: 1 };
const WINDOWS: Scenario = { connection: 'events', version: 2 };

const CASES = [
  ...[...PAIRS.filter((_, index) => index % 2 === 0), ...AGAIN].map((pair) => [...pair, FILES] as const),
  ...PAIRS.filter((_, index) => index % 2 === 1).map(([first, second]) => [second, first, WINDOWS] as const),
  ...(
    [
      ['mid_copy', 'mid_copy'],
      ['before_commit', 'after_commit'],
      ['after_commit', 'after_staging'],
    ] as const
  ).map((pair) => [...pair, FIRST_FILES] as const),
];

describe('the program killed, and killed again while it recovers', () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  }, 180_000);
  afterAll(() => site?.close());

  it.each(CASES)(
    'loses and doubles nothing when it dies at %s, then at %s (%j)',
    async (first, second, scenario) => {
      expect(
        await killAndRecover(site, scenario, [
          { point: first, nth: 1 },
          { point: second, nth: 1 },
        ]),
      ).toEqual([]);
    },
    180_000,
  );

  it('loses and doubles nothing when it dies at every point, one run after the other', async () => {
    expect(
      await killAndRecover(
        site,
        FILES,
        ALWAYS.map((point) => ({ point, nth: 1 })),
      ),
    ).toEqual([]);
  }, 300_000);
});
