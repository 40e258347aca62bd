import { isUtf8 } from 'node:buffer';
import { BadRecord, type Field, type ObjectScanner, type RecordData } from '../../protocol/index.js';
import type { CsvScanner } from './csv.scanner.js';
import type { FileSpec } from './file-spec.js';

type Scanned = Omit<ObjectScanner, 'late'>;
type Values = Readonly<Record<string, unknown>>;
type PickValue = (record: Values) => unknown;

interface Column {
  readonly in_file?: string | readonly string[] | undefined;
  readonly missing?: string | number | undefined;
  readonly clean?: 'query' | 'addresses' | undefined;
  readonly number_unless?: string | undefined;
}

const CLEANERS: Readonly<Record<'query' | 'addresses', (text: string) => string>> = {
  // Queries and fragments may hold tokens that stand for a member.
  query: (text) => text.replace(/[?#].*$/s, ''),
  // The texts of servers quote the address that they refuse.
  addresses: (text) => text.replaceAll(/[^\s<>"'(),;:]+@[^\s<>"'(),;]+/g, '***'),
};

const columnsOf = ({ columns }: FileSpec): readonly (readonly [string, Column])[] =>
  Object.entries(columns).map(([name, column]) => [name, typeof column === 'string' ? {} : column]);

const namesFor = (name: string, { in_file: names = [name] }: Column): readonly string[] =>
  typeof names === 'string' ? [names] : names;

/** The names that a file may use for the columns that are read. */
export function wantedNames(spec: FileSpec): readonly string[] {
  return columnsOf(spec).flatMap(([name, column]) =>
    column.number_unless === undefined ? namesFor(name, column) : [],
  );
}

/** The columns that records of these names can fill. */
export function fillable(fields: readonly Field[], spec: FileSpec, names: readonly string[]): readonly Field[] {
  const known = new Map(columnsOf(spec));
  return fields.filter(({ name }) => {
    const column = known.get(name) ?? {};
    const isThere = namesFor(name, column).some((each) => names.includes(each) || names.includes(firstOf(each)));
    return isThere || column.missing !== undefined || column.number_unless !== undefined;
  });
}

const firstOf = (path: string): string => path.split('.', 1)[0] as string;

/**
 * Records of the declared columns and nothing else, by the names that the stream gives them. What is not declared is let go here,
 * before anything could show it; so a record that cannot be read is told without a line of it.
 */
export function onlyColumns(scanner: Scanned, spec: FileSpec): ObjectScanner {
  const columns = columnsOf(spec);
  const picks = columns.map(([name, column]): readonly [string, PickValue] => [name, pickOf(name, column)]);
  const numbered = columns.find(([, { number_unless: unless }]) => unless !== undefined);
  const number = numbered === undefined ? undefined : numbering(numbered[0], numbered[1].number_unless!, spec);
  const taken = (found: readonly (RecordData | BadRecord)[]) =>
    found.map((record) => {
      if (record instanceof BadRecord) return new BadRecord(record.reason, record.detail, {});
      const row: Record<string, unknown> = {};
      for (const [name, pick] of picks) row[name] = pick(record);
      number?.(row);
      return row;
    });
  return { push: (chunk) => taken(scanner.push(chunk)), end: () => taken(scanner.end()), late: [] };
}

function pickOf(name: string, column: Column): PickValue {
  const names = namesFor(name, column);
  const { missing = null, clean } = column;
  const cleaned = clean === undefined ? undefined : CLEANERS[clean];
  const only = names.length === 1 && !(names[0] as string).includes('.') ? (names[0] as string) : undefined;
  const find: PickValue =
    only === undefined
      ? (record) => {
          for (const path of names) {
            const value = reach(record, path);
            if (value !== undefined && value !== null) return value;
          }
          return undefined;
        }
      : (record) => (Object.hasOwn(record, only) ? record[only] : undefined);
  return (record) => {
    const value = find(record) ?? missing;
    return cleaned !== undefined && typeof value === 'string' ? cleaned(value) : value;
  };
}

/** A value by its name, or by a path into objects; text that is JSON is looked into too. */
function reach(record: Values, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path];
  const dot = path.indexOf('.');
  const head = dot < 0 ? path : path.slice(0, dot);
  if (dot < 0 || !Object.hasOwn(record, head)) return undefined;
  const inner = asObject(record[head]);
  return inner === undefined ? undefined : reach(inner, path.slice(dot + 1));
}

function asObject(value: unknown): Values | undefined {
  if (typeof value === 'object' && value !== null) return value as Values;
  if (typeof value !== 'string' || !value.startsWith('{')) return undefined;
  try {
    return JSON.parse(value) as Values;
  } catch {
    return undefined;
  }
}

/** Nothing tells such records apart, and each of them counts. Few are of that kind, so few are remembered. */
function numbering(
  name: string,
  unless: string,
  { primary_key: key }: FileSpec,
): (row: Record<string, unknown>) => void {
  const rest = key.filter((each) => each !== name);
  const known = new Map<string, number>();
  return (row) => {
    let count = 0;
    if (row[unless] === null || row[unless] === '') {
      const same = JSON.stringify(rest.map((each) => row[each]));
      count = (known.get(same) ?? 0) + 1;
      known.set(same, count);
    }
    row[name] = count;
  };
}

/**
 * The rows of a CSV file as objects of the wanted columns, by the names that are wanted: a header is known by them whatever its
 * capital letters. A bare text that means null is null.
 */
export function rowsAsObjects(
  scanner: CsvScanner,
  names: readonly string[],
  wanted: readonly string[],
  { nulls, quoted_nulls: quotedNulls }: FileSpec,
): Scanned {
  const places = placesOf(names, wanted);
  const isNull = new Set(nulls);
  const take = () => {
    const found: (RecordData | BadRecord)[] = [];
    while (scanner.next()) found.push(rowOf());
    return found;
  };
  const rowOf = (): RecordData | BadRecord => {
    if (scanner.fieldCount < 0)
      return new BadRecord(scanner.fault ?? 'ragged_row', 'The row cannot be cut into fields.', {});
    if (scanner.fieldCount !== names.length)
      return new BadRecord('ragged_row', 'The row has another number of fields than the header.', {});
    const row: Record<string, unknown> = {};
    for (const [name, at] of places) {
      const bytes = scanner.buffer.subarray(scanner.starts[at], scanner.ends[at]);
      if (!scanner.clean && !isUtf8(bytes))
        return new BadRecord('invalid_utf8', `The field "${name}" is not valid UTF-8.`, {});
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      row[name] = isNull.has(text) && (quotedNulls || scanner.quoted[at] !== 1) ? null : text;
    }
    return row;
  };
  return {
    push(chunk) {
      scanner.push(chunk);
      return take();
    },
    end() {
      scanner.end();
      return take();
    },
  };
}

/** Where the wanted columns stand in a header, by the wanted name. */
function placesOf(names: readonly string[], wanted: readonly string[]): readonly (readonly [string, number])[] {
  const lower = names.map((name) => name.toLowerCase());
  return [...new Set(wanted.flatMap((name) => (name.includes('.') ? [name, firstOf(name)] : [name])))].flatMap(
    (name) => {
      const exact = names.indexOf(name);
      const at = exact >= 0 ? exact : lower.indexOf(name.toLowerCase());
      return at < 0 ? [] : [[name, at] as const];
    },
  );
}

/** The wanted names that a header has. */
export const namesIn = (names: readonly string[], wanted: readonly string[]): readonly string[] =>
  placesOf(names, wanted).map(([name]) => name);
