import { parseArgs } from 'node:util';
import { inProcess, startServer } from '../load/processes.js';

/**
 * `npm run bench -- sfmc [--events 250000 --events 5000000]`: reads so many events of one day by SOAP, from a server that makes
 * the pages, and prints calls, seconds and memory. Fails where memory grows with the number of events.
 */
const { values } = parseArgs({ options: { events: { type: 'string', multiple: true, default: ['50000', '500000'] } } });

interface Reply {
  readonly events: number;
  readonly calls: number;
  readonly seconds: number;
  readonly waitedSeconds: number;
  readonly idleBytes: number;
  readonly peakBytes: number;
}

/**
 * What a read may take beyond what its process has idle, whatever the number of events. What lives is about 20 MB; the rest is
 * garbage that V8 lets gather before it collects.
 */
const EXTRA_LIMIT_BYTES = 350e6;

let isFlat = true;
console.log('events      calls   seconds   events/s   waits of the limit   peak beyond idle');
for (const text of values.events) {
  const wanted = Number(text);
  if (!Number.isSafeInteger(wanted) || wanted < 1)
    throw new RangeError(`--events is ${text}; give a whole number above 0.`);
  const server = await startServer('../sfmc/event-server', text);
  try {
    const reply = await inProcess<Reply>('../sfmc/read-side', server.address);
    if (reply.events !== wanted) throw new Error(`${reply.events} of ${wanted} events were read.`);
    const extra = reply.peakBytes - reply.idleBytes;
    isFlat &&= extra < EXTRA_LIMIT_BYTES;
    const rate = Math.round(wanted / reply.seconds / 1000);
    console.log(
      [
        text.padEnd(11),
        String(reply.calls).padEnd(7),
        reply.seconds.toFixed(1).padEnd(9),
        `${rate}k`.padEnd(10),
        `${Math.round(reply.waitedSeconds)} s`.padEnd(20),
        `${Math.round(extra / 1e6)} MB of ${EXTRA_LIMIT_BYTES / 1e6}`,
      ].join(' '),
    );
  } finally {
    server.stop();
  }
}
if (!isFlat) process.exitCode = 1;
