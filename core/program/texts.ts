import { isUtf8 } from 'node:buffer';

/** The text as UTF-8 bytes that lie in one buffer for all; valid until the next call. A longer one gets a buffer of its own. */
export function bytesOf(text: string): { readonly b: Uint8Array; readonly e: number } {
  if (text.length > SCRATCH_BYTES) return { b: Buffer.from(text), e: Buffer.byteLength(text) };
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    // No reader accepts anything beyond ASCII, so one sign stands for it all.
    scratch.b[i] = code < 0x80 ? code : 0x80;
  }
  scratch.e = text.length;
  return scratch;
}

const SCRATCH_BYTES = 128;
const scratch = { b: Buffer.alloc(SCRATCH_BYTES), e: 0 };

export function isValidUtf8(b: Uint8Array, s: number, e: number): boolean {
  for (let i = s; i < e; i += 1) if ((b[i] as number) > 0x7f) return isUtf8(b.subarray(i, e));
  return true;
}

export function hasNul(b: Uint8Array, s: number, e: number): boolean {
  for (let i = s; i < e; i += 1) if (b[i] === 0) return true;
  return false;
}

/** The upper four bits are set for what is no hexadecimal digit. */
const HEX = new Uint8Array(256).fill(0xff);
for (const digit of '0123456789abcdefABCDEF') HEX[digit.charCodeAt(0)] = 0;

/** `8-4-4-4-12` hexadecimal digits. */
export function isUuid(b: Uint8Array, s: number, e: number): boolean {
  if (e - s !== 36 || b[s + 8] !== 0x2d || b[s + 13] !== 0x2d || b[s + 18] !== 0x2d || b[s + 23] !== 0x2d) return false;
  let bad = 0;
  for (let i = s; i < s + 8; i += 1) bad |= HEX[b[i] as number] as number;
  for (let i = s + 9; i < s + 13; i += 1) bad |= HEX[b[i] as number] as number;
  for (let i = s + 14; i < s + 18; i += 1) bad |= HEX[b[i] as number] as number;
  for (let i = s + 19; i < s + 23; i += 1) bad |= HEX[b[i] as number] as number;
  for (let i = s + 24; i < s + 36; i += 1) bad |= HEX[b[i] as number] as number;
  return bad === 0;
}

/** A text that the destination can hold: U+FFFD for NUL and lone surrogates. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

export const utf8 = (b: Uint8Array, s: number, e: number): string =>
  Buffer.from(b.buffer, b.byteOffset + s, e - s).toString('utf8');
