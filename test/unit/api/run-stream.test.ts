import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'express';
import { streamRun } from '../../../core/api/run-stream.js';
import type { RunEvent, RunRecord, RunStore } from '../../../core/persistence/run-store.js';
import { open } from '../../support/host.js';

const RUN: RunRecord = {
  id: 'r',
  connection: 'daily',
  state: 'running',
  trigger: 'manual',
  startedAt: '2026-03-01T00:00:00.000Z',
  streams: {},
  owner: { host: 'h', pid: 1, started: '1' },
  heartbeatAt: '2026-03-01T00:00:00.000Z',
};
const EVENT: RunEvent = { run: 'r', seq: 1, at: RUN.startedAt, type: 'run_started', data: { epoch: '1' } };

let record = RUN;
let asked = 0;
let server: Server | undefined;
afterEach(async () => {
  record = RUN;
  server?.closeAllConnections();
  if (server !== undefined) await new Promise((resolve) => server!.close(resolve));
});

const store = {
  async get() {
    asked += 1;
    return record;
  },
  events: async (_id: string, after: number) => (after < 1 ? [EVENT] : []),
} as unknown as RunStore;

/** The stream behind a real server; `ended` once its work is over. */
async function serve(signal: AbortSignal): Promise<{ readonly url: string; readonly ended: Promise<void> }> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  server = createServer((_request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const stream = { runs: store, run: 'r', after: 0, signal: AbortSignal.any([signal, gone.signal]) };
    streamRun(response as Response, stream, { pollMs: 5, heartbeatMs: 20 }).then(resolve, reject);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ended };
}

test('while nothing happens, comments keep it open; a run whose process died ends it, without a last event', async () => {
  const { url, ended } = await serve(new AbortController().signal);
  let text = '';
  for await (const chunk of (await open(url)).setEncoding('utf8')) {
    text += chunk;
    if (text.split(': still here\n\n').length === 3) record = { ...RUN, state: 'interrupted' };
  }
  await ended;
  const [first, ...rest] = text.split('\n\n').filter((block) => block !== ': still here' && block !== '');
  expect(first).toMatch(/^id: 1\nevent: run_started\ndata: \{.*"epoch":"1".*\}$/);
  expect(rest).toEqual([expect.stringMatching(/^event: ended\ndata: \{.*"state":"interrupted".*\}$/)]);
});

test('it ends with the client that goes away, and asks no more', async () => {
  const { url, ended } = await serve(new AbortController().signal);
  const response = await open(url);
  await once(response, 'data');
  response.destroy();
  await ended;
  const before = asked;
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(before);
});

test('it ends with the host', async () => {
  const stopping = new AbortController();
  const { url, ended } = await serve(stopping.signal);
  const response = await open(url);
  await once(response, 'data');
  stopping.abort();
  await ended;
  expect(await response.toArray()).toEqual([]);
});
