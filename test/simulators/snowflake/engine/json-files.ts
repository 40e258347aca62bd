import { SnowflakeError } from '../errors.js';
import type { Options } from '../sql/statement.js';
import type { CsvRecord } from './csv.js';

/** Where the value that begins at `from` ends; -1 if the text ends before. */
const endOfValue = (text: string, from: number): number => {
  let depth = 0;
  let isText = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (isText) {
      if (char === '\\') at += 1;
      else if (char === '"') isText = false;
    } else if (char === '"') isText = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && /\s/.test(char)) return at;
  }
  return -1;
};

/** Values of a JSON file, one a record: behind each other, or the items of one array with STRIP_OUTER_ARRAY. */
export async function* jsonRecords(pieces: AsyncIterable<string>, options: Options): AsyncGenerator<CsvRecord[]> {
  const strips = String(options.STRIP_OUTER_ARRAY ?? 'FALSE').toUpperCase() === 'TRUE';
  let text = '';
  for await (const piece of pieces) text += piece;
  text = text.replace(/^\uFEFF/, '');
  let line = 1;
  const record = (value: string): CsvRecord => {
    try {
      JSON.parse(value);
      return { fields: [value], line };
    } catch (error) {
      return {
        fields: [null],
        line,
        error: new SnowflakeError('100069', '22P02', `Error parsing JSON: ${(error as Error).message}`),
      };
    }
  };
  if (strips && text.trimStart().startsWith('[')) {
    const whole = record(text.trim());
    yield whole.error === undefined
      ? (JSON.parse(text) as unknown[]).map((one) => record(JSON.stringify(one)))
      : [whole];
    return;
  }
  const records: CsvRecord[] = [];
  for (let at = 0; at < text.length;) {
    if (/\s/.test(text[at])) {
      if (text[at] === '\n') line += 1;
      at += 1;
      continue;
    }
    const end = endOfValue(text, at);
    const value = text.slice(at, end === -1 ? text.length : end);
    records.push(record(value));
    line += value.split('\n').length - 1;
    at += value.length;
  }
  yield records;
}
