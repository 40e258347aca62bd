import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { connectorList } from './built-in.js';
import { configSchema, createRegistry, keysAt, type Plugin, type Registry } from '../plugins/index.js';
import { ConnectorError } from '../sdk/index.js';
import {
  checkSettings,
  effectiveConfig,
  type ForeignIssue,
  formatPath,
  isSecretPath,
  loadSettings,
  secretPathsOf,
  secretReferencesOf,
  secretValuesOf,
  type ConnectionSettings,
  type EffectiveConfig,
  type LoadOptions,
  type LoadedSettings,
  type Path,
  type PathPattern,
  type Settings,
} from '../settings/index.js';
import { secretReader } from '../security/secret-stores/index.js';
import { newerKeys } from './newer-keys.js';
import { createScrubber, type Scrub } from './scrubber.js';

/** A configuration file that is valid, plugins included. */
export interface Configuration {
  readonly loaded: LoadedSettings;
  readonly settings: Settings;
  readonly registry: Registry;
  /** TRIBUTARY_HOME: what the embedded parts keep. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Holds another text of the file against all that the file is held against, but for the `config` of one source. Throws as the loading does. */
  check(text: string, exceptSource: string): Promise<LoadedSettings>;
  /** Takes this configuration's secrets out of a text. */
  readonly scrub: Scrub;
  connection(name: string): ConnectionSettings;
  /** Reads again what the references of a source or destination stand for. True: something has changed. */
  refresh(kind: Plugin['kind'], name: string): Promise<boolean>;
  /**
   * Reads the secrets that a host holds while it runs again (`access`, `alerts`, `report`), and puts what has changed into `settings`, whose
   * users look there each time. Paths of what has changed.
   */
  refreshHost(): Promise<readonly string[]>;
  /** Takes new versions of keys from the file, where it was written anew. Names of those that have one. */
  refreshKeys(): Promise<readonly string[]>;
  /** As it takes effect, with the defaults of plugins, secrets masked. */
  effective(): Promise<EffectiveConfig>;
  /** Names of the references that give the secrets at and below a path, as `env NAME`. */
  secretReferences(below: Path): readonly string[];
  /** The plugin of a configured source or destination, and its configuration with the plugin's defaults. */
  plugin<K extends Plugin['kind']>(kind: K, name: string): Promise<ConfiguredPlugin<K>>;
}

export interface ConfiguredPlugin<K extends Plugin['kind']> {
  readonly plugin: Extract<Plugin, { kind: K }>;
  readonly config: Record<string, unknown>;
}

/** Reads and checks the file with all that it names. Throws one error that tells everything that is wrong. */
export async function loadConfiguration(file: string, env: NodeJS.ProcessEnv): Promise<Configuration> {
  const registry = createRegistry(connectorList);
  const find = (kind: Plugin['kind'], connector: string, folder: string) =>
    kind === 'source' ? registry.source(connector, folder) : registry.destination(connector, folder);
  const baseFolder = resolve(file, '..');
  const readStored = (folder: string) => secretReader(env, folder).read;
  let text = await textOf(file);
  const options: LoadOptions = {
    env,
    readStored,
    async checkPlugin({ kind, connector, config }) {
      const plugin = await find(kind, connector, baseFolder);
      const parsed = plugin.config.safeParse(config);
      const schema = configSchema(plugin);
      return {
        issues: parsed.success ? [] : (parsed.error.issues as readonly ForeignIssue[]),
        knownKeys: (path) => keysAt(schema, path),
      };
    },
  };
  const loaded = await loadSettings(file, options);
  const { settings, folder } = loaded;
  /** What was read since the start, by kind and name. */
  const refreshed = new Map<string, Record<string, unknown>>();
  const configuration: Omit<
    Configuration,
    'scrub' | 'refresh' | 'refreshHost' | 'refreshKeys' | 'effective' | 'secretReferences'
  > = {
    loaded,
    settings,
    registry,
    env,
    home: homeOf(file, env),
    check: (text, exceptSource) =>
      checkSettings(file, text, {
        ...options,
        checkPlugin: async (use) =>
          use.kind === 'source' && use.name === exceptSource ? { issues: [] } : options.checkPlugin!(use),
      }),
    connection(name) {
      return named(settings.connections, name, 'connection');
    },
    async plugin(kind, name) {
      const { connector, config } = named(settings[`${kind}s`], name, kind);
      const plugin = await find(kind, connector, folder);
      return { plugin, config: plugin.config.parse(refreshed.get(`${kind} ${name}`) ?? config) } as ConfiguredPlugin<
        typeof kind
      >;
    },
  };
  const declared = await secretPaths(configuration);
  /** Where `keys` were read last. */
  let keyFile = loaded;
  const secretsIn = (value: unknown, path: Path, from = loaded) =>
    withPaths(secretValuesOf(from, declared, value, path));
  const secrets = new Set(secretsIn(loaded.written, []));
  const spared = new Set(wordsIn(loaded.written));
  let scrubber = createScrubber(secrets, spared);
  /** The old ones may still stand in what is told from now on. */
  const hide = (more: readonly string[]) => {
    for (const secret of more) secrets.add(secret);
    scrubber = createScrubber(secrets, spared);
  };
  return {
    ...configuration,
    scrub: (text) => scrubber(text),
    async refresh(kind, name) {
      const path = [`${kind}s`, name, 'config'];
      if (![...loaded.referenced.values()].some(({ path: at }) => path.every((key, index) => at[index] === key)))
        return false;
      const before = refreshed.get(`${kind} ${name}`) ?? named(settings[`${kind}s`], name, kind).config;
      const now = (await loaded.current(path)) as Record<string, unknown>;
      if (isDeepStrictEqual(now, structuredClone(before))) return false;
      hide(secretsIn(now, path));
      refreshed.set(`${kind} ${name}`, now);
      return true;
    },
    async refreshHost() {
      const changed: string[] = [];
      for (const section of ['access', 'alerts', 'report'] as const) {
        const held = [...loaded.referenced.values()].filter(
          ({ path }) => path[0] === section && isHeld(path, declared),
        );
        if (held.length === 0) continue;
        const now = { [section]: await loaded.current([section]) };
        for (const { path } of held) if (putNewer(settings, now, path)) changed.push(formatPath(path));
        hide(secretsIn(now[section], [section]));
      }
      return changed;
    },
    async refreshKeys() {
      const written = await textOf(file);
      if (written === text) return [];
      const newer = await loadSettings(file, { env, readStored });
      const { changed, ...keys } = newerKeys(settings, newer.settings);
      text = written;
      if (changed.length === 0) return [];
      hide(secretsIn({ keys: newer.written['keys'], former_keys: newer.written['former_keys'] }, [], newer));
      Object.assign(settings, keys);
      keyFile = newer;
      return changed;
    },
    secretReferences: (below) => secretReferencesOf(below[0] === 'keys' ? keyFile : loaded, declared, below),
    async effective() {
      const pluginConfigs: Record<string, unknown> = {};
      for (const kind of ['source', 'destination'] as const)
        for (const name of Object.keys(settings[`${kind}s`]))
          pluginConfigs[`${kind}s.${name}.config`] = (await configuration.plugin(kind, name)).config;
      return effectiveConfig(loaded, declared, { pluginConfigs });
    },
  };
}

