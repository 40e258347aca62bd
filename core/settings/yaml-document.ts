import {
  LineCounter,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Alias,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import { isRounded } from '../protocol/index.js';
import { formatPath, type Path, type PathKey, type SettingsIssue } from './issues.js';
import { resolveReferences, type Reference, type ReferenceSources } from './references.js';

/** The text of a value at a path, that held references, and what they were. */
export interface ReferencedValue {
  readonly path: Path;
  /** As it was written. */
  readonly text: string;
  readonly references: readonly Reference[];
}

/** A YAML file as plain values, and the place of each of them. */
export interface YamlDocument {
  /** References resolved. Maps have no prototype, so that no key can collide with what objects inherit. */
  readonly value: unknown;
  readonly issues: readonly SettingsIssue[];
  /** True where the text is no YAML: its value then means nothing. */
  readonly isBroken: boolean;
  /** Values that held references, by their formatted path. */
  readonly referenced: ReadonlyMap<string, ReferencedValue>;
  /** Values whose references could not be resolved: told already, so nothing more is to be said of them. */
  readonly unresolved: ReadonlySet<string>;
  /** The place of a key, or of its value; where there is none, of the nearest thing around it. */
  positionOf(path: Path, at?: 'key' | 'value'): { readonly line: number; readonly column: number };
  /** The text of an unquoted value, as it was written. */
  plainTextOf(path: Path): string | undefined;
}

/** More than any file needs, and little enough that aliases of aliases cannot eat the memory. */
const MOST_VALUES = 100_000;

export function readYaml(text: string, sources: ReferenceSources): YamlDocument {
  const lines = new LineCounter();
  // Duplicate keys are found below, so that all of them are told and the rest of the file is still checked.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const issues: SettingsIssue[] = [];
  const referenced = new Map<string, ReferencedValue>();
  const unresolved = new Set<string>();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const report = (node: { readonly range?: Node['range'] } | null, path: Path, message: string) =>
    issues.push({ ...place(node?.range?.[0] ?? 0), path: formatPath(path), message });

  for (const fault of [...document.errors, ...document.warnings]) {
    const position = place(fault.pos[0]);
    // What the parser finds in a line after its first fault there mostly follows from that one.
    if (!issues.some(({ line }) => line === position.line))
      issues.push({ ...position, path: '', message: explain(fault.code, fault.message) });
  }
  const isBroken = document.errors.length > 0;

  let count = 0;
  const targets = new Map<Alias, Node | undefined>();
  const value = isBroken ? undefined : convert(document.contents, [], []);
  return {
    value,
    issues,
    isBroken,
    referenced,
    unresolved,
    positionOf: (path, at = 'value') => place(find(document, path, at)),
    plainTextOf(path) {
      const node = document.getIn(path, true);
      return isScalar(node) && node.type === 'PLAIN' ? node.source : undefined;
    },
  };

  function convert(node: unknown, path: Path, within: readonly unknown[]): unknown {
    if (++count > MOST_VALUES) {
      if (count === MOST_VALUES + 1)
        report(node as Node, path, `holds more than ${MOST_VALUES} values with its aliases`);
      return undefined;
    }
    if (isAlias(node)) {
      // To resolve one walks through the whole document, and aliases of aliases come here again and again.
      if (!targets.has(node)) targets.set(node, node.resolve(document));
      const target = targets.get(node);
      if (target === undefined || within.includes(target)) {
        report(node, path, 'is an alias that stands for nothing or contains itself');
        return undefined;
      }
      return convert(target, path, within);
    }
    if (isMap(node)) return convertMap(node.items as Pair<unknown, unknown>[], path, [...within, node]);
    if (isSeq(node)) return node.items.map((item, index) => convert(item, [...path, index], [...within, node]));
    if (!isScalar(node)) return null;
    // A whole number of more digits than are kept stays the text that it was written as: rounded it would be another id.
    if (isRounded(node.value, node.source ?? '')) return node.source;
    if (typeof node.value !== 'string') return node.value;
    const resolution = resolveReferences(node.value, sources);
    for (const fault of resolution.faults) report(node, path, fault);
    if (resolution.faults.length > 0) unresolved.add(formatPath(path));
    if (resolution.references.length > 0)
      referenced.set(formatPath(path), { path, text: node.value, references: resolution.references });
    return resolution.text;
  }

  function convertMap(items: readonly Pair<unknown, unknown>[], path: Path, within: readonly unknown[]): unknown {
    const result: Record<string, unknown> = Object.create(null);
    const firstLines = new Map<string, number>();
    for (const { key, value } of items) {
      if (!isScalar(key)) {
        report(key as Node, path, 'has a key that is a list or a map; keys are text');
        continue;
      }
      const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
      const first = firstLines.get(name);
      if (first !== undefined) {
        report(key, [...path, name], `duplicate key; it stands in line ${first} already`);
        continue;
      }
      firstLines.set(name, place(key.range?.[0] ?? 0).line);
      result[name] = convert(value, [...path, name], within);
    }
    return result;
  }
}

/** Says in our words what the YAML library says in its own. */
function explain(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'tab in the indentation; YAML allows only spaces there';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here; the file holds one';
  // What follows a colon or a percent sign quotes the file, and might be a secret.
  return `no valid YAML: ${message.split(/: | %/)[0]}`;
}

function find(document: Document, path: Path, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const next = stepInto(node, step);
    // A bare text that stands for an object: what is said of a key of that object is said of the text.
    if (next === undefined) return isScalar(node) ? (node.range?.[0] ?? offset) : offset;
    const isLast = index === path.length - 1;
    const valueOffset = (next.value as Node | null)?.range?.[0];
    // Anything that is missing inside is told at the key that should have held it.
    offset = (isLast && at === 'value' ? valueOffset : (next.key ?? valueOffset)) ?? next.key ?? offset;
    node = next.value;
  }
  return offset;
}

function stepInto(node: unknown, step: PathKey): { readonly key?: number; readonly value: unknown } | undefined {
  if (isSeq(node) && typeof step === 'number' && step < node.items.length) return { value: node.items[step] };
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && (key.value === step || key.source === String(step)));
  if (pair === undefined) return undefined;
  const key = (pair.key as Node).range?.[0];
  return key === undefined ? { value: pair.value } : { key, value: pair.value };
}
