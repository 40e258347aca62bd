import type { ListedIncident } from '../alerting/alert-store.js';
import type { AlertText, ColumnChange, Delivery, DeliveryRecord, EndedRun, Incident } from '../alerting/incident.js';
import type { SchemaChange } from '../protocol/index.js';
import type { RunRow } from './run.entity.js';

export interface IncidentRow {
  id: string;
  key: string;
  kind: Incident['kind'];
  connection: string | null;
  stream: string | null;
  severity: Incident['severity'];
  text: AlertText;
  run_id: string | null;
  opened_at: Date;
  last_seen_at: Date;
  times: number;
  resolved_at: Date | null;
  acknowledged_at: Date | null;
  acknowledged_by: string | null;
}

export interface DeliveryRow {
  id: string;
  incident_id: string;
  channel: string;
  action: Delivery['action'];
  state: DeliveryRecord['state'];
  attempt: number;
  created_at: Date;
  changed_at: Date;
  error: string | null;
  escalates: boolean;
}

export function toEndedRun(row: RunRow, events: readonly { readonly data: unknown }[] = []): EndedRun {
  return {
    id: row.id,
    connection: row.connection,
    state: row.state,
    trigger: row.trigger,
    endedAt: (row.ended_at ?? row.started_at).toISOString(),
    ...(row.error === null ? {} : { error: row.error }),
    streams: row.streams,
    schemaChanges: events.map(({ data }) => toColumnChange(data as SchemaChanged)),
  };
}

interface SchemaChanged {
  readonly stream: string;
  readonly applied: boolean;
  readonly change: Partial<SchemaChange>;
}

function toColumnChange({ stream, applied, change }: SchemaChanged): ColumnChange {
  const namesOf = (fields: readonly { readonly name: string }[] = []) => fields.map(({ name }) => name);
  return {
    stream,
    isApplied: applied,
    added: namesOf(change.added),
    removed: change.removed ?? [],
    retyped: namesOf(change.retyped),
    loosened: change.loosened ?? [],
  };
}

export function toIncident(row: IncidentRow): Incident {
  return {
    id: row.id,
    key: row.key,
    kind: row.kind,
    ...(row.connection === null ? {} : { connection: row.connection }),
    ...(row.stream === null ? {} : { stream: row.stream }),
    severity: row.severity,
    text: row.text,
    ...(row.run_id === null ? {} : { run: row.run_id }),
    openedAt: row.opened_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    times: row.times,
    ...(row.resolved_at === null ? {} : { resolvedAt: row.resolved_at.toISOString() }),
    ...(row.acknowledged_at === null
      ? {}
      : { acknowledged: { at: row.acknowledged_at.toISOString(), by: row.acknowledged_by ?? '' } }),
  };
}

export function toListed(row: IncidentRow, deliveries: readonly DeliveryRow[]): ListedIncident {
  const own = deliveries.filter(({ incident_id }) => incident_id === row.id);
  return { ...toIncident(row), deliveries: own.map(toRecord) };
}

function toRecord({ channel, action, state, attempt, changed_at, error, escalates }: DeliveryRow): DeliveryRecord {
  return {
    channel,
    action,
    state,
    escalates,
    attempt,
    at: changed_at.toISOString(),
    ...(error === null ? {} : { error }),
  };
}
