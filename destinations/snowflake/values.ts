import type { Column } from 'snowflake-sdk';
import { verbatimJson } from '#sdk';
import { parseJson } from '#sdk/http';

/**
 * A value as Postgres's session gives it too: integers as number where that is exact, else as bigint; decimals, days and times
 * as text with all their digits; instants as ISO text; JSON as what it says, with all its digits where it is written again. The driver gives all of them as text.
 */
export function valueReader(column: Column): (value: unknown) => unknown {
  const type = column.getType().toLowerCase();
  if (type === 'fixed')
    return column.getScale() === 0 ? onText(integer) : (value) => (value === null ? null : String(value));
  if (type === 'real') return onText(Number);
  if (INSTANTS.has(type)) return onText(instant);
  if (type === 'timestamp_ntz' || type === 'time') return onText(shortened);
  if (SEMI_STRUCTURED.has(type)) return onText((text) => verbatimJson(strictJson(text)));
  return (value) => value ?? null;
}

/** A value as records carry it: what the other one rounds keeps its digits, and what is no such value stays as it is told. */
export function exactReader(column: Column): (value: unknown) => unknown {
  const type = column.getType().toLowerCase();
  if (INSTANTS.has(type)) return onText(exactInstant);
  if (SEMI_STRUCTURED.has(type)) return onText(exactJson);
  return valueReader(column);
}

const INSTANTS = new Set(['timestamp_tz', 'timestamp_ltz']);
export const SEMI_STRUCTURED: ReadonlySet<string> = new Set(['variant', 'object', 'array', 'map']);

const onText =
  (read: (text: string) => unknown) =>
  (value: unknown): unknown =>
    value === null || value === undefined ? null : read(String(value));

/** Without zeros at the end of the fraction. */
const shortened = (text: string): string =>
  text.replace(/\.(\d*?)0*$/, (_, kept: string) => (kept === '' ? '' : `.${kept}`));

const PARTS = /^(\S+) (\d\d:\d\d:\d\d)(\.\d+)? ([+-]\d\d):?(\d\d)$/;

/** From `2026-03-01 10:00:00.123456 +0200`, as the session's output formats say; milliseconds are kept, as in Postgres's session. */
function instant(text: string): string {
  const [, day, time, fraction = '', hours, minutes] = PARTS.exec(text) ?? [];
  return new Date(`${day}T${time}${fraction}${hours}:${minutes}`).toISOString();
}

function exactInstant(text: string): string {
  const [, day, time, fraction = '', hours, minutes] = PARTS.exec(text) ?? [];
  const seconds = new Date(`${day}T${time}${hours}:${minutes}`);
  return Number.isNaN(seconds.getTime()) ? text : `${seconds.toISOString().slice(0, 19)}${shortened(fraction)}Z`;
}

/** An array has `undefined` where it was given an SQL null. */
const strictJson = (text: string): string =>
  text.includes('undefined')
    ? text.replaceAll(/"(?:[^"\\]|\\.)*"|\bundefined\b/g, (word) => (word === 'undefined' ? 'null' : word))
    : text;

function exactJson(text: string): unknown {
  try {
    return parseJson(strictJson(text));
  } catch {
    // Such as NaN.
    return text;
  }
}

function integer(text: string): number | bigint {
  if (text.length < 16) return Number(text);
  const value = BigInt(text);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value;
}
