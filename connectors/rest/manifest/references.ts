import { isComponent, MOST_DEEP, MOST_NODES, tooDeep, tooLarge, type Component, type ParsedText } from './text.js';

/** Values of the configuration, in which nothing is a reference. */
const CONFIG_VALUES = new Set(['config_overrides']);

export interface Unresolved {
  readonly reference: string;
  readonly line: number | undefined;
  readonly why: 'missing' | 'circle';
}

/**
 * Puts what is referred to in the place of references: `$ref: "#/definitions/x"`, whose other keys win over those of what is
 * referred to, and texts that begin with `#/`. A key that holds a slash is found too, the longest one first.
 */
export function resolveReferences(
  { root, lines }: ParsedText,
  name: string,
): { root: Component; unresolved: readonly Unresolved[] } {
  const unresolved: Unresolved[] = [];
  const known = new Map<string, { readonly value: unknown; readonly size: number }>();
  const open = new Set<string>();
  let made = 0;

  const lookUp = (reference: string, line: number | undefined, depth: number): unknown => {
    const before = known.get(reference);
    if (before !== undefined) {
      // It counts as often as it is used: whoever walks the manifest walks it each time.
      made += before.size;
      return before.value;
    }
    if (open.has(reference)) {
      unresolved.push({ reference, line, why: 'circle' });
      return null;
    }
    const found = read(root, reference.slice(2));
    if (found === undefined) {
      unresolved.push({ reference, line, why: 'missing' });
      return null;
    }
    open.add(reference);
    const start = made;
    const value = evaluate(found.value, found.line, depth + 1);
    open.delete(reference);
    known.set(reference, { value, size: made - start });
    return value;
  };

  const evaluate = (node: unknown, line: number | undefined, depth: number): unknown => {
    made += 1;
    if (made > MOST_NODES) throw tooLarge(name);
    if (depth > MOST_DEEP) throw tooDeep(name, line ?? 1, 1);
    if (typeof node === 'string') return node.startsWith('#/') ? lookUp(node, line, depth) : node;
    if (Array.isArray(node)) {
      const list = node.map((item, at) => evaluate(item, lines.of(node, String(at)), depth + 1));
      lines.inherit(list, node);
      return list;
    }
    if (!isComponent(node)) return node;
    const own: Component = {};
    for (const [key, value] of Object.entries(node))
      if (key !== '$ref') own[key] = CONFIG_VALUES.has(key) ? value : evaluate(value, lines.of(node, key), depth + 1);
    lines.inherit(own, node);
    if (!Object.hasOwn(node, '$ref')) return own;
    const reference = node['$ref'];
    const target = evaluate(reference, lines.of(node, '$ref'), depth + 1);
    if (!isComponent(target)) return target;
    const merged = { ...target, ...own };
    lines.inherit(merged, target, own);
    return merged;
  };

  const read = (
    start: unknown,
    path: string,
  ): { readonly value: unknown; readonly line: number | undefined } | undefined => {
    if (Array.isArray(start)) {
      const [head = '', ...rest] = path.split('/');
      const item: unknown = start[Number(head)];
      if (item === undefined) return undefined;
      return rest.length === 0 ? { value: item, line: lines.of(start, head) } : read(item, rest.join('/'));
    }
    if (!isComponent(start)) return undefined;
    // The longest key first: one of them may hold a slash.
    const parts = path.split('/');
    for (let length = parts.length; length > 0; length -= 1) {
      const key = parts.slice(0, length).join('/');
      if (!Object.hasOwn(start, key)) continue;
      if (length === parts.length) return { value: start[key], line: lines.of(start, key) };
      const node =
        typeof start[key] === 'string' && start[key].startsWith('#/')
          ? read(root, start[key].slice(2))?.value
          : start[key];
      const found = read(node, parts.slice(length).join('/'));
      if (found !== undefined) return found;
    }
    // A step on the way may be a reference itself.
    const further = start['$ref'];
    if (typeof further === 'string' && further.startsWith('#/')) return read(root, `${further.slice(2)}/${path}`);
    return undefined;
  };

  const resolved = evaluate(root, 1, 0) as Component;
  return { root: resolved, unresolved };
}
