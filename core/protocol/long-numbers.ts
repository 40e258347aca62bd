/** True of a whole number that was read with other digits than it is written with: as an id it would be another one. */
export const isRounded = (value: unknown, written: string): boolean =>
  Number.isInteger(value) &&
  /^[-+]?\d{16,}$/.test(written) &&
  BigInt(value as number) !== BigInt(written.replace('+', ''));
