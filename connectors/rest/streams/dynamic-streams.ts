import { parse } from 'yaml';
import { ConnectorError } from '#sdk';
import { writeJson } from '#sdk/http';
import { componentsOf } from '../manifest/load.js';
import { propagate } from '../manifest/parameters.js';
import { exact, isComponent, Lines, type Component } from '../manifest/text.js';
import { replaceAlong, setAlong } from '../records/change.js';
import { stepsOf, valueAlong } from '../records/path.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { EMPTY_SLICE, sliceContext, type StreamSlice } from '../run/slice.js';
import { Condition, Text } from '../run/text.js';
import type { LiteralType } from '../template/template.js';
import { isTrue } from '../template/values.js';
import { readPages, type StreamSettings } from './declarative-stream.js';

/** The streams that one template makes, one for each set of values that its resolver finds. */
export async function dynamicStreams(node: Component, settings: StreamSettings): Promise<readonly Component[]> {
  const { environment } = settings;
  const resolver = node['components_resolver'] as Component;
  const template = node['stream_template'] as Component;
  const mappings = componentsOf(resolver['components_mapping']).map((mapping) => mappingOf(mapping, environment));
  // Values of an API are put in as they are, those that a person wrote are read as YAML, as the reference does.
  const readsYaml = resolver['type'] !== 'HttpComponentsResolver';
  const streams: Component[] = [];
  for await (const { values, slice } of valuesOf(resolver, settings)) {
    const made = structuredClone(template);
    const context = { components_values: values, stream_template_config: template, ...sliceContext(slice) };
    for (const mapping of mappings) mapping(made, context, readsYaml);
    const isParentFirst = node['use_parent_parameters'] !== false;
    streams.push(propagate({ type: 'DeclarativeStream', ...made }, '', {}, new Lines(), isParentFirst));
  }
  return streams;
}

type Mapping = (target: Component, context: Record<string, unknown>, readsYaml: boolean) => void;

function mappingOf(node: Component, environment: Environment): Mapping {
  const around = aroundOf(node, environment);
  const path = (node['field_path'] as readonly unknown[]).map((part) => new Text(String(part), around));
  const value = new Text(typeof node['value'] === 'string' ? node['value'] : writeJson(node['value']), around);
  const types = typeof node['value_type'] === 'string' ? [node['value_type'] as LiteralType] : undefined;
  const condition =
    typeof node['condition'] === 'string' && node['condition'] !== ''
      ? new Condition(node['condition'], around)
      : undefined;
  return (target, context, readsYaml) => {
    if (condition?.holds(context) === false) return;
    const found = value.value(context, types);
    const made = readsYaml && typeof found === 'string' && node['value_type'] !== 'string' ? yamlValue(found) : found;
    const steps = stepsOf(path.map((part) => part.text(context)));
    const changed = replaceAlong(target, steps, made);
    if (changed === 0 && node['create_or_update'] === true && isTrue(made)) setAlong(target, steps, made);
  };
}

function yamlValue(text: string): unknown {
  try {
    return exact(parse(text, { version: '1.1', maxAliasCount: 0 }), text.trim());
  } catch {
    return text;
  }
}

interface Found {
  readonly values: unknown;
  /** What an API was asked of when it told them. */
  readonly slice: StreamSlice;
}

const unsliced = (values: unknown): Found => ({ values, slice: EMPTY_SLICE });

async function* valuesOf(resolver: Component, settings: StreamSettings): AsyncIterable<Found> {
  const { environment } = settings;
  switch (resolver['type']) {
    case 'HttpComponentsResolver': {
      const retriever = resolver['retriever'] as Component;
      const pages = readPages(
        isComponent(retriever['requester'])
          ? { ...retriever, requester: { ...retriever['requester'], use_cache: true } }
          : retriever,
        settings,
      );
      for await (const { records, slice } of pages) yield* records.map((values) => ({ values, slice }));
      return;
    }
    case 'ParametrizedComponentsResolver':
      yield* ((resolver['stream_parameters'] as Component)['list_of_parameters_for_stream'] as readonly unknown[]).map(
        unsliced,
      );
      return;
    case 'ConfigComponentsResolver': {
      const lists = componentsOf(resolver['stream_config']).map((config) => {
        const around = aroundOf(config, environment);
        const path = stepsOf(
          (config['configs_pointer'] as readonly unknown[]).map((part) => new Text(String(part), around).text()),
        );
        const found = valueAlong(environment.config, path) ?? [];
        return [
          ...(Array.isArray(found) ? found : [found]),
          ...((config['default_values'] ?? []) as readonly unknown[]),
        ];
      });
      yield* combinations(lists).map(unsliced);
      return;
    }
    default:
      throw new ConnectorError('internal', `There is no resolver "${String(resolver['type'])}"`);
  }
}

/** Each element of the first list with each of the next, and so on, put together. */
function combinations(lists: readonly (readonly unknown[])[]): readonly Component[] {
  return lists.reduce<Component[]>(
    (made, list, index) =>
      made.flatMap((one) =>
        list.map((item: unknown, at) =>
          isComponent(item) ? { ...one, ...item } : { ...one, [`source_config_${index}`]: [at, item] },
        ),
      ),
    [{}],
  );
}
