import type { PlannedColumn, ValueChange, ValueTest } from '../protocol/index.js';
import { byteTable } from './byte-table.js';
import { reasonOf } from './changes.js';
import { patternOf } from './patterns.js';
import type { StepCounts } from './steps.js';
import type { Broken } from './values.js';

/** What the code of a column needs from the code around it. */
export interface StepPlace {
  readonly column: PlannedColumn;
  readonly counts: StepCounts;
  /** Puts a value beside the code and gives its name. */
  keep(value: unknown): string;
  /** Leaves the row with the fault of that expression. */
  fail(fault: string): string;
  /** What a null does. */
  readonly whenNull: string;
}

/**
 * The changes and tests of a column, done on its bytes: `c` from `f` to `t` is the value; `break fast` leaves it, before
 * anything was counted, to the functions that act on texts, which say the same. Undefined where those must do it all.
 */
export function byteSteps(place: StepPlace): string | undefined {
  const { changes = [], tests = [], seal, sourceType } = place.column;
  if (seal !== undefined || (tests.length > 0 && sourceType !== 'string')) return undefined;
  const counters = changes.map(({ step }) => place.keep(place.counts.of(step)));
  const done = (count: number) =>
    counters
      .slice(0, count)
      .map((counter, at) => `${counter}.count += k${at};`)
      .join(' ');
  const parts = changes.map((change, at) =>
    changeCode(change, `k${at}`, done(at), `{ k${at} = 1; ${done(at + 1)} ${place.whenNull} break steps; }`, place),
  );
  // An empty text is a value only of a string column.
  if (sourceType !== 'string') parts.push(`if (t === f) { ${done(changes.length)} ${place.whenNull} break steps; }`);
  parts.push(done(changes.length), ...tests.map((test) => testCode(test, place)));
  if (parts.includes(undefined)) return undefined;
  const flags = counters.map((_, at) => `k${at} = 0`);
  return `if (!clean && !isPlain(b, s, e)) break fast;
    let ${['c = b', 'f = s', 't = e', ...flags].join(', ')};
    ${parts.join('\n')}`;
}

function changeCode(
  change: ValueChange,
  flag: string,
  before: string,
  toNull: string,
  place: StepPlace,
): string | undefined {
  switch (change.kind) {
    case 'trim':
      return `if (f < t) {
        if (c[f] > 127 || c[t - 1] > 127) break fast;
        if (isBlank(c[f]) || isBlank(c[t - 1])) {
          ${flag} = 1; while (f < t && isBlank(c[f])) f += 1; while (t > f && isBlank(c[t - 1])) t -= 1;
          if (f < t && (c[f] > 127 || c[t - 1] > 127)) break fast;
        } }`;
    case 'number':
      return undefined;
    case 'case': {
      const [first, last] = change.to === 'lower' ? [0x41, 0x5a] : [0x61, 0x7a];
      return `n = cased(c, f, t, ${first}, ${last}); if (n < 0) break fast;
        if (n === 1) { ${flag} = 1; c = CASED; t -= f; f = 0; }`;
    }
    case 'nulls':
      return `if (${place.keep(byteTable([...change.texts]))}.find(c, f, t) >= 0) ${toNull}`;
    case 'lookup': {
      const values = [...change.values.values()];
      if (!values.every((value) => isPlain(Buffer.from(value), 0, Buffer.byteLength(value)))) return undefined;
      const keys = place.keep(byteTable([...change.values.keys()]));
      const found = place.keep(byteTable(values));
      const otherwise =
        change.otherwise === 'keep'
          ? ''
          : change.otherwise === 'null'
            ? toNull
            : `{ ${before} ${place.fail(`'not_in_lookup'`)} }`;
      return `n = ${keys}.find(c, f, t);
        if (n >= 0) { ${flag} = ${place.keep(changed(change.values))}[n]; c = ${found}.bytes; f = ${found}.starts[n]; t = ${found}.ends[n]; }
        ${otherwise === '' ? '' : `else ${otherwise}`}`;
    }
  }
}

/** 1 where a table makes another text of a key. */
const changed = (values: ReadonlyMap<string, string>) =>
  Uint8Array.from([...values].map(([key, value]) => (key === value ? 0 : 1)));

function testCode(test: ValueTest, place: StepPlace): string | undefined {
  const broken: Broken = { reason: reasonOf(test), rule: test.rule, fails: test.severity === 'fail' };
  const act =
    test.severity === 'warn' ? `${place.keep(place.counts.of(test.rule))}.count += 1;` : place.fail(place.keep(broken));
  switch (test.kind) {
    case 'present':
      return '';
    case 'range':
      return undefined;
    case 'set':
      return `if (${place.keep(byteTable([...test.allowed]))}.find(c, f, t) < 0) { ${act} }`;
    case 'pattern': {
      const { ofBytes, matches } = patternOf(test.pattern);
      const byText = `(${place.keep(matches)}(utf8(c, f, t)) ? 1 : 0)`;
      const judge =
        ofBytes === undefined ? `n = ${byText};` : `n = ${place.keep(ofBytes)}(c, f, t); if (n < 0) n = ${byText};`;
      return `${judge} if (n === 0) { ${act} }`;
    }
  }
}

/** ASCII without U+0000. */
export function isPlain(b: Uint8Array, s: number, e: number): boolean {
  for (let i = s; i < e; i += 1) {
    const code = b[i] as number;
    if (code === 0 || code > 0x7f) return false;
  }
  return true;
}

/** The blanks of ASCII that `String.trim` takes away. */
export const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);

/** Holds what `cased` has made. */
export const CASED = Buffer.alloc(1_024);

/**
 * 1 where letters from `first` to `last` became those of the other case, in `CASED`; 0 where there are none, -1 where the text
 * is longer than that or not of ASCII alone.
 */
export function cased(b: Uint8Array, s: number, e: number, first: number, last: number): number {
  if (e - s > CASED.length) return -1;
  let i = s;
  // Most values are as they should be: look before anything is written.
  for (; i < e; i += 1) {
    const code = b[i] as number;
    if (code > 0x7f) return -1;
    if (code >= first && code <= last) break;
  }
  if (i === e) return 0;
  for (let at = s; at < e; at += 1) {
    const code = b[at] as number;
    if (code > 0x7f) return -1;
    CASED[at - s] = code >= first && code <= last ? code ^ 0x20 : code;
  }
  return 1;
}
