import { createHmac } from 'node:crypto';
import type { AlertMessage, Channel } from './channel.js';
import { post } from './post.js';

export const SIGNATURE_HEADER = 'x-tributary-signature';
export const TIMESTAMP_HEADER = 'x-tributary-timestamp';

/** JSON of any program's choice to read; docs/operations.md says how to check the signature. */
export function webhookChannel({ url, secret }: { readonly url: string; readonly secret: string }): Channel {
  return {
    send(message, signal) {
      const body = JSON.stringify(bodyOf(message));
      // The time is signed too, so that a receiver can refuse what somebody recorded and sends again.
      const timestamp = String(Math.floor(Date.now() / 1000));
      const headers = {
        [TIMESTAMP_HEADER]: timestamp,
        [SIGNATURE_HEADER]: `sha256=${signatureOf(secret, timestamp, body)}`,
        'idempotency-key': message.id,
      };
      return post({ url, body, headers }, signal);
    },
  };
}

export function signatureOf(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}

function bodyOf({ action, id, key, project, kind, severity, connection, stream, run, text, ...rest }: AlertMessage) {
  return {
    schema: 'tributary.alert/1',
    action,
    id,
    key,
    project,
    kind,
    severity,
    connection: connection ?? null,
    stream: stream ?? null,
    run: run ?? null,
    ...text,
    opened_at: rest.openedAt,
    resolved_at: rest.resolvedAt ?? null,
    link: rest.link ?? null,
  };
}
