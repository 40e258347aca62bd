/** A set of texts that is asked for bytes, without a string being made of them. */
export interface ByteTable {
  /** The texts' bytes, one after the other: text `n` lies in `bytes[starts[n], ends[n])`. */
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The number of the text, -1 where it is not there. */
  find(b: Uint8Array, s: number, e: number): number;
}

export function byteTable(texts: readonly string[]): ByteTable {
  const each = texts.map((text) => Buffer.from(text));
  const bytes = Buffer.concat(each);
  const ends = new Int32Array(each.length);
  const starts = new Int32Array(each.length);
  let at = 0;
  each.forEach((text, index) => {
    starts[index] = at;
    ends[index] = at += text.length;
  });
  // Half empty at least, so that runs are short.
  const size = 2 ** Math.ceil(Math.log2(each.length * 2 + 2));
  const slots = new Int32Array(size).fill(-1);
  const slotOf = (b: Uint8Array, s: number, e: number) => {
    let hash = e - s;
    for (let i = s; i < e; i += 1) hash = Math.imul(hash ^ (b[i] as number), 16_777_619);
    return (hash ^ (hash >>> 15)) & (size - 1);
  };
  each.forEach((text, index) => {
    let slot = slotOf(text, 0, text.length);
    while (slots[slot] !== -1) slot = (slot + 1) & (size - 1);
    slots[slot] = index;
  });
  return {
    bytes,
    starts,
    ends,
    find(b, s, e) {
      for (let slot = slotOf(b, s, e); ; slot = (slot + 1) & (size - 1)) {
        const index = slots[slot] as number;
        if (index === -1) return -1;
        const start = starts[index] as number;
        if ((ends[index] as number) - start !== e - s) continue;
        let i = s;
        while (i < e && b[i] === bytes[start + i - s]) i += 1;
        if (i === e) return index;
      }
    },
  };
}
