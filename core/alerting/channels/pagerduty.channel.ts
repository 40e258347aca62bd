import { createHash } from 'node:crypto';
import { headline, type AlertMessage, type Channel } from './channel.js';
import { post } from './post.js';

/** Events API v2 (read November 2026): a longer summary is cut off, a longer key is refused. */
const LONGEST_SUMMARY = 1024;
const LONGEST_KEY = 255;

export function pagerDutyChannel({
  routing_key,
  endpoint,
}: {
  readonly routing_key: string;
  readonly endpoint: string;
}): Channel {
  return {
    send: (message, signal) => post({ url: endpoint, body: JSON.stringify(eventOf(message, routing_key)) }, signal),
  };
}

function eventOf(message: AlertMessage, routingKey: string): object {
  const { action, project, severity, kind, connection, text, link, openedAt } = message;
  const envelope = { routing_key: routingKey, event_action: action, dedup_key: dedupKey(message) };
  // A resolve needs no more than the key.
  if (action === 'resolve') return envelope;
  return {
    ...envelope,
    client: 'Tributary',
    ...(link === undefined ? {} : { client_url: link, links: [{ href: link, text: 'The run' }] }),
    payload: {
      summary: headline(message).slice(0, LONGEST_SUMMARY),
      source: project,
      severity,
      timestamp: openedAt,
      ...(connection === undefined ? {} : { component: connection }),
      class: kind,
      custom_details: {
        ...text,
        ...(message.stream === undefined ? {} : { stream: message.stream }),
        run: message.run,
      },
    },
  };
}

/** Several installations may use one service. */
function dedupKey({ project, key }: AlertMessage): string {
  const whole = `tributary:${project}:${key}`;
  return whole.length <= LONGEST_KEY ? whole : createHash('sha256').update(whole).digest('hex');
}
