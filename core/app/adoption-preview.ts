import { previewAdoption, type AdoptionPreview } from '../engine/index.js';
import type { Settings } from '../settings/index.js';
import type { Installation } from './installation.js';
import { withPreview } from './preview-request.js';

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
export const lookAtAdoption = (
  installation: Installation,
  { connection, stream }: AdoptingStream,
  signal: AbortSignal,
): Promise<AdoptionPreview> =>
  withPreview(installation, { connection, streams: [stream], signal, on: () => undefined }, (request) =>
    previewAdoption(request, stream),
  );
