import { NOTHING_MEASURED, rateOf } from '../../../report/section/figures.js';
import { largestCampaigns } from '../../../report/section/largest.js';
import type { CampaignFigures } from '../../../report/section/model.js';

const campaign = (id: number, sent: number | null, responded: number | null): CampaignFigures => ({
  ...NOTHING_MEASURED,
  source: 'braze',
  campaign_id: String(id),
  name: `Campaign ${id}`,
  sent,
  responded,
  response_rate: rateOf(responded, sent),
});

test('the other campaigns count late responses to what was sent before, as the total does', () => {
  const large = Array.from({ length: 10 }, (_, id) => campaign(id, 1_000 - id, 10));
  const others = [campaign(10, 200, 10), campaign(11, 0, 6), campaign(12, null, 50), campaign(13, 100, null)];
  expect(largestCampaigns([...large, ...others]).at(-1)).toMatchObject({
    label: '4 other campaigns',
    sent: 300,
    opened: null,
    responded: 66,
    response_rate: { value: 16 / 200, numerator: 16, denominator: 200 },
  });
});
