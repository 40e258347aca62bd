import { isUtf8 } from 'node:buffer';
import type { Field, FileVersion } from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';
import type { CsvScanner } from './csv.scanner.js';
import type { FileSpec } from './file-spec.js';

/**
 * Names of the columns from the first record, with the chunks that were read for it. No names: the file is empty, which is
 * legal and holds no record.
 */
export async function readHeader(
  scanner: CsvScanner,
  chunks: AsyncIterator<Uint8Array>,
  file: FileVersion,
): Promise<{ readonly names: readonly string[]; readonly chunks: readonly Uint8Array[] }> {
  const read: Uint8Array[] = [];
  while (!scanner.next()) {
    const { done, value } = await chunks.next();
    if (done === true) {
      scanner.end();
      if (!scanner.next()) return { names: [], chunks: read };
      break;
    }
    read.push(value);
    scanner.push(value);
  }
  if (scanner.fault !== undefined)
    throw badHeader(file, `the header cannot be cut into names (${scanner.fault.replaceAll('_', ' ')})`);
  const names = Array.from({ length: scanner.fieldCount }, (_, index) => {
    const bytes = scanner.buffer.subarray(scanner.starts[index], scanner.ends[index]);
    if (!isUtf8(bytes)) throw badHeader(file, `the name of column ${index + 1} is not valid UTF-8`);
    return Buffer.from(bytes).toString('utf8').trim();
  });
  return { names, chunks: read };
}

/**
 * Fields of a file as its header orders them. A name that is neither known nor declared is a new text column, over which
 * the connection's rule for schema changes decides.
 */
export function headerFields(
  names: readonly string[],
  file: FileVersion,
  known: ReadonlyMap<string, Field>,
): readonly Field[] {
  const seen = new Set<string>();
  names.forEach((name, index) => {
    if (name === '') throw badHeader(file, `column ${index + 1} of the header has no name`);
    if (/[\r\n]/.test(name))
      throw badHeader(
        file,
        name.includes('\r') && !name.includes('\n')
          ? 'its lines end with CR alone'
          : `the name of column ${index + 1} has a line end`,
      );
    if (seen.has(name)) throw badHeader(file, `the header has the column "${name}" twice`);
    if (name.startsWith('_'))
      throw badHeader(file, `the column "${name}" starts with an underscore, which Tributary keeps for its own`);
    seen.add(name);
  });
  return names.map((name) => known.get(name) ?? { name, type: 'string', nullable: true });
}

/** Names that tell every column apart: a name that is taken gets the next free number, so that none shifts another. */
export function repaired(names: readonly string[]): readonly string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((written, index) => {
    const name = written === '' ? `column_${index + 1}` : written;
    if (!seen.has(name) && (name === written || !taken.has(name))) {
      seen.add(name);
      return name;
    }
    for (let number = 2; ; number += 1) {
      const free = `${name}_${number}`;
      if (seen.has(free) || taken.has(free)) continue;
      seen.add(free);
      return free;
    }
  });
}

/** The columns that the configuration declares, in its order. */
export function declaredFields(spec: FileSpec): readonly Field[] {
  return Object.entries(spec.columns).map(([name, column]) => {
    if (typeof column === 'string') return { name, type: column, nullable: !spec.primary_key.includes(name) };
    const { type, nullable, personal, missing, number_unless: unless } = column;
    const isFilled = missing !== undefined || unless !== undefined || spec.primary_key.includes(name);
    return { name, type, nullable: nullable && !isFilled, ...(personal ? { personal } : {}) };
  });
}

function badHeader(file: FileVersion, what: string): ConnectorError {
  return new ConnectorError('schema', `File "${file.name}": ${what}.`, {
    hint: 'Correct the first line of the file, or set `repair_header: true` where names lack or repeat; a file without one needs `header: false` and its `columns` declared.',
  });
}
