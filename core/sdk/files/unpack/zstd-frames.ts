const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a5;
/** Bytes of the frame header's fields by its two-bit flags. */
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const SIZE_BYTES = [0, 2, 4, 8] as const;

/**
 * The same bytes, cut where a frame ends. Node's decompressor takes what follows a frame in the same chunk for rubbish and
 * drops it without a word, while parallel and appending writers make files of many frames.
 */
export async function* zstdFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walk = walker();
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length;) {
      const { used, isEnd } = walk(chunk, at);
      at += used;
      if (!isEnd) continue;
      yield chunk.subarray(from, at);
      from = at;
    }
    if (from < chunk.length) yield chunk.subarray(from);
  }
}

type Part = 'magic' | 'skip_size' | 'descriptor' | 'header' | 'block' | 'content' | 'checksum';

/** Steps through frames piece by piece; what it does not know it passes on, for the decompressor to refuse. */
function walker() {
  let part: Part = 'magic';
  let wanted = 4;
  let taken = 0;
  let value = 0;
  let isLast = false;
  let isSkipped = false;
  let hasChecksum = false;
  const to = (next: Part, bytes: number): boolean => {
    part = next;
    wanted = bytes;
    taken = value = 0;
    return false;
  };
  const newFrame = (): boolean => {
    to('magic', 4);
    return true;
  };
  const afterBlock = (): boolean => {
    if (!isLast) return to('block', 3);
    return hasChecksum ? to('checksum', 4) : newFrame();
  };
  /** True where the frame ends with the part that is whole now. */
  const turn = (): boolean => {
    switch (part) {
      case 'magic':
        isSkipped = value >>> 4 === SKIPPABLE;
        if (isSkipped) return to('skip_size', 4);
        return value >>> 0 === FRAME ? to('descriptor', 1) : to('content', Infinity);
      case 'skip_size':
        return value >>> 0 === 0 ? newFrame() : to('content', value >>> 0);
      case 'descriptor': {
        const isSingle = (value & 32) !== 0;
        hasChecksum = (value & 4) !== 0;
        const size = SIZE_BYTES[(value >>> 6) as 0] || (isSingle ? 1 : 0);
        return to('header', (isSingle ? 0 : 1) + DICTIONARY_BYTES[(value & 3) as 0] + size);
      }
      case 'header':
        return to('block', 3);
      case 'block': {
        isLast = (value & 1) !== 0;
        const bytes = ((value >>> 1) & 3) === 1 ? 1 : value >>> 3;
        return bytes === 0 ? afterBlock() : to('content', bytes);
      }
      case 'content':
        return isSkipped ? newFrame() : afterBlock();
      case 'checksum':
        return newFrame();
    }
  };
  return (chunk: Uint8Array, from: number): { readonly used: number; readonly isEnd: boolean } => {
    const used = Math.min(wanted - taken, chunk.length - from);
    if (part !== 'content')
      for (let i = 0; i < used && taken + i < 4; i += 1) value |= (chunk[from + i] as number) << (8 * (taken + i));
    taken += used;
    return { used, isEnd: taken === wanted && turn() };
  };
}
