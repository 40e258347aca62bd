import { createHash } from 'node:crypto';
import type { AlertMessage, Channel } from './channel.js';
import { mailBody } from './mail-body.js';
import { domainOf, sendMail, type MailServer } from './smtp.js';

export function emailChannel(to: readonly string[], server: MailServer): Channel {
  return {
    send: (message, signal) =>
      sendMail(
        server,
        to,
        {
          ...mailBody(message),
          messageId: messageId(message, server.from),
          // Mail programs show an incident's mails together.
          references: threadId(message, server.from),
          ...(message.severity === 'critical' && message.action === 'trigger' ? { priority: 'high' as const } : {}),
        },
        signal,
      ),
  };
}

/** A repetition has the same id, by which mail servers and programs drop what they have. */
function messageId({ id }: AlertMessage, from: string): string {
  return `<${id}@${domainOf(from)}>`;
}

function threadId({ project, key, openedAt }: AlertMessage, from: string): string {
  const incident = createHash('sha256').update(`${project}\n${key}\n${openedAt}`).digest('hex').slice(0, 32);
  return `<${incident}@${domainOf(from)}>`;
}
