/** What is found within the values of a column. */
export interface NestedValues {
  /** Names from the column on; places in lists are none. */
  readonly path: readonly string[];
  /** The path as it may be shown: a key that may itself tell of a person is `*` there. */
  readonly shown: string;
  readonly values: readonly string[];
}

/** Names that so many records share are theirs; what fewer have may be a key of data, such as somebody's name. */
const SHARED = 3;
const NAME = /^[A-Za-z_][\w -]{0,60}$/;
/** Deeper than any API nests what it tells. */
const DEPTH = 50;

interface Found {
  readonly path: readonly string[];
  readonly values: string[];
  /** Keys that are no names are data, such as addresses of e-mail. */
  readonly keys: string[];
  records: number;
}

/** The texts of a column, and what is nested in its JSON, which files hold as a text. */
export function valuesWithin(
  column: string,
  sample: readonly unknown[],
): { readonly values: readonly string[]; readonly nested: readonly NestedValues[] } {
  const found = new Map<string, Found>();
  const meet = (path: readonly string[], met: Set<Found>): Found => {
    const key = JSON.stringify(path);
    const one = found.get(key) ?? { path, values: [], keys: [], records: 0 };
    found.set(key, one);
    if (!met.has(one)) one.records += 1;
    met.add(one);
    return one;
  };
  const look = (value: unknown, path: readonly string[], met: Set<Found>): void => {
    const here = meet(path, met);
    if (Array.isArray(value)) for (const one of value) look(one, path, met);
    else if (typeof value !== 'object' || value === null) here.values.push(...textOf(value));
    else if (path.length < DEPTH)
      for (const [key, one] of Object.entries(value)) {
        const isName = NAME.test(key);
        const below = [...path, isName ? key : '*'];
        if (!isName) meet(below, met).keys.push(key);
        look(one, below, met);
      }
  };
  for (const value of sample) look(jsonIn(value), [column], new Set());
  const least = Math.min(SHARED, sample.length);
  const isShared = (path: readonly string[]) => (found.get(JSON.stringify(path))?.records ?? 0) >= least;
  const [own, ...nested] = found.values();
  return {
    values: own?.values ?? [],
    nested: nested.flatMap(({ path, values, keys }) => {
      const shown = path.map((name, at) => (isShared(path.slice(0, at + 1)) ? name : '*')).join('.');
      return [
        { path, shown, values },
        { path, shown, values: keys },
      ];
    }),
  };
}

const textOf = (value: unknown): readonly string[] =>
  value === null || value === undefined || value === '' ? [] : [String(value as string)];

function jsonIn(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
