import { draw, pick } from './random.js';

export interface WorldOptions {
  readonly seed?: number;
  /** ISO 8601 instant, at which the clock stands first. */
  readonly now: string;
  /** First day of sends. Default: 24 days before `now`. */
  readonly start?: string;
  readonly members?: number;
}

export const MIDS = [510_001, 510_002] as const;

export interface Member {
  readonly key: string;
  readonly id: number;
  readonly region: string;
  readonly segment: string;
  readonly email: string;
  /** When the member is deleted, and with it all that is known of it. */
  readonly deletedAt: number;
}

export interface Job {
  readonly account: number;
  readonly id: number;
  readonly emailId: number;
  readonly name: string;
  readonly sentAt: number;
  readonly triggeredId: string | null;
}

export type EventType = 'SentEvent' | 'OpenEvent' | 'ClickEvent' | 'BounceEvent' | 'UnsubEvent';

export interface Event {
  readonly type: EventType;
  readonly job: Job;
  /** Null: the service does not know whose it is. */
  readonly member: Member | null;
  readonly at: number;
  /** From when on the service shows it. */
  readonly arrivedAt: number;
  readonly batch: number;
  readonly link: number;
}

export interface Sms {
  readonly id: number;
  readonly member: Member;
  readonly at: number;
  readonly isDelivered: boolean;
  readonly isTest: boolean;
}

export interface SfmcWorld {
  readonly members: readonly Member[];
  readonly jobs: readonly Job[];
  readonly events: readonly Event[];
  readonly sms: readonly Sms[];
}

export const DAY_MS = 86_400_000;
const REGIONS = ['Northeast', 'South', 'Midwest', 'West'];
const SEGMENTS = ['Diabetes', 'Hypertension', 'Preventive care'];
/** Sends go on for so long after `now`. */
const HORIZON_DAYS = 12;
/** All that arrives late has arrived after so long. */
const LATEST_MS = 5 * DAY_MS;

/** Reads an instant, and refuses what is none: a world seen at NaN would be an empty one. */
export const instantOf = (value: string | number): number => {
  const instant = typeof value === 'number' ? value : Date.parse(value);
  if (!Number.isFinite(instant)) throw new RangeError(`Not an instant: ${value}`);
  return instant;
};

/** An enterprise with two business units. It is all there from the beginning; what is seen of it depends on when one looks. */
export const createWorld = ({ seed = 1, now, start, members: count = 160 }: WorldOptions): SfmcWorld => {
  const begin = instantOf(now);
  const first = start === undefined ? Math.floor(begin / DAY_MS) * DAY_MS - 24 * DAY_MS : instantOf(start);
  const members = Array.from({ length: count }, (_, index) => ({
    key: `M${String(100_000 + index * 7)}`,
    id: 9_000_000_000 + index,
    region: pick(REGIONS, draw(seed, 'region', index)),
    segment: pick(SEGMENTS, draw(seed, 'segment', index)),
    email: `member${index}@example.org`,
    // One in twenty is deleted a second after the second day: what was read of it before must not be lost.
    deletedAt: draw(seed, 'deleted', index) < 0.05 ? begin + 2 * DAY_MS + 1000 : Number.POSITIVE_INFINITY,
  }));
  const jobs = jobsOf(first, begin + HORIZON_DAYS * DAY_MS);
  const events = jobs.flatMap((job) => eventsOf(seed, job, members));
  const sms = members.flatMap((member, index) =>
    [0, 1, 2, 3].map((nth) => ({
      id: 70_000_000 + index * 4 + nth,
      member,
      at: first + Math.floor(draw(seed, 'sms', index, nth) * 30 * 24 * 60) * 60_000,
      isDelivered: draw(seed, 'sms delivered', index, nth) < 0.9,
      isTest: draw(seed, 'sms test', index, nth) < 0.05,
    })),
  );
  return { members, jobs, events, sms };
};

/** A send every second day in each business unit, half of them close to midnight, and one triggered send that never ends. */
function jobsOf(first: number, last: number): Job[] {
  const jobs: Job[] = [];
  for (let day = 0; first + day * DAY_MS < last; day += 1)
    for (const account of MIDS) {
      if ((day + account) % 2 === 0) continue;
      const number = jobs.length;
      jobs.push({
        account,
        // Beyond 32 bits, and one space for all business units.
        id: 5_000_000_000 + number,
        emailId: 300 + (number % 6),
        name: `A1C reminder ${number % 6}`,
        sentAt: first + day * DAY_MS + (number % 4 < 2 ? 5.4 : 15) * 3_600_000,
        triggeredId: null,
      });
    }
  const triggeredId = '6b9c1f5e-0f0a-4c0e-9d61-2f3c5b7a9d10';
  return [...jobs, { account: MIDS[0], id: 5_000_009_999, emailId: 306, name: 'Welcome', sentAt: first, triggeredId }];
}

function eventsOf(seed: number, job: Job, members: readonly Member[]): Event[] {
  const events: Event[] = [];
  members.forEach((member, index) => {
    if (draw(seed, 'chosen', job.id, index) > 0.35) return;
    const random = (what: string) => draw(seed, what, job.id, index);
    const triggered = job.triggeredId !== null;
    // A send leaves many messages within one and the same instant; a triggered one each by itself.
    const sentAt =
      job.sentAt + (triggered ? Math.floor(random('day') * 30 * DAY_MS) : Math.floor(random('block') * 4) * 7000);
    const batch = triggered ? 1 + (index % 3) : 1;
    const add = (type: EventType, afterMs: number, link = 0, owner: Member | null = member) => {
      const at = sentAt + Math.floor(afterMs);
      const lateness = draw(seed, 'late', job.id, index, type, link, afterMs);
      const arrivedAt = at + (lateness < 0.15 ? draw(seed, 'how late', job.id, index, type, afterMs) * LATEST_MS : 0);
      events.push({ type, job, member: owner, at, arrivedAt, batch, link });
    };
    add('SentEvent', 0);
    if (random('bounce') < 0.06) return add('BounceEvent', random('bounced') * 600_000);
    if (random('open') < 0.45) {
      const delay = 60_000 + random('delay') ** 3 * 9 * DAY_MS;
      const owner = random('anonymous') < 0.04 ? null : member;
      add('OpenEvent', delay, 0, owner);
      if (random('again') < 0.4) add('OpenEvent', delay + 3_600_000 * random('later') * 30);
      // Nothing tells these two apart, and both are events.
      if (owner === null) add('OpenEvent', delay, 0, null);
      if (random('click') < 0.35) {
        add('ClickEvent', delay + 20_000, 11);
        if (random('second') < 0.3) add('ClickEvent', delay + 20_000, 12);
        if (random('unsubscribe') < 0.1) add('UnsubEvent', delay + 50_000);
      }
    }
  });
  return events;
}

/** Whether the service shows an event: it has arrived, and its member is still there. */
export const isSeen = ({ arrivedAt, member }: Event, now: number): boolean =>
  arrivedAt <= now && (member === null || member.deletedAt > now);

/** Whether somebody who looked all the time has seen it. */
export const wasSeen = ({ arrivedAt, member }: Event, now: number): boolean =>
  arrivedAt <= now && (member === null || arrivedAt < member.deletedAt);
