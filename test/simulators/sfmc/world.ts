import { libraryOf, type Library } from './library.js';
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
  readonly joinedAt: number;
  /** When the member is deleted, and with it all that is known of it. */
  readonly deletedAt: number;
}

export interface Job {
  readonly account: number;
  readonly id: number;
  readonly emailId: number;
  /** Of the email: `campaign`, and behind it the variant in brackets where there are several. */
  readonly name: string;
  readonly campaign: string;
  readonly variant: string | null;
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

/** A text to a member, or the STOP that a member sent back. */
export interface Sms {
  readonly id: number;
  readonly message: string;
  readonly member: Member;
  readonly at: number;
  readonly isStop: boolean;
  readonly isDelivered: boolean;
  readonly isTest: boolean;
}

export interface Push {
  readonly id: number;
  readonly message: string;
  readonly member: Member;
  readonly at: number;
  readonly isDelivered: boolean;
  /** Null: never. */
  readonly openedAt: number | null;
}

/** What a member did after an email, as a form or a laboratory tells it. */
export interface Answer {
  readonly id: number;
  readonly type: 'a1c_test_scheduled' | 'program_enrolled';
  readonly job: Job;
  readonly member: Member;
  readonly at: number;
  readonly arrivedAt: number;
}

/** Characters that every encoding but ASCII has, and a sign of XML. */
export const subjectOf = ({ name }: Job): string => `${name}: señora <for you>`;

export interface SfmcWorld {
  readonly members: readonly Member[];
  readonly jobs: readonly Job[];
  readonly events: readonly Event[];
  readonly sms: readonly Sms[];
  readonly pushes: readonly Push[];
  readonly answers: readonly Answer[];
  readonly library: Library;
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
    joinedAt: first - Math.floor((1 + draw(seed, 'joined', index) * 400) * 86_400) * 1000,
    // One in twenty is deleted a second after the second day: what was read of it before must not be lost.
    deletedAt: draw(seed, 'deleted', index) < 0.05 ? begin + 2 * DAY_MS + 1000 : Number.POSITIVE_INFINITY,
  }));
  const jobs = jobsOf(first, begin + HORIZON_DAYS * DAY_MS);
  const events = jobs.flatMap((job) => eventsOf(seed, job, members));
  const mobile = { seed, first, members };
  return {
    members,
    jobs,
    events,
    sms: smsOf(mobile),
    pushes: pushesOf(mobile),
    answers: answersOf(seed, jobs, members),
    library: libraryOf(seed, begin, MIDS),
  };
};

interface Mobile {
  readonly seed: number;
  readonly first: number;
  readonly members: readonly Member[];
}

const within30Days = (first: number, share: number) => first + Math.floor(share * 30 * 24 * 60) * 60_000;

function smsOf({ seed, first, members }: Mobile): Sms[] {
  return members.flatMap((member, index) =>
    [0, 1, 2, 3].flatMap((nth) => {
      const id = 70_000_000 + index * 8 + nth * 2;
      const random = (what: string) => draw(seed, what, index, nth);
      const text = {
        id,
        message: nth % 2 === 0 ? 'A1C text' : 'Flu text',
        member,
        at: within30Days(first, random('sms')),
        isStop: false,
        isDelivered: random('sms delivered') < 0.9,
        isTest: random('sms test') < 0.05,
      };
      const stop = { ...text, id: id + 1, at: text.at + 3_600_000, isStop: true, isDelivered: false };
      return random('stop') < 0.08 && !text.isTest ? [text, stop] : [text];
    }),
  );
}

function pushesOf({ seed, first, members }: Mobile): Push[] {
  return members.flatMap((member, index) =>
    [0, 1].map((nth) => {
      const random = (what: string) => draw(seed, what, index, nth);
      const at = within30Days(first, random('push'));
      const isDelivered = random('push delivered') < 0.92;
      const openedAt =
        isDelivered && random('push opened') < 0.4 ? at + Math.floor(random('tapped') * 2 * DAY_MS) : null;
      return { id: 40_000_000 + index * 2 + nth, message: `Push ${nth + 1}`, member, at, isDelivered, openedAt };
    }),
  );
}

/** Some days after the send, some told days after they happened, and now and then twice. */
function answersOf(seed: number, jobs: readonly Job[], members: readonly Member[]): Answer[] {
  const answers: Answer[] = [];
  for (const job of jobs.filter(({ triggeredId }) => triggeredId === null))
    members.forEach((member, index) => {
      if (draw(seed, 'chosen', job.id, index) > 0.35) return;
      for (const type of ['a1c_test_scheduled', 'program_enrolled'] as const) {
        const random = (what: string) => draw(seed, what, type, job.id, index);
        if (random('answers') > 0.15) continue;
        for (let nth = 0; nth < (random('twice') < 0.1 ? 2 : 1); nth += 1) {
          const at = job.sentAt + Math.floor((0.1 + random('answer after') * 3) * DAY_MS) + nth * 60_000;
          const arrivedAt = at + (random('told late') < 0.3 ? Math.floor(random('how late') * 2 * DAY_MS) : 0);
          answers.push({ id: 90_000_000 + answers.length, type, job, member, at, arrivedAt });
        }
      }
    });
  return answers;
}

/** A send every second day in each business unit, half of them close to midnight, and one triggered send that never ends. */
function jobsOf(first: number, last: number): Job[] {
  const jobs: Job[] = [];
  for (let day = 0; first + day * DAY_MS < last; day += 1)
    for (const account of MIDS) {
      if ((day + account) % 2 === 0) continue;
      const number = jobs.length;
      const campaign = `A1C reminder ${Math.floor((number % 6) / 2)}`;
      const variant = number % 2 === 0 ? 'A' : 'B';
      jobs.push({
        account,
        // Beyond 32 bits, and one space for all business units.
        id: 5_000_000_000 + number,
        emailId: 300 + (number % 6),
        name: `${campaign} [${variant}]`,
        campaign,
        variant,
        sentAt: first + day * DAY_MS + (number % 4 < 2 ? 5.4 : 15) * 3_600_000,
        triggeredId: null,
      });
    }
  const triggeredId = '6b9c1f5e-0f0a-4c0e-9d61-2f3c5b7a9d10';
  const welcome = { name: 'Welcome', campaign: 'Welcome', variant: null, emailId: 306, sentAt: first, triggeredId };
  return [...jobs, { account: MIDS[0], id: 5_000_009_999, ...welcome }];
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
        if (random('same again') < 0.3) add('ClickEvent', delay + 20_000 + random('clicked later') * DAY_MS, 11);
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
