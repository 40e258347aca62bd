import type { Command } from 'commander';
import { does } from './verb.js';

export function configVerb(program: Command): void {
  const group = program.command('config').description('the configuration');
  const show = group.command('show').description('as it takes effect: with defaults, secrets masked');
  does(show, async (context) => {
    const configuration = await context.configuration();
    const [{ effectiveConfig, renderEffective }, { secretPaths }] = await Promise.all([
      import('../../settings/index.js'),
      import('../configuration.js'),
    ]);
    const pluginConfigs: Record<string, unknown> = {};
    for (const kind of ['source', 'destination'] as const)
      for (const name of Object.keys(configuration.settings[`${kind}s`]))
        pluginConfigs[`${kind}s.${name}.config`] = (await configuration.plugin(kind, name)).config;
    const effective = effectiveConfig(configuration.loaded, await secretPaths(configuration), { pluginConfigs });
    context.output.data('tributary.config/1', effective, () => renderEffective(effective).trimEnd());
  });
}
