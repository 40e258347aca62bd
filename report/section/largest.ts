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
    response_rate: pooled(campaigns.map(({ response_rate }) => response_rate)),
  };
}

function pooled(rates: readonly (Rate | null)[]): Rate | null {
  return rateOf(
    sumOf(rates.map((rate) => rate?.numerator ?? null)),
    sumOf(rates.map((rate) => rate?.denominator ?? null)),
  );
}

/** Null only where nothing is measured. */
function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (value === null ? sum : (sum ?? 0) + value), null);
}
