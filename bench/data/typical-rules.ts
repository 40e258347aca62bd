import type { StreamRules } from '../../core/middleware/index.js';

const none: StreamRules = { stream: 'events', map: [], expect: [], protect: {} };
const KEY = { key: Buffer.alloc(32, 7), version: 1 };

/** What a connection of health data asks of its events, more or less: three maps and six expectations, on columns of every kind. */
const typical: StreamRules = {
  ...none,
  map: [
    { trim: ['email'] },
    { case: { email: 'lower' } },
    { lookup: { channel: { values: { email: 'email', sms: 'text', push: 'push' }, otherwise: 'quarantine' } } },
  ],
  expect: [
    { not_null: ['member_id'] },
    { set: { channel: ['email', 'text', 'push'] } },
    { set: { event_type: ['sent', 'delivered', 'opened', 'clicked'] } },
    { pattern: { member_id: 'M[0-9]{9}' } },
    { range: { attempt: { min: 0, max: 1000 } } },
    { range: { score: { min: 0 } } },
  ],
};

/** The chains that are measured: none, a typical one, and one token and one encryption. */
export const CHAINS = {
  none,
  typical,
  sealed: { ...none, protect: { member_id: { tokenize: KEY }, email: { encrypt: KEY } } },
} as const satisfies Record<string, StreamRules>;
