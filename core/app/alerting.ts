import { hostname } from 'node:os';
import {
  createDispatcher,
  emailChannel,
  pagerDutyChannel,
  slackChannel,
  teamsChannel,
  webhookChannel,
  type AlertRule,
  type Channel,
  type ConnectionFacts,
} from '../alerting/index.js';
import { ConnectorError, toConnectorError } from '../sdk/index.js';
import { durationMs, errorBudgetOf, type AlertsSettings, type ChannelSettings } from '../settings/index.js';
import type { Configuration } from './configuration.js';
import { channelPolicies } from './channel-policies.js';
import type { Installation } from './installation.js';
import { standingNow } from './standing.js';
import { feedsMarts } from './marts.js';
import { restatedNow } from './releases.js';
import { scrubError, type Scrub } from './scrubber.js';

/** How often what ended is looked for, whichever process ran it. */
const EVERY_MS = 5_000;
const HALF = '50%';
const TWO_DAYS = '2d';

/** The messenger of a host. */
export interface Alerting {
  /** Ends once what is being sent is out. */
  close(): Promise<void>;
}

/** Starts to tell what the rules say; nothing where the configuration has none. `note` gets what could not be told. */
export async function startAlerting(installation: Installation, note: (text: string) => void): Promise<Alerting> {
  const { configuration } = installation;
  const { alerts, project } = configuration.settings;
  if (alerts === undefined) return { close: async () => undefined };
  const store = await installation.store();
  const closing = new AbortController();
  const dispatcher = createDispatcher({
    store: store.alerts,
    project: project.name,
    rules: alerts.rules.map(ruleOf),
    channels: Object.fromEntries(
      Object.keys(alerts.channels).map((name): [string, Channel] => [
        name,
        // Made for each message: its secrets may be others by then.
        { send: (message, signal) => namedChannel(configuration, name).send(message, signal) },
      ]),
    ),
    policies: channelPolicies(configuration.settings),
    factsOf: (connection) => factsOf(configuration, connection),
    host: hostname(),
    standing: (kinds, now) =>
      standingNow(
        {
          settings: configuration.settings,
          home: configuration.home,
          store,
          restated: (at) => restatedNow(installation, at),
        },
        kinds,
        now,
      ),
    linkOf: (run) => linkOf(alerts, run),
    now: () => new Date(),
    signal: closing.signal,
    note,
  });
  let last = '';
  const look = async () => {
    try {
      await dispatcher.work();
      last = '';
    } catch (error) {
      const { message } = toConnectorError(error);
      if (message !== last) note(`alerts wait: ${message}`);
      last = message;
    }
  };
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void>;
  const turn = () => {
    looking = look().then(() => {
      if (!closing.signal.aborted) timer = setTimeout(turn, EVERY_MS).unref();
    });
  };
  turn();
  return {
    async close() {
      closing.abort();
      clearTimeout(timer);
      await looking;
    },
  };
}

/** What the other side answers may quote what it was sent, or the address. */
function withoutSecrets(channel: Channel, scrub: Scrub): Channel {
  return {
    async send(message, signal) {
      try {
        return scrub(await channel.send(message, signal));
      } catch (error) {
        throw scrubError(error, scrub);
      }
    },
  };
}

/** A channel of the configuration by its name. */
export function namedChannel(configuration: Configuration, name: string): Channel {
  const channels = configuration.settings.alerts?.channels ?? {};
  if (Object.hasOwn(channels, name)) return withoutSecrets(channelOf(channels[name]!), configuration.scrub);
  const known = Object.keys(channels);
  throw new ConnectorError('config', `There is no channel "${name}" in the configuration.`, {
    hint: known.length === 0 ? 'Name one under alerts.channels.' : `It has: ${known.join(', ')}.`,
  });
}

/** The page of a run, for a person. */
export function linkOf({ link }: AlertsSettings, run: string): string | undefined {
  return link === undefined ? undefined : `${link.replace(/\/+$/, '')}/runs/${encodeURIComponent(run)}`;
}

function channelOf({ email, smtp, pagerduty, slack, teams, webhook }: ChannelSettings): Channel {
  if (email !== undefined && smtp !== undefined) return emailChannel(email, smtp);
  if (pagerduty !== undefined) return pagerDutyChannel(pagerduty);
  if (slack !== undefined) return slackChannel(slack);
  if (teams !== undefined) return teamsChannel(teams);
  if (webhook !== undefined) return webhookChannel(webhook);
  throw new Error('a channel without a kind');
}

function ruleOf({
  when,
  severity,
  connections,
  to,
  budget_used,
  older_than,
  escalate,
}: AlertsSettings['rules'][number]): AlertRule {
  return {
    when,
    severity,
    ...(connections === undefined ? {} : { connections }),
    to,
    budgetUsed: Number((budget_used ?? HALF).slice(0, -1)) / 100,
    olderThanMs: durationMs(older_than ?? TWO_DAYS),
    ...(escalate === undefined ? {} : { escalate: { afterMs: durationMs(escalate.after), to: escalate.to } }),
  };
}

/** Also of a connection that the configuration does not have any more, since its last run may have failed. */
function factsOf(configuration: Configuration, name: string): ConnectionFacts {
  const { connections } = configuration.settings;
  const connection = Object.hasOwn(connections, name) ? connections[name] : undefined;
  return {
    budget: connection === undefined ? { share: 0, records: 0 } : errorBudgetOf(connection.error_budget),
    feedsReport: feedsMarts(configuration, name),
  };
}
