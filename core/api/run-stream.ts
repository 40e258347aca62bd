import { setTimeout as wait } from 'node:timers/promises';
import type { Response } from 'express';
import type { RunStore } from '../persistence/run-store.js';
import { eventForm, runForm } from './forms.js';

/** Proxies close what is silent, mostly after 60 s. */
const PACE = { pollMs: 1_000, heartbeatMs: 15_000 };

export interface RunStream {
  readonly runs: RunStore;
  readonly run: string;
  /** The last event that the client has. */
  readonly after: number;
  /** The host ends, or the client has gone. */
  readonly signal: AbortSignal;
}

/**
 * Writes the events of a run as server-sent events while they reach the store, from whichever process. The last, `ended`,
 * tells the run as it was recorded; it follows `run_ended` once the marts are done. A client that comes back after it gets 204,
 * which makes a browser stop asking.
 */
export async function streamRun(
  response: Response,
  { runs, run, after, signal }: RunStream,
  pace = PACE,
): Promise<void> {
  let last = after;
  let spoke = Date.now();
  const write = async (text: string) => {
    spoke = Date.now();
    // A client that does not read must not fill our memory.
    if (!response.write(text)) await drained(response, signal);
  };
  while (!signal.aborted) {
    // The record first: what is read after it holds every event of a run that had ended.
    const record = await runs.get(run);
    const events = await runs.events(run, last);
    const isOver = record === undefined || (record.state !== 'running' && record.state !== 'queued');
    if (!response.headersSent) {
      if (isOver && events.length === 0 && after > 0) {
        response.status(204).end();
        return;
      }
      open(response);
    }
    for (const event of events) {
      const { type, seq } = event;
      await write(`id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify(eventForm(event))}\n\n`);
      last = seq;
    }
    if (isOver) {
      if (record !== undefined) await write(`event: ended\ndata: ${JSON.stringify(runForm(record))}\n\n`);
      break;
    }
    if (Date.now() - spoke >= pace.heartbeatMs) await write(': still here\n\n');
    await wait(pace.pollMs, undefined, { signal }).catch(() => undefined);
  }
  response.end();
}

function open(response: Response): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    // Else a host that ends would wait for the idle connection, and some proxies hold answers back.
    Connection: 'close',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
}

function drained(response: Response, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}
