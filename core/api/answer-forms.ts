import { z } from 'zod';
import { ALERT_KINDS, SEVERITIES } from '../protocol/index.js';
import { LOG_LEVELS } from './run-logs.js';
import { RUN_STATES } from './run-query.js';

/** The forms of the API's answers, from which the OpenAPI document is made; a test holds real answers against them. */

const instant = z.string().meta({ format: 'date-time' });
const counts = z.record(z.string(), z.int());

export const PROBLEM = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What is wrong and what to do; no stack, SQL or secret.'),
  instance: z.string().describe('The path that was asked for.'),
  request_id: z.string().describe('As in `X-Request-Id` and in the log of the host.'),
});

export const ERROR = z.strictObject({
  kind: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  stream: z.string().optional(),
  slice: z.string().optional(),
  fault: z.enum(['integrity', 'disk_full', 'permission']).optional().describe('What exactly, within its kind.'),
});

const STREAM_OUTCOME = z.strictObject({
  state: z.enum(['pending', 'reading', 'complete', 'failed', 'skipped']),
  ledger: counts,
  steps: counts
    .optional()
    .describe('How often each step of the chain has acted, such as `map.where(…)`; absent: none has.'),
  expectations: z
    .array(
      z.strictObject({
        rule: z.string(),
        severity: z.enum(['quarantine', 'warn', 'fail']),
        broken: z.int().describe('Records that broke it; 1 where a stream as a whole did.'),
        found: z.string().optional(),
      }),
    )
    .optional()
    .describe('How its expectations ended; absent: it has none.'),
  error: ERROR.optional(),
});

const API_CALLS = z.strictObject({
  host: z.string(),
  share: z.string().optional().describe('The quota under which the API counts them; absent: the common one.'),
  sent: z.int().describe('Every one that went out, repeated ones and logins too.'),
  refused: z.int().describe('Of those, since there were too many.'),
  budget: z.strictObject({ requests: z.int(), per: z.string() }).optional().describe('What Tributary keeps to.'),
  limit: z.int().optional().describe('What the API says that it allows in a window.'),
  remaining: z.int().optional().describe('What was left of it after the last answer; others use it too.'),
});

export const RUN = z.strictObject({
  id: z.string(),
  connection: z.string(),
  state: z.enum(RUN_STATES),
  trigger: z.string(),
  started_at: instant,
  ended_at: instant.optional(),
  exit_code: z.int().optional(),
  error: ERROR.optional(),
  streams: z.record(z.string(), STREAM_OUTCOME),
  calls: z.array(API_CALLS).optional().describe('To APIs; absent while it runs and where there were none.'),
  owner: z.strictObject({ host: z.string(), pid: z.int(), started: z.string() }),
  heartbeat_at: instant,
  trace_id: z.string().optional().describe('Of its spans, where traces are sent.'),
});

export const AUDIT_OUTCOMES = ['allowed', 'denied', 'failed'] as const;

export const AUDIT = z.strictObject({
  entries: z.array(
    z.strictObject({
      seq: z.int().describe('Counts from 1 without gaps.'),
      at: instant,
      actor: z.string(),
      action: z.string(),
      object: z.string(),
      outcome: z.enum(AUDIT_OUTCOMES),
      detail: z.record(z.string(), z.unknown()),
      hash: z.string().describe('Over this entry and all before it.'),
    }),
  ),
  next: z.string().nullable(),
});

export const BREAK_GLASS = z.strictObject({
  id: z.string(),
  actor: z.string(),
  reason: z.string(),
  opened_at: instant,
  expires_at: instant,
  ended_at: instant.nullable(),
  ended_by: z.string().nullable().describe('Null where it ended by itself, or is open.'),
  reviewed_at: instant.nullable(),
  reviewed_by: z.string().nullable().describe('Somebody else, once it was over.'),
});

export const BREAK_GLASSES = z.strictObject({ accesses: z.array(BREAK_GLASS) });

export const RUNS = z.strictObject({ runs: z.array(RUN), next: z.string().nullable() });

const EVENT = z.strictObject({
  run: z.string(),
  seq: z.int(),
  at: instant,
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
});

export const RUN_EVENTS = z.strictObject({ events: z.array(EVENT) });

export const RUN_LOGS = z.strictObject({
  lines: z.array(
    z.strictObject({
      seq: z.int(),
      at: instant,
      level: z.enum(LOG_LEVELS),
      message: z.string(),
      type: z.string().describe('Of the event that the line tells.'),
      data: z.record(z.string(), z.unknown()),
    }),
  ),
  next: z.string().nullable(),
});

export const LINEAGE = z.strictObject({
  lineage: z.array(
    z.strictObject({
      id: z.int(),
      run: z.string(),
      stream: z.string(),
      table: z.string().describe('Of a destination of files: the manifest of what was delivered.'),
      kind: z.enum(['file', 'window']),
      source: z.string().describe('The name of the file, or the window.'),
      slice: z.string(),
      version: z.string().nullable().describe('Of a file: what tells its versions apart where it lies.'),
      checksum: z.string().nullable().describe('SHA-256 of the file as it lay there.'),
      bytes: z.int().nullable(),
      records: z.int().describe('Records that were read from it.'),
      committed_at: instant,
    }),
  ),
  next: z.string().nullable(),
});

export const LEDGER = z.strictObject({
  run: z.string(),
  connection: z.string(),
  streams: z.array(
    z.strictObject({
      stream: z.string(),
      checkpoints: z.int(),
      committed_at: instant.describe('Of the last checkpoint.'),
      ledger: counts,
      steps: counts.describe('How often each step of the chain has acted.'),
      imbalances: z
        .array(z.string())
        .describe('What does not hold of read = filtered + quarantined + staged, and so on.'),
    }),
  ),
});

