import type { Field } from '#sdk';
import type { FileFormat } from './file-format.js';
import { TextBatch, type Kind, type RowText } from './text-batch.js';

/** One object per line, every field in each. Numbers keep every digit, JSON stands as it is. */
export const jsonLinesFormat: FileFormat = {
  batch: (fields, totals) => new TextBatch(jsonLine(fields), fields, totals),
  encoder: () => ({
    head: () => new Uint8Array(0),
    add: (batch) => (batch as TextBatch).take(),
    end: () => new Uint8Array(0),
  }),
};

/** A record as one line. */
export function jsonLine(fields: readonly Field[]): RowText {
  const names = fields.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  return {
    end: fields.length === 0 ? '{}\n' : '}\n',
    value: (column, kind, text) => (names[column] as string) + valueText(kind, text),
  };
}

function valueText(kind: Kind, text: string | undefined): string {
  if (text === undefined) return 'null';
  if (kind === 'bare') return text;
  // A line end in it would end the line.
  if (kind === 'json') return /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]+\s*/g, ' ') : text;
  return kind === 'plain' ? `"${text}"` : JSON.stringify(text);
}
