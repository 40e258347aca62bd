import type { Command } from 'commander';
import type { AlertMessage, ListedIncident } from '../../alerting/index.js';
import { alertForm } from '../../api/alert-form.js';
import { ConnectorError } from '../../sdk/index.js';
import { whoAmI } from '../account.js';
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
    const incidents = await alerts.incidents({ limit, ...(open ? { isOpen: true } : {}) });
    output.data('tributary.alerts/1', incidents.map(alertForm), () =>
      incidents.length === 0
        ? 'no incidents'
        : table(
            [
              'id',
              'severity',
              'alert',
              'connection',
              'stream',
              'since',
              'resolved',
              'acknowledged',
              'runs',
              'what',
              'told',
            ],
            incidents.map((incident) => [
              incident.id.slice(0, 8),
              incident.severity,
              incident.kind,
              incident.connection,
              incident.stream,
              incident.openedAt,
              incident.resolvedAt ?? 'open',
              incident.acknowledged?.by,
              incident.times,
              incident.text.title,
              incident.deliveries.map(({ channel, action, state }) => `${channel} ${action} ${state}`).join(', '),
            ]),
          ),
    );
  });

  const ack = group
    .command('ack')
    .description('says that you have seen an alert: it is not escalated any more')
    .argument('<id>', 'of `alerts list`, its first characters, or the key');
  does(ack, async ({ installation, output }, [text]) => {
    const { alerts } = await (await installation()).store();
    const { id } = openOne(await alerts.find(text as string), text as string);
    await alerts.acknowledge(id, { at: new Date().toISOString(), by: whoAmI() });
    const [alert] = await alerts.find(id);
    output.data(
      'tributary.alert/1',
      alert && alertForm(alert),
      () => `${alert?.text.title}: acknowledged by ${alert?.acknowledged?.by}`,
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

function openOne(found: readonly ListedIncident[], text: string): ListedIncident {
  const hint = 'tributary alerts list --open shows their ids.';
  const [first, second] = found;
  if (first === undefined) throw new ConnectorError('config', `There is no alert "${text}".`, { hint });
  if (second !== undefined) throw new ConnectorError('config', `"${text}" begins the ids of several alerts.`, { hint });
  if (first.resolvedAt !== undefined)
    throw new ConnectorError('config', `Alert "${text}" is over since ${first.resolvedAt}.`, { hint });
  return first;
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
