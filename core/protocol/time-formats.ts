/** Printable ASCII, which stands in a format as it is. */
const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The parts of a format of days: `YYYY`, `MM` or `M`, `DD` or `D` and other characters as they stand; undefined where it is none.
 * Without `DD` or `D` it is one of months.
 */
export function partsOfDateFormat(format: string): readonly string[] | undefined {
  const parts: readonly string[] = format.match(/YYYY|MM|DD|M|D|[^]/g) ?? [];
  const where = ['Y', 'M', 'D'].map((letter) => parts.findIndex((part) => part.startsWith(letter)));
  const named = where.filter((at) => at !== -1).length;
  if (!PRINTABLE.test(format) || parts.filter((part) => /^[YMD]/.test(part)).length !== named) return undefined;
  // Without a separator nobody can tell where a day or month of one or two digits ends.
  const ends = parts.every((part, at) => !/^[MD]$/.test(part) || !/^[YMD]/.test(parts[at + 1] ?? ''));
  const isForeign = parts.some((part) => /^[A-Za-z]$/.test(part) && part !== 'M' && part !== 'D');
  return where[0] === -1 || where[1] === -1 || isForeign || !ends ? undefined : parts;
}

/** The tokens of a format of instants: how many digits each takes, and where its value goes. */
export const CLOCK_TOKENS: Readonly<Record<string, readonly [least: number, most: number, slot: number]>> = {
  YYYY: [4, 4, 0],
  MM: [2, 2, 1],
  M: [1, 2, 1],
  DD: [2, 2, 2],
  D: [1, 2, 2],
  HH: [2, 2, 3],
  H: [1, 2, 3],
  hh: [2, 2, 3],
  h: [1, 2, 3],
  mm: [2, 2, 4],
  ss: [2, 2, 5],
  A: [2, 2, 6],
};
export const HALF_SLOT = 6;

/** The parts of a format of instants such as `M/D/YYYY h:mm:ss A`; undefined where it is none. */
export function partsOfInstantFormat(format: string): readonly string[] | undefined {
  const parts: readonly string[] = format.match(/YYYY|MM|DD|HH|hh|mm|ss|[^]/g) ?? [];
  const slots = parts.flatMap((part) => CLOCK_TOKENS[part]?.[2] ?? []);
  const isOnce = new Set(slots).size === slots.length;
  const isWhole = [0, 1, 2, 3, 4].every((slot) => slots.includes(slot));
  const isHalved = parts.some((part) => part === 'h' || part === 'hh');
  // Without a separator nobody can tell where one or two digits end.
  const isClear = parts.every((part, at) => !/^[MDHh]$/.test(part) || CLOCK_TOKENS[parts[at + 1] ?? ''] === undefined);
  return !isClear || !PRINTABLE.test(format) || !isOnce || !isWhole || isHalved !== slots.includes(HALF_SLOT)
    ? undefined
    : parts;
}

/** What a format of a column may be, for whom one is unknown; undefined where this one is known, or its type takes none. */
export function allowedInsteadOf(format: string, type: string): string | undefined {
  if (type === 'date')
    return partsOfDateFormat(format) === undefined
      ? 'a pattern of YYYY, MM or M, and DD or D, such as MM/DD/YYYY (without a day that of months, such as YYYY-MM); none for ISO 8601'
      : undefined;
  if (type !== 'timestamp' && type !== 'timestamptz') return undefined;
  // A column of days that the table has since widened to instants keeps its format.
  const isKnown =
    format === 'epoch_seconds' ||
    format === 'epoch_millis' ||
    (partsOfInstantFormat(format) ?? partsOfDateFormat(format)) !== undefined;
  return isKnown
    ? undefined
    : 'epoch_seconds, epoch_millis, or a pattern such as M/D/YYYY h:mm:ss A; none for ISO 8601';
}
