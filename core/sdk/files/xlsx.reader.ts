import { SaxesParser, type SaxesTagNS } from 'saxes';
import type { Entry, ZipFile } from 'yauzl';
import { BadRecord, type Field, type FileVersion, type RecordData } from '../../protocol/index.js';
import { isConnectorError } from '../errors.js';
import type { FileSpec } from './file-spec.js';
import { declaredFields, headerFields, repaired } from './header.js';
import type { TableReader } from './spooled-records.js';
import { refused } from './unpack/faults.js';
import { zipIn, type Spool } from './unpack/spool.js';
import { cellReader, dateStyles, type Cell } from './xlsx-cells.js';

const PAGE_RECORDS = 1_000;
/** Parts that are held in memory: the shared texts, the styles, the table of contents. */
const MAX_HELD_BYTES = 128 << 20;
/** What a sheet of Excel can have. */
const MAX_COLUMNS = 16_384;

/** Opens a workbook. One sheet is read, row by row: the one that `sheet` names, or the first. */
export async function xlsxReader(
  spool: Spool,
  file: FileVersion,
  spec: FileSpec,
  known: ReadonlyMap<string, Field>,
): Promise<TableReader> {
  const damaged = (cause: unknown) =>
    isConnectorError(cause)
      ? cause
      : refused(
          file,
          `is no XLSX workbook, is cut off or is damaged: ${cause instanceof Error ? cause.message : 'unknown fault'}`,
          'Deliver it again. A workbook with a password, and the older XLS, are not read.',
          cause,
        );
  try {
    if (spool.bytes === 0) throw new Error('it is empty');
    const zip = await zipIn(spool);
    const parts = await partsOf(zip, file, spec);
    const workbook = await workbookOf(parts, file, spec);
    const rows = rowsOf(parts, workbook, spec);
    const { names, first } = await headerOf(rows, spec);
    const fields = spec.header ? headerFields(names, file, known) : declaredFields(spec);
    const columns = fields.map(({ name }) => name);
    return {
      fields,
      async *pages() {
        let page: (RecordData | BadRecord)[] = [];
        try {
          for await (const cells of following(first, rows)) {
            page.push(recordOf(cells, columns));
            if (page.length < PAGE_RECORDS) continue;
            yield page;
            page = [];
          }
          yield page;
        } catch (cause) {
          throw damaged(cause);
        }
      },
    };
  } catch (cause) {
    throw damaged(cause);
  }
}

interface Parts {
  has(name: string): boolean;
  /** The text of a part, in pieces. */
  read(name: string, maxBytes?: number): AsyncIterable<string>;
}

/** The parts by name, with what bounds them: number, size and how far they are packed. */
async function partsOf(zip: ZipFile, file: FileVersion, spec: FileSpec): Promise<Parts> {
  if (zip.entryCount > spec.max_entries)
    throw refused(
      file,
      `has ${zip.entryCount} parts, more than the ${spec.max_entries} of \`max_entries\``,
      'Raise it if that is right.',
    );
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
  const bounded = (entry: Entry, held: number | undefined) => {
    const { uncompressedSize: size, compressedSize: packed } = entry;
    const isBomb = size > spec.max_unpacked_bytes || (size > 64 << 20 && size > packed * spec.max_ratio);
    if (isBomb || (held !== undefined && size > held))
      throw refused(
        file,
        `has a part "${entry.fileName}" of ${size} bytes, packed into ${packed}`,
        isBomb
          ? 'If that is right, raise `max_ratio` or `max_unpacked_bytes`.'
          : 'So many texts are not held in memory: deliver it as CSV.',
      );
  };
  return {
    has: (name) => entries.has(name),
    async *read(name, maxBytes) {
      const entry = entries.get(name);
      if (entry === undefined) throw new Error(`it has no part "${name}"`);
      bounded(entry, maxBytes);
      const decoder = new TextDecoder('utf-8', { fatal: true });
      // More than the size that it says is an error of the library.
      const stream = await zip.openReadStreamPromise(entry);
      for await (const chunk of stream as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true });
      yield decoder.decode();
    },
  };
}

interface Workbook {
  readonly sheet: string;
  readonly texts: readonly string[];
  readonly styles: ReadonlyMap<number, 'date' | 'timestamp' | 'time'>;
  readonly isFrom1904: boolean;
}