const textOf = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);

/** A certificate is no secret, and is changed with its key. */
const isHeld = (path: Path, declared: readonly PathPattern[]) =>
  isSecretPath(path, true, declared) || formatPath(path) === 'access.tls.certificate';

type Tree = Record<PropertyKey, unknown>;

/** Puts the text at a path of `newer` where it stands in `present`. False: it is the same. */
function putNewer(present: object, newer: object, path: Path): boolean {
  const at = (root: object, keys: Path) => keys.reduce<unknown>((part, key) => (part as Tree | undefined)?.[key], root);
  const [holder, value] = [at(present, path.slice(0, -1)) as Tree | undefined, at(newer, path)];
  const key = path.at(-1)!;
  if (typeof value !== 'string' || typeof holder?.[key] !== 'string' || holder[key] === value) return false;
  holder[key] = value;
  return true;
}

/** Every text of the file and each word of it: who is named there, to be told of alerts, is no member. */
function wordsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value, ...value.split(/[\s<>,;]+/)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsIn) : [];
}

/** A server tells the path of an address that it does not know, so that one counts too. */
function withPaths(secrets: ReadonlySet<string>): readonly string[] {
  return [...secrets].flatMap((secret) => (/^https?:/.test(secret) ? [secret, ...pathsOf(secret)] : [secret]));
}

/** Shorter ones stand in the names of files and hold no secret. */
const SHORTEST_PATH = 16;

function pathsOf(address: string): string[] {
  const { pathname, search } = new URL(address);
  return [pathname, `${pathname}${search}`].filter(({ length }) => length >= SHORTEST_PATH);
}

/** Beside the configuration, unless TRIBUTARY_HOME says otherwise. */
export const homeOf = (file: string, env: NodeJS.ProcessEnv): string =>
  resolve(env['TRIBUTARY_HOME'] || resolve(file, '..', '.tributary'));

function named<T>(map: Readonly<Record<string, T>>, name: string, what: string): T {
  const found = Object.hasOwn(map, name) ? map[name] : undefined;
  if (found !== undefined) return found;
  throw new ConnectorError('config', `There is no ${what} "${name}" in the configuration.`, {
    hint: `It has: ${Object.keys(map).join(', ') || 'none'}.`,
  });
}

/** Of channels; the address of a webhook is often all that is needed to write there. */
const ALERT_SECRETS: readonly PathPattern[] = [
  ['smtp', 'password'],
  ['pagerduty', 'routing_key'],
  ['slack', 'url'],
  ['teams', 'url'],
  ['webhook', 'url'],
  ['webhook', 'secret'],
].map((path) => ['alerts', 'channels', '*', ...path]);

/** The paths of the file that hold secrets: by what the plugins declare, and of channels. */
async function secretPaths(configuration: Pick<Configuration, 'settings' | 'plugin'>): Promise<readonly PathPattern[]> {
  const paths: PathPattern[] = [...ALERT_SECRETS];
  for (const kind of ['source', 'destination'] as const)
    for (const name of Object.keys(configuration.settings[`${kind}s`])) {
      const { plugin } = await configuration.plugin(kind, name);
      paths.push(...secretPathsOf(configSchema(plugin), [`${kind}s`, name, 'config']));
    }
  return paths;
}
