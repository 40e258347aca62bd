import { Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import { formatPath, type Path, type PathKey } from './issues.js';
import type { LoadedSettings } from './load.js';
import type { Reference } from './references.js';
import { isSecretPath, maskUrls, type PathPattern } from './secrets.js';

/** The configuration as it takes effect: defaults filled in, secrets masked. */
export interface EffectiveConfig {
  readonly values: Readonly<Record<string, unknown>>;
  /** Formatted paths of the values that are defaults, not written in the file. */
  readonly defaults: readonly string[];
}

export interface EffectiveOptions {
  /** The configuration of a plugin with its own defaults, by the path of its `config` (`sources.braze.config`). */
  readonly pluginConfigs?: Readonly<Record<string, unknown>>;
}

/** What `config show` shows. `secretPaths` are those that the plugins declare as secret. */
export function effectiveConfig(
  loaded: LoadedSettings,
  secretPaths: readonly PathPattern[],
  { pluginConfigs = {} }: EffectiveOptions = {},
): EffectiveConfig {
  const defaults = new Set(loaded.defaults.keys());
  const values = structuredClone(loaded.written) as Record<string, unknown>;
  for (const [path, value] of loaded.defaults) setAt(values, path.split(/\.|\[|\]\.?/).filter(Boolean), value);
  for (const [at, config] of Object.entries(pluginConfigs)) merge(values, at.split('.'), config);
  return { values: mask(values, []) as Record<string, unknown>, defaults: [...defaults] };

  function merge(target: unknown, path: Path, config: unknown): void {
    if (typeof config !== 'object' || config === null || Array.isArray(config)) {
      if (readAt(values, path) !== undefined || config === undefined) return;
      setAt(target, path, config);
      defaults.add(formatPath(path));
      return;
    }
    if (readAt(values, path) === undefined) setAt(target, path, {});
    for (const [key, value] of Object.entries(config)) merge(target, [...path, key], value);
  }

  function mask(value: unknown, path: Path): unknown {
    if (Array.isArray(value)) return value.map((entry, index) => mask(entry, [...path, index]));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mask(entry, [...path, key])]));
    const references = loaded.referenced.get(formatPath(path))?.references;
    if (value !== null && value !== undefined && isSecretPath(path, references !== undefined, secretPaths))
      return references === undefined ? '***(written in the file)' : `***(${references.map(describe).join(', ')})`;
    return typeof value === 'string' ? maskUrls(value) : value;
  }
}

/** The paths that a plugin's configuration, given as JSON Schema, declares secret, below `base`. */
export function secretPathsOf(schema: unknown, base: Path): readonly PathPattern[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const node = schema as Record<string, unknown>;
  const own = node['secret'] === true ? [base] : [];
  const properties = Object.entries((node['properties'] ?? {}) as Record<string, unknown>);
  const branches = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => (node[key] as unknown[] | undefined) ?? []);
  return [
    ...own,
    ...properties.flatMap(([key, inner]) => secretPathsOf(inner, [...base, key])),
    ...[node['items'], node['additionalProperties']].flatMap((inner) => secretPathsOf(inner, [...base, '*'])),
    ...branches.flatMap((inner) => secretPathsOf(inner, base)),
  ];
}

/** As YAML, each default marked by a comment. */
export function renderEffective(effective: EffectiveConfig): string {
  const document = new Document(effective.values, { aliasDuplicateObjects: false });
  const isDefault = new Set(effective.defaults);
  const walk = (node: unknown, path: Path): void => {
    if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      const inner = [...path, String(isScalar(key) ? key.value : key)];
      if (isDefault.has(formatPath(inner)) && value !== null) {
        if (isMap(value) || isSeq(value)) value.flow = true;
        (value as Node).comment = ' default';
      } else walk(value, inner);
    }
  };
  walk(document.contents, []);
  return document.toString({ lineWidth: 0 });
}

function describe({ kind, name, state }: Reference): string {
  return `${kind} ${name}, ${state === 'default' ? 'not set, default taken' : state}`;
}

function readAt(values: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<PathKey, unknown> | undefined)?.[key], values);
}

function setAt(values: unknown, path: Path, value: unknown): void {
  let node = values as Record<PathKey, unknown>;
  for (const key of path.slice(0, -1)) node = (node[key] ??= {}) as Record<PathKey, unknown>;
  const last = path.at(-1);
  if (last !== undefined) node[last] = structuredClone(value);
}
