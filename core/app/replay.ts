import { randomUUID } from 'node:crypto';
import { previewReplay, runConnection, type ReplayPreview } from '../engine/index.js';
import { errorBudgetOf } from '../settings/index.js';
import { clock, runOf, type ConnectionRun, type RunResult } from './connection-run.js';
import { probe, type Installation } from './installation.js';
import { streamRequests } from './stream-requests.js';

/** A run that reads the quarantine instead of the source. */
export function replayConnection(
  installation: Installation,
  request: Omit<ConnectionRun, 'trigger'>,
): Promise<RunResult> {
  return runOf(installation, { ...request, trigger: 'replay' }, (run) => runConnection({ ...run, replay: true }));
}

/** What that run would do. */
export async function previewConnectionReplay(
  installation: Installation,
  { connection: name, streams, signal, on }: Omit<ConnectionRun, 'trigger' | 'note'>,
): Promise<readonly ReplayPreview[]> {
  const { configuration } = installation;
  const connection = configuration.connection(name);
  const wanted = streamRequests(configuration, name, streams);
  const source = await installation.source(connection.source, signal);
  try {
    const destination = await installation.destination(connection.destination, signal);
    try {
      return await previewReplay({
        run: { id: randomUUID(), connection: name },
        source,
        destination,
        schema: connection.schema,
        streams: wanted,
        errorBudget: errorBudgetOf(connection.error_budget),
        unstorableText: connection.unstorable_text,
        startedAt: new Date(),
        fullRefresh: false,
        signal,
        clock,
        on,
        probe,
      });
    } finally {
      await destination.close();
    }
  } finally {
    await source.close();
  }
}
