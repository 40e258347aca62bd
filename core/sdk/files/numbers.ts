import { numberReader, type ParsingRules } from '../../protocol/index.js';
import type { FileSpec } from './file-spec.js';

/** How numbers are written, where that is not as everywhere. */
export function numbersOf({
  decimal_separator: decimal,
  thousands_separator: thousands,
}: FileSpec): Pick<ParsingRules, 'numbers'> {
  if (decimal === '.' && thousands === undefined) return {};
  return { numbers: { decimal, ...(thousands === undefined ? {} : { thousands }) } };
}

/** A text as a plain number, where it is one as the file writes them; any other as it is. */
export function plainNumbers(spec: FileSpec): (text: string) => string {
  const { numbers } = numbersOf(spec);
  if (numbers === undefined) return (text) => text;
  const read = numberReader(numbers);
  // What would be a number elsewhere is none here.
  return (text) => read(text) ?? (/^[\s\d.,+-]+$/.test(text) && !/^\d+-\d+-\d+$/.test(text) ? `?${text}` : text);
}
