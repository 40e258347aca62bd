import { anomalyOf } from '../alerting/volume.js';
import type { EndedRun } from '../alerting/index.js';
import type { RunRecord, RunStore } from '../persistence/index.js';
import type { Ledger } from '../protocol/index.js';
import type { Installation } from './installation.js';

/** Runs of eight weeks, also where one begins every hour. */
const REMEMBERED = 1_500;
const WEEKS_MS = 8 * 7 * 86_400_000;
const HOUR_MS = 3_600_000;

const isOrdinary = ({ trigger }: Pick<RunRecord, 'trigger'>) => trigger !== 'backfill' && trigger !== 'replay';
const endedRun = (run: RunRecord): EndedRun => ({ ...run, endedAt: run.endedAt ?? run.startedAt, schemaChanges: [] });

/** What a stream usually reads on this weekday and hour, where the run read something else; by the rule that alerts use too. */
export async function unusualVolume(
  store: RunStore,
  run: Pick<RunRecord, 'id' | 'connection' | 'trigger' | 'startedAt'>,
  stream: string,
  ledger: Ledger,
): Promise<{ readonly usual: number } | undefined> {
  if (!isOrdinary(run)) return undefined;
  const began = Date.parse(run.startedAt);
  const since = new Date(began - WEEKS_MS).toISOString();
  const found = await store.list({ connection: run.connection, since, limit: REMEMBERED });
  const earlier = found
    .filter((each) => each.id !== run.id && each.endedAt !== undefined && isOrdinary(each))
    .map(endedRun);
  const weekly = earlier.filter((each) => {
    const apart = (began - Date.parse(found.find(({ id }) => id === each.id)?.startedAt ?? '')) % (7 * 24 * HOUR_MS);
    return Math.min(apart, 7 * 24 * HOUR_MS - apart) <= HOUR_MS;
  });
  const now: EndedRun = {
    ...run,
    state: 'succeeded',
    endedAt: new Date().toISOString(),
    streams: { [stream]: { state: 'complete', ledger: { ...ledger } } },
    schemaChanges: [],
  };
  return anomalyOf(stream, now, earlier, weekly);
}

/** A replay reads the quarantine alone and says nothing of the rest. */
const JUDGED = 10;

/** Of those connections the ones whose latest run broke an expectation that fails it: what is built on them waits. */
export async function heldConnections(
  installation: Installation,
  connections: readonly string[],
): Promise<readonly string[]> {
  const held: string[] = [];
  const judged = connections.filter((name) => hasFailing(installation, name));
  if (judged.length === 0) return [];
  const { runs } = await installation.store();
  for (const connection of judged) {
    const latest = await runs.list({ connection, limit: JUDGED });
    const last = latest.find((run) => run.endedAt !== undefined && isOrdinary(run));
    if (Object.values(last?.streams ?? {}).some(({ error }) => error?.kind === 'expectation')) held.push(connection);
  }
  return held;
}

/** Where no expectation may fail a run there is nothing to look for. */
const hasFailing = ({ configuration }: Installation, name: string) =>
  Object.values(configuration.connection(name).expect).some((steps) =>
    steps.some(({ severity }) => severity === 'fail'),
  );
