import type { Command } from 'commander';
import { ConnectorError } from '../../sdk/index.js';
import { whoAmI } from '../account.js';
import { isInstant } from './days.js';
import { does } from './verb.js';

export function pauseVerb(program: Command): void {
  const pause = program
    .command('pause')
    .description('lets the schedule of a connection rest; what runs goes on, and what a person asks for is run')
    .argument('<connection>')
    .option('--reason <text>', 'why, for those who look at its state')
    .option('--until <time>', 'an instant like 2026-03-01T06:00:00Z at which it goes on by itself');
  does<{ reason?: string; until?: string }>(pause, async ({ installation, output }, [name], { reason, until }) => {
    const { configuration, store } = await installation();
    configuration.connection(name as string);
    if (until !== undefined) refuseUnlessAhead(until);
    const { holds } = await store();
    await holds.pause(name as string, {
      by: whoAmI(),
      ...(reason === undefined ? {} : { reason }),
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    });
    const { since, by } = (await holds.list())[name as string]?.paused ?? refusePassed(until);
    output.data(
      'tributary.pause/1',
      { connection: name, since, by, reason: reason ?? null, until: until ?? null },
      () => `${name} is paused ${until === undefined ? `until \`tributary resume ${name}\`` : `until ${until}`}`,
    );
  });

  const resume = program
    .command('resume')
    .description('lets the schedule of a connection go on, also after a fault for which a person was needed')
    .argument('<connection>');
  does(resume, async ({ installation, output }, [name]) => {
    const { configuration, store } = await installation();
    configuration.connection(name as string);
    const { holds } = await store();
    const before = (await holds.list())[name as string] ?? {};
    await holds.resume(name as string);
    const ended = [
      ...(before.paused === undefined ? [] : ['paused']),
      ...(before.actionRequired === undefined ? [] : ['action_required']),
    ];
    output.data('tributary.resume/1', { connection: name, ended }, () =>
      ended.length === 0
        ? `${name} was not held: nothing to resume`
        : `${name} goes on (it was ${ended.join(' and ')})`,
    );
  });
}

/** The store's clock is ahead of ours. */
function refusePassed(until: string | undefined): never {
  throw new ConnectorError('config', `The pause until ${until} is over already, by the clock of the store.`, {
    hint: 'Give a later --until, and look at the clock of this machine.',
  });
}

function refuseUnlessAhead(until: string): void {
  if (!isInstant(until))
    throw new ConnectorError('config', `"${until}" is no instant with a zone.`, {
      hint: 'Write it like 2026-03-01T06:00:00Z or 2026-03-01T00:00:00-06:00.',
    });
  if (Date.parse(until) <= Date.now())
    throw new ConnectorError('config', `${until} is over already.`, { hint: 'Give an instant in the future.' });
}
