import type { FileVersion } from '../../protocol/index.js';
import type { CsvScanner } from './csv.scanner.js';
import type { Part } from './decode.js';
import { readHeader } from './header.js';
import { refused } from './unpack/faults.js';

const LF = 10;
const LINE_END = Uint8Array.of(LF);

/**
 * The entries of an archive as one text: a line ends with its entry, and of the headers, which must be equal, only the
 * first remains. A file that is no archive passes as it is. `newScanner` is absent where there is no header.
 */
export async function* joinedText(
  parts: AsyncGenerator<Part>,
  file: FileVersion,
  prepare: (part: Part) => AsyncIterable<Uint8Array>,
  newScanner: (() => CsvScanner) | undefined,
): AsyncGenerator<Uint8Array> {
  let first: { readonly entry: string; readonly names: readonly string[] } | undefined;
  let count = 0;
  let last = LF;
  try {
    for await (const part of parts) {
      const chunks = prepare(part)[Symbol.asyncIterator]();
      if (!part.isEntry) {
        yield* { [Symbol.asyncIterator]: () => chunks };
        continue;
      }
      if (last !== LF) yield LINE_END;
      const isFirst = count === 0;
      count += 1;
      let read: readonly Uint8Array[];
      if (newScanner === undefined) read = isFirst ? [] : await withoutMark(chunks);
      else {
        const scanner = newScanner();
        const header = await readHeader(scanner, chunks, file);
        // An empty entry has no header that could differ.
        if (header.names.length > 0) {
          first ??= { entry: part.name, names: header.names };
          if (first.names.join('\n') !== header.names.join('\n'))
            throw refused(
              file,
              `has entries of different headers: "${first.entry}" and "${part.name}"`,
              'Choose those of one kind by `entries`, and read the others as a stream of their own.',
            );
        }
        read = first === undefined || first.entry === part.name ? header.chunks : [scanner.rest()];
      }
      for (const chunk of read) if (chunk.length > 0) yield chunk;
      last = read.findLast((chunk) => chunk.length > 0)?.at(-1) ?? LF;
      for await (const chunk of { [Symbol.asyncIterator]: () => chunks }) {
        if (chunk.length === 0) continue;
        last = chunk.at(-1) as number;
        yield chunk;
      }
    }
  } finally {
    await parts.return(undefined);
  }
}

/** The first chunks of an entry without its byte order mark, which in the middle of a text would be a character. */
async function withoutMark(chunks: AsyncIterator<Uint8Array>): Promise<readonly Uint8Array[]> {
  let head = Buffer.alloc(0);
  while (head.length < 3) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  return [head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head];
}

/** The bytes of a file that can hold only one thing, such as a Parquet file. */
export async function* onlyPart(parts: AsyncGenerator<Part>, file: FileVersion): AsyncGenerator<Uint8Array> {
  let first: string | undefined;
  try {
    for await (const part of parts) {
      if (first !== undefined)
        throw refused(
          file,
          `is an archive of several files: "${first}", "${part.name}"`,
          'Choose one by `entries`; of this format only one is read.',
        );
      first = part.name;
      yield* part.chunks;
    }
  } finally {
    await parts.return(undefined);
  }
}
