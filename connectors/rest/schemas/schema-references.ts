import { isComponent, MOST_DEEP, MOST_NODES, type Component } from '../manifest/text.js';

/** A file of schemas, whole. */
interface Document {
  readonly name: string;
  readonly root: Component;
}

export interface ReferenceOptions {
  /** Reads a file of the shared folder. Throws where it cannot be read. */
  readonly read: (name: string, reference: string) => Promise<Component>;
  /** Makes the error of what a schema must not have. */
  readonly refused: (what: string) => Error;
}

/**
 * A JSON Schema with what it refers to in the place of each `$ref`, as the reference has it: a part of the same file
 * (`#/definitions/x`), a file of the shared folder (`address.json`) or a part of one (`types.json#/definitions/x`). What stands beside
 * a `$ref` is left out. Throws for what is not there, for a circle and for what has no end.
 */
export async function resolvedSchema(root: Component, { read, refused }: ReferenceOptions): Promise<Component> {
  const documents = new Map<string, Promise<Document>>();
  const open = new Set<string>();
  let made = 0;

  const documentOf = (name: string, reference: string): Promise<Document> => {
    const known = documents.get(name) ?? read(name, reference).then((content) => ({ name, root: content }));
    documents.set(name, known);
    return known;
  };

  const evaluate = async (node: unknown, from: Document, depth: number): Promise<unknown> => {
    made += 1;
    if (made > MOST_NODES || depth > MOST_DEEP) throw refused('has references that lead on without end');
    if (Array.isArray(node)) {
      const list: unknown[] = [];
      for (const item of node) list.push(await evaluate(item, from, depth + 1));
      return list;
    }
    if (!isComponent(node)) return node;
    if (typeof node['$ref'] === 'string') return referred(node['$ref'], from, depth);
    const own: [string, unknown][] = [];
    for (const [key, value] of Object.entries(node))
      // What is used of them stands where it is used.
      if (key !== 'definitions' || node !== from.root) own.push([key, await evaluate(value, from, depth + 1)]);
    return Object.fromEntries(own);
  };

  const referred = async (reference: string, from: Document, depth: number): Promise<unknown> => {
    const [file = '', pointer = ''] = reference.split('#');
    const target = file === '' ? from : await documentOf(file, reference);
    const key = `${target.name}#${pointer}`;
    if (open.has(key)) throw refused(`refers in a circle, by "${reference}"`);
    const value = partAt(target.root, pointer);
    if (value === undefined) throw refused(`refers to "${reference}", which is not there`);
    open.add(key);
    const found = await evaluate(value, target, depth + 1);
    open.delete(key);
    return found;
  };

  return (await evaluate(root, { name: '', root }, 0)) as Component;
}

/** What a JSON pointer leads to, such as `/definitions/x`; an empty one to all. */
function partAt(root: Component, pointer: string): unknown {
  const steps = pointer.split('/').filter((step) => step !== '');
  return steps
    .map((step) => decoded(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (part, step) =>
        typeof part === 'object' && part !== null && Object.hasOwn(part, step)
          ? (part as Readonly<Record<string, unknown>>)[step]
          : undefined,
      root,
    );
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
