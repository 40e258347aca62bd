import { z } from 'zod';
import { ConnectorError, toConnectorError } from '../errors.js';
import type { ConfiguredStream, StreamKinds, StreamOf, StreamsContext } from '../source.js';
import { chosenFiles } from './choose.js';
import { fileSpec, type FileSpec } from './file-spec.js';
import { chosenStream } from './chosen-stream.js';
import { PRESETS, presetFiles, presetSpec, type Preset, type PresetFile, type PresetSpec } from './presets/index.js';
import type { FileTransport } from './transport.js';

/** The option `files` of every source of files. */
export const filesOption = (paths: string) =>
  z
    .array(
      z.discriminatedUnion('preset', [
        // An entry without a preset describes one stream by itself.
        z.strictObject({ ...fileSpec.shape, preset: z.undefined().optional() }),
        presetSpec,
      ]),
    )
    .min(1)
    .refine((files) => {
      const streams = specsOf(files).map(({ stream }) => stream);
      return new Set(streams).size === streams.length;
    }, 'two entries name one stream')
    .describe(`One entry per stream, or a \`preset\` of several; paths are ${paths}`);

type Entry = FileSpec | PresetSpec;

/** What the entries mean, stream by stream. */
const described = (files: readonly Entry[]) =>
  files.flatMap((entry): readonly (Partial<PresetFile> & { readonly spec: FileSpec })[] =>
    'preset' in entry && entry.preset !== undefined ? presetFiles(entry) : [{ spec: entry as FileSpec }],
  );

const specsOf = (files: readonly Entry[]): readonly FileSpec[] => described(files).map(({ spec }) => spec);

/** What `configured` of a source of files says. */
export const configuredFiles = ({ files }: { readonly files: readonly Entry[] }): readonly ConfiguredStream[] =>
  specsOf(files).map(({ stream, only_columns }) => ({ stream, isDeclared: only_columns }));

/** What the page of a source of files says about its streams. */
export const FILES_STREAMS =
  'Each entry of `files` is a stream. Its columns are those of the files, typed by `columns` or by what the first records hold; its key is ' +
  '`primary_key`, else file and row. A file that was read is not read again; one that comes again in another version is. Which files are ' +
  'read and when: [choosing files](../guides/choosing-files.md); packed, encrypted and odd ones, and the ' +
  'layouts of vendors (`preset`): [files](../guides/files.md).';

/** A connected source of files. */
export interface FilesClient {
  readonly transport: FileTransport;
  readonly files: readonly Entry[];
  readonly signal: AbortSignal;
}

/**
 * Every entry has a file that can be seen. Of a preset that has a folder per stream, one that is not there yet is told by `note`:
 * of some kinds there may be none for long. Fails where the folder has nothing at all.
 */
export async function checkFiles(
  { transport, files, signal }: FilesClient,
  note: (text: string) => void = () => undefined,
): Promise<void> {
  for (const entry of files) {
    const folder = folderOf(entry);
    const lacking: FileSpec[] = [];
    const specs = specsOf([entry]);
    for (const spec of specs) if (!(await hasAny(transport, spec, signal))) lacking.push(spec);
    if (lacking.length === 0) continue;
    const isThere =
      lacking.length < specs.length ||
      (folder !== undefined && (await hasAny(transport, { ...lacking[0]!, path: `${folder}/**` }, signal)));
    if (!isThere) throw noneOf(entry, specs, transport);
    for (const { stream, path } of lacking)
      note(
        `stream "${stream}": no file matches ${plain(path)} in ${transport.place} yet; the stream is empty until one does.`,
      );
  }
}

/** A preset keeps a name from being a pattern's beginning by a class of one letter. */
const plain = (path: string) => path.replaceAll(/\[(.)\]/g, '$1');

/** The folder below which a preset has one per stream. */
function folderOf(entry: Entry): string | undefined {
  if (!('preset' in entry) || entry.preset === undefined) return undefined;
  return Object.values(PRESETS[entry.preset].streams as Preset['streams']).some(({ below }) => below !== undefined)
    ? entry.path.replace(/\/$/, '')
    : undefined;
}

function noneOf(entry: Entry, specs: readonly FileSpec[], transport: FileTransport): ConnectorError {
  const { path, pattern } = entry;
  const stream = specs.length === 1 ? `Stream "${specs[0]!.stream}"` : `Preset "${(entry as PresetSpec).preset}"`;
  return new ConnectorError(
    'config',
    `${stream}: no file matches ${path}${pattern === undefined ? '' : ` and ${pattern}`} in ${transport.place}.`,
    {
      ...(specs.length === 1 ? { stream: specs[0]!.stream } : {}),
      hint: 'Correct `path` and `pattern`, look at what `ready` asks for, or at who delivers the files.',
    },
  );
}

async function hasAny(transport: FileTransport, spec: FileSpec, signal: AbortSignal): Promise<boolean> {
  const first = await chosenFiles(transport, spec, signal)[Symbol.asyncIterator]().next();
  return first.done !== true;
}

/** The streams of a source of files, one per entry of `files`. */
export async function fileStreams<Config, Client extends FilesClient>(
  kind: StreamKinds<Config, Client>,
  { client: { transport, files, signal }, frozen, isWanted, leaveOut }: StreamsContext<Config, Client>,
): Promise<Readonly<Record<string, StreamOf<Config, Client>>>> {
  const entries = described(files)
    .filter(({ spec }) => isWanted(spec.stream))
    .map(async ({ spec, summary }) => {
      const stream = await chosenStream(transport, spec, frozen(spec.stream), signal).catch((error: unknown) => {
        // A place that cannot be reached has none of them.
        if (toConnectorError(error).details.stream === undefined) throw error;
        leaveOut(spec.stream, error);
      });
      if (stream === undefined) return [];
      if (summary === undefined) return [[spec.stream, kind.files(stream)] as const];
      // Of some kinds of a preset there may be none for long, which `check` tells.
      const list: typeof stream.list = (abort, listing) => stream.list(abort, listing && { ...listing, hasRead: true });
      return [[spec.stream, kind.files({ ...stream, summary, list })] as const];
    });
  return Object.fromEntries((await Promise.all(entries)).flat());
}
