import { unlessAborted } from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';
import type { BudgetAsk, BudgetGrant, BudgetKey, BudgetStore, Pace } from './budget-store.js';
import type { Clock } from './clock.js';
import { LONGEST_PAUSE_MS, tooLong, windowMsOf, type RateBudget, type RateLimit } from './rate-budget.js';

/** A fiftieth may be taken at once, so that what comes back over the window is nearly all of the limit. */
const BURST = 0.02;

/**
 * How much later than its turn a request may reach the API: the turn is used a while after it was given, and the network
 * takes now more, now less. The pace leaves room for that, or a window could see what belongs to two.
 */
const slackMs = (windowMs: number): number => Math.min(Math.max(windowMs * 0.04, 100), 4_000);
/** The part of the slack in which a turn must be used; the rest is the network's. */
const USE_WITHIN = 0.6;
/** A turn is good for no longer, since a pause that another process met is heard of with the next one. */
const LONGEST_USE_MS = 1_000;

/** While the store cannot be reached. */
const RETRY_MS = [100, 250, 500, 1_000, 2_000];

interface Turn {
  /** When it was given: a clock that was set back makes turns worthless that were given later. */
  readonly since: number;
  readonly at: number;
  readonly until: number;
}

export function paceOf(limit: RateLimit): Pace {
  const windowMs = windowMsOf(limit);
  const { requests } = limit;
  const size = Math.max(1, Math.floor(requests * BURST));
  // In a window and its slack there are at most floor(size + perMs * length), which must stay below requests + 1.
  return { size, perMs: ((requests + 1 - size) * 0.999) / (windowMs + slackMs(windowMs)), windowMs };
}

/**
 * A budget that a store shares among processes. Turns come in small leases: as many as are used within a second at most, so
 * that a generous limit costs no round trip per request, and one by one where the limit is slow. While the store cannot be
 * reached nobody starts a request: only so is the limit kept whatever the number of processes, and a worker without its
 * store loses its lease anyway.
 */
