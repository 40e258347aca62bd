import { existsSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConnectorError, type DestinationPlugin, type SourcePlugin } from '../sdk/index.js';

export type Plugin = SourcePlugin | DestinationPlugin;

/** Finds plugins by what the configuration says: a built-in name, a path, or the name of an npm package. */
export interface Registry {
  readonly builtIn: readonly Plugin[];
  source(reference: string, baseFolder: string): Promise<SourcePlugin>;
  destination(reference: string, baseFolder: string): Promise<DestinationPlugin>;
  /** Any plugin, for `connectors spec`. */
  plugin(reference: string, baseFolder: string): Promise<Plugin>;
}

export function createRegistry(builtIn: readonly Plugin[]): Registry {
  const loaded = new Map<string, Promise<readonly Plugin[]>>();
  const find = async (reference: string, baseFolder: string, kind?: Plugin['kind']): Promise<Plugin> => {
    const fits = (plugin: Plugin) => kind === undefined || plugin.kind === kind;
    const own = builtIn.find((plugin) => plugin.name === reference && fits(plugin));
    if (own !== undefined) return own;
    const location = locate(reference, baseFolder, builtIn.filter(fits));
    const pending = loaded.get(location) ?? loadPlugins(location, reference);
    loaded.set(location, pending);
    const found = (await pending).find(fits);
    if (found === undefined)
      throw new ConnectorError('config', `"${reference}" exports no ${kind ?? 'plugin'}.`, {
        hint: `Export what \`define${kind === 'destination' ? 'Destination' : 'Source'}\` returns, by any name.`,
      });
    return found;
  };
  return {
    builtIn,
    source: async (reference, baseFolder) => (await find(reference, baseFolder, 'source')) as SourcePlugin,
    destination: async (reference, baseFolder) =>
      (await find(reference, baseFolder, 'destination')) as DestinationPlugin,
    plugin: (reference, baseFolder) => find(reference, baseFolder),
  };
}

function locate(reference: string, baseFolder: string, builtIn: readonly Plugin[]): string {
  if (reference.startsWith('.') || isAbsolute(reference)) {
    const path = resolve(baseFolder, reference);
    if (!existsSync(path))
      throw new ConnectorError('config', `There is no plugin at ${path}.`, {
        hint: 'Paths are taken from the folder of the configuration.',
      });
    return pathToFileURL(path).href;
  }
  try {
    return pathToFileURL(createRequire(resolve(baseFolder, 'package.json')).resolve(reference)).href;
  } catch (cause) {
    throw new ConnectorError('config', `There is no connector "${reference}".`, {
      cause,
      hint: `Built in: ${builtIn.map((plugin) => plugin.name).join(', ')}. Others are given by path (./plugins/x.ts) or as an installed npm package.`,
    });
  }
}

async function loadPlugins(location: string, reference: string): Promise<readonly Plugin[]> {
  resolveOurPackageForPlugins();
  try {
    const module = (await import(location)) as Record<string, unknown>;
    return Object.values(module).filter(isPlugin);
  } catch (cause) {
    throw new ConnectorError('config', `The plugin "${reference}" could not be loaded: ${(cause as Error).message}`, {
      cause,
      hint: 'A TypeScript plugin must be erasable: no decorators, enums or parameter properties.',
    });
  }
}

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return (value.kind === 'source' || value.kind === 'destination') && 'name' in value && 'config' in value;
}

let hooked = false;

/** A plugin in a folder has no `node_modules`: `tributary/…` and `zod` are ours, unless it brings its own. */
function resolveOurPackageForPlugins(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (!/^(tributary\/|zod$|zod\/)/.test(specifier)) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch {
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
