import { systemClock, type HttpClock } from '#sdk/http';

type Clock = Pick<HttpClock, 'now'>;

let current: Clock = systemClock;

/**
 * Does a work whose functions ask for the time by this clock, so that a replay asks for what was recorded. The work is over when it
 * returns: what waits would meet the clock of another.
 */
export function byClock<Made>(clock: Clock, work: () => Made): Made {
  const before = current;
  current = clock;
  try {
    return work();
  } finally {
    current = before;
  }
}

/** The time by the clock of the work that asks. */
export const timeNow = (): Date => current.now();
