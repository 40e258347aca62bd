import type { ListedIncident } from '../alerting/index.js';

/** An incident as the API and the command line show it. */
export function alertForm(incident: ListedIncident) {
  const { id, key, kind, severity, connection, stream, run, text, openedAt, lastSeenAt, times, resolvedAt } = incident;
  return {
    id,
    key,
    kind,
    severity,
    connection: connection ?? null,
    stream: stream ?? null,
    run: run ?? null,
    ...text,
    opened_at: openedAt,
    last_seen_at: lastSeenAt,
    times,
    acknowledged: incident.acknowledged ?? null,
    resolved_at: resolvedAt ?? null,
    deliveries: incident.deliveries.map((delivery) => ({ ...delivery, error: delivery.error ?? null })),
  };
}
