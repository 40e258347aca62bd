import { createHash, type Hash } from 'node:crypto';
import { posix } from 'node:path';
import { z } from 'zod';
import type { Field, FileVersion, OpenFile, RowScanner } from '../../protocol/index.js';
import { ConnectorError } from '../errors.js';
import { beside, groupsIn } from './choose.js';
import type { Choosing } from './choosing-spec.js';
import { csvScanner } from './csv.scanner.js';
import { addTo, isEqual, newSum, textOfSum, type Sum } from './sums.js';
import type { FileTransport } from './transport.js';

/** What a file is to be like. */
export interface Expected {
  readonly bytes?: number;
  readonly records?: number;
  readonly sha256?: string;
  readonly md5?: string;
  /** Sums by column, as decimal texts. */
  readonly totals?: Readonly<Record<string, string>>;
}

const MAX_COMPANION_BYTES = 16 << 20;
const digest = (length: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-fA-F]{${length}}$`), `must be ${length} hexadecimal digits`)
    .toLowerCase()
    .optional();
const entry = z.object({
  name: z.string().optional(),
  bytes: z.int().nonnegative().optional(),
  records: z.int().nonnegative().optional(),
  sha256: digest(64),
  md5: digest(32),
  totals: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).optional(),
});
const manifest = z.union([
  z.array(entry),
  z.object({ files: z.array(entry) }).transform(({ files }) => files),
  entry.transform((one) => [one]),
]);

export function mismatch(file: string, what: string): ConnectorError {
  return new ConnectorError('source', `File "${file}" is refused: ${what}.`, {
    fault: 'integrity',
    hint: 'Nothing of it was loaded. Ask who delivers it to send the file, or what it is held against, again; each run tries anew.',
  });
}

/** What sidecar, manifest and name say of a file. Only what is said is checked, and a manifest must speak of the file. */
export async function expectedOf(
  transport: FileTransport,
  spec: Choosing,
  file: FileVersion,
  signal: AbortSignal,
): Promise<Expected> {
  const { sidecar, manifest: list, records_in_name } = spec.integrity ?? {};
  const said: Expected[] = [];
  if (sidecar !== undefined) {
    const name = beside(sidecar, file.name, spec);
    const kind = sidecar.endsWith('.md5') ? 'md5' : 'sha256';
    const found = new RegExp(`\\b[0-9a-fA-F]{${kind === 'md5' ? 32 : 64}}\\b`).exec(
      await textOf(transport, name, file, signal),
    );
    if (found === null) throw mismatch(file.name, `"${name}" holds no ${kind}`);
    said.push({ [kind]: found[0].toLowerCase() });
  }
  if (list !== undefined) said.push(await inManifest(transport, beside(list, file.name, spec), file, signal));
  if (records_in_name === true) {
    const text = groupsIn(spec, file.name)?.['records'];
    if (text === undefined || !/^\d+$/.test(text)) throw mismatch(file.name, 'its name holds no number of records');
    said.push({ records: Number(text) });
  }
  return Object.assign({}, ...said) as Expected;
}

async function inManifest(
  transport: FileTransport,
  name: string,
  file: FileVersion,
  signal: AbortSignal,
): Promise<Expected> {
  const text = await textOf(transport, name, file, signal);
  let parsed: z.ZodSafeParseResult<z.output<typeof manifest>>;
  try {
    parsed = manifest.safeParse(name.endsWith('.csv') ? rowsOf(text) : JSON.parse(text));
  } catch {
    throw mismatch(file.name, `its manifest "${name}" is no JSON`);
  }
  if (!parsed.success)
    throw mismatch(file.name, `its manifest "${name}" has another form than docs/guides/choosing-files.md shows`);
  const own = posix.basename(file.name);
  const found = parsed.data.filter((one) => one.name === undefined || posix.basename(one.name) === own);
  if (found.length !== 1) throw mismatch(file.name, `its manifest "${name}" names it ${found.length} times`);
  return Object.fromEntries(Object.entries(found[0]!).filter(([key, value]) => key !== 'name' && value !== undefined));
}

/** A manifest in CSV: the columns are called as the keys are, a total is `total_COLUMN`; an empty field says nothing. */
function rowsOf(text: string): readonly unknown[] {
  const scanner = csvScanner();
  scanner.push(Buffer.from(text, 'utf8'));
  scanner.end();
  const rows: string[][] = [];
  while (scanner.next())
    rows.push(
      Array.from({ length: Math.max(scanner.fieldCount, 0) }, (_, at) =>
        Buffer.from(scanner.buffer.subarray(scanner.starts[at], scanner.ends[at])).toString('utf8').trim(),
      ),
    );
  const [header = [], ...files] = rows;
  return files.map((row) => {
    const found: Record<string, unknown> = {};
    const totals: Record<string, string> = {};
    for (const [at, key] of header.entries()) {
      const value = row[at] ?? '';
      if (value === '') continue;
      if (key.startsWith('total_')) totals[key.slice(6)] = value;
      else found[key] = key === 'bytes' || key === 'records' ? Number(value) : value;
    }
    return { ...found, totals };
  });
}

async function textOf(transport: FileTransport, name: string, file: FileVersion, signal: AbortSignal): Promise<string> {
  const found = await transport.stat(name, signal);
  if (found === undefined) throw mismatch(file.name, `"${name}" is missing`);
  if (found.bytes > MAX_COMPANION_BYTES) throw mismatch(file.name, `"${name}" has ${found.bytes} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of transport.open(found, signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** What was found while a file was read. */
export interface Found {
  md5?: Hash;
  /** The last line, where it is a trailer. */
  trailer?: string;
  records: number;
  readonly totals: Record<string, Sum>;
}

/** Throws where the file is not as it was said to be; called once it was read to its end. */
export function verify(
  file: FileVersion,
  spec: Choosing,
  said: Expected,
  found: Found,
  identity: ReturnType<OpenFile['identity']>,
): void {
  const expected = { ...said };
  const { trailer } = spec.integrity ?? {};
  if (trailer !== undefined) {
    const match = new RegExp(`^(?:${trailer})$`, 'u').exec(found.trailer ?? '');
    if (match === null) throw mismatch(file.name, 'its last line is no trailer, so the file may be cut off');
    const { records, ...rest } = match.groups ?? {};
    const totals = Object.entries(rest).flatMap(([name, text]) =>
      name.startsWith('total_') && text !== undefined ? [[name.slice(6), text] as const] : [],
    );
    Object.assign(expected, records === undefined ? {} : { records: Number(records) }, {
      totals: { ...expected.totals, ...Object.fromEntries(totals) },
    });
  }
  const compare = (what: string, wanted: string | number | undefined, is: string | number) => {
    if (wanted !== undefined && wanted !== is) throw mismatch(file.name, `${what} is ${is} and should be ${wanted}`);
  };
  compare('its size in bytes', expected.bytes, identity.bytes);
  compare('its SHA-256', expected.sha256, identity.checksum);
  if (expected.md5 !== undefined) compare('its MD5', expected.md5, found.md5?.digest('hex') ?? 'unknown');
  compare('its number of records', expected.records, found.records);
  for (const [column, wanted] of Object.entries(expected.totals ?? {})) {
    const sum = found.totals[column];
    if (sum === undefined) throw mismatch(file.name, `it has no column "${column}" for its control total`);
    const total = newSum();
    addTo(total, wanted);
    if (!isEqual(sum, total))
      throw mismatch(file.name, `the control total of "${column}" is ${textOfSum(sum)} and should be ${wanted}`);
  }
}

export async function* withMd5(chunks: AsyncIterable<Uint8Array>, found: Found): AsyncIterable<Uint8Array> {
  const hash = createHash('md5');
  found.md5 = hash;
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** All lines but the last, which is kept as the trailer. */
export async function* beforeTrailer(chunks: AsyncIterable<Uint8Array>, found: Found): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const all = Buffer.concat([held, chunk]);
    let end = all.length;
    while (end > 0 && (all[end - 1] === 10 || all[end - 1] === 13)) end -= 1;
    const start = end === 0 ? 0 : all.lastIndexOf(10, end - 1) + 1;
    held = Buffer.from(all.subarray(start));
    if (start > 0) yield all.subarray(0, start);
  }
  found.trailer = held.toString('utf8').trim();
}

