import type { Lease, RequestStore } from './request-store.js';

export interface LeaseTimes {
  /** How long a request stays with a worker that says nothing more. */
  readonly leaseMs: number;
  readonly renewEveryMs: number;
}

export interface LeaseKeeper {
  /** Whether, as far as is known here, no other worker may have the request. */
  readonly isHeld: boolean;
  /** Rows were committed: told with the next renewal, so that it counts also if this worker dies. */
  committed(): void;
  /** Ends the renewals. */
  stop(): Promise<void>;
}

/**
 * Renews a lease for as long as its run goes on. `onEnd` is called once, when the run has lost its right to go on: the lease
 * went to another worker, or may have gone since the store cannot be reached; or somebody cancelled it.
 */
export function keepLease(
  requests: Pick<RequestStore, 'renew'>,
  lease: Lease,
  { leaseMs, renewEveryMs }: LeaseTimes,
  onEnd: (why: 'lost' | 'cancelled') => void,
): LeaseKeeper {
  let isHeld = true;
  let hasCommitted = false;
  let isOver = false;
  // By this process's own clock, and from before the request: the database counts from later on.
  let renewedAt = performance.now();
  let renewal: Promise<void> | undefined;
  const end = (why: 'lost' | 'cancelled') => {
    if (isOver) return;
    isOver = true;
    onEnd(why);
  };
  const renew = async () => {
    const askedAt = performance.now();
    try {
      const { isHeld: isStill, isCancelWanted } = await requests.renew(lease, leaseMs, hasCommitted);
      isHeld = isStill;
      renewedAt = askedAt;
      if (!isStill) end('lost');
      else if (isCancelWanted) end('cancelled');
    } catch {
      loseIfSilent();
    }
  };
  /** The store heals or not, refuses or hangs: what counts is how long it is silent. */
  const loseIfSilent = () => {
    if (performance.now() - renewedAt < leaseMs) return;
    isHeld = false;
    end('lost');
  };
  const renewing = setInterval(() => {
    // One that hangs keeps a further try out.
    if (performance.now() - renewedAt > leaseMs) loseIfSilent();
    renewal ??= renew().finally(() => (renewal = undefined));
  }, renewEveryMs);
  return {
    get isHeld() {
      return isHeld;
    },
    committed() {
      hasCommitted = true;
    },
    async stop() {
      clearInterval(renewing);
      isOver = true;
      // One that hangs is not waited for: the lease is lost by then.
      if (isHeld) await renewal;
    },
  };
}
