import type { SourceStream, SyncMode, WriteMode } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';

/** A stream that no part of a backfill reads. */
export interface LeftOut {
  readonly stream: string;
  /** Why, and what reads it again. */
  readonly why: string;
}

interface Wanted {
  readonly sync?: SyncMode | undefined;
  readonly write?: WriteMode | undefined;
}

/** Undefined for a stream of which a range of days can be read and the rest left out, in its table too; `keepsKeys` is of the destination. */
export function leftOut(
  connection: string,
  stream: string,
  { kind, catalog, ...rest }: SourceStream,
  { sync, write }: Wanted,
  keepsKeys = true,
): LeftOut | undefined {
  const again = `\`tributary sync ${connection} --stream ${stream}`;
  if (kind === 'full_refresh' || write === 'overwrite')
    return { stream, why: `each run reads all of it, as ${again}\` does` };
  const hasKey = keepsKeys && catalog.primaryKey.length > 0;
  const isAppended = write === 'append' || (write === undefined && !hasKey && !(keepsKeys && kind === 'files'));
  const isByDays = kind === 'incremental' || ('readsDays' in rest && rest.readsDays === true);
  if (isByDays && !(isAppended && (!hasKey || sync === 'full_refresh'))) return undefined;
  return {
    stream,
    why: isAppended
      ? 'what is read again would be appended; with `sync: full_refresh` and `write: overwrite` its next run replaces what is there'
      : `it cannot be read by days; ${again} --full-refresh\` reads all of it again`,
  };
}

/** As a sentence of which the stream is known. */
export const notInBackfill = ({ why }: LeftOut): string => `It is not in this backfill: ${why}.`;

/** A connection of which no part of a backfill would read anything. */
export function nothingByDays(connection: string, streams: readonly LeftOut[]): ConnectorError {
  return new ConnectorError('config', `Connection "${connection}" has no stream that can be read by days.`, {
    connection,
    hint: `${streams.map(({ stream, why }) => `${stream}: ${why}`).join('. ')}.`,
  });
}

export const noSuchStream = (connection: string, stream: string, offered: readonly string[]): ConnectorError =>
  new ConnectorError('config', `The source has no stream "${stream}"; it offers: ${offered.join(', ')}.`, {
    connection,
    stream,
    hint: 'See `tributary discover`.',
  });
