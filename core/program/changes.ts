import { numberReader, type ValueChange, type ValueTest } from '../protocol/index.js';
import { patternOf } from './patterns.js';
import type { Reason } from './rejects.js';
import type { StepCounts } from './steps.js';

/** One change after the other: null may come out, or `undefined` where a value has no place in a table. */
export function changing(changes: readonly ValueChange[], counts: StepCounts): (value: unknown) => unknown {
  const acts = changes.map((change) => actOf(change, counts));
  return (given) => {
    let value = given;
    for (const act of acts) {
      value = act(value);
      if (value === null || value === undefined) return value;
    }
    return value;
  };
}

/** Made once, and counted nowhere: for what quarantine shows. */
export const UNCOUNTED: StepCounts = { of: () => ({ count: 0 }), drain: () => ({}) };

function actOf(change: ValueChange, counts: StepCounts): (value: unknown) => unknown {
  const counter = counts.of(change.step);
  const counted = (before: unknown, after: unknown) => {
    if (before !== after) counter.count += 1;
    return after;
  };
  const onText = (act: (text: string) => string) => (value: unknown) =>
    typeof value === 'string' ? counted(value, act(value)) : value;
  switch (change.kind) {
    case 'trim':
      return onText((text) => text.trim());
    case 'number': {
      const read = numberReader(change.format);
      // What is no number there might be one here: 1.5 with a decimal comma.
      return (value) => (typeof value === 'string' ? (read(value) ?? `?${value}`) : value);
    }
    case 'case':
      return onText(change.to === 'lower' ? (text) => text.toLowerCase() : (text) => text.toUpperCase());
    case 'nulls':
      return (value) => counted(value, change.texts.has(plainText(value) ?? '') ? null : value);
    case 'lookup':
      return (value) => {
        const text = plainText(value);
        const found = text === undefined ? undefined : change.values.get(text);
        if (found !== undefined) return counted(value, found);
        if (change.otherwise === 'keep') return value;
        return change.otherwise === 'null' ? counted(value, null) : undefined;
      };
  }
}

/** The text by which a plain value is looked up. */
const plainText = (value: unknown): string | undefined =>
  typeof value === 'object' ? undefined : String(value as string | number | bigint | boolean);

const REASONS = { present: 'not_null', range: 'out_of_range', set: 'not_in_set', pattern: 'no_match' } as const;

export const reasonOf = ({ kind }: ValueTest): Reason => REASONS[kind];

/** What a test says of the text of a value that is there. */
export function passing(test: ValueTest): (text: string) => boolean {
  switch (test.kind) {
    case 'present':
      return () => true;
    case 'range':
      return (text) => Number(text) >= test.min && Number(text) <= test.max;
    case 'set':
      return (text) => test.allowed.has(text);
    case 'pattern': {
      const pattern = patternOf(test.pattern);
      return (text) => pattern.matches(text);
    }
  }
}