export function storedBudget(store: BudgetStore, key: BudgetKey, limit?: RateLimit): RateBudget {
  const pace = limit === undefined ? undefined : paceOf(limit);
  const useWithinMs =
    pace === undefined ? LONGEST_USE_MS : Math.min(slackMs(pace.windowMs) * USE_WITHIN, LONGEST_USE_MS);
  const largestLease = pace === undefined ? 1 : Math.max(1, Math.floor(pace.perMs * useWithinMs));
  let turns: Turn[] = [];
  let waiting = 0;
  let want = 1;
  let unused = 0;
  let leasedAt = Number.NEGATIVE_INFINITY;
  let lateAnswers = 0;
  let known = { level: Number.POSITIVE_INFINITY, at: 0 };
  let pausedUntil = 0;
  /** What the API said and the store has not heard. */
  let news: { readonly remaining?: number; readonly pausedUntil?: number } = {};
  let asking: Promise<BudgetGrant> | undefined;

  const nextTurn = (now: number): Turn | undefined => {
    const good = turns.filter(({ since, until }) => since <= now && until >= now);
    if (good.length < turns.length) {
      unused += pace === undefined ? 0 : turns.length - good.length;
      want = Math.max(1, Math.floor(want / 2));
      turns = good;
    }
    return pace === undefined ? turns[0] : turns.shift();
  };

  const exchange = async (clock: Clock, maxWaitMs: number): Promise<BudgetGrant> => {
    const askedAt = clock.now().getTime();
    const told = news;
    const leftOver = unused;
    news = {};
    unused = 0;
    if (waiting > 0 && askedAt - leasedAt < useWithinMs) want = Math.min(largestLease, want * 2);
    const need = pace === undefined ? 0 : waiting;
    const ask: BudgetAsk = {
      key,
      ...(pace === undefined ? {} : { pace }),
      need,
      want: Math.max(need, want),
      maxWaitMs,
      unused: leftOver,
      ...(told.remaining === undefined ? {} : { remaining: told.remaining }),
      ...(told.pausedUntil === undefined ? {} : { pauseMs: Math.max(0, told.pausedUntil - askedAt) }),
    };
    let grant: BudgetGrant;
    try {
      grant = await store.ask(ask);
    } catch (error) {
      tell(told);
      unused += leftOver;
      throw error;
    }
    const now = clock.now().getTime();
    known = { level: grant.level - grant.count, at: now };
    // Late once is chance, and its turns may meet others; late always is a slow store, and then all are late alike.
    const isLate = now - askedAt > useWithinMs;
    lateAnswers = isLate ? lateAnswers + 1 : 0;
    const from = isLate && lateAnswers > 1 ? now : askedAt;
    const count = pace === undefined ? 1 : grant.count;
    if (count > 0) leasedAt = now;
    for (let index = 0; index < count; index += 1) {
      const wait = grant.pauseMs + (pace === undefined ? 0 : Math.max(0, index + 1 - grant.level) / pace.perMs);
      const turn = { since: now, at: now + wait, until: from + wait + useWithinMs };
      if (pace === undefined) turns = [turn];
      else turns.push(turn);
    }
    return grant;
  };

  /** One at a time, and all who wait profit. */
  const ask = (clock: Clock, maxWaitMs: number): Promise<BudgetGrant> => {
    asking ??= exchange(clock, maxWaitMs).finally(() => {
      asking = undefined;
    });
    return asking;
  };

  const tell = (heard: typeof news): void => {
    const { remaining = Number.POSITIVE_INFINITY, pausedUntil: until = 0 } = news;
    const least = Math.min(remaining, heard.remaining ?? Number.POSITIVE_INFINITY);
    const latest = Math.max(until, heard.pausedUntil ?? 0);
    news = {
      ...(Number.isFinite(least) ? { remaining: least } : {}),
      ...(latest > 0 ? { pausedUntil: latest } : {}),
    };
  };

  const tellNow = async (clock: Clock): Promise<void> => {
    await asking?.catch(() => undefined);
    // A later question may have taken it along; what a store that is away does not hear, the next question tells.
    if (news.remaining !== undefined || news.pausedUntil !== undefined) await ask(clock, 0).catch(() => undefined);
  };

  return {
    async take(clock, maxWaitMs, signal) {
      signal?.throwIfAborted();
      let waited = 0;
      let failures = 0;
      const sleep = async (ms: number): Promise<void> => {
        await clock.sleep(ms, signal);
        waited += ms;
      };
      waiting += 1;
      try {
        for (;;) {
          const now = clock.now().getTime();
          const turn = nextTurn(now);
          if (turn === undefined) {
            const isMine = asking === undefined;
            let grant: BudgetGrant;
            try {
              grant = await unlessAborted(ask(clock, maxWaitMs - waited), signal);
              failures = 0;
            } catch (error) {
              signal?.throwIfAborted();
              const pause = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0;
              if (waited + pause > maxWaitMs) throw away(error);
              failures += 1;
              await sleep(pause);
              continue;
            }
            if (isMine && pace !== undefined && grant.count === 0 && turns.length === 0)
              throw tooLong(Math.ceil(grant.pauseMs + Math.max(0, 1 - grant.level) / pace.perMs));
            continue;
          }
          const wait = Math.ceil(Math.max(turn.at, pausedUntil) - now);
          if (waited + wait > maxWaitMs) {
            if (pace !== undefined) turns.unshift(turn);
            throw tooLong(wait);
          }
          if (wait > 0) {
            try {
              await sleep(wait);
            } catch (error) {
              if (pace !== undefined) turns.unshift(turn);
              throw error;
            }
          }
          const then = clock.now().getTime();
          if (then <= turn.until && then >= pausedUntil) return waited;
          // It is over: a pause came between, or this process was busy for too long.
        }
      } finally {
        waiting -= 1;
      }
    },
    pause(clock, ms) {
      const until = clock.now().getTime() + Math.min(ms, LONGEST_PAUSE_MS);
      if (until <= pausedUntil) return;
      pausedUntil = until;
      turns = [];
      tell({ pausedUntil: until });
      void tellNow(clock);
    },
    remaining(clock, count) {
      if (pace === undefined) return;
      if (turns.length > count) turns.length = count;
      const now = clock.now().getTime();
      const level = Math.min(pace.size, known.level + Math.max(0, now - known.at) * pace.perMs);
      if (count >= level) return;
      known = { level: count, at: now };
      tell({ remaining: count });
      void tellNow(clock);
    },
  };
}

const away = (cause: unknown): ConnectorError =>
  new ConnectorError('transient', 'The store, which shares out the rate limit, cannot be reached', {
    hint: 'Bring the database of `store` back. No request is sent meanwhile, since other workers may use the same limit.',
    cause,
  });
