import type { RunRecord } from '../persistence/run-store.js';
import type { Holds } from '../scheduler/hold-store.js';

/** How a connection stands. */
export type ConnectionState = 'on_time' | 'late' | 'failing' | 'action_required' | 'paused' | 'never_run';

/** What lateness is judged by; instants are ISO 8601 in UTC. */
export interface Punctuality {
  /** The latest slot whose grace is over. */
  readonly overdueSlot?: string | undefined;
  /** The end of the latest run that succeeded. */
  readonly lastSuccess?: string | undefined;
}

/** Faults that no repetition heals. */
const NEEDS_A_PERSON: ReadonlySet<string> = new Set(['auth', 'config', 'schema']);

/** What holds it says the most; what failed says more than that it is late, and lateness more than the last run. */
export function stateOf(
  last: RunRecord | undefined,
  { overdueSlot, lastSuccess }: Punctuality = {},
  { paused, actionRequired }: Holds = {},
): ConnectionState {
  if (paused !== undefined) return 'paused';
  if (actionRequired !== undefined) return 'action_required';
  const isLate = overdueSlot !== undefined && (lastSuccess === undefined || lastSuccess < overdueSlot);
  if (last === undefined) return isLate ? 'late' : 'never_run';
  const isWell = last.state === 'running' || last.state === 'queued' || last.state === 'succeeded';
  // The data of a run may have come in while the marts could not be built.
  if (isWell && last.error === undefined) return isLate ? 'late' : 'on_time';
  const failed = Object.values(last.streams).flatMap(({ error }) => (error === undefined ? [] : [error.kind]));
  const kinds = last.error === undefined ? failed : [last.error.kind, ...failed];
  return kinds.some((kind) => NEEDS_A_PERSON.has(kind)) ? 'action_required' : 'failing';
}
