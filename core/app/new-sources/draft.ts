import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DraftFault, SourceDraft } from '../../api/index.js';
import { configSchema } from '../../plugins/index.js';
import type { SourcePlugin } from '../../sdk/index.js';
import { secretReader } from '../../security/secret-stores/index.js';
import {
  formatPath,
  isSecretPath,
  maskUrls,
  resolveReferences,
  secretPathsOf,
  type Path,
  type PathPattern,
} from '../../settings/index.js';
import type { Configuration } from '../configuration.js';
import { eachText, isReference, referencesIn, refusalOf } from './references.js';

export interface JudgedDraft {
  readonly plugin: SourcePlugin | undefined;
  /** What must be other before it may stand in the file. */
  readonly faults: readonly DraftFault[];
  /** References that cannot be had here: it may stand in the file, and cannot be tried. */
  readonly missing: readonly DraftFault[];
  /** As the plugin takes it, references resolved; undefined where something is wrong or missing. */
  readonly config: Record<string, unknown> | undefined;
  readonly references: readonly string[];
  /** What its references stand for. */
  readonly secrets: readonly string[];
}

/** Holds a draft against its connector and against what may be tried from a page. */
export async function judgeDraft(
  configuration: Configuration,
  { name, connector, config }: SourceDraft,
): Promise<JudgedDraft> {
  const { settings } = configuration;
  const faults: DraftFault[] = [];
  const nothing = { plugin: undefined, faults, missing: [], config: undefined, references: [], secrets: [] };
  if (Object.hasOwn(settings.sources, name))
    faults.push({ path: 'name', message: `the configuration has a source "${name}" already` });
  const plugin = await offeredPlugin(configuration, connector);
  if (plugin === undefined) {
    const message = `"${connector}" is not a connector that a page can try: one that comes with Tributary or that the configuration uses, and that runs no program`;
    faults.push({ path: 'connector', message });
    return nothing;
  }
  const secretPaths = secretPathsOf(configSchema(plugin), []);
  faults.push(...openSecrets(config, secretPaths));
  faults.push(...ofThisMachine(plugin.name, settings.new_sources.folders, config));
  if (faults.some(({ path }) => path.startsWith('config'))) return { ...nothing, plugin };
  const { resolved, missing, references, secrets } = await resolveDraft(configuration, config);
  const parsed = plugin.config.safeParse(resolved);
  const unknown = new Set(missing.map(({ path }) => path));
  for (const issue of parsed.error?.issues ?? []) {
    const path = pathOf(issue.path as Path);
    // What is wrong with a value that cannot be had is not known.
    if (!unknown.has(path)) faults.push({ path, message: saidOf(issue.message) });
  }
  const isWhole = parsed.success && faults.length === 0 && missing.length === 0;
  return { plugin, faults, missing, references, secrets, config: isWhole ? parsed.data : undefined };
}

/** Those that run code of others are left out, unless the file names them already. */
export async function offeredPlugins(configuration: Configuration): Promise<ReadonlyMap<string, SourcePlugin>> {
  const { registry, settings, loaded } = configuration;
  const offered = new Map<string, SourcePlugin>();
  for (const plugin of registry.builtIn) if (plugin.kind === 'source') offered.set(plugin.name, plugin);
  for (const { connector } of Object.values(settings.sources))
    if (!offered.has(connector)) offered.set(connector, await registry.source(connector, loaded.folder));
  for (const [name, plugin] of offered) if (runsPrograms(plugin)) offered.delete(name);
  return offered;
}

/** Whoever fills such a form in could run any program of the machine, whether the file has such a source or not. */
const runsPrograms = (plugin: SourcePlugin): boolean =>
  Object.hasOwn((configSchema(plugin) as { properties?: object }).properties ?? {}, 'command');

const offeredPlugin = async (configuration: Configuration, connector: string) =>
  (await offeredPlugins(configuration)).get(connector);

const saidOf = (message: string): string => (message.endsWith('received undefined') ? 'is needed' : message);

const pathOf = (path: Path): string => formatPath(['config', ...path]);

