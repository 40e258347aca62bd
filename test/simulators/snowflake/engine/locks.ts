import { errors } from '../errors.js';

/** Who may hold a lock: a transaction, explicit or of one statement. */
export interface Holder {
  /** Of the statement that took its last lock, for messages. */
  queryId: string;
  /** When it last did something, in ms; infinity while a statement of it runs, which is not idle however long it takes. */
  active: number;
  readonly locks: Set<object>;
  waitsFor?: object;
  /** Ends it as if it were rolled back by an administrator. */
  abort(): Promise<void>;
}

export interface Locks {
  /**
   * Takes the lock of a table, waiting for who holds it. Throws after `timeoutS` (0: at once), when waiting would never end, and
   * when `signal` says so.
   */
  acquire(table: object, name: string, holder: Holder, timeoutS: number, signal: AbortSignal): Promise<void>;
  release(holder: Holder): void;
  holderOf(table: object): Holder | undefined;
  /** Tables and holders, and who waits, in the order in which they came. */
  list(): readonly { readonly table: object; readonly holder: Holder; readonly waiting: boolean }[];
}

interface Waiter {
  readonly holder: Holder;
  readonly grant: () => void;
}

/**
 * One writer a table, first come, first served (docs.snowflake.com, "Transactions", resource locking).
 * @param blockerIdleMs who holds a lock that another waits for, and does nothing for so long, is rolled back; in Snowflake 5 minutes
 */
export const createLocks = (blockerIdleMs: number): Locks => {
  const held = new Map<object, Holder>();
  const queues = new Map<object, Waiter[]>();
  const wouldNeverEnd = (holder: Holder, table: object): boolean => {
    for (let at = held.get(table), steps = 0; at !== undefined && steps < 1000; steps += 1) {
      if (at === holder) return true;
      at = at.waitsFor === undefined ? undefined : held.get(at.waitsFor);
    }
    return false;
  };
  const give = (table: object): void => {
    held.delete(table);
    const next = queues.get(table)?.shift();
    if (next === undefined) return;
    held.set(table, next.holder);
    next.holder.locks.add(table);
    next.grant();
  };
  return {
    acquire(table, name, holder, timeoutS, signal) {
      const current = held.get(table);
      if (current === holder) return Promise.resolve();
      if (current === undefined) {
        held.set(table, holder);
        holder.locks.add(table);
        return Promise.resolve();
      }
      const refused = () => errors.lockTimeout(current.queryId, name, timeoutS);
      if (timeoutS === 0) return Promise.reject(refused());
      if (wouldNeverEnd(holder, table)) return Promise.reject(errors.deadlock(name));
      return new Promise<void>((resolve, reject) => {
        const queue = queues.get(table) ?? [];
        queues.set(table, queue);
        const stop = (error?: Error): void => {
          clearTimeout(timeout);
          clearInterval(watch);
          signal.removeEventListener('abort', cancelled);
          holder.waitsFor = undefined;
          const at = queue.indexOf(waiter);
          if (at !== -1) queue.splice(at, 1);
          if (error === undefined) resolve();
          else reject(error);
        };
        const waiter: Waiter = { holder, grant: () => stop() };
        const cancelled = (): void => stop(errors.cancelled());
        const timeout = setTimeout(() => stop(refused()), Math.min(timeoutS * 1000, 2 ** 31 - 1));
        const watch = setInterval(
          () => {
            const blocker = held.get(table);
            if (blocker !== undefined && Date.now() - blocker.active >= blockerIdleMs) void blocker.abort();
          },
          Math.max(10, Math.min(blockerIdleMs / 4, 10_000)),
        );
        timeout.unref();
        watch.unref();
        signal.addEventListener('abort', cancelled);
        holder.waitsFor = table;
        queue.push(waiter);
      });
    },
    release(holder) {
      for (const table of holder.locks) give(table);
      holder.locks.clear();
    },
    holderOf: (table) => held.get(table),
    list: () => [
      ...[...held].map(([table, holder]) => ({ table, holder, waiting: false })),
      ...[...queues].flatMap(([table, queue]) => queue.map(({ holder }) => ({ table, holder, waiting: true }))),
    ],
  };
};
