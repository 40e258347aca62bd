import type { Command } from 'commander';
import { does } from './verb.js';

export function configVerb(program: Command): void {
  const group = program.command('config').description('the configuration');
  const show = group.command('show').description('as it takes effect: with defaults, secrets masked');
  does(show, async (context) => {
    const configuration = await context.configuration();
    const { renderEffective } = await import('../../settings/index.js');
    const effective = await configuration.effective();
    context.output.data('tributary.config/1', effective, () => renderEffective(effective).trimEnd());
  });
}
