import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errors } from '../errors.js';
import type { Options, Statement } from '../sql/statement.js';
import { findSchema, qualify } from './catalog.js';
import { shownPath } from './names.js';
import { textResult, type Result } from './results.js';
import type { Running } from './session.js';

export interface StageRef {
  readonly folder: string;
  /** What stands behind the name of the stage, without a leading slash. */
  readonly path: string;
  /** The name as LIST and COPY write it before a file's path. */
  readonly shown: string;
  readonly format: Options;
}

/** `~/a`, `%table/a`, `"db".schema.stage/a`. Throws where there is no such stage. */
export const resolveStage = async (text: string, { account, session }: Running): Promise<StageRef> => {
  const names: string[] = [];
  const part = /\.?("(?:[^"]|"")+"|[%~]?[A-Za-z0-9_$]*)/y;
  for (let first = true; ; first = false) {
    const from = part.lastIndex;
    const found = part.exec(text);
    if (found === null || found[1] === '' || (!first && !found[0].startsWith('.'))) {
      part.lastIndex = from;
      break;
    }
    names.push(found[1].startsWith('"') ? found[1].slice(1, -1).replaceAll('""', '"') : found[1].toUpperCase());
  }
  const rest = text.slice(names.length === 0 ? 0 : part.lastIndex);
  const path = rest.replace(/^\//, '');
  if (names[0] === '~' || text.startsWith('~')) {
    const folder = join(account.folder, `user-${session.user}`);
    await mkdir(folder, { recursive: true });
    return { folder, path: text.slice(1).replace(/^\//, ''), shown: '', format: {} };
  }
  if (names.at(-1)?.startsWith('%') === true) throw errors.unsupported('stage of a table');
  if (names.length === 0 || names.length > 3) throw errors.missing('Stage', text);
  const full = qualify(names, session.namespace);
  const found =
    session.temporaryStages.get(full.join('\0')) ?? findSchema(account.databases, full[0], full[1]).stages.get(full[2]);
  if (found === undefined) throw errors.missing('Stage', shownPath(names.length === 1 ? names : full));
  return { folder: found.folder, path, shown: `${full[2].toLowerCase()}/`, format: found.format };
};

export interface StagedFile {
  /** Its path within the stage. */
  readonly path: string;
  readonly file: string;
  readonly size: number;
  readonly modified: Date;
}

/** A file may be removed by another session while a list is made; undefined then. */
const unlessGone = <T>(asked: Promise<T>): Promise<T | undefined> =>
  asked.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

/** Files whose path begins with that of the reference, by name, as a prefix and not only as a folder. */
export const listFiles = async (ref: StageRef, pattern?: string): Promise<StagedFile[]> => {
  const found: StagedFile[] = [];
  for (const entry of await readdir(ref.folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(ref.folder, file);
    if (!path.startsWith(ref.path)) continue;
    // A pattern holds for the whole path.
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(path)) continue;
    const about = await unlessGone(stat(file));
    if (about !== undefined) found.push({ path, file, size: about.size, modified: about.mtime });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
};

export const md5Of = async (file: string): Promise<string> => {
  const hash = createHash('md5');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

export const list = async (
  statement: Extract<Statement, { kind: 'list' | 'remove' }>,
  running: Running,
): Promise<Result> => {
  const ref = await resolveStage(statement.stage, running);
  const files = await listFiles(ref, statement.pattern);
  const rows = await Promise.all(
    files.map(async ({ path, file, size, modified }) => {
      const md5 = await unlessGone(md5Of(file));
      return md5 === undefined ? [] : [[`${ref.shown}${path}`, size, md5, modified.toUTCString()]];
    }),
  );
  return textResult(['name', 'size', 'md5', 'last_modified'], rows.flat());
};

export const removeFiles = async (
  statement: Extract<Statement, { kind: 'list' | 'remove' }>,
  running: Running,
): Promise<Result> => {
  const ref = await resolveStage(statement.stage, running);
  const files = await listFiles(ref, statement.pattern);
  for (const { file } of files) await rm(file, { force: true });
  return textResult(
    ['name', 'result'],
    files.map(({ path }) => [`${ref.shown}${path}`, 'removed']),
  );
};

/** What a PUT or GET tells the driver to do; it moves the files itself. */
export type Transfer = Readonly<Record<string, unknown>>;

const flag = (value: string | readonly string[] | undefined, fallback: boolean): boolean =>
  value === undefined ? fallback : String(value).toUpperCase() === 'TRUE';
const parallelOf = (options: Options, fallback: number): number => {
  const parallel = Number(options.PARALLEL ?? fallback);
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 99)
    throw errors.invalid(`invalid value [${String(options.PARALLEL)}] for parameter 'PARALLEL'`);
  return parallel;
};

export const put = async (statement: Extract<Statement, { kind: 'put' }>, running: Running): Promise<Transfer> => {
  const ref = await resolveStage(statement.stage, running);
  return {
    command: 'UPLOAD',
    src_locations: [statement.file],
    parallel: parallelOf(statement.options, 4),
    autoCompress: flag(statement.options.AUTO_COMPRESS, true),
    overwrite: flag(statement.options.OVERWRITE, false),
    sourceCompression: String(statement.options.SOURCE_COMPRESSION ?? 'auto_detect').toLowerCase(),
    stageInfo: { locationType: 'LOCAL_FS', location: `${join(ref.folder, ref.path)}/`, creds: {} },
    encryptionMaterial: null,
  };
};

export const get = async (statement: Extract<Statement, { kind: 'get' }>, running: Running): Promise<Transfer> => {
  const ref = await resolveStage(statement.stage, running);
  const pattern = statement.options.PATTERN;
  const files = await listFiles(ref, pattern === undefined ? undefined : String(pattern));
  return {
    command: 'DOWNLOAD',
    src_locations: files.map(({ path }) => path),
    localLocation: statement.file,
    parallel: parallelOf(statement.options, 10),
    stageInfo: { locationType: 'LOCAL_FS', location: `${ref.folder}/`, creds: {} },
    encryptionMaterial: [],
  };
};