/** Loose: a connection gains fields as the host learns more. */
export const CONNECTION = z.looseObject({
  name: z.string(),
  source: z.string(),
  destination: z.string(),
  schema: z.string(),
  streams: z.array(z.string()),
  state: z.enum(['on_time', 'late', 'failing', 'action_required', 'paused', 'never_run']),
  next_step: z.string().nullable().describe('What a person can do about the state.'),
  paused: z
    .strictObject({ since: instant, by: z.string(), reason: z.string().nullable(), until: instant.nullable() })
    .nullable(),
  action_required: z.strictObject({ since: instant, request: z.uuid(), error: ERROR }).nullable(),
  circuit: z
    .strictObject({ opened_at: instant, probe_at: instant, failures: z.int(), error: ERROR })
    .nullable()
    .describe('Where its source failed too often in a row: requests wait, and one tries again at `probe_at`.'),
  schedule: z.looseObject({}).nullable().describe('As the configuration says it.'),
  next_slot: instant.nullable().describe('Null where it has no schedule, follows another connection, or is held.'),
  last_success: instant.nullable(),
  last_run: RUN.nullable(),
});

export const CONNECTIONS = z.strictObject({ connections: z.array(CONNECTION) });

export const SCHEDULES = z.strictObject({
  schedules: z.array(
    z.strictObject({
      connection: z.string(),
      state: CONNECTION.shape.state,
      schedule: z.looseObject({}).describe('As the configuration says it.'),
      next_slot: instant.nullable().describe('Null where it follows another connection, or is held.'),
      overdue_slot: instant.nullable().describe('The latest slot whose grace is over.'),
      last_success: instant.nullable(),
    }),
  ),
});

const STREAM = z.strictObject({
  stream: z.string(),
  state: STREAM_OUTCOME.shape.state.nullable().describe('Of the last run that had it, null where there is none.'),
  run: z.string().nullable(),
  ended_at: instant.nullable(),
  ledger: counts.nullable(),
  error: ERROR.nullable(),
  bookmark: z
    .strictObject({
      frontier: z.string().nullable().describe('Everything before it is committed.'),
      files: z.int().describe('How many files were read.'),
    })
    .nullable(),
});

export const STREAMS = z.strictObject({
  connection: z.string(),
  bookmarks: z.string().describe('`ok`, or why the destination could not tell them.'),
  streams: z.array(STREAM),
});

export const LIVE = z.strictObject({ status: z.literal('ok') });

export const READY = z.strictObject({
  status: z.enum(['ok', 'unavailable']),
  checks: z.record(z.string(), z.string().describe('`ok`, or the reason.')),
});

export const MONTHS = z.strictObject({
  months: z.array(z.string().regex(/^\d{4}-\d{2}$/)),
  formats: z.array(z.string()).describe('In which a month can be exported.'),
  has_links: z
    .boolean()
    .describe('Whether links that need no login can be made to a month: `report.embed` is configured.'),
});

export const OPENAPI = z.looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) });

/** A request for a run. */
export const REQUEST = z.strictObject({
  id: z.uuid(),
  connection: z.string(),
  trigger: z.enum(['schedule', 'manual', 'api', 'after', 'backfill', 'replay']),
  slot: instant.optional(),
  idempotency_key: z.string().optional(),
  not_before: instant,
  state: z.enum(['queued', 'running', 'ended', 'cancelled']),
  requested_at: instant,
  attempt: z.int(),
  fruitless: z.int(),
  run: z.string().optional(),
  error: ERROR.optional(),
  is_cancel_wanted: z.boolean(),
  backfill: z.strictObject({ id: z.uuid(), from: z.string(), to: z.string() }).optional(),
});

export const BACKFILL = z.strictObject({
  id: z.uuid(),
  connection: z.string(),
  from: z.string().describe('The first day that is read.'),
  to: z.string().describe('The last day that is read.'),
  requested_at: instant,
  state: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  done: z.int().describe('Parts that succeeded.'),
  parts: z.array(
    z.strictObject({
      request: z.uuid(),
      from: z.string(),
      to: z.string(),
      state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
      attempt: z.int(),
      run: z.string().optional(),
      error: ERROR.optional(),
    }),
  ),
});

export const REQUESTS = z.strictObject({ requests: z.array(REQUEST), next: z.string().nullable() });

export const ALERT = z.strictObject({
  id: z.uuid(),
  key: z.string().describe('Of connection, kind and stream, worker or host; one alert of a key is open at a time.'),
  kind: z.enum(ALERT_KINDS),
  severity: z.enum(SEVERITIES),
  connection: z.string().nullable().describe('Null where it is about a host or a worker.'),
  stream: z.string().nullable(),
  run: z.string().nullable().describe('That showed it; null where none did.'),
  title: z.string(),
  what: z.string(),
  meaning: z.string(),
  next: z.string(),
  command: z.string(),
  opened_at: instant,
  last_seen_at: instant,
  times: z.int().describe('In how many runs it was seen.'),
  acknowledged: z.strictObject({ at: instant, by: z.string() }).nullable(),
  resolved_at: instant.nullable(),
  deliveries: z.array(
    z.strictObject({
      channel: z.string(),
      action: z.enum(['trigger', 'resolve']),
      state: z.enum(['waiting', 'sent', 'refused', 'given_up', 'dropped']),
      escalates: z.boolean(),
      attempt: z.int(),
      at: instant,
      error: z.string().nullable(),
    }),
  ),
});

export const ALERTS = z.strictObject({ alerts: z.array(ALERT), next: z.string().nullable() });

export const ASKED = z.strictObject({ id: z.uuid(), url: z.string() });
