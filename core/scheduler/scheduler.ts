import { createHash } from 'node:crypto';
import { outOfBlackout } from './blackout.js';
import type { Schedule } from './schedule.js';
import type { Anchor, DueSlot, Follower, ScheduleKey, ScheduleStore } from './schedule-store.js';
import { lastSlot, nextSlot } from './slots.js';

/** A connection that is due by the clock. */
export interface TimedConnection {
  readonly name: string;
  readonly schedule: Schedule;
  /** What is missed becomes one request for its latest slot, or is left out where that is older than the grace. */
  readonly catchUp: 'coalesce' | 'skip';
  readonly graceMs: number;
  readonly jitterMs: number;
}

/** A connection that is due when another has succeeded. */
export interface FollowingConnection {
  readonly name: string;
  readonly after: string;
}

export type ScheduledConnection = TimedConnection | FollowingConnection;

export interface Scheduler {
  /**
   * Adds the requests that are due at `now` and resolves to the connections that have a new one. Any number of hosts may do so
   * at once. It rejects as the store does, and the next tick makes up for it. Not to be called again before it has settled.
   */
  tick(now: Date): Promise<readonly string[]>;
}

/**
 * The rows of the store decide what is due: a clock that jumps, a host that was away or a second one change nothing in them. What
 * a scheduler remembers only spares it to ask: when each connection is due next.
 */
export function createScheduler(connections: readonly ScheduledConnection[], store: ScheduleStore): Scheduler {
  const timed = connections.filter((one) => 'schedule' in one);
  const followers = connections.filter((one) => 'after' in one).map((one) => ({ ...keyOf(one), upstream: one.after }));
  const nextDue = new Map<string, number>();
  const noted = new Set<string>();
  let latest = -Infinity;

  return {
    async tick(at) {
      const now = at.getTime();
      // What was due next after a later now says nothing of the slots in between.
      if (now < latest) nextDue.clear();
      latest = now;
      const asked = timed.filter(({ name }) => (nextDue.get(name) ?? now) <= now);
      const anchors = await anchorsOf(asked, now);
      const due: DueSlot[] = [];
      for (const [index, connection] of asked.entries()) {
        const anchor = anchorOf(anchors[index], now);
        const slot = dueSlot(connection, anchor, now);
        if (slot !== undefined) due.push(dueForm(connection, slot, now));
        // Stays due until the store has its slot: one that waits for a worker keeps the next one out.
        else nextDue.set(connection.name, nextSlot(connection.schedule, now) ?? Infinity);
      }
      const added = due.length === 0 ? [] : await store.addSlots(due, at.toISOString());
      return [...added, ...(await follow(followers, at))];
    },
  };

  async function anchorsOf(asked: readonly TimedConnection[], now: number): Promise<readonly Anchor[]> {
    if (asked.length === 0) return [];
    const keys = asked.map(keyOf);
    const instant = new Date(now).toISOString();
    const found = await store.anchors(keys, instant);
    const unknown = keys.filter((_, index) => Date.parse(found[index]?.since ?? '9999-01-01') > now);
    if (unknown.length > 0) await store.note(unknown, instant);
    return found;
  }

  async function follow(following: readonly Follower[], at: Date): Promise<readonly string[]> {
    if (following.length === 0) return [];
    const unknown = following.filter(({ connection }) => !noted.has(connection));
    if (unknown.length > 0) await store.note(unknown, at.toISOString());
    for (const { connection } of unknown) noted.add(connection);
    return store.addFollowers(following, at.toISOString());
  }
}

/** The same on every host that has the same settings. */
export function keyOf(connection: ScheduledConnection): ScheduleKey {
  const meaning = 'after' in connection ? { after: connection.after } : connection.schedule;
  return {
    connection: connection.name,
    definition: createHash('sha256').update(JSON.stringify(meaning)).digest('hex'),
  };
}

/** The latest slot whose grace is over; undefined where none was due since the schedule began. */
export function overdueSlot(connection: TimedConnection, { since }: Anchor, now: number): number | undefined {
  if (since === undefined) return undefined;
  return lastSlot(connection.schedule, Date.parse(since), now - connection.graceMs - connection.jitterMs);
}

function anchorOf({ since, lastSlot: last }: Anchor = {}, now: number): number {
  // One that nobody knew until now begins now.
  const begin = Math.min(now, since === undefined ? now : Date.parse(since));
  return last === undefined ? begin : Math.max(begin, Date.parse(last));
}

function dueSlot({ schedule, catchUp, graceMs }: TimedConnection, anchor: number, now: number): number | undefined {
  return lastSlot(schedule, catchUp === 'skip' ? Math.max(anchor, now - graceMs - 1) : anchor, now);
}

function dueForm({ name, schedule, jitterMs }: TimedConnection, slot: number, now: number): DueSlot {
  const planned = outOfBlackout(schedule, slot + jitterOf(name, slot, jitterMs));
  // What was missed must not begin in a blackout either.
  const allowed = outOfBlackout(schedule, now);
  const notBefore = allowed > now ? Math.max(planned, allowed) : planned;
  return { connection: name, slot: new Date(slot).toISOString(), notBefore: new Date(notBefore).toISOString() };
}

/** From 0 to `jitterMs`: the same on every host, another for every connection and slot. */
export function jitterOf(connection: string, slot: number, jitterMs: number): number {
  const hash = createHash('sha256').update(`${connection} ${slot}`).digest().readUIntBE(0, 6);
  return Math.floor((hash / 2 ** 48) * jitterMs);
}
