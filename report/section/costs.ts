import type { CampaignFigures, CostLine, Costs } from './model.js';

/**
 * What campaigns cost and brought, where a fact says so. A quotient covers only the campaigns that measure both of its sides.
 * Null: no cost is known.
 */
export function costsOf(campaigns: readonly CampaignFigures[]): Costs | null {
  const measured = campaigns.filter(({ cost }) => cost !== null);
  if (measured.length === 0) return null;
  return {
    total: lineOf(measured),
    by_campaign: measured
      .map(({ source, campaign_id, name, ...figures }) => ({
        source,
        campaign_id,
        name,
        ...lineOf([{ source, campaign_id, name, ...figures }]),
      }))
      .toSorted((left, right) => Number(right.cost) - Number(left.cost) || left.name.localeCompare(right.name, 'en')),
  };
}

function lineOf(campaigns: readonly CampaignFigures[]): CostLine {
  const withRevenue = campaigns.filter(({ revenue }) => revenue !== null);
  const withResponses = campaigns.filter(({ responded }) => responded !== null);
  const revenue = sumOf(withRevenue.map((one) => one.revenue));
  const responded = withResponses.reduce((sum, one) => sum + one.responded!, 0);
  const spent = sumOf(withRevenue.map((one) => one.cost));
  return {
    cost: textOf(sumOf(campaigns.map((one) => one.cost))),
    revenue: withRevenue.length === 0 ? null : textOf(revenue),
    responded: withResponses.length === 0 ? null : responded,
    cost_per_response: responded > 0 ? quotient(sumOf(withResponses.map((one) => one.cost)), BigInt(responded)) : null,
    return_on_cost: withRevenue.length > 0 && spent > 0n ? Number(revenue - spent) / Number(spent) : null,
  };
}

/** In hundredths, so that no digit is lost. */
const sumOf = (amounts: readonly (string | null)[]): bigint =>
  amounts.reduce((sum, amount) => sum + (amount === null ? 0n : centsOf(amount)), 0n);

function centsOf(amount: string): bigint {
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(amount) ?? [];
  const cents = BigInt(`${whole}${part.padEnd(2, '0').slice(0, 2)}`);
  return sign === '-' ? -cents : cents;
}

/** Rounded to a hundredth, a half away from zero. */
function quotient(cents: bigint, by: bigint): string {
  const doubled = 2n * cents + (cents < 0n ? -by : by);
  return textOf(doubled / (2n * by));
}

function textOf(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
