import { createDecipheriv, createHash } from 'node:crypto';
import { free, freeing } from './freed.js';
import { gathered } from './gathered.js';

/**
 * The outer packets of a PGP message (RFC 9580, sections 4.2, 5.1 and 5.13.1), opened by Node's own ciphers. The library does the same by
 * some ten streams one behind the other, and takes more than twice as long. What is in the envelope (compression, signatures, the data) and
 * the keys of sessions are the library's; so is every message that is not of the kind which nearly all programs write.
 */
export interface Envelope {
  /** The packets with keys of the session, and an empty sealed one, so that they make a message. */
  readonly sessionKeys: Uint8Array;
  /** Whether the rest is a packet that `unsealed` opens. */
  readonly isOfVersion1: boolean;
  /** The content of that packet; fails where it is cut off, or is not the last. */
  sealed(): AsyncGenerator<Uint8Array>;
  /** The message as it came, for who reads it in another way; instead of `sealed`. */
  whole(): AsyncGenerator<Uint8Array>;
}

const TAGS = { publicKeySession: 1, passwordSession: 3, sealed: 18 };
const EMPTY_SEALED = Buffer.of(0xc0 | TAGS.sealed, 1, 1);
/** Keys for a hundred readers and more. */
const MAX_HEAD_BYTES = 1 << 18;

/** Reads up to where the sealed content begins. */
export async function envelopeOf(chunks: AsyncIterator<Uint8Array>): Promise<Envelope> {
  const bytes = readerOf(chunks);
  const session: Uint8Array[] = [];
  for (;;) {
    const before = bytes.head().length;
    const start = (await bytes.take(1))[0] ?? 0;
    const isNewFormat = (start & 0x40) !== 0;
    const tag = isNewFormat ? start & 0x3f : (start & 0x3f) >> 2;
    const isSession = tag === TAGS.publicKeySession || tag === TAGS.passwordSession;
    const isSealed = tag === TAGS.sealed;
    const asItCame = () => restOf(bytes);
    const other = { sessionKeys: Buffer.concat([...session, EMPTY_SEALED]), isOfVersion1: false, whole: asItCame };
    if ((start & 0x80) === 0 || (!isSession && !isSealed)) return { ...other, sealed: asItCame };
    const length = isNewFormat ? await newLength(bytes.take) : await oldLength(bytes.take, start & 3);
    if (isSession) {
      if (length.isPartial || bytes.head().length + length.bytes > MAX_HEAD_BYTES)
        throw new Error('a packet with a session key is too long');
      await bytes.take(length.bytes);
      session.push(bytes.head().subarray(before));
      continue;
    }
    const version = (await bytes.take(1))[0];
    return {
      ...other,
      isOfVersion1: version === 1,
      sealed: () => bodyOf(bytes, { ...length, bytes: length.bytes - 1 }),
    };
  }
}

/** By the names that the library gives to ciphers. */
const CIPHERS: Readonly<Record<string, string>> = {
  aes128: 'aes-128-cfb',
  aes192: 'aes-192-cfb',
  aes256: 'aes-256-cfb',
};
const BLOCK_BYTES = 16;
/** A block at random, and the end of it once more. */
const PREFIX_BYTES = BLOCK_BYTES + 2;
/** The packet with the SHA-1 of all that stands before the hash itself. */
const CODE_START = Buffer.of(0xd3, 0x14);
const CODE_BYTES = 22;

export const isUnsealable = (algorithm: string | null): boolean => algorithm !== null && algorithm in CIPHERS;

/**
 * What is in the envelope. Whether it was altered is known at the end, where this then throws, or else calls `onProven`: until
 * then, nothing of it may count.
 */
export async function* unsealed(
  sealed: AsyncIterable<Uint8Array>,
  algorithm: string,
  key: Uint8Array,
  onProven: () => void,
): AsyncGenerator<Uint8Array> {
  const decipher = createDecipheriv(CIPHERS[algorithm] as string, key, Buffer.alloc(BLOCK_BYTES));
  const hash = createHash('sha1');
  let held: Buffer = Buffer.alloc(0);
  let toSkip = PREFIX_BYTES;
  for await (const chunk of freeing(gathered(sealed), () => true)) {
    const block = decipher.update(chunk);
    const plain = Buffer.concat([held, block]);
    free(block);
    const ready = plain.subarray(0, Math.max(0, plain.length - CODE_BYTES));
    held = Buffer.from(plain.subarray(ready.length));
    hash.update(ready);
    const content = ready.subarray(Math.min(toSkip, ready.length));
    toSkip -= ready.length - content.length;
    if (content.length > 0) yield content;
  }
  const isWhole = held.length === CODE_BYTES && toSkip === 0 && held.subarray(0, 2).equals(CODE_START);
  if (!isWhole || !hash.update(CODE_START).digest().equals(held.subarray(2))) throw new Error('Modification detected.');
  onProven();
}

