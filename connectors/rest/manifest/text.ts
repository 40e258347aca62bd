import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Tags } from 'yaml';
import { ConnectorError, isRounded } from '#sdk';

export type Component = Record<string, unknown>;

export const isComponent = (value: unknown): value is Component =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A copy without some of its keys, such as the parameters that travel into whatever looks like a component. */
export function without(node: Component, ...names: readonly string[]): Component {
  const made = { ...node };
  for (const name of names) delete made[name];
  return made;
}

/** Lines of what a file says: of each mapping, and of each of its keys. What is made out of others keeps their lines. */
export class Lines {
  readonly #keys = new WeakMap<object, ReadonlyMap<string, number>>();
  readonly #own = new WeakMap<object, number>();

  set(target: object, own: number, keys: ReadonlyMap<string, number> = new Map()): void {
    this.#own.set(target, own);
    this.#keys.set(target, keys);
  }

  /** Of a key, or of the mapping itself; undefined for what no file says. */
  of(target: object, key?: string): number | undefined {
    return key === undefined ? this.#own.get(target) : this.#keys.get(target)?.get(key);
  }

  /** `made` takes the place of the others; where two name a key, the line of the later one holds. */
  inherit(made: object, ...from: readonly object[]): void {
    const keys = new Map<string, number>();
    let own: number | undefined;
    for (const one of from) {
      own = this.#own.get(one) ?? own;
      for (const [key, line] of this.#keys.get(one) ?? []) keys.set(key, line);
    }
    if (own !== undefined) this.set(made, own, keys);
  }
}

/** The line of a place, or of the nearest one around it. */
export function lineOf(path: readonly string[], root: Component, lines: Lines): number | undefined {
  let at: unknown = root;
  let line = lines.of(root);
  for (const key of path) {
    if (typeof at !== 'object' || at === null) break;
    line = lines.of(at, key) ?? line;
    at = (at as Component)[key];
  }
  return line;
}

/** A whole number of more digits than are kept stays the text that it was written as: rounded it would be another id. */
export const exact = (value: unknown, source = ''): unknown => (isRounded(value, source) ? source : value);

export interface ParsedText {
  readonly root: Component;
  readonly lines: Lines;
}

/** What is a number to the reference: `137e025` is the id of something, `08` a month, `01:30` a time of day and `.` a separator. */
const NUMBERS: Readonly<Record<string, RegExp>> = {
  int: /^[-+]?(?:0|[1-9][\d_]*)$/,
  'int TIME': /^[-+]?[1-9][\d_]*(?::[0-5]?\d)+$/,
  float: /^(?:[-+]?\d[\d_]*\.[\d_]*|\.\d[\d_]*)$/,
  'float EXP': /^(?:[-+]?\d[\d_]*\.[\d_]*|\.\d[\d_]*)[eE][-+]\d+$/,
};

function asReferenceReads(tag: Tags[number]): Tags[number] {
  if (typeof tag === 'string' || tag.collection !== undefined || tag.test?.test('.inf') === true) return tag;
  const test = NUMBERS[`${tag.tag.split(':').at(-1)} ${tag.format ?? ''}`.trim()];
  return test === undefined ? tag : { ...tag, test };
}

/**
 * Reads a manifest, with its lines. It is YAML 1.1, as the reference reads it (`yes` is true), but for dates, which stay texts.
 * Throws `config` with the place of what is no YAML.
 */
export function parseText(text: string, name: string): ParsedText {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    merge: true,
    lineCounter: counter,
    uniqueKeys: true,
    prettyErrors: false,
    customTags: (tags) => [
      ...tags.filter((tag) => typeof tag === 'string' || !/:(timestamp|bool)$/.test(tag.tag)).map(asReferenceReads),
      // As the reference reads them: `yes` and `on` are words for true, `y` and `n` are texts.
      {
        tag: 'tag:yaml.org,2002:bool',
        default: true,
        test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
        resolve: (text: string) => /^(yes|true|on)$/i.test(text),
      },
    ],
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = counter.linePos(error.pos[0]);
    // What the parser says where its stack ends.
    if (error.code === 'RESOURCE_EXHAUSTION') throw tooDeep(name, line, col);
    throw new UnreadableManifest({ name, line, column: col }, `${error.message}.`, 'Correct the YAML.');
  }
  const lines = new Lines();
  let made = 0;
  const placeOf = (node: Node) => counter.linePos(node.range?.[0] ?? 0);
  const lineOf = (node: Node): number => placeOf(node).line;
  const plain = (node: unknown, depth: number): unknown => {
    made += 1;
    if (made > MOST_NODES) throw tooLarge(name);
    if (depth > MOST_DEEP) {
      const { line, col } = placeOf(node as Node);
      throw tooDeep(name, line, col);
    }
    if (isAlias(node)) return plain(node.resolve(document), depth + 1);
    if (isScalar(node)) return node.value === undefined ? null : exact(node.value, node.source);
    if (isSeq(node)) {
      const list = node.items.map((item) => plain(item, depth + 1));
      lines.set(list, lineOf(node), new Map(node.items.map((item, at) => [String(at), lineOf(item as Node)])));
      return list;
    }
    if (!isMap(node)) return null;
    const mapping: Component = {};
    const keys = new Map<string, number>();
    for (const { key, value } of node.items) {
      const word = String(isScalar(key) ? key.value : key);
      if (word === '<<' && (isAlias(value) || isMap(value))) {
        const merged = plain(value, depth + 1);
        if (isComponent(merged))
          for (const [inner, part] of Object.entries(merged)) if (!Object.hasOwn(mapping, inner)) mapping[inner] = part;
        continue;
      }
      Object.defineProperty(mapping, word, {
        value: plain(value, depth + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
      keys.set(word, lineOf(key as Node));
    }
    lines.set(mapping, lineOf(node), keys);
    return mapping;
  };
  const root = plain(document.contents, 0);
  if (!isComponent(root))
    throw new UnreadableManifest({ name, line: 1, column: 1 }, 'a manifest is a mapping.', 'Begin with `version:`.');
  return { root, lines };
}

/** The largest public manifests have some 100,000 nodes once their references are resolved. */
export const MOST_NODES = 1_000_000;
export const MOST_DEEP = 100;

/** A text that is no manifest at all, with its place apart from what is wrong, for whoever tells places otherwise. */
export class UnreadableManifest extends ConnectorError {
  readonly line: number;
  readonly column: number;
  /** Without its place, and with what to do. */
  readonly fault: string;

  constructor(
    place: { readonly name: string; readonly line: number; readonly column: number },
    fault: string,
    hint: string,
  ) {
    super('config', `${place.name}:${place.line}:${place.column}: ${fault}`, { hint });
    this.line = place.line;
    this.column = place.column;
    this.fault = `${fault} ${hint}`;
  }
}

export const tooLarge = (name: string) =>
  new UnreadableManifest(
    { name, line: 1, column: 1 },
    `it is larger than any manifest (${MOST_NODES} nodes).`,
    'Look for references that lead to each other.',
  );

export const tooDeep = (name: string, line: number, column: number) =>
  new UnreadableManifest(
    { name, line, column },
    `it is nested more than ${MOST_DEEP} levels deep.`,
    'Look for brackets that are not closed, or references that lead to each other.',
  );
