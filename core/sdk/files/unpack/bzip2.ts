import bz2 from 'unbzip2-stream/lib/bzip2.js';
import bitIterator, { type BitReader } from 'unbzip2-stream/lib/bit_iterator.js';
import { isConnectorError } from '../../errors.js';
import { refused } from './faults.js';
import type { Layer } from './layer.js';

/** More than a block can take when packed: 900 KB that do not shrink, with their tables. */
const SLACK_BYTES = 25_000;

/**
 * One block after the other, so that a bomb is seen while it goes off: the library's own stream unpacks whatever it has
 * buffered in one go.
 */
export const unbzip2: Layer = async function* (chunks, { file, identity }) {
  const queue: Uint8Array[] = [];
  let received = 0;
  let level = 0;
  let crc: number | null = 0;
  let bits: BitReader | undefined;
  const step = (): Uint8Array | undefined => {
    // Past the end zeros come, which no check sum passes.
    bits ??= bitIterator(() => queue.shift() ?? cutOff());
    if (level === 0) {
      level = bz2.header(bits);
      crc = 0;
      return undefined;
    }
    const block = growing();
    crc = bz2.decompress(bits, block.put, new Int32Array(level * 100_000), level * 100_000, crc ?? 0);
    if (crc === null) level = 0;
    return block.bytes();
  };
  const cutOff = (): never => {
    throw refused(
      file,
      `is a bzip2 archive that is cut off after byte ${identity.bytes} of ${file.bytes}`,
      'The transfer did not end; deliver it again.',
    );
  };
  const safely = (): Uint8Array | undefined => {
    try {
      return step();
    } catch (cause) {
      if (isConnectorError(cause)) throw cause;
      throw refused(
        file,
        `is no bzip2 archive or is damaged before byte ${identity.bytes} of ${file.bytes}`,
        'Deliver it again.',
        cause,
      );
    }
  };
  const unread = () => received - (bits?.bytesRead ?? 0);
  const room = () => SLACK_BYTES + level * 100_000;
  for await (const chunk of chunks) {
    queue.push(chunk);
    received += chunk.length;
    while (unread() > room()) {
      const block = safely();
      if (block !== undefined && block.length > 0) yield block;
    }
  }
  while (unread() > 0) {
    const block = safely();
    if (block !== undefined && block.length > 0) yield block;
  }
  if (level !== 0 || received === 0) cutOff();
};

function growing() {
  let room = Buffer.allocUnsafeSlow(1 << 20);
  let length = 0;
  return {
    put(byte: number) {
      if (length === room.length) {
        const larger = Buffer.allocUnsafeSlow(room.length * 2);
        room.copy(larger);
        room = larger;
      }
      room[length++] = byte;
    },
    bytes: () => room.subarray(0, length),
  };
}