const LITERAL = 11;

/**
 * The data, where nothing but data is in the envelope: neither signed nor compressed (RFC 9580, section 5.9). Of any other content absent,
 * and `all` is then what came.
 */
export async function literalIn(content: AsyncIterable<Uint8Array>) {
  const chunks = content[Symbol.asyncIterator]();
  const bytes = readerOf(chunks);
  const start = (await bytes.take(1))[0] ?? 0;
  const isNewFormat = (start & 0x40) !== 0;
  if ((start & 0x80) === 0 || (isNewFormat ? start & 0x3f : (start & 0x3f) >> 2) !== LITERAL)
    return { data: undefined, all: restOf(bytes) };
  const body = bodyOf(bytes, isNewFormat ? await newLength(bytes.take) : await oldLength(bytes.take, start & 3));
  return { data: withoutHead(body), all: undefined };
}

/** A letter for the kind, the name with its length, four bytes of date. */
async function* withoutHead(body: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bytes = readerOf(body);
  const nameLength = (await bytes.take(2))[1] ?? 0;
  await bytes.take(nameLength + 4);
  yield* bytes.rest();
}

async function* restOf(bytes: Reader): AsyncGenerator<Uint8Array> {
  yield bytes.head();
  yield* bytes.rest();
}

interface Reader {
  /** All that is left. */
  rest(): AsyncGenerator<Uint8Array>;
  /** At most so many bytes; undefined at the end. */
  some(most: number): Promise<Uint8Array | undefined>;
  /** Just so many. */
  exactly(count: number): Promise<Uint8Array>;
  /** The same, and `head` holds them. */
  take(count: number): Promise<Uint8Array>;
  /** All that `take` gave until now. */
  head(): Uint8Array;
}

function readerOf(chunks: AsyncIterator<Uint8Array>): Reader {
  let held: Uint8Array = new Uint8Array(0);
  let head: Uint8Array = new Uint8Array(0);
  const some = async (most: number) => {
    while (held.length === 0) {
      const { done, value } = await chunks.next();
      if (done === true) return undefined;
      held = value;
    }
    const part = held.subarray(0, most);
    held = held.subarray(part.length);
    return part;
  };
  const exactly = async (count: number) => {
    const parts: Uint8Array[] = [];
    for (let missing = count; missing > 0;) {
      const part = await some(missing);
      if (part === undefined) throw cutOff();
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  };
  return {
    some,
    exactly,
    async *rest() {
      for (let part = await some(Infinity); part !== undefined; part = await some(Infinity)) yield part;
    },
    head: () => head,
    async take(count) {
      const taken = await exactly(count);
      head = Buffer.concat([head, taken]);
      return taken;
    },
  };
}

const cutOff = () => new Error('the message is cut off');

interface Length {
  readonly bytes: number;
  /** True: further lengths with further bytes follow. */
  readonly isPartial: boolean;
}

const whole = (bytes: number): Length => ({ bytes, isPartial: false });
const numberIn = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

/** RFC 9580, section 4.2.1. */
async function newLength(take: Reader['take']): Promise<Length> {
  const first = (await take(1))[0] ?? 0;
  if (first < 192) return whole(first);
  if (first < 224) return whole(((first - 192) << 8) + numberIn(await take(1)) + 192);
  if (first < 255) return { bytes: 2 ** (first & 0x1f), isPartial: true };
  return whole(numberIn(await take(4)));
}

/** RFC 9580, section 4.2.2; the last type has no length and goes on to the end. */
async function oldLength(take: Reader['take'], type: number): Promise<Length> {
  return whole(type === 3 ? Infinity : numberIn(await take(2 ** type)));
}

async function* bodyOf(bytes: Reader, first: Length): AsyncGenerator<Uint8Array> {
  // A large file comes in hundreds of thousands of parts, of whose lengths nothing is kept.
  for (let length = first; ; length = await newLength(bytes.exactly)) {
    for (let missing = length.bytes; missing > 0;) {
      const part = await bytes.some(missing);
      if (part === undefined && missing !== Infinity) throw cutOff();
      if (part === undefined) break;
      missing -= part.length;
      yield part;
    }
    if (!length.isPartial) break;
  }
  if ((await bytes.some(1)) !== undefined) throw new Error('there is more after the end of the message');
}
