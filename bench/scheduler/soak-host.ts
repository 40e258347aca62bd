import { setTimeout as wait } from 'node:timers/promises';
import { openStore } from '../../core/persistence/index.js';
import { createScheduler, type TimedConnection } from '../../core/scheduler/scheduler.js';

/** A host that only schedules, until it is told to end. Arguments: url, how many connections, how often each is due (ms). */
const [, , url, connections, everyMs] = process.argv as [string, string, string, string, string];
const TICK_EVERY_MS = 1_000;

const store = await openStore(url);
const timed = Array.from({ length: Number(connections) }, (_, n): TimedConnection => ({
  name: `connection_${n}`,
  schedule: { when: { everyMs: Number(everyMs) }, timezone: 'UTC', blackout: [] },
  catchUp: 'coalesce',
  graceMs: Number(everyMs),
  // Half of them are due at once, the others spread.
  jitterMs: n % 2 === 0 ? 0 : Number(everyMs) / 2,
}));
const scheduler = createScheduler(timed, store.schedules);
const ending = new AbortController();
process.once('message', () => ending.abort());
let added = 0;
let faults = 0;
while (!ending.signal.aborted) {
  // A store that restarts costs a tick; the next one makes up for it.
  try {
    added += (await scheduler.tick(new Date(await store.schedules.now()))).length;
  } catch {
    faults += 1;
  }
  await wait(TICK_EVERY_MS);
}
process.send!({ added, faults });
await store.close();
process.disconnect();
