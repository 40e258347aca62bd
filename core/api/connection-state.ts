import type { RunRecord } from '../persistence/run-store.js';

/** How a connection stands. `late` and `paused` need a schedule, which is to come. */
export type ConnectionState = 'on_time' | 'failing' | 'action_required' | 'never_run';

/** Faults that no repetition heals. */
const NEEDS_A_PERSON: ReadonlySet<string> = new Set(['auth', 'config', 'schema']);

export function stateOf(last: RunRecord | undefined): ConnectionState {
  if (last === undefined) return 'never_run';
  const isWell = last.state === 'running' || last.state === 'queued' || last.state === 'succeeded';
  // The data of a run may have come in while the marts could not be built.
  if (isWell && last.error === undefined) return 'on_time';
  const failed = Object.values(last.streams).flatMap(({ error }) => (error === undefined ? [] : [error.kind]));
  const kinds = last.error === undefined ? failed : [last.error.kind, ...failed];
  return kinds.some((kind) => NEEDS_A_PERSON.has(kind)) ? 'action_required' : 'failing';
}
