import { randomUUID } from 'node:crypto';
import type { Store } from '../../../core/persistence/index.js';
import type { ErrorReport, RunState } from '../../../core/protocol/index.js';

export const REFUSED: ErrorReport = { kind: 'auth', message: 'The source refused the key.', hint: 'Renew api_key.' };
export const DOWN: ErrorReport = { kind: 'transient', message: 'The source did not answer.', hint: 'Try later.' };

export interface Told {
  readonly state?: RunState;
  readonly error?: ErrorReport;
  readonly streamError?: ErrorReport;
  readonly read?: number;
  readonly quarantined?: number;
  readonly trigger?: string;
  readonly part?: string;
  readonly gone?: readonly string[];
}

/** A run of `daily` with its stream `series`, as the recorder leaves it. */
export async function recordRun(
  store: Store,
  now: number,
  { state = 'succeeded', error, streamError, read = 100, quarantined = 0, trigger = 'manual', part, gone }: Told = {},
): Promise<string> {
  const id = randomUUID();
  const at = new Date(now).toISOString();
  await store.runs.begin({ id, connection: 'daily', trigger, startedAt: at, ...(part === undefined ? {} : { part }) });
  if (gone !== undefined) {
    const change = { added: [], removed: gone, retyped: [], loosened: [] };
    await store.runs.append([
      { run: id, seq: 1, at, type: 'schema_changed', data: { stream: 'series', applied: true, change } },
    ]);
  }
  const isWell = state === 'succeeded';
  await store.runs.end(id, {
    state,
    endedAt: at,
    exitCode: isWell ? 0 : 5,
    streams: {
      series: {
        state: isWell ? 'complete' : 'failed',
        ledger: isWell ? { read, quarantined } : {},
        ...(streamError === undefined ? {} : { error: streamError }),
      },
    },
    ...(error === undefined ? {} : { error }),
  });
  return id;
}
