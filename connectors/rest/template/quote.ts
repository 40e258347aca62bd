import { charge } from './work.js';

const quotedAs = (safe: RegExp) => {
  const written = Array.from({ length: 256 }, (_, byte) => {
    const letter = String.fromCharCode(byte);
    return safe.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return (value: string): string => {
    const bytes = new TextEncoder().encode(value);
    // By bytes, of which a letter may be four. All steps, spent on `é`, were 0.3 seconds, where those of `sort` were 0.2.
    charge(bytes.length << 4);
    return Array.from(bytes, (byte) => written[byte]).join('');
  };
};

/** As it goes into the path of an address. */
export const quotePath = quotedAs(/[\w.~/-]/);
const quoteMostly = quotedAs(/[\w.~ -]/);

/** As it goes into a query. */
export const quoteQuery = (value: string): string => quoteMostly(value).replaceAll(' ', '+');
