import { isUtf8 } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import { deflateSync, gzipSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import { ConnectorError, isConnectorError } from '#sdk';
import { inPieces, isGzip, isZlib, unpacked, whole } from './decoders/pieces.js';
import { zipFiles } from './decoders/zip.js';

export const BOM = '\ufeff';

export interface ShownAnswer {
  readonly answer: string;
  /** Where it is no UTF-8, as what is packed is not: a letter for each byte. */
  readonly answer_encoding?: 'latin1';
  /** How many bytes the API sent, where `answer` does not tell. */
  readonly answer_bytes?: number;
  /** Why it is not shown: what it holds cannot be told. */
  readonly answer_withheld?: string;
}

/** How secrets are taken out of texts, and out of the body of an answer as a text. */
interface Ways {
  readonly text: (value: string) => string;
  readonly body: (value: string) => string;
  /** What is packed may be so large, as for decoders that read it whole. */
  readonly mostBytes: number;
}

/** An answer without secrets, also where it is packed; without all that stands in it where these cannot be found. */
export async function shownAnswer(answer: Uint8Array, ways: Ways): Promise<ShownAnswer> {
  try {
    const shown = Buffer.from(await withoutSecrets(answer, ways, 0));
    return isUtf8(shown) && !shown.includes(0)
      ? { answer: shown.toString() }
      : { answer: shown.toString('latin1'), answer_encoding: 'latin1', answer_bytes: answer.length };
  } catch (error) {
    // Whatever it is: what was not looked into is not shown.
    const why = isConnectorError(error) ? error.message : 'It cannot be unpacked, or packed anew.';
    return { answer: '', answer_bytes: answer.length, answer_withheld: why };
  }
}

/** The text of an answer that is no UTF-8; undefined where it is no text. */
export const textOfAnswer = ({ answer, answer_encoding: encoding }: ShownAnswer): string | undefined =>
  encoding === undefined ? answer : writtenText(Buffer.from(answer, encoding))?.value;

const MOST_PACKINGS = 4;

/** The same bytes where nothing in them is secret; packed anew where something is. */
async function withoutSecrets(bytes: Uint8Array, ways: Ways, packings: number): Promise<Uint8Array> {
  const isDeflated = isZlib(bytes) && !isUtf8(bytes);
  const isArchive = isZip(bytes);
  if (!isDeflated && !isArchive && !isGzip(bytes)) return textWithoutSecrets(bytes, ways, packings > 0);
  if (packings === MOST_PACKINGS)
    throw new ConnectorError('source', `It is packed more than ${MOST_PACKINGS} times over.`);
  // Names, comments and what follows are not packed.
  const outside = Buffer.from(bytes).toString('latin1');
  const isSecretOutside = ways.text(outside) !== outside;
  if (isArchive) return (await archiveWithoutSecrets(bytes, ways, packings, isSecretOutside)) ?? bytes;
  const plain = await whole(
    unpacked(inPieces(bytes), () => true, ways.mostBytes),
    ways.mostBytes,
  );
  const shown = await withoutSecrets(plain, ways, packings + 1);
  if (shown === plain && !isSecretOutside) return bytes;
  return isDeflated ? deflateSync(shown) : gzipSync(shown);
}

/** As an archive begins, or ends where it is of nothing. */
const isZip = ([p, k, part, kind]: Uint8Array): boolean =>
  p === 0x50 && k === 0x4b && ((part === 3 && kind === 4) || (part === 5 && kind === 6));

/** Another archive; undefined where nothing in this one is secret. */
async function archiveWithoutSecrets(
  bytes: Uint8Array,
  ways: Ways,
  packings: number,
  isSecretOutside: boolean,
): Promise<Uint8Array | undefined> {
  const archive = new ZipFile();
  let isChanged = isSecretOutside;
  let left = ways.mostBytes;
  for await (const { name, content } of zipFiles(bytes, ways.mostBytes)) {
    const plain = await whole(content, left);
    left -= plain.length;
    const shown = await withoutSecrets(plain, ways, packings + 1);
    isChanged ||= shown !== plain;
    archive.addBuffer(Buffer.from(shown), ways.text(name));
  }
  if (!isChanged) return undefined;
  archive.end();
  return buffer(archive.outputStream);
}

function textWithoutSecrets(bytes: Uint8Array, { body }: Ways, isPacked: boolean): Uint8Array {
  const written = writtenText(bytes);
  if (written === undefined)
    throw new ConnectorError('source', 'It is neither text nor a form of packing that can be looked into.');
  const { value, write } = written;
  const shown = body(value);
  // The body of an answer is written as one line; what is packed stays as it came where nothing else was done to it.
  if (shown === value || (isPacked && withoutSpace(shown) === withoutSpace(value))) return bytes;
  return write(shown);
}

const withoutSpace = (text: string): string => text.replace(/\s+/g, '');

interface WrittenText {
  readonly value: string;
  readonly write: (text: string) => Uint8Array;
}

function writtenText(bytes: Uint8Array): WrittenText | undefined {
  const order = orderOf(bytes);
  if (order !== undefined) {
    const turned = (all: Buffer) => (order === 'big' ? all.swap16() : all);
    const value = turned(Buffer.from(bytes)).toString('utf16le');
    return isText(value) ? { value, write: (text) => turned(Buffer.from(text, 'utf16le')) } : undefined;
  }
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isUtf8(all)) return all.includes(0) ? undefined : { value: all.toString(), write: (text) => Buffer.from(text) };
  const value = all.toString('latin1');
  // JSON has written a letter by its number that no byte is for.
  const inBytes = (text: string) =>
    text.replace(/[^\0-\xff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return isText(value) ? { value, write: (text) => Buffer.from(inBytes(text), 'latin1') } : undefined;
}

const isText = (value: string): boolean => !/[^\t-\r -\uffff]/.test(value);

const MOST_LOOKED_AT = 1024;

/** In which order UTF-16 has its bytes, by its mark or the zeros of plain letters; undefined of what is none. */
function orderOf(bytes: Uint8Array): 'little' | 'big' | undefined {
  if (bytes.length < 2 || bytes.length % 2 === 1) return undefined;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'little';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'big';
  const zeros = [0, 0];
  const looked = Math.min(bytes.length, MOST_LOOKED_AT);
  for (let at = 0; at < looked; at += 1) if (bytes[at] === 0) zeros[at % 2]! += 1;
  const [first, second] = zeros as [number, number];
  if (first === 0 && 4 * second >= looked) return 'little';
  return second === 0 && 4 * first >= looked ? 'big' : undefined;
}
