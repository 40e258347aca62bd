import { z } from 'zod';
import { ConnectorError } from '../errors.js';
import type { StreamKinds, StreamOf, StreamsContext } from '../source.js';
import { chosenFiles } from './choose.js';
import { fileSpec, type FileSpec } from './file-spec.js';
import { chosenStream } from './chosen-stream.js';
import type { FileTransport } from './transport.js';

/** The option `files` of every source of files. */
export const filesOption = (paths: string) =>
  z
    .array(fileSpec)
    .min(1)
    .refine((files) => new Set(files.map(({ stream }) => stream)).size === files.length, 'two entries name one stream')
    .describe(`One entry per stream; paths are ${paths}`);

/** What the page of a source of files says about its streams. */
export const FILES_STREAMS =
  'Each entry of `files` is a stream. Its columns are those of the files, typed by `columns` or by what the first records hold; its key is ' +
  '`primary_key`, else file and row. A file that was read is not read again; one that comes again in another version is. Which files are ' +
  'read and when: [choosing files](../guides/choosing-files.md); packed, encrypted and odd ones: [files](../guides/files.md).';

/** A connected source of files. */
export interface FilesClient {
  readonly transport: FileTransport;
  readonly files: readonly FileSpec[];
  readonly signal: AbortSignal;
}

/** Every stream has a file that can be seen. */
export async function checkFiles({ transport, files, signal }: FilesClient): Promise<void> {
  for (const { stream, path, pattern, ...spec } of files) {
    const chosen = chosenFiles(transport, { stream, path, pattern, ...spec }, signal);
    const first = await chosen[Symbol.asyncIterator]().next();
    if (first.done === true)
      throw new ConnectorError(
        'config',
        `Stream "${stream}": no file matches ${path}${pattern === undefined ? '' : ` and ${pattern}`} in ${transport.place}.`,
        { stream, hint: 'Correct `path` and `pattern`, look at what `ready` asks for, or at who delivers the files.' },
      );
  }
}

/** The streams of a source of files, one per entry of `files`. */
export async function fileStreams<Config, Client extends FilesClient>(
  kind: StreamKinds<Config, Client>,
  { client: { transport, files, signal }, frozen, isWanted }: StreamsContext<Config, Client>,
): Promise<Readonly<Record<string, StreamOf<Config, Client>>>> {
  const entries = files
    .filter(({ stream }) => isWanted(stream))
    .map(
      async (spec) =>
        [spec.stream, kind.files(await chosenStream(transport, spec, frozen(spec.stream), signal))] as const,
    );
  return Object.fromEntries(await Promise.all(entries));
}
