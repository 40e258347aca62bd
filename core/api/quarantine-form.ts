import { z } from 'zod';
import type { QuarantinedEntry } from './host-services.js';

const instant = z.string().meta({ format: 'date-time' });

export const QUARANTINE = z.strictObject({
  connection: z.string(),
  records: z.int(),
  reasons: z.array(
    z.strictObject({
      stream: z.string(),
      reason: z.string(),
      records: z.int(),
      first_seen: instant,
      last_seen: instant,
    }),
  ),
});

const ENTRY = {
  id: z.string().describe('Short name of the record and reason.'),
  stream: z.string(),
  reason: z.string(),
  field: z.string().nullable(),
  detail: z.string().describe('What the rule wants; no value of the record.'),
  slice: z.string(),
  position: z.int(),
  times: z.int(),
  first_seen: instant,
  last_seen: instant,
  resolved_at: instant.nullable(),
};

export const QUARANTINED = z.strictObject({
  connection: z.string(),
  records: z.array(z.strictObject(ENTRY) satisfies z.ZodType<QuarantinedEntry>),
});

export const QUARANTINED_RECORD = z.strictObject({ ...ENTRY, payload: z.unknown() });

export const REPLAY_PREVIEW = z.strictObject({
  connection: z.string(),
  streams: z.array(
    z.strictObject({
      stream: z.string(),
      records: z.int(),
      passing: z.int(),
      failing: z.record(z.string(), z.int()).describe('Records that would fail again, by reason.'),
      partial: z.int().describe('Records of which the quarantine holds only a part.'),
    }),
  ),
});

const RESET_STREAMS = z.array(z.strictObject({ stream: z.string(), frontier: z.string().nullable(), files: z.int() }));

export const RESET = z.strictObject({ connection: z.string(), streams: RESET_STREAMS, applied: z.boolean() });
