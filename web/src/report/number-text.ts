import type { Figures } from '../api/client';
import { countText } from '../parts/text';

/** A share with the counts it comes from. */
export interface Share {
  readonly numerator: number;
  readonly denominator: number;
}

/** Per cent with so many decimals, rounded once and from the counts, as every form of the report has them. A half goes away from zero. */
function percent(numerator: bigint, denominator: bigint, digits: number): bigint {
  const half = numerator < 0n ? -denominator : denominator;
  return (2n * numerator * 100n * 10n ** BigInt(digits) + half) / (2n * denominator);
}

function decimals(units: bigint, digits: number): string {
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

const signed = (units: bigint, digits: number, unit: string): string =>
  `${units < 0n ? '−' : units > 0n ? '+' : '±'}${decimals(units, digits)} ${unit}`;

export const percentText = ({ numerator, denominator }: Share): string =>
  `${decimals(percent(BigInt(numerator), BigInt(denominator), 2), 2)} %`;

/** How a count has changed; nothing changes in per cent against zero. */
export function changeText(now: number, then: number): string | undefined {
  if (then <= 0) return undefined;
  // An amount has decimals.
  const whole = (value: number) =>
    BigInt(Number.isInteger(now) && Number.isInteger(then) ? value : Math.round(value * 1_000_000));
  return signed(percent(whole(now) - whole(then), whole(then), 1), 1, '%');
}

/** The difference of two shares, in percentage points. */
export function pointsText(now: Share, then: Share): string {
  const [a, b] = [BigInt(now.numerator), BigInt(now.denominator)];
  const [c, d] = [BigInt(then.numerator), BigInt(then.denominator)];
  return signed(percent(a * d - c * b, b * d, 2), 2, 'points');
}

export const NOT_MEASURED = 'not measured';

/** Of a month that is not there, or has not this figure. */
export const NO_FIGURE = 'no figure';

const AMOUNT = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const measured = (value: number | null): string =>
  value === null ? NOT_MEASURED : Number.isInteger(value) ? countText(value) : AMOUNT.format(value);

export const rate = (share: Share | null): string => (share === null ? NOT_MEASURED : percentText(share));

const MONTH = new Intl.DateTimeFormat('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' });

export const monthText = (month: string): string => MONTH.format(new Date(`${month}-01T00:00:00Z`));

const DAY = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });

export const dayText = (day: string): string => DAY.format(new Date(`${day}T00:00:00Z`));

export function addMonths(month: string, count: number): string {
  const date = new Date(`${month}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + count);
  return date.toISOString().slice(0, 7);
}

/** Small counts are hidden, with all that would tell them: that is another thing than not measured. */
export const HIDDEN = 'hidden';

export const isHidden = (figures: Figures, key: string): boolean =>
  (figures as { readonly suppressed?: readonly string[] }).suppressed?.includes(key) === true;

export const isNothing = ({ own = {}, ...figures }: Figures): boolean =>
  [...Object.values(figures), ...Object.values(own)].every(
    (value) => value === null || (Array.isArray(value) && value.length === 0),
  );

/** A difference of shares that somebody else has computed, in percentage points. */
export function signedPoints(value: number): string {
  const text = (Math.abs(value) * 100).toFixed(2);
  return `${value < 0 ? '−' : value > 0 ? '+' : '±'}${text}`;
}
