import { experimentsOf } from '../../../report/section/experiments.js';
import { costsOf } from '../../../report/section/costs.js';
import type { CampaignFigures, Experiment } from '../../../report/section/model.js';
import { NOTHING_MEASURED } from '../../../report/section/figures.js';
import type { SqlSession } from '../../../core/sdk/index.js';

/** Variant, whether it is the control group, members, responded, channel. */
type Arm = readonly [string, boolean, number, number, string?];

const experiment = async (...given: Parameters<typeof experiments>): Promise<Experiment> =>
  (await experiments(...given))[0]!;

/** The rows as the marts answer them. */
async function experiments(
  arms: readonly Arm[],
  shares?: Readonly<Record<string, number>>,
  isOver = true,
): Promise<readonly Experiment[]> {
  const rows = arms.map(([variant_id, is_control, targeted, responded, channel = 'email']) => ({
    source: 's',
    campaign_id: 'c',
    name: 'C',
    variant_id,
    variant_name: variant_id,
    is_control,
    targeted,
    sent: is_control ? 0 : targeted,
    responded,
    channel,
  }));
  const sql = { query: async () => rows } as unknown as SqlSession;
  const definitions = shares === undefined ? [] : [{ campaign_id: 'c', shares }];
  return experimentsOf(sql, '2026-03', { isOver, definitions });
}

test('each channel of a campaign is a test of its own, beside the control group of them all', async () => {
  const found = await experiments([
    ['none', true, 1_000, 20, ''],
    ['email 1', false, 20_000, 4210, 'email'],
    ['push 1', false, 3_000, 100, 'push'],
    ['email 2', false, 20_000, 4466, 'email'],
    ['push 2', false, 3_000, 102, 'push'],
    ['sms', false, 700, 9, 'sms'],
  ]);
  expect(found.map(({ channel, arms }) => [channel, arms.map(({ variant_id }) => variant_id)])).toEqual([
    ['email', ['none', 'email 1', 'email 2']],
    ['push', ['none', 'push 1', 'push 2']],
    ['sms', ['none', 'sms']],
  ]);
  // In equal parts within the channel, and less often a difference by chance than among ten comparisons.
  expect(found.map(({ sample_ratio, comparisons }) => [sample_ratio?.is_off, comparisons.length])).toEqual([
    [false, 3],
    [false, 3],
    [undefined, 1],
  ]);
});

test('variants that are each sent in several channels are one test', async () => {
  const found = await experiments([
    ['A', false, 20_000, 4210, 'email'],
    ['A', false, 20_000, 4210, 'push'],
    ['B', false, 20_000, 4466, 'push'],
  ]);
  expect(found.map(({ channel }) => channel)).toEqual(['']);
});

test('two arms are compared by difference, interval and p, and what they could have shown is told', async () => {
  const { comparisons, verdict, sample_ratio, unit } = await experiment([
    ['A', false, 20_000, 4210],
    ['B', false, 20_000, 4466],
  ]);
  expect([unit, verdict, sample_ratio]).toMatchObject([
    'targeted',
    'difference',
    { is_given: false, is_off: false, p_value: 1 },
  ]);
  const [one] = comparisons;
  expect(one).toMatchObject({ variant_id: 'B', base_variant_id: 'A', test: 'z' });
  expect(one!.difference.low).toBeCloseTo(0.00472242, 8);
  expect(one!.difference.high).toBeCloseTo(0.02087574, 8);
  expect(one!.p_value).toBeCloseTo(0.00189774, 8);
  expect(one!.detectable).toBeCloseTo(2.801585 * Math.sqrt((2 * 0.2169 * 0.7831) / 20_000), 8);
  const same = await experiment([
    ['A', false, 1000, 45],
    ['B', false, 1010, 62],
  ]);
  expect(same.verdict).toBe('no_difference');
});

test('where members were not shared out as meant nothing is compared', async () => {
  const off = await experiment([
    ['A', false, 52_000, 4210],
    ['B', false, 48_000, 4466],
  ]);
  expect(off).toMatchObject({ verdict: 'sample_ratio_off', comparisons: [], sample_ratio: { is_off: true } });
  const given = await experiment(
    [
      ['A', false, 52_000, 4210],
      ['B', false, 48_000, 4466],
    ],
    { A: 0.52, B: 0.48 },
  );
  expect(given).toMatchObject({ verdict: 'difference', sample_ratio: { is_given: true, is_off: false } });
  // How large a control group is to be is not known unless it is given.
  const control = await experiment([
    ['A', false, 9000, 900],
    ['none', true, 1000, 95],
  ]);
  expect(control).toMatchObject({ verdict: 'no_difference', sample_ratio: null, arms: [{ variant_id: 'none' }, {}] });
});

test('few members decide nothing, nor does a look before the end', async () => {
  const few = await experiment([
    ['A', false, 40, 3],
    ['B', false, 42, 9],
  ]);
  expect(few).toMatchObject({ verdict: 'too_small', comparisons: [{ test: 'z' }] });
  const rare = await experiment([
    ['A', false, 500, 0],
    ['B', false, 500, 4],
  ]);
  expect(rare).toMatchObject({ verdict: 'too_small', comparisons: [{ test: 'fisher' }] });
  const running = await experiment(
    [
      ['A', false, 20_000, 4210],
      ['B', false, 20_000, 4466],
    ],
    undefined,
    false,
  );
  expect(running.verdict).toBe('running');
});

test('what campaigns cost is set against what they brought, of those that measure both', () => {
  const campaign = (
    name: string,
    cost: string | null,
    revenue: string | null,
    responded: number | null,
  ): CampaignFigures => ({
    ...NOTHING_MEASURED,
    source: 's',
    campaign_id: name,
    name,
    cost,
    revenue,
    responded,
  });
  const costs = costsOf([
    campaign('A', '100.10', '250.25', 7),
    campaign('B', '50.00', null, null),
    campaign('C', null, '9999.00', 12),
    campaign('D', '0.00', null, 0),
  ])!;
  expect(costs.total).toEqual({
    cost: '150.10',
    revenue: '250.25',
    responded: 7,
    cost_per_response: '14.30',
    return_on_cost: 1.5,
  });
  expect(
    costs.by_campaign.map(({ name, cost_per_response, return_on_cost }) => [name, cost_per_response, return_on_cost]),
  ).toEqual([
    ['A', '14.30', 1.5],
    ['B', null, null],
    ['D', null, null],
  ]);
  expect(costsOf([campaign('C', null, '1.00', 1)])).toBeNull();
});
