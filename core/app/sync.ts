import { randomUUID } from 'node:crypto';
import { runConnection } from '../engine/index.js';
import { runOf, type ConnectionRun, type RunResult } from './connection-run.js';
import type { Installation } from './installation.js';

export interface SyncRequest extends ConnectionRun {
  readonly fullRefresh: boolean;
  readonly range?: { readonly from: string; readonly to?: string };
  /** Hears of a second run before it begins. */
  readonly again?: (run: string) => Promise<void>;
}

/** One run; and one more where it was refused, and a secret of the connection has changed since that run read it. */
export async function syncConnection(
  installation: Installation,
  { fullRefresh, range, again, ...run }: SyncRequest,
): Promise<RunResult> {
  const once = (id: string) =>
    runOf(installation, { ...run, id }, (request) =>
      runConnection({ ...request, fullRefresh, ...(range === undefined ? {} : { range }) }),
    );
  const first = await once(run.id ?? randomUUID());
  // What cannot be read now is told by the next run.
  if (!isRefused(first) || !(await installation.refreshSecrets(run.connection).catch(() => false))) return first;
  run.note(`run ${first.run} was refused, and a secret has changed since: once more`);
  const second = randomUUID();
  await again?.(second);
  return once(second);
}

function isRefused({ outcome: { error, streams } }: RunResult): boolean {
  return [error, ...streams.map((stream) => stream.error)].some((each) => each?.kind === 'auth');
}
