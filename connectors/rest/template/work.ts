import { TemplateError } from './lexer.js';

/** Steps that one rendering may take: a turn of a loop, or a filter, is one; what goes through large values takes more. */
const MOST_STEPS = 1_000_000;
/** Work is counted in parts of a step, each some 15 nanoseconds, so that all steps are about a second. */
export const STEP = 64;
/** Levels of lists in lists that are gone through; an interpreter of Python goes no deeper. */
const MOST_NESTED = 1000;

/** A rendering is never interrupted, so there is one count for all. */
const meter = { left: 0, steps: MOST_STEPS, isOn: false };

/** Counts work; too much stops the rendering. What is done outside of a rendering is not counted. */
export function charge(work: number): void {
  meter.left -= work;
  if (meter.left < 0) exhausted();
}

function exhausted(): void {
  meter.left = MOST_STEPS * STEP;
  if (meter.isOn) throw new TemplateError(`a template takes more than ${meter.steps} steps`);
}

/** Begins to count the work of a rendering, unless it is inside of one that is counted; says whether it did. */
export function begin(steps = MOST_STEPS): boolean {
  if (meter.isOn) return false;
  meter.left = steps * STEP;
  meter.steps = steps;
  meter.isOn = true;
  return true;
}

export function end(hasBegun: boolean): void {
  if (hasBegun) meter.isOn = false;
}

/** Counts work that is done outside of a template, with its values. */
export function metered<T>(work: () => T, steps?: number): T {
  const hasBegun = begin(steps);
  try {
    return work();
  } finally {
    end(hasBegun);
  }
}

/** The error of a template in place of one of the engine. */
export function faultOf(error: unknown): unknown {
  if (!(error instanceof RangeError)) return error;
  return new TemplateError(
    /call stack/i.test(error.message) ? 'it is nested too deep' : 'a value of it becomes too large',
  );
}

/** Throws where a value is nested so deep that going through it ends nowhere. */
export function assertDepth(depth: number): void {
  if (depth > MOST_NESTED) throw new TemplateError(`a value is nested more than ${MOST_NESTED} deep`);
}

/** Looks for a part in a text: the engine may compare all of the part at every place. */
export function chargeSearch(text: string, part: string): void {
  if (part.length <= text.length) charge(Math.ceil(((text.length - part.length + 1) * part.length) / 16));
}

/** How the work of a filter, a test, a method or a function grows with the texts and lists that it is given. */
export type Effort = 'flat' | 'quick' | 'thorough' | 'slow';

/** Work for eight characters. */
export const LETTERS: Readonly<Record<Effort, number>> = { flat: 0, quick: 1, thorough: 64, slow: 512 };
const ELEMENT = 16;

/** What going through a value once takes, as far as its size tells it. */
export function workOn(value: unknown, letters: number): number {
  if (typeof value === 'string') return (value.length >> 3) * letters;
  if (typeof value !== 'object') return 0;
  return letters > 0 && Array.isArray(value) ? value.length * ELEMENT : 0;
}

/** What making a value takes: less than going through it, but it has to be kept too. */
export function workToMake(value: unknown): number {
  if (typeof value === 'string') return value.length >> 2;
  return typeof value === 'object' && Array.isArray(value) ? value.length << 2 : 0;
}
