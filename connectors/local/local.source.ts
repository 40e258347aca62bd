import { z } from 'zod';
import { defineSource } from '#sdk';
import { checkFiles, configuredFiles, filesOption, fileStreams } from '#sdk/files';
import { GUIDE } from './local.guide.js';
import { localTransport } from './local.transport.js';

export const local = defineSource({
  name: 'local',
  summary: 'Files in a folder of this machine: CSV, JSON, Parquet, Avro, XLSX, packed and encrypted as it may be.',
  guide: GUIDE,
  config: z.strictObject({ files: filesOption('taken from the folder of the configuration') }),
  connect: ({ config, signal, baseFolder }) => ({ transport: localTransport(baseFolder), files: config.files, signal }),
  check: checkFiles,
  streams: fileStreams,
  configured: configuredFiles,
});
