import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConnectorError, isConnectorError } from '../sdk/errors.js';
import { crossCheck } from './cross-checks.js';
import { foreignIssues, type ForeignIssue, type KnownKeys } from './foreign-issues.js';
import { SettingsError, formatPath, type Path, type SettingsIssue } from './issues.js';
import { resolveReferences, storedReferencesIn, type ReferenceSources } from './references.js';
import { keysOf, type SettingsClass } from './shape.js';
import { Settings } from './settings.js';
import { validateClass } from './validate.js';
import { readYaml, type ReferencedValue, type YamlDocument } from './yaml-document.js';

/** A valid configuration, and what is needed to speak about its file. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly file: string;
  /** The folder of the file; paths in it are relative to this one. */
  readonly folder: string;
  readonly referenced: ReadonlyMap<string, ReferencedValue>;
  /** The defaults that were taken, by formatted path. */
  readonly defaults: ReadonlyMap<string, unknown>;
  /** The file's own values, references resolved, without defaults. */
  readonly written: Readonly<Record<string, unknown>>;
  /**
   * The value at a path with what its references stand for now: files and stores of secrets are read again. Throws where one
   * cannot be read; the error names the reference.
   */
  current(path: Path): Promise<unknown>;
  positionOf(path: Path, at?: 'key' | 'value'): { readonly line: number; readonly column: number };
  issueAt(path: Path, message: string, at?: 'key' | 'value'): SettingsIssue;
  /**
   * What a plugin found wrong with its `config`, as issues of this file. `base` is the path of that config, `knownKeys` gives the
   * keys that may stand at a path below it, from which a misspelt one is guessed.
   */
  issuesFrom(base: Path, issues: readonly ForeignIssue[], knownKeys?: KnownKeys): readonly SettingsIssue[];
}

export interface ParseOptions extends ReferenceSources {
  /** Path of the file, as it stands before each error. */
  readonly file: string;
  /** Asks a store of secrets. */
  readonly readStored?: ReadStored;
}

type ReadStored = (reference: string) => Promise<string>;

/** A source or destination of the file, for whoever knows its connector. */
export interface PluginUse {
  readonly kind: 'source' | 'destination';
  readonly name: string;
  readonly connector: string;
  readonly config: Readonly<Record<string, unknown>>;
}

interface ReferencesFrom {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks a store of secrets for a reference such as `vault:secret/braze#api_key`; paths are relative to the folder of the file. */
  readonly readStored?: (folder: string) => ReadStored;
}

export interface LoadOptions extends ReferencesFrom {
  /**
   * Lets a plugin check its `config`, so that its errors are told together with all others. Called also where the file has
   * other errors. A `ConnectorError` that it throws is told at `connector`.
   */
  readonly checkPlugin?: (
    use: PluginUse,
  ) => Promise<{ readonly issues: readonly ForeignIssue[]; readonly knownKeys?: KnownKeys }>;
}

/** Reads and checks a configuration file. Throws one `SettingsError` that holds all that is wrong. */
export async function loadSettings(file: string, options: LoadOptions): Promise<LoadedSettings> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConnectorError('config', `${file}: cannot be read (${error.code ?? error.message})`, {
      hint: 'Give another file with --config or TRIBUTARY_CONFIG; `tributary init` writes a first one.',
    });
  });
  return checkSettings(file, text, options);
}

/** The same with this text in place of what the file holds. */
export async function checkSettings(
  file: string,
  text: string,
  { checkPlugin, ...from }: LoadOptions,
): Promise<LoadedSettings> {
  const { loaded, issues } = readSettings(text, await sourcesOf(file, text, from));
  if (checkPlugin !== undefined)
    for (const use of pluginUses(loaded.settings)) {
      const path = [`${use.kind}s`, use.name];
      try {
        const found = await checkPlugin(use);
        issues.push(...loaded.issuesFrom([...path, 'config'], found.issues, found.knownKeys));
      } catch (error) {
        if (!isConnectorError(error)) throw error;
        const hint = error.details.hint === undefined ? '' : ` ${error.details.hint}`;
        issues.push(loaded.issueAt([...path, 'connector'], `${error.message}${hint}`));
      }
    }
  if (issues.length > 0) throw new SettingsError(file, issues);
  return loaded;
}

/**
 * The options in another YAML file than the configuration, references in it resolved as there. Throws as the loading does, with `hint` as
 * the next step.
 */
export async function referencedOptions(
  file: string,
  text: string,
  { hint, ...from }: ReferencesFrom & { readonly hint: string },
): Promise<Readonly<Record<string, unknown>>> {
  const { value, issues, positionOf } = readYaml(text, await sourcesOf(file, text, from));
  const isNone = issues.length === 0 && (typeof (value ?? {}) !== 'object' || Array.isArray(value));
  const none = { ...positionOf([]), path: '', message: 'holds no options; each stands there as `name: value`' };
  const found = isNone ? [none] : issues;
  if (found.length > 0) throw new SettingsError(file, found, { hint });
  return (value ?? {}) as Record<string, unknown>;
}

