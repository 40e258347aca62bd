import type { Handlers } from './xlsx.reader.js';

/** The value of a cell; undefined: there is none. */
export type Cell = string | number | boolean | undefined;
type DateKind = 'date' | 'timestamp' | 'time';

/** ECMA-376 part 1, 18.8.30: the formats that every workbook knows without naming them. */
const BUILT_IN: readonly (readonly [first: number, last: number, kind: DateKind])[] = [
  [14, 17, 'date'],
  [18, 21, 'time'],
  [22, 22, 'timestamp'],
  [27, 31, 'date'],
  [32, 35, 'time'],
  [36, 36, 'date'],
  [45, 47, 'time'],
  [50, 58, 'date'],
];

/** Which styles show a number as a day, a time or both, by their place among the styles of cells. */
export async function dateStyles(parse: (handlers: Handlers) => Promise<void>): Promise<ReadonlyMap<number, DateKind>> {
  const formats = new Map<number, DateKind | undefined>();
  const styles = new Map<number, DateKind>();
  let isInCells = false;
  let count = 0;
  await parse({
    open({ local, attributes }) {
      if (local === 'numFmt')
        formats.set(Number(attributes['numFmtId']?.value), kindOf(attributes['formatCode']?.value ?? ''));
      if (local === 'cellXfs') isInCells = true;
      if (local !== 'xf' || !isInCells) return;
      const id = Number(attributes['numFmtId']?.value ?? 0);
      const kind = formats.has(id) ? formats.get(id) : BUILT_IN.find(([first, last]) => id >= first && id <= last)?.[2];
      if (kind !== undefined) styles.set(count, kind);
      count += 1;
    },
    close({ local }) {
      if (local === 'cellXfs') isInCells = false;
    },
  });
  return styles;
}

/** Texts in quotes and brackets, and what is escaped, say nothing; `[h]` is a time that goes on past a day. */
function kindOf(code: string): DateKind | undefined {
  const letters = code
    .split(';', 1)[0]!
    .replaceAll(/"[^"]*"|\\.|_.|\*./g, '')
    .replaceAll(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .toLowerCase();
  if (/general/.test(letters) || !/[ymdhs]/.test(letters)) return undefined;
  const hasTime = /[hs]/.test(letters);
  const hasDay = /[yd]/.test(letters) || (!hasTime && /m/.test(letters));
  return hasDay ? (hasTime ? 'timestamp' : 'date') : 'time';
}

export interface CellRules {
  readonly texts: readonly string[];
  readonly styles: ReadonlyMap<number, DateKind>;
  readonly isFrom1904: boolean;
}

/** Puts the rows of a sheet together from its tags; `onRow` gets the cells and the number of the row as Excel shows it. */
export function cellReader(
  rules: CellRules,
  maxColumns: number,
  maxRowBytes: number,
  onRow: (cells: readonly Cell[], row: number) => void,
): Handlers {
  let cells: Cell[] = [];
  let row = 0;
  let column = -1;
  let kind = '';
  let style = 0;
  let text = '';
  let isValue = false;
  let size = 0;
  return {
    open({ local, attributes }) {
      if (local === 'row') {
        cells = [];
        row = Number(attributes['r']?.value ?? row + 1);
        column = -1;
        size = 0;
      } else if (local === 'c') {
        const place = /^([A-Z]+)\d+$/.exec(attributes['r']?.value ?? '')?.[1];
        column = place === undefined ? column + 1 : columnOf(place);
        if (column >= maxColumns) throw new Error(`a row has more than ${maxColumns} columns`);
        kind = attributes['t']?.value ?? 'n';
        style = Number(attributes['s']?.value ?? -1);
        text = '';
      } else if (local === 'v' || local === 't') isValue = true;
      else if (local === 'rPh') isValue = false;
    },
    text(piece) {
      if (!isValue) return;
      text += piece;
      size += piece.length;
      if (size > maxRowBytes) throw new Error(`a row is longer than the ${maxRowBytes} of \`max_record_bytes\``);
    },
    close({ local }) {
      if (local === 'v' || local === 't') isValue = false;
      if (local === 'c') cells[column] = valueOf(text, kind, rules.styles.get(style), rules);
      if (local === 'row') onRow(cells, row);
    },
  };
}

function columnOf(letters: string): number {
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

function valueOf(text: string, kind: string, shown: DateKind | undefined, rules: CellRules): Cell {
  if (kind === 's') {
    const found = rules.texts[Number(text)];
    if (found === undefined) throw new Error('a cell names a shared text that is not there');
    return found;
  }
  if (kind === 'inlineStr' || kind === 'str' || kind === 'e') return text;
  if (text === '') return undefined;
  if (kind === 'b') return text === '1';
  // ISO 8601, as some writers do.
  if (kind === 'd') return text;
  const number = Number(text);
  if (!Number.isFinite(number)) throw new Error('a cell of a number holds none');
  return shown === undefined ? number : dateOf(number, shown, rules.isFrom1904);
}

const DAY_MS = 86_400_000;
/** Day 0 of the two calendars. Excel's first knows a 29 February 1900, so its days before March count one less. */
const FROM_1900 = Date.UTC(1899, 11, 30);
const FROM_1904 = Date.UTC(1904, 0, 1);

function dateOf(serial: number, kind: DateKind, isFrom1904: boolean): Cell {
  if (serial < 0 || serial > 2_958_466) return serial;
  const shifted = !isFrom1904 && serial < 60 && kind !== 'time' ? serial + 1 : serial;
  // Doubles of days are exact to less than a millisecond.
  const instant = new Date((isFrom1904 ? FROM_1904 : FROM_1900) + Math.round(shifted * DAY_MS));
  const [day = '', clock = ''] = instant.toISOString().replace('.000Z', '').replace('Z', '').split('T');
  if (kind === 'time' && serial < 1) return clock;
  return kind === 'date' && Number.isInteger(serial) ? day : `${day}T${clock}`;
}
