import { createReadStream } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { z } from 'zod';
import { ConnectorError, defineSource, type FileVersion } from '#sdk';
import { fileSpec, fileStream, type FileTransport } from '#sdk/files';

/** Large enough that a read costs little, small enough that a few in flight stay small. */
const CHUNK_BYTES = 1 << 18;

export const local = defineSource({
  name: 'local',
  summary: 'Files in a folder of this machine: CSV or JSON lines, plain or gzip.',
  config: z.strictObject({ files: z.array(fileSpec).min(1).describe('One entry per stream') }),
  connect: ({ config, signal, baseFolder }) => ({ transport: localTransport(baseFolder), files: config.files, signal }),
  async check({ transport, files, signal }) {
    for (const { stream, path } of files) {
      let found = 0;
      for await (const _file of transport.list(path, signal)) found += 1;
      if (found === 0)
        throw new ConnectorError('source', `Stream "${stream}": no file matches ${path}.`, {
          stream,
          hint: 'Paths are taken from the folder of the configuration.',
        });
    }
  },
  async streams(kind, { client: { transport, files, signal }, frozen }) {
    const entries = await Promise.all(
      files.map(
        async (spec) =>
          [spec.stream, kind.files(await fileStream(transport, spec, frozen(spec.stream), signal))] as const,
      ),
    );
    return Object.fromEntries(entries);
  },
});

function localTransport(baseFolder: string): FileTransport {
  return {
    async *list(pattern) {
      const names: string[] = [];
      for await (const name of glob(pattern, { cwd: baseFolder })) names.push(name);
      for (const name of names.toSorted()) {
        const path = resolve(baseFolder, name);
        const found = await stat(path).catch((cause: unknown) => {
          throw unreadable(name, cause);
        });
        if (!found.isFile()) continue;
        yield {
          name: relative(baseFolder, path),
          bytes: found.size,
          modifiedAt: found.mtime.toISOString(),
          version: `${found.size}-${found.mtimeMs}`,
        } satisfies FileVersion;
      }
    },
    async *read(file, signal) {
      try {
        yield* createReadStream(resolve(baseFolder, file.name), {
          highWaterMark: CHUNK_BYTES,
          signal,
        }) as AsyncIterable<Uint8Array>;
      } catch (cause) {
        if (signal.aborted) throw cause;
        throw unreadable(file.name, cause);
      }
    },
  };
}

function unreadable(name: string, cause: unknown): ConnectorError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM')
    return new ConnectorError('auth', `File "${name}" may not be read by this user.`, {
      cause,
      hint: 'Give the user that runs Tributary the right to read it.',
    });
  if (code === 'ENOENT')
    return new ConnectorError('source', `File "${name}" is gone.`, {
      cause,
      hint: 'It was removed after it was listed.',
    });
  return new ConnectorError('source', `File "${name}" cannot be read (${code ?? 'unknown fault'}).`, { cause });
}
