import { toConnectorError } from '../sdk/errors.js';
import type { AlertStore } from './alert-store.js';
import type { AlertMessage, Channel } from './channels/channel.js';
import type { Delivery, Incident } from './incident.js';
import { judge, type AlertRule, type ConnectionFacts } from './judge.js';
import { judgeStanding, STANDING_KINDS, type Standing, type StandingKind } from './standing.js';

export interface DispatcherOptions {
  readonly store: AlertStore;
  readonly project: string;
  readonly rules: readonly AlertRule[];
  readonly channels: Readonly<Record<string, Channel>>;
  readonly factsOf: (connection: string) => ConnectionFacts;
  /** The machine that this dispatcher runs on. */
  readonly host: string;
  /** All of these kinds that stands now; asked while the incidents are locked. */
  readonly standing: (kinds: ReadonlySet<StandingKind>, now: Date) => Promise<readonly Standing[]>;
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

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { store, rules, factsOf, host, now, signal, note } = options;
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
    while (!signal.aborted) {
      const due = await store.claim({ now: now(), leaseMs: LEASE_MS, limit: AT_ONCE });
      if (due.length === 0) return;
      await Promise.all(due.map((delivery) => deliver(delivery, options)));
    }
  }

  /** A clock that was set back must not stop it. */
  function isTimeToWatch(): boolean {
    const wait = (nextWatch ?? 0) - now().getTime();
    return wait <= 0 || wait > WATCH_AFTER_FAULT_MS;
  }
}

async function deliver(
  delivery: Delivery,
  { store, channels, now, note, ...options }: DispatcherOptions,
): Promise<void> {
  const channel = Object.hasOwn(channels, delivery.channel) ? channels[delivery.channel] : undefined;
  const about = `alert "${delivery.incident.key}" (${delivery.action}) to channel "${delivery.channel}"`;
  if (channel === undefined) {
    note(`${about}: there is no such channel any more`);
    await store.ended(delivery, 'refused', 'There is no such channel in the configuration any more.');
    return;
  }
  try {
    await channel.send(messageOf(delivery, options), AbortSignal.timeout(SEND_MS));
  } catch (cause) {
    const { kind, message, details } = toConnectorError(cause);
    note(`${about}: ${message}`);
    if (kind !== 'transient' && kind !== 'rate_limit') await store.ended(delivery, 'refused', message);
    else if (now().getTime() - Date.parse(delivery.createdAt) >= GIVE_UP_AFTER_MS)
      await store.ended(delivery, 'given_up', message);
    else await store.again(delivery, retryAt(now(), delivery.attempt, details.retryAfterMs), message);
    return;
  }
  await store.sent(delivery);
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
