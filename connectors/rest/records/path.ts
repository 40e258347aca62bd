import { isComponent } from '../manifest/text.js';

/** Steps of a path, a text with slashes too. */
export const stepsOf = (path: string | readonly unknown[]): readonly string[] =>
  typeof path === 'string' ? path.split('/').filter((step) => step !== '') : path.map(String);

function step(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return /^-?\d+$/.test(name) ? value.at(Number(name)) : undefined;
  return isComponent(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The value at a path of names and positions; undefined where a step is missing. */
export function valueAlong(value: unknown, path: readonly string[]): unknown {
  return path.reduce(step, value);
}

/** All values that a path with `*` (any name) and `**` (any depth) leads to, in the order in which they stand. */
export function valuesAlong(value: unknown, path: readonly string[]): readonly unknown[] {
  const [head, ...rest] = path;
  if (head === undefined) return [value];
  if (head === '**') {
    const here = valuesAlong(value, rest);
    return [...here, ...partsOf(value).flatMap((part) => valuesAlong(part, path))];
  }
  if (head === '*') return partsOf(value).flatMap((part) => valuesAlong(part, rest));
  const found = isPattern(head) && isComponent(value) ? matching(value, head) : [step(value, head)];
  return found.filter((part) => part !== undefined).flatMap((part) => valuesAlong(part, rest));
}

const partsOf = (value: unknown): readonly unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];

export const isPattern = (name: string): boolean => /[*?[\]]/.test(name);

function matching(value: Record<string, unknown>, glob: string): readonly unknown[] {
  const matches = globMatcher(glob);
  return Object.entries(value)
    .filter(([key]) => matches(key))
    .map(([, part]) => part);
}

/** `*` for any text, `?` for one character; linear in the length of both. */
export function globMatcher(glob: string): (text: string) => boolean {
  return (text) => {
    let [at, from, star, mark] = [0, 0, -1, 0];
    while (at < text.length) {
      if (from < glob.length && (glob[from] === '?' || glob[from] === text[at])) {
        at += 1;
        from += 1;
      } else if (glob[from] === '*') {
        star = from++;
        mark = at;
      } else if (star >= 0) {
        from = star + 1;
        at = ++mark;
      } else return false;
    }
    while (glob[from] === '*') from += 1;
    return from === glob.length;
  };
}
