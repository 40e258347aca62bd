import { defineSource } from '#sdk';
import { checkFiles, configuredFiles, fileStreams, type FilesClient } from '#sdk/files';
import { sftpConfig } from './sftp.config.js';
import { GUIDE } from './sftp.guide.js';
import { sftpSession, type SftpSession } from './sftp-session.js';
import { sftpTransport } from './sftp.transport.js';

interface SftpClient extends FilesClient {
  readonly session: SftpSession;
}

export const sftp = defineSource({
  name: 'sftp',
  summary:
    'Files on an SSH server: CSV, JSON, Parquet, Avro, XLSX, packed and encrypted as it may be; the host key is pinned.',
  guide: GUIDE,
  config: sftpConfig,
  connect({ config, signal }): SftpClient {
    const session = sftpSession(config, signal);
    return { session, transport: sftpTransport(session, config), files: config.files, signal };
  },
  check: (client, note) => checkFiles(client, note),
  streams: fileStreams,
  configured: configuredFiles,
  close: ({ session }) => session.close(),
});
