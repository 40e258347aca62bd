import { parseArgs } from 'node:util';
import { openDatabases } from '../load/databases.js';
import { inProcess, startServer } from '../load/processes.js';
import type { RunReply, RunTask } from './daily-run.js';
import { DAY_BEFORE, fewestCalls, NOW, simulatorOptions } from './workspace.js';

/**
 * `npm run bench -- braze [--campaigns 2000] [--canvases 200]`: a first run of 15 days, and the daily run after it with its 14 days
 * of lookback, from a simulated workspace into Postgres. Prints calls, seconds and memory. Fails where the daily run makes many
 * more calls than the fewest there can be, takes much of what the API allows in an hour, or much memory.
 */
const { values } = parseArgs({
  options: { campaigns: { type: 'string', default: '2000' }, canvases: { type: 'string', default: '200' } },
});
const size = { campaigns: Number(values.campaigns), canvases: Number(values.canvases) };
for (const [name, count] of Object.entries(size))
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`--${name} must be a whole number above 0.`);

/** Beside the fewest calls: those about what was sent within 90 days and was silent by chance. */
const CALLS_LIMIT = 1.25;
/** Of the hour that the workspace's own sends share. */
const HOUR_LIMIT = 0.05;
const EXTRA_LIMIT_BYTES = 250e6;

const sumOf = ({ calls }: RunReply) => calls.reduce((sum, { sent }) => sum + sent, 0);
const shown = (count: number) => Math.round(count).toLocaleString('en-US');

const databases = await openDatabases();
const server = await startServer('../braze/workspace-server', JSON.stringify(simulatorOptions(size)));
try {
  const url = await databases.fresh('braze', async () => undefined);
  const run = (startedAt: string) =>
    inProcess<RunReply>('../braze/daily-run', { endpoint: server.address, url, startedAt } satisfies RunTask);
  const first = await run(DAY_BEFORE);
  await fetch(`${server.address}/_simulator/clock`, { method: 'POST', body: JSON.stringify({ now: NOW }) });
  const daily = await run(NOW);
  const fewest = fewestCalls(size);
  console.log(`${shown(size.campaigns)} campaigns, ${shown(size.canvases)} Canvases, 14 days of lookback`);
  console.log('run     calls    seconds   read      new and changed   peak beyond idle');
  for (const [name, reply] of [
    ['first', first],
    ['daily', daily],
  ] as const) {
    const { ledger, seconds, peakBytes, idleBytes } = reply;
    const cells = [
      name.padEnd(7),
      shown(sumOf(reply)).padEnd(8),
      seconds.toFixed(1).padEnd(9),
      shown(ledger.read).padEnd(9),
      shown(ledger.inserted + ledger.updated).padEnd(17),
      `${shown((peakBytes - idleBytes) / 1e6)} MB`,
    ];
    console.log(cells.join(' '));
  }
  const ratio = sumOf(daily) / fewest;
  const extra = daily.peakBytes - daily.idleBytes;
  const judge = (isReached: boolean) => {
    if (!isReached) process.exitCode = 1;
    return isReached ? 'reached' : 'NOT REACHED';
  };
  console.log(
    `fewest calls there can be ${shown(fewest)}: ${ratio.toFixed(2)} of it (≤ ${CALLS_LIMIT}: ${judge(ratio <= CALLS_LIMIT)})`,
  );
  for (const { share, sent, limit = Number.NaN } of daily.calls)
    console.log(
      `${share ?? 'common'} quota: ${shown(sent)} of ${shown(limit)}, ${((100 * sent) / limit).toFixed(1)} % (≤ ${100 * HOUR_LIMIT} %: ${judge(sent / limit <= HOUR_LIMIT)})`,
    );
  console.log(
    `memory ${shown(extra / 1e6)} MB (≤ ${EXTRA_LIMIT_BYTES / 1e6} MB: ${judge(extra <= EXTRA_LIMIT_BYTES)})`,
  );
} finally {
  server.stop();
  await databases.close();
}
