import { pipeline, Readable } from 'node:stream';
import zlib from 'node:zlib';
import { ConnectorError, isConnectorError } from '#sdk';

/** A body in the pieces that it is read by, so that what is packed is never whole in memory. */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
type Texts = Iterable<string> | AsyncIterable<string>;

const PIECE_BYTES = 2 ** 20;
const LOT_CHARACTERS = 2 ** 18;
/** What is packed may be so many times as large as an answer: its rows go on as they come. */
const UNPACKED_TIMES = 64;

export const mostUnpackedBytes = (mostBytes: number): number => UNPACKED_TIMES * mostBytes;

export const tooLarge = (message: string): ConnectorError =>
  new ConnectorError('source', message, {
    hint: 'Ask for less at once, or raise `max_response_bytes` of the source.',
  });

export function* inPieces(body: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES);
}

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;
export const isZlib = (head: Uint8Array): boolean => head[0] === 0x78 && ((head[0] << 8) | (head[1] ?? 0)) % 31 === 0;

/** Some servers say gzip and send plain text, so the first two bytes decide. */
export async function* unpacked(
  pieces: Pieces,
  isPacked: (head: Uint8Array) => boolean,
  mostBytes: number,
): AsyncIterable<Uint8Array> {
  const iterator = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < 2) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  const all = (async function* () {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => ({ next: async () => iterator.next() }) };
  })();
  if (!isPacked(head)) {
    yield* all;
    return;
  }
  const unzip = zlib.createUnzip({ chunkSize: PIECE_BYTES });
  pipeline(Readable.from(all), unzip, () => undefined);
  let left = mostUnpackedBytes(mostBytes);
  try {
    for await (const piece of unzip as AsyncIterable<Uint8Array>) {
      left -= piece.length;
      if (left < 0) throw tooLarge(`An answer unpacks to more than ${mostUnpackedBytes(mostBytes)} bytes.`);
      yield piece;
    }
  } catch (cause) {
    throw isConnectorError(cause)
      ? cause
      : new ConnectorError('source', 'A packed answer is damaged.', { cause, hint: 'Ask for it again.' });
  }
}

/** The same as one, for what can only be read whole. */
export async function whole(pieces: Pieces, mostBytes: number): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > mostBytes) throw tooLarge(`A packed document is larger than ${mostBytes} bytes.`);
    all.push(piece);
  }
  return Buffer.concat(all);
}

const ENCODINGS: Readonly<Record<string, string>> = {
  latin1: 'iso-8859-1',
  'latin-1': 'iso-8859-1',
  latin_1: 'iso-8859-1',
  'utf-8-sig': 'utf-8',
  utf8: 'utf-8',
};

/** The texts of a body; a letter that two pieces share comes with the second. Throws `source` for what is no such text. */
export async function* textsIn(pieces: Pieces, encoding: string): AsyncIterable<string> {
  const name = encoding.toLowerCase();
  const read = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new ConnectorError('source', `An answer is not text in ${encoding}.`, {
        cause,
        hint: 'Set the `encoding` of the decoder.',
      });
    }
  };
  const decoder = read(() => new TextDecoder(ENCODINGS[name] ?? name, { fatal: true }));
  for await (const piece of pieces) yield read(() => decoder.decode(piece, { stream: true }));
  yield read(() => decoder.decode());
}

/** Takes whole rows out of a text, in lots, and gives back where the first begins that may not be whole; `isLast` where nothing follows. */
export type TakeRows = (text: string, isLast: boolean) => Generator<readonly unknown[], number>;

/** Rows of texts that end anywhere. A row is looked for again when what there is of it has doubled, so that a long one costs no more than many. */
export async function* rowsOf(
  texts: Texts,
  take: TakeRows,
  mostCharacters: number,
  lotCharacters = LOT_CHARACTERS,
): AsyncIterable<readonly unknown[]> {
  let waiting: string[] = [];
  let length = 0;
  let due = lotCharacters;
  for await (const text of texts) {
    waiting.push(text);
    length += text.length;
    if (length < due) continue;
    const joined = waiting.join('');
    const rest = joined.slice(yield* take(joined, false));
    waiting = [rest];
    length = rest.length;
    if (length > mostCharacters) throw tooLarge(`A row of an answer is longer than ${mostCharacters} characters.`);
    due = Math.max(2 * length, lotCharacters);
  }
  yield* take(waiting.join(''), true);
}
