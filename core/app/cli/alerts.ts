import type { Command } from 'commander';
import type { AlertMessage, ListedIncident } from '../../alerting/index.js';
import { table } from './output.js';
import { wholeNumber } from './runs.js';
import { does } from './verb.js';

export function alertsVerb(program: Command): void {
  const group = program.command('alerts').description('who is told when something goes wrong');

  const list = group
    .command('list')
    .description('open and past incidents, and what became of their messages')
    .option('--open', 'only those that are not over')
    .option('--limit <n>', 'how many', wholeNumber, 20);
  does<{ open?: boolean; limit: number }>(list, async ({ installation, output }, _args, { open = false, limit }) => {
    const { alerts } = await (await installation()).store();
    const incidents = await alerts.incidents({ limit, isOpenOnly: open });
    output.data('tributary.alerts/1', incidents.map(incidentForm), () =>
      incidents.length === 0
        ? 'no incidents'
        : table(
            ['severity', 'alert', 'connection', 'stream', 'since', 'resolved', 'runs', 'what', 'told'],
            incidents.map((incident) => [
              incident.severity,
              incident.kind,
              incident.connection,
              incident.stream,
              incident.openedAt,
              incident.resolvedAt ?? 'open',
              incident.times,
              incident.text.title,
              incident.deliveries.map(({ channel, action, state }) => `${channel} ${action} ${state}`).join(', '),
            ]),
          ),
    );
  });

  const test = group
    .command('test')
    .description('sends a test message and prints what the channel answered')
    .argument('<channel>');
  does(test, async ({ configuration, output, signal }, [name]) => {
    const loaded = await configuration();
    // Mail and HTTP clients are loaded only where they are needed.
    const [{ namedChannel }, { SEND_MS }] = await Promise.all([
      import('../alerting.js'),
      import('../../alerting/index.js'),
    ]);
    const channel = namedChannel(loaded, name as string);
    const at = new Date();
    const deadline = () => AbortSignal.any([signal, AbortSignal.timeout(SEND_MS)]);
    const trigger = testMessage(loaded.settings.project.name, at);
    const answers = [await channel.send(trigger, deadline())];
    // Else an incident of PagerDuty would stay open.
    const resolve = {
      ...trigger,
      action: 'resolve',
      id: `${trigger.id}-resolve`,
      resolvedAt: at.toISOString(),
    } as const;
    answers.push(await channel.send(resolve, deadline()));
    output.data('tributary.alert_test/1', { channel: name, answers }, () => answers.join('\n'));
  });
}

function testMessage(project: string, at: Date): AlertMessage {
  const id = `tributary-test-${at.getTime()}`;
  return {
    action: 'trigger',
    id,
    key: id,
    project,
    kind: 'test',
    severity: 'info',
    text: {
      title: 'This is a test',
      what: 'Somebody asked for a test message. Nothing is wrong.',
      meaning: 'Nothing.',
      next: 'None: this channel works. A second message says that the test is resolved.',
      command: 'tributary alerts list',
    },
    openedAt: at.toISOString(),
  };
}

function incidentForm(incident: ListedIncident) {
  const { key, kind, severity, connection, stream, run, text, openedAt, lastSeenAt, times, resolvedAt } = incident;
  return {
    key,
    kind,
    severity,
    connection,
    stream: stream ?? null,
    run: run ?? null,
    ...text,
    opened_at: openedAt,
    last_seen_at: lastSeenAt,
    times,
    resolved_at: resolvedAt ?? null,
    deliveries: incident.deliveries.map((delivery) => ({ ...delivery, error: delivery.error ?? null })),
  };
}
