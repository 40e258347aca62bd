import { EXIT_CODES, isConnectorError, toConnectorError } from '../../sdk/index.js';

/** Where a verb writes: data to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean;
  /** The verb's result: printed as JSON with a schema version, or by `human`. */
  data(schema: string, value: unknown, human: () => string): void;
  note(text: string): void;
  /** A line that is overwritten by the next; nothing where stderr is no terminal. */
  progress(text: string): void;
}

export function createOutput(json: boolean): Output {
  const terminal = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  let shown = false;
  const clear = () => {
    if (shown) process.stderr.write('\r\u001b[2K');
    shown = false;
  };
  return {
    json,
    data(schema, value, human) {
      clear();
      process.stdout.write(json ? `${toJson({ schema, data: value })}\n` : `${human()}\n`);
    },
    note(text) {
      clear();
      process.stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!terminal) return;
      clear();
      process.stderr.write(text.slice(0, (process.stderr.columns ?? 80) - 1));
      shown = true;
    },
  };
}

/** JSON in which integers beyond 2^53 keep their digits. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? rawInteger(part) : part), indent);
}

function rawInteger(value: bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(value.toString());
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const text = rows.map((row) => row.map(cell));
  const widths = head.map((name, column) => Math.max(name.length, ...text.map((row) => (row[column] ?? '').length)));
  const numeric = head.map(
    (_name, column) =>
      rows.length > 0 &&
      rows.every(
        (row) =>
          row[column] === null ||
          row[column] === undefined ||
          typeof row[column] === 'number' ||
          typeof row[column] === 'bigint',
      ),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((part, column) =>
        numeric[column] === true ? part.padStart(widths[column] ?? 0) : part.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...text.map(line)].join('\n');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isInteger(value) ? value.toLocaleString('en-US') : String(value);
  if (typeof value === 'bigint') return value.toLocaleString('en-US');
  if (typeof value === 'object') return toJson(value);
  return String(value).replaceAll(/\p{Cc}/gu, '·');
}

/** Prints an error as its reader needs it and gives the exit code. The stack is for bugs only. */
export function printError(error: unknown, output: Output): number {
  const known = toConnectorError(error);
  const { hint, connection, stream, slice } = known.details;
  const place = [
    connection && `connection "${connection}"`,
    stream && `stream "${stream}"`,
    slice && `slice "${slice}"`,
  ]
    .filter(Boolean)
    .join(', ');
  output.note(`error (${known.kind})${place === '' ? '' : ` in ${place}`}: ${known.message}`);
  if (hint !== undefined) output.note(`  next: ${hint}`);
  if (!isConnectorError(error) && error instanceof Error) output.note(error.stack ?? '');
  if (output.json) output.data('tributary.error/1', { kind: known.kind, message: known.message, hint }, () => '');
  return EXIT_CODES[known.kind];
}
