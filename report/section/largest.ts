import { rateOf } from './figures.js';
import type { BarFigures, CampaignFigures, Rate } from './model.js';

/** As many campaigns as a bar chart can show and still be read. */
const SHOWN = 10;

/** The largest campaigns by name, and the rest of them as one. */
export function largestCampaigns(campaigns: readonly CampaignFigures[]): readonly BarFigures[] {
  const shown = campaigns.length === SHOWN + 1 ? campaigns : campaigns.slice(0, SHOWN);
  const rest = campaigns.slice(shown.length);
  const bars = shown.map(({ name, sent, opened, responded, response_rate }) => ({
    label: name,
    sent,
    opened,
    responded,
    response_rate,
  }));
  return rest.length === 0 ? bars : [...bars, together(`${rest.length} other campaigns`, rest)];
}

function together(label: string, campaigns: readonly CampaignFigures[]): BarFigures {
  return {
    label,
    sent: sumOf(campaigns.map(({ sent }) => sent)),
    opened: sumOf(campaigns.map(({ opened }) => opened)),
    responded: sumOf(campaigns.map(({ responded }) => responded)),
    response_rate: pooled(campaigns),
  };
}

/** Of the campaigns that measure both sides, those too that sent nothing in this month and are answered still, as in the total. */
function pooled(campaigns: readonly CampaignFigures[]): Rate | null {
  const both = campaigns.filter(({ sent, responded }) => sent !== null && responded !== null);
  return rateOf(sumOf(both.map(({ responded }) => responded)), sumOf(both.map(({ sent }) => sent)));
}

/** Null only where nothing is measured. */
function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (value === null ? sum : (sum ?? 0) + value), null);
}
