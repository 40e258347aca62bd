import { defineSource } from '#sdk';
import { checkFiles, configuredFiles, fileStreams, type FilesClient } from '#sdk/files';
import { s3Config } from './s3.config.js';
import { GUIDE } from './s3.guide.js';

interface S3Files extends FilesClient {
  close(): void;
}

export const s3 = defineSource({
  name: 's3',
  summary: 'Objects of a bucket in Amazon S3 or any compatible storage, as files.',
  guide: GUIDE,
  config: s3Config,
  async connect({ config, signal }): Promise<S3Files> {
    // The vendor's client takes a quarter of a second to load, which no other command is to wait for.
    const { s3Transport } = await import('./s3.transport.js');
    const transport = s3Transport(config);
    return { transport, files: config.files, signal, close: () => transport.close() };
  },
  check: (client, note) => checkFiles(client, note),
  streams: fileStreams,
  configured: configuredFiles,
  close: (client) => client.close(),
});
