/** A number as a quotient of whole numbers: what is printed is rounded once, and from the counts themselves. */
export interface Quotient {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** A share as the section has it. */
interface Share {
  readonly numerator: number;
  readonly denominator: number;
}

/** A side that is an amount or a ratio has decimals; then both are told in millionths. */
export function quotientOf({ numerator, denominator }: Share): Quotient {
  const scale = Number.isInteger(numerator) && Number.isInteger(denominator) ? 1 : 1_000_000;
  const whole = (side: number) => BigInt(Math.round(side * scale));
  return { numerator: whole(numerator), denominator: whole(denominator) };
}

export function differenceOf(left: Share, right: Share): Quotient {
  const [one, other] = [quotientOf(left), quotientOf(right)];
  return {
    numerator: one.numerator * other.denominator - other.numerator * one.denominator,
    denominator: one.denominator * other.denominator,
  };
}

/** How a count has changed, as a share of what it was. */
export const changeOf = (now: number, then: number): Quotient =>
  quotientOf({ numerator: now - then, denominator: then });

/** Whole units of the last of so many digits after the point; a half goes away from zero. The denominator is above zero. */
export function rounded({ numerator, denominator }: Quotient, digits: number): bigint {
  const doubled = 2n * numerator * 10n ** BigInt(digits);
  const half = numerator < 0n ? -denominator : denominator;
  return (doubled + half) / (2n * denominator);
}

/** Such units, none below zero, as a decimal number. */
export function decimalText(units: bigint, digits: number): string {
  const text = units.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
