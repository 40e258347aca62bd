import { ConnectorError, type DestinationPlugin, type SourcePlugin } from '../sdk/index.js';
import { loadModule } from './load-module.js';
import { locate } from './locate.js';
import { looksLikePlugin, pluginFault, type Plugin } from './plugin-form.js';

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
    const location = locate(
      reference,
      baseFolder,
      builtIn.filter(fits).map((plugin) => plugin.name),
    );
    const pending = loaded.get(location) ?? pluginsOf(location, reference);
    loaded.set(location, pending);
    const found = (await pending).filter(fits);
    const [first] = found;
    const define = kind === 'destination' ? 'defineDestination' : 'defineSource';
    if (first === undefined)
      throw new ConnectorError('config', `"${reference}" exports no ${kind ?? 'plugin'}.`, {
        hint: `Export what \`${define}\` returns, by any name.`,
      });
    if (found.length > 1)
      throw new ConnectorError('config', `"${reference}" exports ${found.length} plugins of one kind.`, {
        hint: `Export one of them per file: ${found.map(({ name }) => name).join(', ')}.`,
      });
    checkPlugin(first, reference, builtIn);
    return first;
  };
  return {
    builtIn,
    source: async (reference, baseFolder) => (await find(reference, baseFolder, 'source')) as SourcePlugin,
    destination: async (reference, baseFolder) =>
      (await find(reference, baseFolder, 'destination')) as DestinationPlugin,
    plugin: (reference, baseFolder) => find(reference, baseFolder),
  };
}

async function pluginsOf(location: string, reference: string): Promise<readonly Plugin[]> {
  const module = await loadModule(location, reference);
  // One plugin may be exported twice, by its name and as the default.
  return [...new Set(Object.values(module))].filter(looksLikePlugin);
}

function checkPlugin(plugin: Plugin, reference: string, builtIn: readonly Plugin[]): void {
  const fault = pluginFault(plugin);
  if (fault !== undefined)
    throw new ConnectorError('config', `The plugin "${reference}" cannot be used: ${fault.message}`, {
      hint: fault.hint,
    });
  // Lists, metrics and errors name a connector by its name alone.
  if (builtIn.some(({ name, kind }) => name === plugin.name && kind === plugin.kind))
    throw new ConnectorError(
      'config',
      `The plugin "${reference}" calls itself "${plugin.name}", as a built-in ${plugin.kind} does.`,
      { hint: 'Give it another `name`.' },
    );
}
