import { randomUUID } from 'node:crypto';
import type { EmergencyAccess } from '../api/index.js';
import { parseDuration } from '../protocol/index.js';
import type { Installation } from './installation.js';

const LISTED = 100;

/** Emergency access of an installation, with its entries in the audit log. */
export async function emergencyAccess({ configuration, store }: Installation): Promise<EmergencyAccess> {
  const { breakGlass, audit } = await store();
  const longest = configuration.settings.access?.break_glass?.longest;
  return {
    longestMs: longest === undefined ? undefined : parseDuration(longest),
    async open({ actor, reason, forMs }) {
      const id = randomUUID();
      const detail = { reason, minutes: forMs / 60_000 };
      await audit.append({ actor, action: 'break_glass.open', object: id, outcome: 'allowed', detail });
      return breakGlass.open({ id, actor, reason, forMs });
    },
    async end(actor, by) {
      const ended = await breakGlass.end(actor, by);
      for (const { id } of ended) {
        const detail = { of: actor };
        await audit.append({ actor: by, action: 'break_glass.end', object: id, outcome: 'allowed', detail });
      }
      return ended;
    },
    list: () => breakGlass.list(LISTED),
    async review(id, by) {
      const reviewed = await breakGlass.review(id, by);
      if (reviewed !== undefined) {
        const detail = { of: reviewed.actor };
        await audit.append({ actor: by, action: 'break_glass.review', object: id, outcome: 'allowed', detail });
        return reviewed;
      }
      const found = await breakGlass.find(id);
      if (found === undefined) return undefined;
      const { actor, reviewedAt, reviewedBy } = found;
      if (reviewedAt !== undefined) return { refused: `It was reviewed by ${reviewedBy} at ${reviewedAt}.` };
      if (actor === by) return { refused: 'It is your own: somebody else must review it.' };
      return { refused: 'It is still open: end it, or review it once it is over.' };
    },
  };
}

/** Notes in the audit log which ended by themselves; the right itself is gone the moment that their time is over. */
export async function noteEnded({ store }: Installation): Promise<void> {
  const { breakGlass, audit } = await store();
  for (const { id, actor, expiresAt } of await breakGlass.takeOver()) {
    const detail = { expired_at: expiresAt };
    await audit.append({ actor, action: 'break_glass.over', object: id, outcome: 'allowed', detail });
  }
}
