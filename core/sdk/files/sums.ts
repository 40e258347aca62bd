/** A sum of decimals that keeps every digit. */
export interface Sum {
  units: bigint;
  scale: number;
}

export const newSum = (): Sum => ({ units: 0n, scale: 0 });

/** What is no number adds nothing, so that the total tells of it. */
export function addTo(sum: Sum, text: string): void {
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(text);
  const [, sign, whole = '', fraction = ''] = match ?? [];
  if (match === null || whole + fraction === '') return;
  const scale = Math.max(sum.scale, fraction.length);
  const units = BigInt(whole + fraction) * 10n ** BigInt(scale - fraction.length);
  sum.units = sum.units * 10n ** BigInt(scale - sum.scale) + (sign === '-' ? -units : units);
  sum.scale = scale;
}

export function isEqual(a: Sum, b: Sum): boolean {
  return a.units * 10n ** BigInt(b.scale) === b.units * 10n ** BigInt(a.scale);
}

export function textOfSum({ units, scale }: Sum): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const at = digits.length - scale;
  return `${units < 0n ? '-' : ''}${digits.slice(0, at)}${scale === 0 ? '' : `.${digits.slice(at)}`}`;
}
