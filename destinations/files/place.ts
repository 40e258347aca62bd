import { posix } from 'node:path';
import type { WritableTransport } from '#sdk/files';
import { localTransport } from '../../connectors/local/local.transport.js';
import { sftpSession } from '../../connectors/sftp/sftp-session.js';
import { sftpTransport } from '../../connectors/sftp/sftp.transport.js';
import type { FilesConfig } from './files.config.js';

/** The place that files are delivered to, by the transport of the connector that reads them there. */
export async function openPlace(
  { sftp, s3, gcs }: FilesConfig,
  { baseFolder, signal }: { readonly baseFolder: string; readonly signal: AbortSignal },
): Promise<WritableTransport> {
  if (sftp !== undefined) return sftpTransport(sftpSession(sftp, signal), sftp);
  // The vendors' clients take a quarter of a second to load.
  if (s3 !== undefined) return (await import('../../connectors/s3/s3.transport.js')).s3Transport(s3);
  if (gcs !== undefined) return (await import('../../connectors/gcs/gcs.transport.js')).gcsTransport(gcs);
  return localTransport(baseFolder);
}

export const stateFolder = ({ folder, state_folder }: FilesConfig): string =>
  state_folder ?? posix.join(folder, '.tributary');
