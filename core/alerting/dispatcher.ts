import { toConnectorError } from '../sdk/errors.js';
import type { AlertStore } from './alert-store.js';
import { digestMessage, digestsDue, heldNow, type ChannelPolicy } from './channel-policy.js';
import type { AlertMessage, Channel } from './channels/channel.js';
import type { Delivery, Incident } from './incident.js';
import { judge, type AlertRule, type ConnectionFacts } from './judge.js';
import { judgeStanding, STANDING_KINDS, type Outlook, type StandingKind } from './standing.js';

export interface DispatcherOptions {
  readonly store: AlertStore;
  readonly project: string;
  readonly rules: readonly AlertRule[];
  readonly channels: Readonly<Record<string, Channel>>;
  /** Of the channels that have one. */
  readonly policies: Readonly<Record<string, ChannelPolicy>>;
  readonly factsOf: (connection: string) => ConnectionFacts;
  /** The machine that this dispatcher runs on. */
  readonly host: string;
  /** All of these kinds that stands now; asked while the incidents are locked. */
  readonly standing: (kinds: ReadonlySet<StandingKind>, now: Date) => Promise<Outlook>;
  /** Where the host shows a run. */
  readonly linkOf: (run: string) => string | undefined;
  readonly now: () => Date;
  /** Ends the work after what is being sent. */
  readonly signal: AbortSignal;
  /** Told of deliveries that failed, without secrets. */
  readonly note: (text: string) => void;
}

/** Turns runs that ended into incidents, and incidents into messages. */
export interface Dispatcher {
  /** Does all that is to be done now. May be repeated at any time, also by several hosts at once. */
  work(): Promise<void>;
}

const AT_ONCE = 20;
const WATCH_EVERY_MS = 30_000;
const WATCH_AFTER_FAULT_MS = 60_000;
/** A message that is not out by then is tried again. */
export const SEND_MS = 20_000;
/** Longer than any attempt takes: whoever claims a message later may be sure that the first is dead. */
const LEASE_MS = 3 * SEND_MS;

const FIRST_RETRY_MS = 15_000;
const LONGEST_RETRY_MS = 30 * 60_000;
const GIVE_UP_AFTER_MS = 3 * 86_400_000;
const LEAST_ATTEMPTS = 20;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { store, rules, policies, factsOf, host, now, signal, note } = options;
  const kinds = new Set(STANDING_KINDS.filter((kind) => rules.some(({ when }) => when === kind)));
  let nextWatch: number | undefined;
  let isBegun = false;
  return {
    async work() {
      try {
        await workOnce();
      } catch (error) {
        // Workers could not say either that they live; they are given the time to.
        nextWatch = now().getTime() + WATCH_AFTER_FAULT_MS;
        throw error;
      }
    },
  };

  async function workOnce(): Promise<void> {
    if (!isBegun) await store.begin(now());
    isBegun = true;
    while (!signal.aborted) {
      const judged = await store.judgeNext((before) => judge(before, rules, factsOf(before.run.connection)), now());
      if (judged === undefined) break;
      if (judged.fault !== undefined)
        note(`run ${judged.run} could not be judged and is told to nobody: ${judged.fault}`);
    }
    if (isTimeToWatch()) {
      const decide = async (open: readonly Incident[]) =>
        judgeStanding(await options.standing(kinds, now()), open, { rules, factsOf, host });
      await store.watch(decide, now());
      nextWatch = now().getTime() + WATCH_EVERY_MS;
    }
    for (const digest of digestsDue(policies, now())) {
      if (signal.aborted) return;
      const due = await store.claimDigest({ ...digest, now: now(), leaseMs: LEASE_MS });
      if (due.length > 0) await deliver(due, digestMessage(due, options.project), options);
    }
    while (!signal.aborted) {
      const held = heldNow(policies, now());
      const due = await store.claim({ now: now(), leaseMs: LEASE_MS, limit: AT_ONCE, held });
      if (due.length === 0) return;
      await Promise.all(due.map((delivery) => deliver([delivery], messageOf(delivery, options), options)));
    }
  }

  /** A clock that was set back must not stop it. */
  function isTimeToWatch(): boolean {
    const wait = (nextWatch ?? 0) - now().getTime();
    return wait <= 0 || wait > WATCH_AFTER_FAULT_MS;
  }
}

/** Deliveries to one channel that are one message. */
async function deliver(
  deliveries: readonly Delivery[],
  message: AlertMessage,
  { store, channels, now, note }: DispatcherOptions,
): Promise<void> {
  const first = deliveries[0]!;
  const settle = (how: (delivery: Delivery) => Promise<void>) => Promise.all(deliveries.map(how));
  const channel = Object.hasOwn(channels, first.channel) ? channels[first.channel] : undefined;
  const about = `alert "${message.key}" (${message.action}) to channel "${first.channel}"`;
  if (channel === undefined) {
    note(`${about}: there is no such channel any more`);
    const text = 'There is no such channel in the configuration any more.';
    await settle((delivery) => store.ended(delivery, 'refused', text));
    return;
  }
  try {
    await channel.send(message, AbortSignal.timeout(SEND_MS));
  } catch (cause) {
    const { kind, message: text, details } = toConnectorError(cause);
    note(`${about}: ${text}`);
    const again = retryAt(now(), Math.max(...deliveries.map(({ attempt }) => attempt)), details.retryAfterMs);
    await settle((delivery) => {
      if (kind !== 'transient' && kind !== 'rate_limit') return store.ended(delivery, 'refused', text);
      if (isGivenUp(delivery, now())) return store.ended(delivery, 'given_up', text);
      return store.again(delivery, again, text);
    });
    return;
  }
  await settle((delivery) => store.sent(delivery));
}

/** One that was held for days has not been tried for days. */
function isGivenUp({ createdAt, attempt }: Delivery, now: Date): boolean {
  return now.getTime() - Date.parse(createdAt) >= GIVE_UP_AFTER_MS && attempt >= LEAST_ATTEMPTS;
}

/** Twice as long each time; a channel that says when it has time again is not asked before. */
function retryAt(now: Date, attempt: number, retryAfterMs = 0): Date {
  const pause = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 20));
  return new Date(now.getTime() + Math.max(pause, Math.min(retryAfterMs, LONGEST_RETRY_MS)));
}

function messageOf(
  { id, action, incident }: Delivery,
  { project, linkOf }: Pick<DispatcherOptions, 'project' | 'linkOf'>,
): AlertMessage {
  const link = incident.run === undefined ? undefined : linkOf(incident.run);
  return {
    action,
    id: `tributary-alert-${incident.id}-${id}`,
    key: incident.key,
    project,
    kind: incident.kind,
    severity: incident.severity,
    ...(incident.connection === undefined ? {} : { connection: incident.connection }),
    ...(incident.stream === undefined ? {} : { stream: incident.stream }),
    ...(incident.run === undefined ? {} : { run: incident.run }),
    text: incident.text,
    openedAt: incident.openedAt,
    ...(incident.resolvedAt === undefined ? {} : { resolvedAt: incident.resolvedAt }),
    ...(link === undefined ? {} : { link }),
  };
}
