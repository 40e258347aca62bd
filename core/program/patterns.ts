import { RE2JS } from '@bufbuild/re2';

/** A pattern as it judges values. RE2, since what is matched comes from outside: no pattern takes longer than the text is long. */
export interface Pattern {
  matches(text: string): boolean;
  /** The same for bytes: 1 or 0, and -1 where only the text can tell. */
  readonly ofBytes: ((b: Uint8Array, s: number, e: number) => number) | undefined;
}

/** Throws where it is no pattern of RE2. */
export function checkPattern(pattern: string): void {
  RE2JS.compile(pattern);
}

/** The whole text must match. Throws where it is no pattern of RE2. */
export function patternOf(pattern: string): Pattern {
  const compiled = RE2JS.compile(`(?:${pattern})`);
  return { matches: (text) => compiled.matches(text), ofBytes: tableOf(pattern) };
}

/** More states than a column's pattern has; a table of them is 64 KB. */
const MOST_STATES = 256;
const ASCII = 128;
/** `ANCHOR_BOTH` of the library, which does not export it. */
const WHOLE = 2;

/** The pattern's automaton, stepped through once for every state and ASCII character, as one table. */
function tableOf(pattern: string): Pattern['ofBytes'] {
  // The whole text must match anyway.
  const bare = pattern.includes('|') ? pattern : pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
  const { dfa, prog } = RE2JS.compile(`(?:${bare})`).re2();
  const first = dfa.getState([prog.start]);
  if (first === null || first.hasEmptyWidth) return undefined;
  const states = [first];
  const numbers = new Map([[first, 1]]);
  const rows: Uint16Array[] = [];
  for (let at = 0; at < states.length; at += 1) {
    const row = new Uint16Array(ASCII);
    for (let code = 0; code < ASCII; code += 1) {
      const next = dfa.step(states[at] as typeof first, code, WHOLE, 0);
      if (next === null) continue;
      if (next.hasEmptyWidth) return undefined;
      let number = numbers.get(next);
      if (number === undefined) {
        if (states.length === MOST_STATES) return undefined;
        states.push(next);
        numbers.set(next, (number = states.length));
      }
      row[code] = number;
    }
    rows.push(row);
  }
  // State 0 is the one that nothing leaves.
  const table = new Uint16Array((states.length + 1) * ASCII);
  rows.forEach((row, at) => table.set(row, (at + 1) * ASCII));
  const isEnd = Uint8Array.from([0, ...states.map(({ isMatch }) => (isMatch ? 1 : 0))]);
  return (b, s, e) => {
    let state = 1;
    for (let i = s; i < e; i += 1) {
      const code = b[i] as number;
      if (code >= ASCII) return -1;
      state = table[state * ASCII + code] as number;
    }
    return isEnd[state] as number;
  };
}
