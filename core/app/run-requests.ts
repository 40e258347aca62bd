import { randomUUID } from 'node:crypto';
import type { RequestRecord } from '../scheduler/request-store.js';
import type { Installation } from './installation.js';

/** Asks for a run through the API; the same key gives the same request. */
export async function askForRun(
  installation: Installation,
  {
    connection,
    idempotencyKey,
    trigger = 'api',
  }: { readonly connection: string; readonly idempotencyKey: string; readonly trigger?: 'api' | 'replay' },
): Promise<RequestRecord> {
  const { requests, schedules } = await installation.store();
  const notBefore = await schedules.now();
  const asked = { id: randomUUID(), connection, trigger, idempotencyKey, notBefore } as const;
  const { request, isNew } = await requests.add(asked);
  if (isNew) {
    // It is stored, which is all that was asked: without the queue a sweep finds it some seconds later.
    const queue = await installation.queue(() => undefined).catch(() => undefined);
    await queue?.send([request]).catch(() => undefined);
  }
  return request;
}
