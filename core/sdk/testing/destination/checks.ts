import { isConnectorError, type ErrorKind } from '../../errors.js';
import { sortedJson } from './canonical.js';

/** What does not hold, as a person reads it. */
export class Breach extends Error {
  override readonly name = 'Breach';
}

/** Skips the case: it may only be known once it runs that it does not apply. */
export class NotApplicable extends Error {}

const SHOWN = 300;
const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, withBigints) ?? String(value));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text;
};
const withBigints = (_key: string, part: unknown) => (typeof part === 'bigint' ? String(part) : part);

/** Of objects the order of keys does not matter. */
export function mustBe(what: string, found: unknown, expected: unknown): void {
  if (sortedJson(found) === sortedJson(expected)) return;
  throw new Breach(`${what}: ${shown(found)} instead of ${shown(expected)}.`);
}

export function mustHold(condition: boolean, breach: string): asserts condition {
  if (!condition) throw new Breach(breach);
}

/** Two lists of rows in any order. */
export function mustHoldRows(what: string, found: readonly string[], expected: readonly string[]): void {
  const [missing, extra] = [without(expected, found), without(found, expected)];
  if (missing.length + extra.length === 0) return;
  const parts = [
    ...(missing.length === 0 ? [] : [`lacks ${missing.length}, such as ${shown(missing[0])}`]),
    ...(extra.length === 0 ? [] : [`has ${extra.length} too many, such as ${shown(extra[0])}`]),
  ];
  throw new Breach(`${what} ${parts.join(' and ')}.`);
}

function without(from: readonly string[], those: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const row of those) left.set(row, (left.get(row) ?? 0) + 1);
  return from.filter((row) => {
    const count = left.get(row) ?? 0;
    if (count > 0) left.set(row, count - 1);
    return count === 0;
  });
}

/** Fails unless `work` is refused with an error of one of these kinds. */
export async function mustBeRefused(
  what: string,
  kinds: readonly ErrorKind[],
  work: () => Promise<unknown>,
): Promise<void> {
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason ?? new Error('nothing'),
  );
  mustHold(error !== undefined, `${what} is not refused.`);
  if (isConnectorError(error) && kinds.includes(error.kind)) return;
  const kind = isConnectorError(error) ? `\`${error.kind}\`` : 'no error of the SDK';
  throw new Breach(`${what} is refused as ${kind} instead of \`${kinds.join('` or `')}\`: ${messageOf(error)}`);
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
