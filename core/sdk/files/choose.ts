import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration, type FileListing, type FileVersion } from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';
import type { Choosing } from './choosing-spec.js';
import { noneThere } from './none-there.js';
import type { FileTransport } from './transport.js';

/** The groups of `pattern` in a file's name; undefined where the name does not fit. */
export function groupsIn({ pattern }: Choosing, file: string): Readonly<Record<string, string>> | undefined {
  if (pattern === undefined) return {};
  const match = new RegExp(`^(?:${pattern})$`, 'u').exec(posix.basename(file));
  if (match === null) return undefined;
  return Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, text]) => [name, text ?? '']));
}

/** The names of the groups that become columns. */
export function groupNames({ pattern, integrity }: Choosing): readonly string[] {
  const names = Object.keys(new RegExp(`${pattern ?? ''}|`, 'u').exec('')?.groups ?? {});
  return names.filter((name) => !(integrity?.records_in_name === true && name === 'records'));
}

/** A file beside another one, by its template. */
export function beside(template: string, file: string, spec: Choosing): string {
  const name = posix.basename(file);
  const known: Record<string, string> = { ...groupsIn(spec, file), name, stem: name.replace(/\..*$/, '') };
  const own = template.replaceAll(/\{(\w+)\}/g, (whole, key: string) => known[key] ?? whole);
  return posix.join(posix.dirname(file), own);
}

/** The files that must lie beside one before it is read. */
export function companions(spec: Choosing): readonly string[] {
  const { ready, integrity } = spec;
  return [ready.marker, integrity?.sidecar, integrity?.manifest].filter((template) => template !== undefined);
}

/**
 * The files of a stream that are to be read, in their order. No time is compared with a clock of this machine: what was read
 * is known by name and version, so a clock that jumps loses nothing. Without `listing` nothing is waited for.
 */
export async function* chosenFiles(
  transport: FileTransport,
  spec: Choosing,
  signal: AbortSignal,
  listing?: FileListing,
): AsyncIterable<FileVersion> {
  const found: FileVersion[] = [];
  const unmatched: string[] = [];
  for await (const file of transport.list(spec.path, signal))
    if (groupsIn(spec, file.name) !== undefined) found.push(file);
    else unmatched.push(file.name);
  if (found.length === 0 && listing?.hasRead === false)
    listing.warn(await noneThere(transport, spec, unmatched, signal));
  const ready = await readyOnes(transport, spec, found, signal, listing);
  if (spec.order === 'modified') ready.sort((a, b) => compare(a.modifiedAt, b.modifiedAt) || compare(a.name, b.name));
  const chosen = spec.latest_only ? ready.slice(-1) : ready;
  const stableMs = parseDuration(spec.ready.stable_for ?? '') ?? 0;
  if (listing === undefined || stableMs === 0) {
    yield* chosen;
    return;
  }
  const isNew = chosen.map((file) => !listing.isRead(file));
  if (isNew.includes(true)) await sleep(stableMs, undefined, { signal });
  for (const [index, file] of chosen.entries()) {
    if (isNew[index] === true && (await transport.stat(file.name, signal))?.version !== file.version)
      listing.warn(`File "${file.name}" is still being written; the next run reads it.`);
    else yield file;
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Those that have beside them what they must have; the companions themselves are no files of the stream. */
async function readyOnes(
  transport: FileTransport,
  spec: Choosing,
  found: readonly FileVersion[],
  signal: AbortSignal,
  listing: FileListing | undefined,
): Promise<FileVersion[]> {
  const templates = companions(spec);
  if (templates.length === 0) return [...found];
  const others = new Set(found.flatMap(({ name }) => templates.map((template) => beside(template, name, spec))));
  const ready: FileVersion[] = [];
  for (const file of found) {
    if (others.has(file.name)) continue;
    const missing: string[] = [];
    for (const template of templates) {
      const name = beside(template, file.name, spec);
      if ((await transport.stat(name, signal)) === undefined) missing.push(name);
    }
    if (missing.length === 0) ready.push(file);
    else if (listing?.isRead(file) === false)
      listing.warn(`File "${file.name}" is not read yet, since "${missing.join('", "')}" is missing.`);
  }
  return ready;
}

/**
 * What becomes of a file whose records are committed, and of what lies beside it for it alone. A version that was delivered
 * since is left where it is. Safe to repeat.
 */
export async function settleFile(
  transport: FileTransport,
  spec: Choosing,
  file: FileVersion,
  checksum: string,
  signal: AbortSignal,
): Promise<void> {
  const { processed } = spec;
  if (processed === 'keep' || (await transport.stat(file.name, signal))?.version !== file.version) return;
  const own = companions(spec).filter((template) => beside(template, 'a', spec) !== beside(template, 'b', spec));
  // The marker goes first: a name that is delivered again must not find the old one.
  for (const name of [...own.map((template) => beside(template, file.name, spec)), file.name]) {
    if (processed === 'delete') await transport.remove(name, signal);
    else if (name === file.name || (await transport.stat(name, signal)) !== undefined)
      await transport.move(
        name,
        await freeName(transport, posix.join(processed.archive, posix.basename(name)), checksum, signal),
        signal,
      );
  }
}

/** A name in the archive that is not taken: a file that came again keeps its own place there. */
async function freeName(
  transport: FileTransport,
  name: string,
  checksum: string,
  signal: AbortSignal,
): Promise<string> {
  for (let copy = 0; ; copy += 1) {
    const candidate = copy === 0 ? name : `${name}.${checksum.slice(0, 8)}${copy === 1 ? '' : `.${copy}`}`;
    if ((await transport.stat(candidate, signal)) === undefined) return candidate;
    if (copy > 1_000) throw new ConnectorError('source', `The archive has no free name for "${name}".`);
  }
}