/** What the references of a file are resolved by; its folder is where their paths begin. */
async function sourcesOf(file: string, text: string, { env, readStored }: ReferencesFrom): Promise<ParseOptions> {
  const folder = dirname(resolve(file));
  const ask = readStored?.(folder);
  return {
    file,
    env,
    readFile: (path) => readFileSync(resolve(folder, path), 'utf8'),
    stored: await readAll(storedReferencesIn(text), ask),
    ...(ask === undefined ? {} : { readStored: ask }),
  };
}

/** The same from a text, without plugins, and without touching the world but through what it is given. */
export function parseSettings(text: string, options: ParseOptions): LoadedSettings {
  const { loaded, issues } = readSettings(text, options);
  if (issues.length > 0) throw new SettingsError(options.file, issues);
  return loaded;
}

function readSettings(text: string, options: ParseOptions): { loaded: LoadedSettings; issues: SettingsIssue[] } {
  const document = readYaml(text, options);
  const issues = [...document.issues];
  if (document.isBroken) throw new SettingsError(options.file, issues);
  const issueAt: LoadedSettings['issueAt'] = (path, message, at) => ({
    ...document.positionOf(path, at),
    path: formatPath(path),
    message,
  });
  const report = (path: Path, message: string, at?: 'key' | 'value') => {
    if (at !== 'key' && document.unresolved.has(formatPath(path))) return;
    const isText = document.referenced.has(formatPath(path)) && /number|true or false/.test(message);
    issues.push(issueAt(path, isText ? `${message}; a reference stands for text` : message, at));
  };
  const defaults = new Map<string, unknown>();
  const settings = validateClass(Settings, document.value, [], {
    report,
    onDefault: (path, value) => noteDefault(defaults, path, value),
  });
  if (settings === undefined) throw new SettingsError(options.file, issues);
  for (const [name, connection] of Object.entries(settings.connections ?? {})) {
    if (connection === undefined || connection.schema !== undefined) continue;
    connection.schema = `raw_${name}`;
    noteDefault(defaults, ['connections', name, 'schema'], connection.schema);
  }
  crossCheck(settings, {
    report,
    hasIssueAt: (path) => issues.some((issue) => issue.path === formatPath(path)),
    isReference: (path) => document.referenced.has(formatPath(path)),
  });
  const loaded: LoadedSettings = {
    settings,
    file: options.file,
    folder: dirname(resolve(options.file)),
    referenced: document.referenced,
    defaults,
    written: document.value as Record<string, unknown>,
    current: (path) => currentValue(document, path, options),
    positionOf: document.positionOf,
    issueAt,
    issuesFrom: (base, found, knownKeys = () => []) =>
      found.flatMap((issue) => foreignIssues(issue, base, knownKeys, document, issueAt)),
  };
  return { loaded, issues };
}

/** What each stands for now, or why it cannot be read. */
async function readAll(
  references: readonly string[],
  ask: ReadStored | undefined,
): Promise<ReadonlyMap<string, string | Error>> {
  const read = async (reference: string) =>
    [reference, await ask!(reference).catch((error: unknown) => error as Error)] as const;
  return new Map(ask === undefined ? [] : await Promise.all(references.map(read)));
}

async function currentValue(document: YamlDocument, below: Path, options: ParseOptions): Promise<unknown> {
  const within = [...document.referenced.values()].filter(({ path }) => below.every((key, at) => path[at] === key));
  const stored = await readAll(
    [...new Set(within.flatMap(({ text }) => storedReferencesIn(text)))],
    options.readStored,
  );
  for (const value of stored.values()) if (value instanceof Error) throw value;
  const root = { value: structuredClone(below.reduce<unknown>((part, key) => (part as Tree)[key], document.value)) };
  for (const { path, text } of within) {
    const resolved = resolveReferences(text, { ...options, stored });
    if (resolved.faults.length > 0)
      throw new ConnectorError('config', `${formatPath(path)}: ${resolved.faults.join('; ')}`);
    const way = ['value', ...path.slice(below.length)];
    const holder = way.slice(0, -1).reduce<unknown>((part, key) => (part as Tree)[key], root) as Tree;
    holder[way.at(-1)!] = resolved.text;
  }
  return root.value;
}

type Tree = Record<PropertyKey, unknown>;

/** Sources and destinations that are whole enough to be checked. */
function pluginUses(settings: Settings): readonly PluginUse[] {
  return (['source', 'destination'] as const).flatMap((kind) =>
    Object.entries(settings[`${kind}s`] ?? {}).flatMap(([name, plugin]) =>
      plugin?.connector === undefined ? [] : [{ kind, name, connector: plugin.connector, config: plugin.config }],
    ),
  );
}

function noteDefault(defaults: Map<string, unknown>, path: Path, value: unknown): void {
  if (value === undefined) return;
  const keys = typeof value === 'object' && value !== null ? keysOf(value.constructor as SettingsClass) : [];
  if (keys.length === 0) defaults.set(formatPath(path), value);
  for (const { name } of keys) noteDefault(defaults, [...path, name], (value as Record<string, unknown>)[name]);
}
