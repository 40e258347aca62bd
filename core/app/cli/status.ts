import type { Command } from 'commander';
import { connectionForms, type ConnectionForm } from '../../api/connection-form.js';
import type { RunRecord } from '../../persistence/index.js';
import { table } from './output.js';
import { brokenIn } from './steps.js';
import { does } from './verb.js';

export function statusVerb(program: Command): void {
  const command = program
    .command('status')
    .description('how each connection stands, why, and what to do')
    .argument('[connection]');
  does(command, async ({ installation, output }, [name]) => {
    const { configuration, store } = await installation();
    if (name !== undefined) configuration.connection(name);
    const [{ runs, holds, schedules, circuits }, { connectionSummaries }, { scheduleStanding }] = await Promise.all([
      store(),
      import('../host-services.js'),
      import('../schedules.js'),
    ]);
    const { settings } = configuration;
    const connections = connectionSummaries(settings).filter((one) => name === undefined || one.name === name);
    const forms = await connectionForms(connections, {
      runs,
      holds: () => holds.list(),
      circuits: () => circuits.list(),
      schedules: () => scheduleStanding(settings, schedules),
    });
    output.data('tributary.status/1', forms, () =>
      [
        table(
          ['connection', 'state', 'last success', 'next slot', 'why'],
          forms.map((form) => [form.name, form.state, form.last_success, form.next_slot, whyOf(form)]),
        ),
        ...forms.flatMap((form) => brokenOf(form).map((text) => `${form.name}: ${text}`)),
        ...forms.filter(({ next_step }) => next_step !== null).map((form) => `${form.name}: ${form.next_step}`),
      ].join('\n'),
    );
  });
}

/** The expectations that its last run broke. */
function brokenOf({ last_run }: ConnectionForm): readonly string[] {
  const { streams = {} } = (last_run ?? {}) as Partial<RunRecord>;
  return Object.entries(streams).flatMap(([stream, { expectations = [] }]) =>
    brokenIn(expectations).map((text) => `${stream}: ${text}`),
  );
}

function whyOf({ paused, action_required, state, last_run }: ConnectionForm): string | undefined {
  if (paused !== null) return `${paused.reason ?? 'no reason given'} (${paused.by}, ${paused.since})`;
  const failed = last_run as { state: string; error?: { kind: string; message: string } } | null;
  const isWell = state === 'on_time' || state === 'late' || state === 'never_run';
  const error =
    (action_required?.error as { kind: string; message: string } | undefined) ?? (isWell ? undefined : failed?.error);
  if (error !== undefined) return `(${error.kind}) ${error.message}`;
  return failed?.state === 'interrupted' && !isWell ? 'the process of its last run ended' : undefined;
}
