import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface PagerDutyAlert {
  readonly dedupKey: string;
  readonly summary: string;
  readonly severity: string;
  readonly source: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly links: readonly string[];
  /** How many triggers it took. */
  triggers: number;
  isResolved: boolean;
}

export interface PagerDuty {
  readonly endpoint: string;
  /** The order in which they were opened; a key opens a new one after it was resolved. */
  readonly alerts: readonly PagerDutyAlert[];
  /** Every request, with the status that it got. */
  readonly requests: readonly { readonly action: unknown; readonly status: number }[];
  /** So many of the next requests get 429. */
  throttle(requests: number): void;
  close(): Promise<void>;
}

const ACTIONS = ['trigger', 'acknowledge', 'resolve'];
const SEVERITIES = ['critical', 'error', 'warning', 'info'];

export async function startPagerDuty(routingKeys: readonly string[]): Promise<PagerDuty> {
  const alerts: PagerDutyAlert[] = [];
  const requests: { action: unknown; status: number }[] = [];
  let throttled = 0;
  const answer = (raw: string): { status: number; body: object; action?: unknown } => {
    if (throttled > 0) {
      throttled -= 1;
      return { status: 429, body: {} };
    }
    let event: Record<string, any>;
    try {
      event = JSON.parse(raw) as Record<string, any>;
    } catch {
      const body = {
        status: 'Unrecognized object',
        message: 'Event object format is unrecognized',
        errors: ['JSON parse error'],
      };
      return { status: 400, body };
    }
    const errors = faultsOf(event, routingKeys);
    if (errors.length > 0)
      return {
        status: 400,
        action: event['event_action'],
        body: { status: 'invalid event', message: 'Event object is invalid', errors },
      };
    const dedupKey = (event['dedup_key'] as string | undefined) ?? randomUUID();
    apply(event, dedupKey, alerts);
    return {
      status: 202,
      action: event['event_action'],
      body: { status: 'success', message: 'Event processed', dedup_key: dedupKey },
    };
  };
  const server: Server = createServer((request, response) => {
    void text(request).then((raw) => {
      const isThere = request.method === 'POST' && request.url === '/v2/enqueue';
      const { status, body, action } = isThere ? answer(raw) : { status: 404, body: {}, action: undefined };
      requests.push({ action, status });
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/enqueue`,
    alerts,
    requests,
    throttle(count) {
      throttled = count;
    },
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}

function faultsOf(event: Record<string, any>, routingKeys: readonly string[]): readonly string[] {
  const { routing_key: key, event_action: action, dedup_key: dedup, payload, links = [] } = event;
  const errors: string[] = [];
  if (typeof key !== 'string') errors.push("'routing_key' is missing or blank");
  else if (key.length !== 32) errors.push("Length of 'routing_key' is incorrect (should be 32 characters)");
  else if (!routingKeys.includes(key)) errors.push('Invalid routing key');
  if (!ACTIONS.includes(action)) errors.push(`'event_action' must be one of: ${ACTIONS.join(', ')}`);
  if (dedup === undefined && action !== 'trigger') errors.push("'dedup_key' is missing or blank");
  if (typeof dedup === 'string' && dedup.length > 255)
    errors.push("'dedup_key' is too long (maximum is 255 characters)");
  if (action !== 'trigger') return errors;
  for (const field of ['summary', 'source', 'severity'])
    if (typeof payload?.[field] !== 'string' || payload[field] === '')
      errors.push(`'payload.${field}' is missing or blank`);
  if (!SEVERITIES.includes(payload?.severity)) errors.push("'payload.severity' is invalid");
  if (payload?.timestamp !== undefined && Number.isNaN(Date.parse(payload.timestamp)))
    errors.push("'payload.timestamp' is invalid");
  if (!Array.isArray(links) || links.some((link) => typeof link?.href !== 'string')) errors.push("'links' is invalid");
  return errors;
}

function apply({ event_action, payload, links = [] }: Record<string, any>, dedupKey: string, alerts: PagerDutyAlert[]) {
  const open = alerts.find((alert) => alert.dedupKey === dedupKey && !alert.isResolved);
  if (event_action === 'resolve' && open !== undefined) open.isResolved = true;
  if (event_action !== 'trigger') return;
  if (open !== undefined) open.triggers += 1;
  else
    alerts.push({
      dedupKey,
      summary: (payload.summary as string).slice(0, 1024),
      severity: payload.severity,
      source: payload.source,
      details: payload.custom_details ?? {},
      links: links.map(({ href }: { href: string }) => href),
      triggers: 1,
      isResolved: false,
    });
}
