import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { buffer } from 'node:stream/consumers';
import { SaxesParser } from 'saxes';

/** A table as a reader of any form sees it: the texts of its head, and rows of numbers and words. */
export interface ReadTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** The sheets of a workbook, read by nothing that wrote them. */
export async function readXlsx(file: Buffer): Promise<ReadonlyMap<string, ReadTable>> {
  const parts = await unzipped(file);
  const names: string[] = [];
  eachElement(parts.get('xl/workbook.xml')!, (name, attributes) => {
    if (name === 'sheet') names.push(attributes['name']!);
  });
  const strings: string[] = [];
  eachElement(parts.get('xl/sharedStrings.xml')!, (name, _attributes, text) => {
    if (name === 'si') strings.push(text);
  });
  return new Map(names.map((name, index) => [name, sheet(parts.get(`xl/worksheets/sheet${index + 1}.xml`)!, strings)]));
}

/** What a cell holds, with no formula anywhere. */
function sheet(xml: string, strings: readonly string[]): ReadTable {
  const rows: (string | number | null)[][] = [];
  eachElement(xml, (name, attributes, text) => {
    if (name === 'f') throw new Error(`a formula: ${text}`);
    if (name !== 'c') return;
    const [, letters, row] = /^([A-Z]+)(\d+)$/.exec(attributes['r']!)!;
    const column = [...letters!].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
    const line = (rows[Number(row) - 1] ??= []);
    line[column] = text === '' ? null : attributes['t'] === 's' ? strings[Number(text)]! : Number(text);
  });
  const [head = [], ...rest] = Array.from(rows, (row) => Array.from(row ?? [], (value) => value ?? null));
  return { head: head.map(String), rows: rest };
}

/** Calls back at each end of an element, with the text within it. */
function eachElement(
  xml: string,
  found: (name: string, attributes: Readonly<Record<string, string>>, text: string) => void,
): void {
  const parser = new SaxesParser();
  const open: { name: string; attributes: Record<string, string>; text: string }[] = [];
  parser.on('opentag', ({ name, attributes }) => open.push({ name, attributes, text: '' }));
  parser.on('text', (text) => open.forEach((element) => (element.text += text)));
  parser.on('closetag', () => {
    const { name, attributes, text } = open.pop()!;
    found(name, attributes, text);
  });
  parser.write(xml).close();
}

export async function unzipped(file: Buffer): Promise<ReadonlyMap<string, string>> {
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    fromBuffer(file, { lazyEntries: true }, (error, opened) => (error === null ? resolve(opened!) : reject(error))),
  );
  const parts = new Map<string, string>();
  return new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', () => resolve(parts));
    zip.on('entry', (entry: Entry) =>
      zip.openReadStream(entry, (error, stream) => {
        if (error !== null) return reject(error);
        buffer(stream!).then((content) => {
          parts.set(entry.fileName, content.toString());
          zip.readEntry();
        }, reject);
      }),
    );
    zip.readEntry();
  });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const plain = (html: string) =>
  html
    .replaceAll('<br>', ' (')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name]!)
    .trim();

/** The tables of a page or a mail, by their id; a number is what its `data` element holds, where it has one. */
export function readHtml(html: string): ReadonlyMap<string, ReadTable> {
  const tables = [...html.matchAll(/<table data-table="(\w+)"[^>]*>([\s\S]*?)<\/table>/g)];
  return new Map(
    tables.map(([, id, content]) => {
      const [head = [], ...rows] = [...content!.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
        [...row!.matchAll(/<t[hd]([^>]*)>([\s\S]*?)<\/t[hd]>/g)].flatMap(([, attributes, cell]) => {
          const value = /^<data value="([^"]*)">/.exec(cell!)?.[1];
          const span = Number(/colspan="(\d+)"/.exec(attributes!)?.[1] ?? 1);
          return Array.from({ length: span }, () => (value === undefined ? plain(cell!) : Number(value)));
        }),
      );
      return [id!, { head: head.map(String), rows }];
    }),
  );
}

/** The lines of a PDF as a reader sees them: what stands at one height of a page, from left to right. */
export async function readPdf(file: Buffer): Promise<readonly (readonly string[])[]> {
  const { getDocumentProxy } = await import('unpdf');
  const document = await getDocumentProxy(new Uint8Array(file));
  const lines: string[][] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    const placed = items.flatMap((item) =>
      'str' in item && item.str.trim() !== ''
        ? [{ text: item.str, x: item.transform[4] as number, y: Math.round(item.transform[5] as number) }]
        : [],
    );
    for (const row of Map.groupBy(placed, ({ y }) => y).values())
      lines.push(row.toSorted((left, right) => left.x - right.x).map(({ text }) => text));
  }
  return lines;
}

export const csvFields = (line: string): readonly string[] =>
  [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
    .slice(0, line.endsWith(',') ? undefined : -1)
    .map(([, field]) => (field!.startsWith('"') ? field!.slice(1, -1).replaceAll('""', '"') : field!));
