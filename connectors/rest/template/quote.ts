import { charge } from './work.js';

const quotedAs = (safe: RegExp) => (value: string) => {
  charge(value.length << 4);
  return Array.from(new TextEncoder().encode(value), (byte) => {
    const letter = String.fromCharCode(byte);
    return safe.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
};

/** As it goes into the path of an address. */
export const quotePath = quotedAs(/[\w.~/-]/);
const quoteMostly = quotedAs(/[\w.~ -]/);

/** As it goes into a query. */
export const quoteQuery = (value: string): string => quoteMostly(value).replaceAll(' ', '+');
