import { randomUUID } from 'node:crypto';
import type { RunRequest } from '../engine/index.js';
import { errorBudgetOf } from '../settings/index.js';
import { clock, type ConnectionRun } from './connection-run.js';
import { probe, type Installation } from './installation.js';
import { streamRequests } from './stream-requests.js';

/** The request of a run that only looks, while source and destination are open. */
export async function withPreview<T>(
  installation: Installation,
  { connection: name, streams, signal, on }: Pick<ConnectionRun, 'connection' | 'streams' | 'signal' | 'on'>,
  work: (request: RunRequest) => Promise<T>,
): Promise<T> {
  const { configuration } = installation;
  const connection = configuration.connection(name);
  const wanted = streamRequests(configuration, name, streams);
  const source = await installation.source(connection.source, signal);
  try {
    const destination = await installation.destination(connection.destination, signal);
    try {
      return await work({
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
