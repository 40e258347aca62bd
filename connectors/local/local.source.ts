import { z } from 'zod';
import { ConnectorError, defineSource } from '#sdk';
import { fileSpec, fileStream } from '#sdk/files';
import { localTransport } from './local.transport.js';

export const local = defineSource({
  name: 'local',
  summary: 'Files in a folder of this machine: CSV or JSON lines, plain or gzip.',
  config: z.strictObject({
    files: z
      .array(fileSpec)
      .min(1)
      .refine(
        (files) => new Set(files.map(({ stream }) => stream)).size === files.length,
        'two entries name one stream',
      )
      .describe('One entry per stream; paths are taken from the folder of the configuration'),
  }),
  connect: ({ config, signal, baseFolder }) => ({ transport: localTransport(baseFolder), files: config.files, signal }),
  async check({ transport, files, signal }) {
    for (const { stream, path } of files) {
      const first = await transport.list(path, signal)[Symbol.asyncIterator]().next();
      if (first.done === true)
        throw new ConnectorError('config', `Stream "${stream}": no file matches ${path} in ${transport.place}.`, {
          stream,
          hint: 'Correct `path`; it is taken from the folder of the configuration.',
        });
    }
  },
  async streams(kind, { client: { transport, files, signal }, frozen, isWanted }) {
    const entries = files
      .filter(({ stream }) => isWanted(stream))
      .map(
        async (spec) =>
          [spec.stream, kind.files(await fileStream(transport, spec, frozen(spec.stream), signal))] as const,
      );
    return Object.fromEntries(await Promise.all(entries));
  },
});