/** A scanner that counts records and adds up columns on the way. Only for files that are held against either. */
export function counting(
  scanner: OpenFile['scanner'],
  fields: readonly Field[],
  found: Found,
  columns: readonly string[],
  plain: (text: string) => string,
): OpenFile['scanner'] {
  const summed = columns.filter((name) => fields.some((field) => field.name === name));
  for (const name of summed) found.totals[name] = newSum();
  if (!('next' in scanner)) {
    const seen = (records: ReturnType<typeof scanner.push>) => {
      found.records += records.length;
      for (const name of summed)
        for (const record of records) {
          const value = (record as Readonly<Record<string, unknown>>)[name];
          if (['string', 'number', 'bigint'].includes(typeof value)) addTo(found.totals[name]!, plain(String(value)));
        }
      return records;
    };
    return {
      push: (chunk) => seen(scanner.push(chunk)),
      end: () => seen(scanner.end()),
      get late() {
        return scanner.late;
      },
    };
  }
  const places = summed.map((name) => [found.totals[name]!, fields.findIndex((field) => field.name === name)] as const);
  // Of a record that cannot be cut into fields the scanner also tells why.
  const own: RowScanner & { readonly fault: unknown } = {
    get buffer() {
      return scanner.buffer;
    },
    get starts() {
      return scanner.starts;
    },
    get ends() {
      return scanner.ends;
    },
    get quoted() {
      return scanner.quoted;
    },
    get fieldCount() {
      return scanner.fieldCount;
    },
    get row() {
      return scanner.row;
    },
    get clean() {
      return scanner.clean;
    },
    get fault() {
      return (scanner as { readonly fault?: unknown }).fault;
    },
    push: (chunk) => scanner.push(chunk),
    end: () => scanner.end(),
    next() {
      if (!scanner.next()) return false;
      found.records += 1;
      if (scanner.fieldCount === fields.length) for (const [sum, at] of places) addTo(sum, plain(latinOf(scanner, at)));
      return true;
    },
  };
  return own;
}

const latinOf = ({ buffer, starts, ends }: RowScanner, at: number) =>
  Buffer.from(buffer.buffer, buffer.byteOffset).toString('latin1', starts[at], ends[at]);
