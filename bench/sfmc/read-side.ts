import { setTimeout as sleep } from 'node:timers/promises';
import { sfmcSource } from '../../connectors/sfmc/sfmc.source.js';

/** The reading process: all clicks of one day, counted and let go. Its argument is the server's address; its reply on stdout. */
globalThis.gc?.();
await sleep(100);
const idleBytes = process.memoryUsage.rss();
const signal = new AbortController().signal;
// The connector keeps below the vendor's advice of 2,000 calls a minute: what is measured is its own work, so it does not wait.
const passed = { ms: 0 };
const clock = {
  now: () => new Date(Date.now() + passed.ms),
  sleep: async (ms: number) => {
    passed.ms += ms;
  },
};
const plugin = sfmcSource({ clock });
const config = plugin.config.parse({
  endpoint: JSON.parse(process.argv[2] ?? '""'),
  client_id: 'bench',
  client_secret: 'bench',
  accounts: [1],
  start_date: '2026-10-01',
  time_zone: 'America/Chicago',
});
const source = await plugin.open(config, { signal, baseFolder: '/' });
const stream = (await source.streams(() => undefined))['click_events'];
if (stream?.kind !== 'incremental') throw new Error('There is no stream of clicks.');
const slice = { id: 'day', from: '2026-10-01T06:00:00.000Z', to: '2026-10-02T06:00:00.000Z', days: 1 };
const started = performance.now();
let events = 0;
let calls = 0;
for await (const page of stream.read({ slice, signal, warn: (message) => console.error(message) })) {
  events += page.length;
  calls += 1;
}
const seconds = (performance.now() - started) / 1000;
await source.close();
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ events, calls, seconds, waitedSeconds: passed.ms / 1000, idleBytes, peakBytes }));
