import type { RunRecord } from '../persistence/run-store.js';
import type { OpenCircuit } from '../scheduler/circuit-store.js';
import type { Holds } from '../scheduler/hold-store.js';
import { stateOf, type ConnectionState } from './connection-state.js';
import { runForm } from './forms.js';
import type { ConnectionSchedule, ConnectionSummary, HostServices } from './host-services.js';

/** What is known of a connection beside its configuration. */
export interface ConnectionNews {
  readonly last?: RunRecord | undefined;
  readonly lastSuccess?: string | undefined;
  readonly schedule?: ConnectionSchedule | undefined;
  readonly holds?: Holds | undefined;
  readonly circuit?: OpenCircuit | undefined;
}

/** A connection as API and command line tell it. */
export interface ConnectionForm extends ConnectionSummary {
  readonly state: ConnectionState;
  /** What a person can do about the state. */
  readonly next_step: string | null;
  readonly paused: {
    readonly since: string;
    readonly by: string;
    readonly reason: string | null;
    readonly until: string | null;
  } | null;
  readonly action_required: { readonly since: string; readonly request: string; readonly error: object } | null;
  /** Open: its requests wait for its source, which is tried again at `probe_at`. */
  readonly circuit: {
    readonly opened_at: string;
    readonly probe_at: string;
    readonly failures: number;
    readonly error: object;
  } | null;
  readonly schedule: object | null;
  readonly next_slot: string | null;
  readonly last_success: string | null;
  readonly last_run: object | null;
}

type NewsOf = Pick<HostServices, 'runs' | 'schedules' | 'holds' | 'circuits'>;

/** Each of these connections with its state, in their order. */
export async function connectionForms(
  connections: readonly ConnectionSummary[],
  { runs, schedules, holds, circuits }: NewsOf,
): Promise<readonly ConnectionForm[]> {
  const [last, successes, schedule, held, open] = await Promise.all([
    runs.lastByConnection(connections.length === 1 ? connections[0]!.name : undefined),
    runs.lastSuccesses(),
    schedules(),
    holds(),
    circuits(),
  ]);
  return connections.map((one) =>
    connectionForm(one, {
      last: last[one.name],
      lastSuccess: successes[one.name],
      schedule: schedule[one.name],
      holds: held[one.name],
      circuit: open[one.source],
    }),
  );
}

export function connectionForm(
  connection: ConnectionSummary,
  { last, lastSuccess, schedule, holds = {}, circuit }: ConnectionNews,
): ConnectionForm {
  const { paused, actionRequired } = holds;
  const state = stateOf(last, { overdueSlot: schedule?.overdueSlot, lastSuccess }, holds);
  return {
    ...connection,
    state,
    next_step: nextStepOf(connection, state, last, { ...holds, circuit }) ?? null,
    paused:
      paused === undefined
        ? null
        : { since: paused.since, by: paused.by, reason: paused.reason ?? null, until: paused.until ?? null },
    action_required:
      actionRequired === undefined
        ? null
        : { since: actionRequired.since, request: actionRequired.request, error: actionRequired.error },
    circuit:
      circuit === undefined
        ? null
        : {
            opened_at: circuit.openedAt,
            probe_at: circuit.probeAt,
            failures: circuit.failures,
            error: circuit.error,
          },
    schedule: schedule?.schedule ?? null,
    // While it is held none of its slots is taken.
    next_slot: paused !== undefined || actionRequired !== undefined ? null : (schedule?.nextSlot ?? null),
    last_success: lastSuccess ?? null,
    last_run: last === undefined ? null : runForm(last),
  };
}

function nextStepOf(
  { name, source }: ConnectionSummary,
  state: ConnectionState,
  last: RunRecord | undefined,
  { paused, actionRequired, circuit }: Holds & Pick<ConnectionNews, 'circuit'>,
): string | undefined {
  const resume = `\`tributary resume ${name}\``;
  if (paused !== undefined)
    return `${resume} lets its schedule go on${paused.until === undefined ? '' : `; by itself it does at ${paused.until}`}.`;
  if (actionRequired !== undefined)
    return [
      actionRequired.error.hint ?? 'Correct what the error says.',
      `Its schedule goes on after ${resume}, a run that succeeds, or a start with other settings.`,
    ].join(' ');
  if (circuit !== undefined)
    return `Nothing: requests wait for source "${source}", which failed ${circuit.failures} times in a row and is tried again at ${circuit.probeAt}.`;
  if (state !== 'failing' && state !== 'action_required') return undefined;
  if (last?.state === 'interrupted')
    return `The next run goes on from what was committed; \`tributary runs show ${last.id}\` tells what that was.`;
  const errors = [last?.error, ...Object.values(last?.streams ?? {}).map(({ error }) => error)];
  return errors.find((error) => error?.hint !== undefined)?.hint;
}
