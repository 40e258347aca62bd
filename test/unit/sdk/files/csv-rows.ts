import { csvScanner, type CsvOptions } from '../../../../core/sdk/files/csv.scanner.js';

export interface Row {
  readonly fields: readonly string[];
  /** `"` where the field was quoted, `.` where not. */
  readonly quotes: string;
  readonly row: number;
  readonly fault?: string;
}

/** All records of a text or of bytes, pushed in pieces of `size`. */
export function rowsOf(data: string | Uint8Array, options: CsvOptions = {}, size = 1 << 16): Row[] {
  const bytes = Buffer.from(data as string);
  const scanner = csvScanner(options);
  const rows: Row[] = [];
  const take = () => {
    while (scanner.next()) {
      const text = (index: number) => Buffer.from(scanner.buffer.subarray(scanner.starts[index], scanner.ends[index]));
      const width = Math.max(scanner.fieldCount, 0);
      rows.push({
        row: scanner.row,
        fields:
          scanner.fault === undefined
            ? Array.from({ length: width }, (_, index) => text(index).toString('latin1'))
            : [text(0).toString('latin1')],
        quotes: Array.from({ length: width }, (_, index) => (scanner.quoted[index] === 1 ? '"' : '.')).join(''),
        ...(scanner.fault === undefined ? {} : { fault: scanner.fault }),
      });
    }
  };
  for (let at = 0; at < bytes.length; at += size) {
    scanner.push(Uint8Array.from(bytes.subarray(at, at + size)));
    take();
  }
  scanner.end();
  take();
  return rows;
}

export const fieldsOf = (data: string | Uint8Array, options?: CsvOptions, size?: number): (readonly string[])[] =>
  rowsOf(data, options, size).map(({ fields, fault }) => (fault === undefined ? fields : [`!${fault}`, ...fields]));

/** A generator of the same numbers for the same seed (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