/** Of a declarative manifest: the secret is where `secrets` says. */
const isOption = (text: string): boolean => /^\{\{ *config\[(['"])[\w.]+\1\] *\}\}$/.test(text);

/** Secrets that stand there themselves. */
function openSecrets(config: unknown, secretPaths: readonly PathPattern[]): readonly DraftFault[] {
  const found: DraftFault[] = [];
  eachText(config, (text, path) => {
    if (isSecretPath(path, referencesIn(text).length > 0, secretPaths)) {
      if (!isReference(text) && !isOption(text))
        found.push({
          path: pathOf(path),
          message: 'is a secret: give where it lies, such as ${env:SOURCE_API_KEY} or ${file:secrets/api_key}',
        });
    } else if (maskUrls(text) !== text)
      found.push({ path: pathOf(path), message: 'holds a password: give the whole text by a reference' });
  });
  return found;
}

/** What a draft would look at or run here beside the folders that it may: a header line tells what a file holds. */
function ofThisMachine(connector: string, folders: readonly string[], config: Tree): readonly DraftFault[] {
  const outside = (value: unknown, path: Path): readonly DraftFault[] => {
    const file = typeof value === 'string' ? value.replace(/^(\.\/)+/, '') : undefined;
    const isInside =
      file === undefined ||
      (!file.split('/').includes('..') && folders.some((folder) => file.startsWith(`${folder.replace(/\/+$/, '')}/`)));
    const message = `must begin with ${folders.map((folder) => `${folder}/`).join(' or ') || '(no folder is allowed)'}, beside the configuration (new_sources.folders)`;
    return isInside ? [] : [{ path: pathOf(path), message }];
  };
  if (connector === 'local' && Array.isArray(config['files']))
    return config['files'].flatMap((file: { path?: unknown } | null, index) =>
      outside(file?.path, ['files', index, 'path']),
    );
  if (connector !== 'rest') return [];
  const byHand = ['modules', 'tokens_file'].filter((key) => config[key] !== undefined);
  return [
    ...outside(config['manifest'], ['manifest']),
    ...byHand.map((key) => ({
      path: pathOf([key]),
      message: 'names programs and files of this machine: it goes into the configuration by hand',
    })),
  ];
}

async function resolveDraft(configuration: Configuration, config: unknown) {
  const { settings, loaded, env } = configuration;
  const missing: DraftFault[] = [];
  const references = new Set<string>();
  const secrets: string[] = [];
  const texts: (readonly [string, Path])[] = [];
  eachText(config, (text, path) => texts.push([text, path]));
  const resolved = structuredClone(config) as Record<string, unknown>;
  for (const [text, path] of texts) {
    const named = referencesIn(text);
    if (!text.includes('${')) continue;
    const refusals = named
      .map((name) => refusalOf(name, settings.new_sources, loaded))
      .filter((why) => why !== undefined);
    const read = refusals.length > 0 ? undefined : await resolveText(text, named, loaded.folder, env);
    const why = refusals.length > 0 ? refusals : (read?.faults ?? []);
    missing.push(...why.map((message) => ({ path: pathOf(path), message })));
    for (const name of named) references.add(name);
    if (read === undefined || why.length > 0) continue;
    secrets.push(read.text);
    const holder = path.slice(0, -1).reduce<unknown>((part, key) => (part as Tree)[key], resolved) as Tree;
    holder[path.at(-1)!] = read.text;
  }
  return { resolved, missing, references: [...references], secrets };
}

type Tree = Record<PropertyKey, unknown>;

async function resolveText(text: string, named: readonly string[], folder: string, env: Configuration['env']) {
  const stores = secretReader(env, folder);
  const stored = new Map<string, string | Error>();
  const files = new Map<string, string | NodeJS.ErrnoException>();
  for (const name of named) {
    const [kind, rest] = [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)];
    const failed = (error: unknown) => error as Error;
    if (kind === 'file') files.set(rest, await readFile(resolve(folder, rest), 'utf8').catch(failed));
    else if (kind !== 'env') stored.set(name, await stores.read(name).catch(failed));
  }
  return resolveReferences(text, {
    env,
    stored,
    readFile(path) {
      const found = files.get(path);
      if (typeof found === 'string') return found;
      throw found ?? new Error('not read');
    },
  });
}
