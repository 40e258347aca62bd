import { didYouMean } from '#sdk';
import { TemplateError } from '../template/lexer.js';
import { parseStatements } from '../template/parser.js';
import { COMPONENTS } from './components.js';
import { isComponent, type Component, type Lines } from './text.js';
import type { Problem } from './validate.js';

/** Names of a template that hold the slice. */
const SLICES = new Set(['stream_partition', 'stream_slice', 'stream_interval']);
/** What a slice has beside its fields, as the reference gives it, and its methods. */
const OWN = new Set('partition _partition cursor_slice extra_fields parent_slice get items keys values'.split(' '));
/** Fields whose requests are about no slice of the stream, or about one of their own. */
const ELSEWHERE = new Set(['authenticator', 'schema_loader', 'fetch_properties_from_endpoint', 'query_properties']);
/** Who asks whether something is there does not count on it. */
const ASKING = new Set(['choice', 'and', 'or', 'test', 'if', 'for']);

/** Fields of the slice that a text reads for sure, by the name that it calls the slice. */
export function sliceReads(text: string): readonly { readonly slice: string; readonly field: string }[] {
  if (!/stream_(?:partition|slice|interval)/.test(text)) return [];
  const reads: { slice: string; field: string }[] = [];
  const look = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(look);
    if (!isComponent(node)) return;
    const { kind, target } = node;
    if (ASKING.has(String(kind)) || (kind === 'filter' && /^(?:default|d)$/.test(String(node['name'])))) return;
    if ((kind === 'attribute' || kind === 'item') && isComponent(target) && target['kind'] === 'name') {
      const slice = String(target['name']);
      const key = node['key'];
      const field = kind === 'attribute' ? node['name'] : isComponent(key) ? key['value'] : undefined;
      if (SLICES.has(slice) && typeof field === 'string' && !OWN.has(field)) reads.push({ slice, field });
    }
    Object.values(node).forEach(look);
  };
  try {
    look(parseStatements(text));
  } catch (error) {
    // What cannot be read is told as that.
    if (!(error instanceof TemplateError)) throw error;
  }
  return reads;
}

/** Templates of a component that name a slice, in keys too; not those of the parents, whose slices are others. */
export function textsOfSlices(component: unknown): readonly string[] {
  if (typeof component === 'string')
    return /stream_(?:partition|slice|interval)/.test(component) ? (component.match(/\{[{%].*?[%}]\}/gs) ?? []) : [];
  if (typeof component !== 'object' || component === null) return [];
  return Object.entries(component).flatMap(([key, value]) =>
    key === '$parameters' || key === 'partition_router' || ELSEWHERE.has(key)
      ? []
      : [...textsOfSlices(key), ...textsOfSlices(value)],
  );
}

export function noSuchField(
  read: { readonly slice: string; readonly field: string },
  given: ReadonlySet<string>,
): string {
  const has = given.size === 0 ? 'it has no `partition_router` and no cursor' : didYouMean(read.field, [...given]);
  return `no slice of the stream has "${read.field}", so \`${read.slice}\` gives nothing for it; ${has}`;
}

/** Fields that texts read of the slices of their streams, and that no router and no cursor of these gives. */
export function unknownSliceFields(root: Component, lines: Lines): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new WeakSet<object>();

  const streams = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    if (isComponent(node) && node['type'] === 'DeclarativeStream') {
      const given = fieldsOf(node);
      if (given !== undefined) texts(node, path, lines.of(node), given);
    }
    for (const [key, value] of Object.entries(node)) if (key !== '$parameters') streams(value, `${path}.${key}`);
  };

  const texts = (node: unknown, path: string, line: number | undefined, given: ReadonlySet<string>): void => {
    if (typeof node === 'string') {
      for (const read of sliceReads(node))
        if (!given.has(read.field))
          problems.push({ severity: 'warning', line, path, message: noSuchField(read, given) });
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const type = isComponent(node) && typeof node['type'] === 'string' ? node['type'] : undefined;
    // What a replacement sees of a slice, it alone knows.
    if (type?.startsWith('Custom') === true) return;
    const fields = type === undefined || !Object.hasOwn(COMPONENTS, type) ? undefined : COMPONENTS[type]!;
    for (const [key, value] of Object.entries(node)) {
      if (key === '$parameters' || ELSEWHERE.has(key) || (fields !== undefined && !Object.hasOwn(fields, key)))
        continue;
      if (isComponent(value) && String(value['type']).endsWith('Stream')) continue;
      texts(value, `${path}.${key}`, lines.of(node, key) ?? line, given);
    }
  };

  streams(root['streams'], 'manifest.streams');
  return problems;
}

/** What the slices of a stream have; undefined where only a run tells. */
function fieldsOf(stream: Component): ReadonlySet<string> | undefined {
  const { retriever, incremental_sync: cursor } = stream;
  if (!isComponent(retriever) || String(retriever['type']).startsWith('Custom')) return undefined;
  const names: unknown[] = [];
  for (const router of [retriever['partition_router'] ?? []].flat()) {
    const found = fieldsOfRouter(router);
    if (found === undefined) return undefined;
    names.push(...found);
  }
  if (isComponent(cursor)) {
    if (cursor['type'] === 'DatetimeBasedCursor')
      names.push(cursor['partition_field_start'] || 'start_time', cursor['partition_field_end'] || 'end_time');
    else if (cursor['type'] === 'IncrementingCountCursor') names.push('start', 'end');
    else return undefined;
  }
  const texts = names.map(String);
  return texts.some((name) => name.includes('{')) ? undefined : new Set(texts);
}

function fieldsOfRouter(router: unknown): readonly unknown[] | undefined {
  if (!isComponent(router)) return undefined;
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  switch (router['type']) {
    case 'ListPartitionRouter':
      return [router['cursor_field']];
    case 'SubstreamPartitionRouter':
      return list(router['parent_stream_configs']).map((parent) =>
        isComponent(parent) ? parent['partition_field'] : undefined,
      );
    case 'GroupingPartitionRouter':
      return fieldsOfRouter(router['underlying_partition_router']);
    case 'UnionPartitionRouter':
      return [router['partition_field']];
    default:
      return undefined;
  }
}
