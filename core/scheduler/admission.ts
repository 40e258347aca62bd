import { outOfBlackout } from './blackout.js';
import type { RequestRecord } from './request-store.js';
import type { ScheduledConnection } from './scheduler.js';

/** Whether a request that a worker has taken may begin: now, not before an instant, or not at all since it waited too long. */
export type Admission = 'now' | { readonly notBefore: string } | 'missed';

/** `now`: milliseconds of the database's clock. */
export type Admit = (request: RequestRecord, now: number) => Admission;

/**
 * What a schedule says still holds once a worker is free: it may have become a blackout meanwhile, or too late for one that
 * skips what it missed. What a person asked for is begun whenever it can be.
 */
export function createAdmission(connections: readonly ScheduledConnection[]): Admit {
  const byName = new Map(connections.map((connection) => [connection.name, connection]));
  return ({ connection: name, trigger, slot, attempt }, now) => {
    const connection = byName.get(name);
    if (trigger !== 'schedule' || connection === undefined || 'after' in connection) return 'now';
    const { schedule, catchUp, graceMs, jitterMs } = connection;
    // One that has been begun is brought to its end.
    const isNew = attempt === 1 && slot !== undefined;
    if (isNew && catchUp === 'skip' && now > outOfBlackout(schedule, Date.parse(slot) + jitterMs) + graceMs)
      return 'missed';
    const begin = outOfBlackout(schedule, now);
    return begin > now ? { notBefore: new Date(begin).toISOString() } : 'now';
  };
}
