declare module 'unbzip2-stream/lib/bit_iterator.js' {
  export interface BitReader {
    (bits: number | null): number;
    readonly bytesRead: number;
  }
  export default function bitIterator(nextBuffer: () => Uint8Array): BitReader;
}

declare module 'unbzip2-stream/lib/bzip2.js' {
  import type { BitReader } from 'unbzip2-stream/lib/bit_iterator.js';

  const bzip2: {
    /** The block size in units of 100,000 bytes. */
    header(bits: BitReader): number;
    /** Unpacks one block; null: the stream's end was met and its check sum is right. */
    decompress(
      bits: BitReader,
      put: (byte: number) => void,
      buffer: Int32Array,
      bufferSize: number,
      crc: number,
    ): number | null;
  };
  export default bzip2;
}
