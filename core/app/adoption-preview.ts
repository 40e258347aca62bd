import { randomUUID } from 'node:crypto';
import { previewAdoption, type AdoptionPreview } from '../engine/index.js';
import { errorBudgetOf, type Settings } from '../settings/index.js';
import { clock } from './connection-run.js';
import { probe, type Installation } from './installation.js';
import { streamRequests } from './stream-requests.js';

export interface AdoptingStream {
  readonly connection: string;
  readonly stream: string;
}

/** The streams whose tables somebody else has made. */
export function adoptingStreams({ connections }: Pick<Settings, 'connections'>): readonly AdoptingStream[] {
  return Object.entries(connections).flatMap(([connection, { streams }]) =>
    Object.entries(streams).flatMap(([stream, { adopt }]) => (adopt ? [{ connection, stream }] : [])),
  );
}

/** What the next sync would do to the table of such a stream; nothing is changed. Throws what the sync would fail with. */
export async function lookAtAdoption(
  installation: Installation,
  { connection: name, stream }: AdoptingStream,
  signal: AbortSignal,
): Promise<AdoptionPreview> {
  const { configuration } = installation;
  const connection = configuration.connection(name);
  const source = await installation.source(connection.source, signal);
  try {
    const destination = await installation.destination(connection.destination, signal);
    try {
      return await previewAdoption(
        {
          run: { id: randomUUID(), connection: name },
          source,
          destination,
          schema: connection.schema,
          streams: streamRequests(configuration, name, [stream]),
          errorBudget: errorBudgetOf(connection.error_budget),
          unstorableText: connection.unstorable_text,
          startedAt: new Date(),
          fullRefresh: false,
          signal,
          clock,
          on: () => undefined,
          probe,
        },
        stream,
      );
    } finally {
      await destination.close();
    }
  } finally {
    await source.close();
  }
}