async function workbookOf(parts: Parts, file: FileVersion, spec: FileSpec): Promise<Workbook> {
  const sheets: { readonly name: string; readonly id: string }[] = [];
  let isFrom1904 = false;
  await parse(parts.read('xl/workbook.xml', MAX_HELD_BYTES), {
    open({ local, attributes }) {
      const attribute = (name: string) => Object.values(attributes).find((found) => found.local === name)?.value ?? '';
      if (local === 'sheet') sheets.push({ name: attribute('name'), id: attribute('id') });
      if (local === 'workbookPr') isFrom1904 = /^(1|true)$/.test(attribute('date1904'));
    },
  });
  // The attribute `id` with a namespace is the relation, the one without is `sheetId`.
  const chosen = spec.sheet === undefined ? sheets[0] : sheets.find(({ name }) => name === spec.sheet);
  if (chosen === undefined)
    throw refused(file, `has no sheet "${spec.sheet ?? ''}"`, `It has: ${sheets.map(({ name }) => name).join(', ')}.`);
  let sheet = '';
  await parse(parts.read('xl/_rels/workbook.xml.rels', MAX_HELD_BYTES), {
    open({ attributes }) {
      if (attributes['Id']?.value === chosen.id) sheet = (attributes['Target']?.value ?? '').replace(/^\/xl\/|^\//, '');
    },
  });
  const texts: string[] = [];
  if (parts.has('xl/sharedStrings.xml')) {
    let text = '';
    let isShown = false;
    let isPhonetic = false;
    await parse(parts.read('xl/sharedStrings.xml', MAX_HELD_BYTES), {
      open({ local }) {
        if (local === 'si') text = '';
        if (local === 'rPh') isPhonetic = true;
        isShown = local === 't' && !isPhonetic;
      },
      text: (piece) => void (isShown && (text += piece)),
      close({ local }) {
        isShown = false;
        if (local === 'rPh') isPhonetic = false;
        if (local === 'si') texts.push(text);
      },
    });
  }
  const styles = parts.has('xl/styles.xml')
    ? await dateStyles((on) => parse(parts.read('xl/styles.xml', MAX_HELD_BYTES), on))
    : new Map();
  return { sheet: `xl/${sheet}`, texts, styles, isFrom1904 };
}

export interface Handlers {
  open?(tag: SaxesTagNS): void;
  text?(text: string): void;
  close?(tag: SaxesTagNS): void;
}

async function parse(chunks: AsyncIterable<string>, handlers: Handlers): Promise<void> {
  const parser = parserOf(handlers);
  for await (const chunk of chunks) parser.write(chunk);
  parser.close();
}

/** It knows no entities but those of XML, so that none can swell. */
function parserOf({ open, text, close }: Handlers): SaxesParser<{ xmlns: true }> {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  if (open !== undefined) parser.on('opentag', open);
  if (text !== undefined) parser.on('text', text);
  if (close !== undefined) parser.on('closetag', close);
  return parser;
}

/** The cells of each row that has any, by their columns. */
async function* rowsOf(parts: Parts, workbook: Workbook, spec: FileSpec): AsyncGenerator<readonly Cell[]> {
  let ready: (readonly Cell[])[] = [];
  const reader = cellReader(workbook, MAX_COLUMNS, spec.max_record_bytes, (cells, row) => {
    if (row > spec.skip_lines && cells.some((cell) => cell !== undefined && cell !== '')) ready.push(cells);
  });
  const parser = parserOf(reader);
  for await (const chunk of parts.read(workbook.sheet)) {
    parser.write(chunk);
    yield* ready;
    ready = [];
  }
  parser.close();
  yield* ready;
}

async function headerOf(rows: AsyncGenerator<readonly Cell[]>, spec: FileSpec) {
  const { value: top, done } = await rows.next();
  if (!spec.header) return { names: [], first: done === true ? undefined : top };
  const names = Array.from(done === true ? [] : top, (cell) => (cell === undefined ? '' : String(cell).trim()));
  while (names.at(-1) === '') names.pop();
  return { names: spec.repair_header ? repaired(names) : names, first: undefined };
}

async function* following(first: readonly Cell[] | undefined, rows: AsyncGenerator<readonly Cell[]>) {
  if (first !== undefined) yield first;
  yield* rows;
}

/** Cells behind the last column have no name; a row with such is put aside. */
function recordOf(cells: readonly Cell[], names: readonly string[]): RecordData | BadRecord {
  if (cells.slice(names.length).some((cell) => cell !== undefined && cell !== ''))
    return new BadRecord('ragged_row', 'The row has cells behind the last column that has a name.', {
      _cells: [...cells],
    });
  const record: Record<string, unknown> = {};
  names.forEach((name, index) => {
    record[name] = cells[index] ?? null;
  });
  return record;
}
