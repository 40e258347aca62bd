import type { FileVersion } from '../../protocol/index.js';
import type { CsvScanner } from './csv.scanner.js';
import { refused } from './unpack/faults.js';

export const RAGGED_RULES = ['quarantine', 'pad', 'refuse'] as const;
export type RaggedRule = (typeof RAGGED_RULES)[number];

type Writable = { -readonly [K in keyof CsvScanner]: CsvScanner[K] };

/** A scanner whose rows have as many fields as the header, by the file's rule. The ordinary rule costs nothing. */
export function evened(scanner: CsvScanner, columns: number, rule: RaggedRule, file: FileVersion): CsvScanner {
  if (rule === 'quarantine') return scanner;
  const own = scanner as Writable;
  const next = scanner.next.bind(scanner);
  own.next = () => {
    if (!next()) return false;
    const count = own.fieldCount;
    if (count === columns || count < 0) return true;
    if (rule === 'refuse')
      throw refused(
        file,
        `has ${count} fields in row ${own.row}, and ${columns} columns`,
        'Correct the file; or let `ragged_rows` say what becomes of such rows.',
      );
    if (count < columns) pad(own, columns);
    else if (isEmptyFrom(own, columns)) own.fieldCount = columns;
    return true;
  };
  return own;
}

function pad(own: Writable, columns: number): void {
  if (columns > own.starts.length) {
    const larger = (old: Int32Array) => {
      const grown = new Int32Array(columns);
      grown.set(old);
      return grown;
    };
    own.starts = larger(own.starts);
    own.ends = larger(own.ends);
    const quoted = new Uint8Array(columns);
    quoted.set(own.quoted);
    own.quoted = quoted;
  }
  own.starts.fill(0, own.fieldCount, columns);
  own.ends.fill(0, own.fieldCount, columns);
  own.quoted.fill(0, own.fieldCount, columns);
  own.fieldCount = columns;
}

/** Fields beyond the columns are let go only where they hold nothing: a delimiter at the end of each row. */
function isEmptyFrom({ starts, ends, fieldCount }: Writable, columns: number): boolean {
  for (let field = columns; field < fieldCount; field += 1) if (starts[field] !== ends[field]) return false;
  return true;
}
