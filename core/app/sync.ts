import { runConnection } from '../engine/index.js';
import { runOf, type ConnectionRun, type RunResult } from './connection-run.js';
import type { Installation } from './installation.js';

export interface SyncRequest extends ConnectionRun {
  readonly fullRefresh: boolean;
  readonly range?: { readonly from: string; readonly to?: string };
}

export function syncConnection(
  installation: Installation,
  { fullRefresh, range, ...run }: SyncRequest,
): Promise<RunResult> {
  return runOf(installation, run, (request) =>
    runConnection({ ...request, fullRefresh, ...(range === undefined ? {} : { range }) }),
  );
}
