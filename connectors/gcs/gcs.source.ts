import { defineSource } from '#sdk';
import { checkFiles, configuredFiles, fileStreams, type FilesClient } from '#sdk/files';
import { gcsConfig } from './gcs.config.js';
import { GUIDE } from './gcs.guide.js';

export const gcs = defineSource({
  name: 'gcs',
  summary: 'Objects of a bucket in Google Cloud Storage, as files.',
  guide: GUIDE,
  config: gcsConfig,
  async connect({ config, signal }): Promise<FilesClient> {
    // The vendor's library takes a moment to load, which no other command is to wait for.
    const { gcsTransport } = await import('./gcs.transport.js');
    return { transport: gcsTransport(config), files: config.files, signal };
  },
  check: checkFiles,
  streams: fileStreams,
  configured: configuredFiles,
});
