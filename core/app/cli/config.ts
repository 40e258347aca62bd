import type { Command } from 'commander';
import { table } from './output.js';
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

  const chain = group
    .command('chain')
    .description('what is done with the records of each stream of a connection, in its order')
    .argument('<connection>');
  does(chain, async ({ configuration, output }, [name]) => {
    const loaded = await configuration();
    const [{ streamRules }, { explainChain }] = await Promise.all([
      import('../stream-requests.js'),
      import('../../middleware/index.js'),
    ]);
    const streams = Object.keys(loaded.connection(name as string).streams).map((stream) => ({
      stream,
      steps: explainChain(streamRules(loaded, name as string, stream)),
    }));
    output.data('tributary.chain/1', streams, () =>
      table(
        ['stream', '', 'step', 'otherwise'],
        streams.flatMap(({ stream, steps }) =>
          steps.map(({ step, otherwise }, at) => [at === 0 ? stream : '', at + 1, step, otherwise]),
        ),
      ),
    );
  });
}
