import { posix } from 'node:path';
import type { Choosing } from './choosing-spec.js';
import type { FileTransport } from './transport.js';
import { splitPattern } from './walk.js';

const SHOWN = 3;

/**
 * What is said of a stream of which no file was ever read and none is there: a name written wrong looks just like a sender who is
 * late. `unmatched` are those that `path` fits and `pattern` does not.
 */
export async function noneThere(
  transport: FileTransport,
  { path, pattern }: Choosing,
  unmatched: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { folder, rest } = splitPattern(path);
  const there = unmatched.map((name) => posix.basename(name));
  if (there.length === 0)
    for await (const { name } of transport.list(posix.join(folder, '*'), signal)) there.push(posix.basename(name));
  const wanted = rest.at(-1) ?? '';
  const nearest = there.toSorted((a, b) => inCommon(b, wanted) - inCommon(a, wanted) || (a < b ? -1 : 1));
  const shown = nearest.slice(0, SHOWN).map((name) => `"${name}"`);
  const holds = there.length === 0 ? 'no file by itself' : `${shown.join(', ')}${more(there.length - shown.length)}`;
  return (
    `No file matches ${path}${pattern === undefined ? '' : ` and the pattern ${pattern}`} in ${transport.place}, and none was ever read; ` +
    `the folder "${folder}" holds ${holds}. Correct \`path\` or \`pattern\` if that is wrong; else ask who delivers the files.`
  );
}

const more = (count: number) => (count === 0 ? '' : ` and ${count} more`);

/** How many characters two names begin with alike. */
function inCommon(name: string, wanted: string): number {
  let count = 0;
  while (count < name.length && name[count] === wanted[count]) count += 1;
  return count;
}
