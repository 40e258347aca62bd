import { isComponent, without, type Component } from '../manifest/text.js';
import { stepsOf, valueAlong } from '../records/path.js';
import type { SelectedRecord } from '../records/selector.js';
import { transformation } from '../records/transformation.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { EMPTY_SLICE } from '../run/slice.js';
import { Text } from '../run/text.js';
import { setKey, textOf } from '../template/values.js';

/** The fields that a request asks for, in chunks where an API takes only so many at once. */
export interface QueryProperties {
  /** The query parameter that names them; undefined where templates read them. */
  readonly parameter: string | undefined;
  chunks(): Promise<readonly (readonly string[])[]>;
  /** By what the parts of a record that came in several chunks belong together; undefined where a record stays alone. */
  keyOf(record: SelectedRecord): string | undefined;
  readonly isChunked: boolean;
}

/** Reads the records of a retriever that an API tells its fields by. */
export type ReadAll = (retriever: Component) => AsyncIterable<SelectedRecord>;

/** The component among the parameters of a requester, and the requester without it. */
export function queryPropertiesIn(requester: Component): {
  readonly node: Component | undefined;
  readonly parameter: string | undefined;
  readonly requester: Component;
} {
  const parameters = requester['request_parameters'];
  if (isComponent(parameters))
    for (const [name, value] of Object.entries(parameters))
      if (isComponent(value) && value['type'] === 'QueryProperties') {
        return {
          node: value,
          parameter: name,
          requester: { ...requester, request_parameters: without(parameters, name) },
        };
      }
  const direct = requester['query_properties'];
  if (isComponent(direct)) return { node: direct, parameter: undefined, requester };
  const fetched = requester['fetch_properties_from_endpoint'];
  if (isComponent(fetched))
    return { node: { type: 'QueryProperties', property_list: fetched }, parameter: undefined, requester };
  return { node: undefined, parameter: undefined, requester };
}

export function queryProperties(
  node: Component,
  parameter: string | undefined,
  environment: Environment,
  readAll: ReadAll,
  schema: () => Promise<Component>,
): QueryProperties {
  const always = ((node['always_include_properties'] ?? []) as readonly unknown[]).map(String);
  const chunking = isComponent(node['property_chunking']) ? node['property_chunking'] : undefined;
  const strategy = isComponent(chunking?.['record_merge_strategy']) ? chunking['record_merge_strategy'] : undefined;
  const keys = [strategy?.['key'] ?? 'id'].flat().map(String);
  let listed: Promise<readonly string[]> | undefined;

  const list = async (): Promise<readonly string[]> => {
    const source = node['property_list'];
    if (!isComponent(source)) return ((source ?? []) as readonly unknown[]).map(String);
    const path = (source['property_field_path'] as readonly unknown[]).map((part) =>
      new Text(String(part), aroundOf(source, environment)).text(),
    );
    const names: string[] = [];
    for await (const record of readAll(source['retriever'] as Component))
      names.push(textOf(valueAlong(record, stepsOf(path)) ?? ''));
    return names;
  };
  const wanted = async (): Promise<ReadonlySet<string> | undefined> => {
    const chosen = node['property_selector'];
    if (!isComponent(chosen)) return undefined;
    const properties = (await schema())['properties'];
    const names: Record<string, unknown> = isComponent(properties) ? { ...properties } : {};
    for (const one of (chosen['transformations'] ?? []) as readonly Component[])
      transformation(one, environment)(names, EMPTY_SLICE);
    return new Set(Object.keys(names));
  };

  return {
    parameter,
    isChunked: chunking !== undefined,
    async chunks() {
      listed ??= list();
      const [all, only] = [await listed, await wanted()];
      const names = only === undefined ? all : all.filter((name) => only.has(name));
      if (chunking === undefined) return [[...always, ...names]];
      const limit = Number(chunking['property_limit'] ?? 0);
      if (limit === 0) return [[...all, ...always]];
      const chunks: string[][] = [];
      let chunk = [...always];
      let size = 0;
      for (const name of names) {
        // A name in a query is written with a separator, which is three characters long.
        const length = chunking['property_limit_type'] === 'characters' ? name.length + 3 : 1;
        if (size + length > limit) {
          chunks.push(chunk);
          chunk = [...always];
          size = 0;
        }
        chunk.push(name);
        size += length;
      }
      return [...chunks, chunk];
    },
    keyOf(record) {
      const values = keys.map((key) => record[key]);
      return values.every((value) => value !== undefined && value !== null && value !== '' && value !== 0)
        ? values.map(textOf).join(',')
        : undefined;
    },
  };
}

/** Puts the fields of one part of a record into another; mappings grow together. */
export function mergeRecords(target: SelectedRecord, part: SelectedRecord): void {
  for (const [key, value] of Object.entries(part)) {
    const present = target[key];
    if (isComponent(present) && isComponent(value)) mergeRecords(present, value);
    else setKey(target, key, value);
  }
}
