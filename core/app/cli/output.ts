import { EXIT_CODES, toConnectorError } from '../../sdk/index.js';
import { SettingsError } from '../../settings/issues.js';

/** Where a verb writes: data to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean;
  /** The verb's result: printed as JSON with a schema version, or by `human`. */
  data(schema: string, value: unknown, human: () => string): void;
  /** Without the configuration's secrets, once it is known. */
  note(text: string): void;
  scrub(text: string): string;
  scrubBy(scrub: (text: string) => string): void;
  readonly isTerminal: boolean;
  /** A line that is overwritten by the next; nothing where stderr is no terminal. An empty one only clears. */
  progress(text: string): void;
}

export function createOutput(json: boolean): Output {
  const terminal = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  let shown = false;
  let scrub = (text: string) => text;
  const clear = () => {
    if (shown) process.stderr.write('\r\u001b[2K');
    shown = false;
  };
  return {
    json,
    isTerminal: terminal,
    data(schema, value, human) {
      clear();
      process.stdout.write(json ? `${toJson({ schema, data: value })}\n` : `${human()}\n`);
    },
    note(text) {
      clear();
      process.stderr.write(`${scrub(text)}\n`);
    },
    scrub: (text) => scrub(text),
    scrubBy(by) {
      scrub = by;
    },
    progress(text) {
      if (!terminal) return;
      clear();
      process.stderr.write(text.slice(0, (process.stderr.columns ?? 80) - 1));
      shown = text !== '';
    },
  };
}

/** JSON in which integers beyond 2^53 keep their digits. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? rawInteger(part) : part));
}

function rawInteger(value: bigint): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(value.toString());
}

/** Decimals come as text, which keeps their digits. */
const NUMERIC_TEXT = /^-?\d+(\.\d+)?$/;

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
          typeof row[column] === 'bigint' ||
          (typeof row[column] === 'string' && NUMERIC_TEXT.test(row[column])),
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

/** RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
export function toCsv(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text = typeof value === 'object' ? toJson(value) : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Prints an error as its reader needs it and gives the exit code. The stack is for bugs only. */
export function printError(error: unknown, output: Output, { asData = true } = {}): number {
  const known = toConnectorError(error);
  const { hint, connection, stream, slice } = known.details;
  if (error instanceof SettingsError) {
    // The lines begin with their place, so that an editor can jump there.
    output.note(known.message);
    output.note(
      `error (config): ${error.issues.length} ${error.issues.length === 1 ? 'thing is' : 'things are'} wrong`,
    );
  } else {
    const place = placeOf({ connection, stream, slice });
    output.note(`error (${known.kind})${place === '' ? '' : ` in ${place}`}: ${known.message}`);
  }
  if (hint !== undefined) output.note(`  next: ${hint}`);
  if (known.kind === 'internal' && error instanceof Error) output.note(error.stack ?? '');
  if (output.json && asData) {
    const issues = error instanceof SettingsError ? { issues: error.issues } : {};
    output.data(
      'tributary.error/1',
      { kind: known.kind, message: output.scrub(known.message), hint: hint && output.scrub(hint), ...issues },
      () => '',
    );
  }
  return EXIT_CODES[known.kind];
}

/** `1 record`, `1,200 records`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `connection "a", stream "b"`, of the parts that are known. */
export function placeOf(parts: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(parts)
    .filter(([, name]) => name !== undefined)
    .map(([what, name]) => `${what} "${name}"`)
    .join(', ');
}
