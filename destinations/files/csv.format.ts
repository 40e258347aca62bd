import type { FilesConfig } from './files.config.js';
import type { FileFormat } from './file-format.js';
import { TextBatch, type RowText } from './text-batch.js';

/**
 * RFC 4180. A bare empty field is null and a quoted one an empty text, so that both come back as they were; texts are quoted
 * where they must be.
 */
export function csvFormat({
  csv: { delimiter, header, line_end, neutralise_formulas: neutralises },
}: FilesConfig): FileFormat {
  const end = line_end === 'crlf' ? '\r\n' : '\n';
  const special = new RegExp(`["\r\n${delimiter.replace(/[\\\]^-]/, String.raw`\$&`)}]|^ | $|^$`);
  const quoted = (text: string) => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  // What spreadsheets take for a formula (OWASP, "CSV Injection").
  const shown = (text: string) => (neutralises && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  const row: RowText = {
    end,
    value(column, kind, text) {
      const value = text === undefined ? '' : kind === 'text' || kind === 'json' ? quoted(shown(text)) : text;
      return column === 0 ? value : delimiter + value;
    },
  };
  return {
    // A row of one null would be an empty line, which readers skip.
    batch: (fields, totals) =>
      new TextBatch(
        fields.length === 1 ? { ...row, value: (column, kind, text) => row.value(column, kind, text) || '""' } : row,
        fields,
        totals,
      ),
    encoder: (fields) => ({
      head: () =>
        Buffer.from(header ? fields.map(({ name }) => quoted(shown(name))).join(delimiter) + end : '', 'utf8'),
      add: (batch) => (batch as TextBatch).take(),
      end: () => new Uint8Array(0),
    }),
  };
}
