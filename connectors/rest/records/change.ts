import { isComponent } from '../manifest/text.js';
import { setKey } from '../template/values.js';
import { globMatcher, isPattern } from './path.js';

/** Sets the value at a path, making the mappings on the way; a value that is no mapping there is replaced by one. */
export function setAlong(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at: Record<string, unknown> | unknown[] = target;
  path.forEach((name, index) => {
    const isLast = index === path.length - 1;
    if (Array.isArray(at)) {
      const place = Number(name);
      if (!Number.isInteger(place) || place < 0 || place > at.length) return;
      if (isLast) at[place] = value;
      else {
        if (typeof at[place] !== 'object' || at[place] === null) at[place] = {};
        at = at[place] as Record<string, unknown>;
      }
      return;
    }
    if (isLast) setKey(at, name, value);
    else {
      const next = Object.hasOwn(at, name) ? at[name] : undefined;
      if (typeof next !== 'object' || next === null) setKey(at, name, {});
      at = at[name] as Record<string, unknown>;
    }
  });
}

/** Sets the values that are there at a path, which may hold patterns; tells how many there were. */
export function replaceAlong(target: unknown, path: readonly string[], value: unknown): number {
  const [head, ...rest] = path;
  if (head === undefined || typeof target !== 'object' || target === null) return 0;
  let changed = 0;
  for (const key of keysOf(target, head)) {
    if (rest.length > 0) changed += replaceAlong((target as Record<string, unknown>)[key], rest, value);
    else {
      setKey(target as Record<string, unknown>, key, value);
      changed += 1;
    }
  }
  return changed;
}

function keysOf(target: object, name: string): readonly string[] {
  if (isPattern(name)) return Object.keys(target).filter(globMatcher(name));
  if (Array.isArray(target))
    return /^-?\d+$/.test(name) && target.at(Number(name)) !== undefined
      ? [String(Number(name) < 0 ? target.length + Number(name) : Number(name))]
      : [];
  return Object.hasOwn(target, name) ? [name] : [];
}

/** Takes out what a path leads to, which may hold `*` and `**`; `where` says for which values. */
export function removeAlong(
  target: unknown,
  path: readonly string[],
  where: (value: unknown) => boolean = () => true,
): void {
  const [head, ...rest] = path;
  if (head === undefined || typeof target !== 'object' || target === null) return;
  if (head === '**') {
    for (const part of Object.values(target)) removeAlong(part, path, where);
    if (rest.length > 0) removeAlong(target, rest, where);
    else for (const key of Object.keys(target)) remove(target, key, where);
    return;
  }
  const keys = keysOf(target, head);
  if (rest.length > 0) for (const key of keys) removeAlong((target as Record<string, unknown>)[key], rest, where);
  // From the end, so that places in a list stay what they are.
  else for (const key of keys.toReversed()) remove(target, key, where);
}

function remove(target: object, key: string, where: (value: unknown) => boolean): void {
  if (!where((target as Record<string, unknown>)[key])) return;
  if (Array.isArray(target)) target.splice(Number(key), 1);
  else delete (target as Record<string, unknown>)[key];
}

/** A copy without what a path leads to. */
export function without(record: Record<string, unknown>, path: readonly string[]): Record<string, unknown> {
  const copy = structuredClone(record);
  removeAlong(copy, path, Array.isArray);
  return copy;
}

/** Renames all keys, those of mappings inside too; in their order. */
export function renameKeys(record: Record<string, unknown>, rename: (key: string) => string): void {
  const renamed = withKeys(record, rename);
  for (const key of Object.keys(record)) delete record[key];
  for (const [key, value] of Object.entries(renamed)) setKey(record, key, value);
}

function withKeys(record: Record<string, unknown>, rename: (key: string) => string): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record))
    setKey(made, rename(key), isComponent(value) ? withKeys(value, rename) : value);
  return made;
}
