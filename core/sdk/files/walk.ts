import { posix } from 'node:path';

const MAGIC = /[*?[\]{}()!]/;

/** One name in a folder. A link may lead to either; what it is, `isFolder` says. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
}

/** What a place with folders can tell of them. Paths are joined by `/`. */
export interface Folders<E extends FolderEntry> {
  /** What lies in a folder. Throws where it cannot be looked into: else a lost right would look like "no files". */
  read(folder: string): Promise<readonly E[]>;
  /** Whether a link leads to a folder; false where it leads nowhere. */
  isFolder(path: string): Promise<boolean>;
}

/** A pattern: the folder that it names outright, and the parts that are matched below it. */
export interface PathPattern {
  readonly folder: string;
  readonly rest: readonly string[];
}

export function splitPattern(pattern: string): PathPattern {
  const parts = pattern.split('/');
  const firstMagic = parts.findIndex((part) => MAGIC.test(part));
  const fixed = firstMagic < 0 ? parts.length - 1 : firstMagic;
  return {
    folder: parts.slice(0, fixed).join('/') || (pattern.startsWith('/') ? '/' : '.'),
    rest: parts.slice(fixed),
  };
}

/** True where the path, taken from the pattern's folder, belongs to the pattern. Hidden names belong only where it says so. */
export function isMatch(path: string, { rest }: PathPattern): boolean {
  return !(isHidden(path) && !asksForHidden(rest)) && posix.matchesGlob(path, rest.join('/'));
}

const isHidden = (path: string) => path.split('/').some((part) => part.startsWith('.'));
const asksForHidden = (rest: readonly string[]) => rest.some((part) => part.startsWith('.'));

/** The files below a folder that belong to a pattern, with the entry that told of them; in no order. */
export async function* walk<E extends FolderEntry>(
  pattern: PathPattern,
  folders: Folders<E>,
  signal: AbortSignal,
): AsyncIterable<{ readonly path: string; readonly entry: E }> {
  const { folder, rest } = pattern;
  const isDeep = rest.includes('**');
  const deepAt = isDeep ? rest.indexOf('**') : Infinity;
  const search = async function* (names: readonly string[]): ReturnType<typeof walk<E>> {
    signal.throwIfAborted();
    for (const entry of await folders.read(joined(folder, names))) {
      if (isHidden(entry.name) && !asksForHidden(rest)) continue;
      const below = [...names, entry.name];
      const path = joined(folder, below);
      // Links to folders are followed where the pattern says how deep, since `**` could go round in a circle.
      const isFolder = entry.kind === 'folder' || (entry.kind === 'link' && !isDeep && (await folders.isFolder(path)));
      // Down to a `**` each part says which folders it means.
      const mayHold =
        names.length >= deepAt ||
        (below.length < rest.length && posix.matchesGlob(entry.name, rest[names.length] as string));
      if (isFolder && mayHold) yield* search(below);
      else if (!isFolder && isMatch(below.join('/'), pattern)) yield { path, entry };
    }
  };
  yield* search([]);
}

/** `./a` is written `a`, as a listing shows it. */
function joined(folder: string, names: readonly string[]): string {
  return posix.join(folder, ...names);
}
