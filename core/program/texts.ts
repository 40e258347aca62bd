import { isUtf8 } from 'node:buffer';

/** True where the bytes are one of the texts. */
export function isOneOf(b: Uint8Array, s: number, e: number, texts: readonly Uint8Array[]): boolean {
  for (const text of texts) {
    if (text.length !== e - s) continue;
    let i = 0;
    while (i < text.length && b[s + i] === text[i]) i += 1;
    if (i === text.length) return true;
  }
  return false;
}

export function isValidUtf8(b: Uint8Array, s: number, e: number): boolean {
  return isUtf8(b.subarray(s, e));
}

export function hasNul(b: Uint8Array, s: number, e: number): boolean {
  for (let i = s; i < e; i += 1) if (b[i] === 0) return true;
  return false;
}

/** 1 for hexadecimal digits. */
const HEX = new Uint8Array(256);
for (const digit of '0123456789abcdefABCDEF') HEX[digit.charCodeAt(0)] = 1;

/** `8-4-4-4-12` hexadecimal digits. */
export function isUuid(b: Uint8Array, s: number, e: number): boolean {
  if (e - s !== 36) return false;
  let all = 1;
  for (let i = s; i < e; i += 1) {
    const at = i - s;
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (b[i] !== 0x2d) return false;
    } else all &= HEX[b[i] as number] as number;
  }
  return all === 1;
}

/** A text that the destination can hold: U+FFFD for NUL and lone surrogates. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

export const utf8 = (b: Uint8Array, s: number, e: number): string =>
  Buffer.from(b.buffer, b.byteOffset + s, e - s).toString('utf8');
