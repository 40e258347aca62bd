import { ConnectorError } from '#sdk';
import type { TakeRows } from './pieces.js';

/** Of a lot of records: a short row has all columns too. */
const MOST_CELLS = 250_000;
const MOST_COLUMNS = 10_000;

/**
 * Takes records out of a CSV with a header, as Python's `DictReader` gives them: texts, null for what a short row lacks; what is too much is
 * left out. For one file.
 */
export function csvRows(delimiter: string, nulls: ReadonlySet<string>): TakeRows {
  let header: readonly string[] | undefined;
  const recordOf = (row: readonly string[], columns: readonly string[]): Record<string, unknown> => {
    const record: Record<string, unknown> = {};
    columns.forEach((name, at) => {
      const value = row[at];
      record[name] = value === undefined || nulls.has(value) ? null : value;
    });
    return record;
  };

  return function* (text, isLast) {
    let lot: Record<string, unknown>[] = [];
    let end = 0;
    const from = header === undefined && text.startsWith('\ufeff') ? 1 : 0;
    for (const { row, next } of rows(text, delimiter, isLast, from)) {
      end = next;
      if (header === undefined) {
        if (row.length > MOST_COLUMNS)
          throw new ConnectorError('source', `A CSV has more than ${MOST_COLUMNS} columns.`, {
            hint: 'Look at `delimiter` of the decoder, and at what the API answers.',
          });
        header = row;
        continue;
      }
      if (row.length === 1 && row[0] === '') continue;
      lot.push(recordOf(row, header));
      if (lot.length * header.length < MOST_CELLS) continue;
      yield lot;
      lot = [];
    }
    if (lot.length > 0) yield lot;
    return end;
  };
}

interface Row {
  /** At most one field more than there may be columns. */
  readonly row: string[];
  /** Where the next one begins. */
  readonly next: number;
}

/** Rows of a text; one that may go on behind its end is none yet, unless it is the last. */
function* rows(text: string, delimiter: string, isLast: boolean, from: number): Iterable<Row> {
  let row: string[] = [];
  let at = from;
  while (at <= text.length) {
    let field: string;
    if (text[at] === '"') {
      let end = at + 1;
      const parts: string[] = [];
      for (;;) {
        const quote = text.indexOf('"', end);
        if (quote < 0) {
          if (!isLast) return;
          parts.push(text.slice(end));
          end = text.length;
          break;
        }
        parts.push(text.slice(end, quote));
        end = quote + 1;
        if (text[end] !== '"') break;
        parts.push('"');
        end += 1;
      }
      field = parts.join('');
      at = end;
      // What stands behind the closing quote belongs to the field, as Python reads it.
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') field += text[at++];
    } else {
      const start = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
      field = text.slice(start, at);
    }
    if (row.length <= MOST_COLUMNS) row.push(field);
    if (at < text.length && text[at] === delimiter) {
      at += 1;
      continue;
    }
    const isEnd = at >= text.length;
    // Behind a carriage return may come the line feed that belongs to it.
    if (!isLast && (isEnd || (text[at] === '\r' && at + 1 === text.length))) return;
    const next = isEnd ? at : at + (text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1);
    if (!isEnd || row.length > 1 || row[0] !== '') yield { row, next };
    if (isEnd) return;
    at = next;
    row = [];
  }
}
