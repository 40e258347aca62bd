import type { BadRecord, Field, PlannedColumn, RecordData, Reject, RowScanner } from '../protocol/index.js';
import type { RowPlan } from './row-program.js';
import { tokenOf, tokenText } from './tokens.js';

/** Longest text that a payload keeps of one field, and of all of them. */
const MAX_TEXT = 8_192;
const MAX_TEXTS = 65_536;

type Payload = Reject['payload'];

/**
 * How a rejected record is shown: only columns that land, protected ones as tokens. Where a value cannot be told from its
 * neighbours (a ragged row, a broken line) nothing of it is shown unless every field lands as it is. Texts beyond the limit
 * are cut, and `_cut` says how long they were.
 */
export interface PayloadWriter {
  ofRow(scanner: RowScanner): Payload;
  ofRecord(record: RecordData): Payload;
  ofBadRecord(record: BadRecord, position: number): Payload;
  /** What a plugin yielded in place of a record: its type, since nothing says what of it is protected. */
  ofNoRecord(value: unknown): Payload;
}

/** `fields`: the record's fields as they come; without them nothing is known of those that the chain has dropped. */
export function payloadWriter(plan: RowPlan, fields: readonly Field[] | undefined): PayloadWriter {
  const columns = new Map(plan.columns.map((column) => [column.source, column]));
  const showsRaw =
    fields !== undefined &&
    fields.every(({ name }) => columns.has(name)) &&
    plan.columns.every(({ tokenize }) => tokenize === undefined);
  const isNull = (text: string, quoted: boolean) =>
    (text === '' && !quoted) || ((plan.parsing.quotedNulls || !quoted) && plan.parsing.nulls.includes(text));

  return {
    ofRow(scanner) {
      const text = (index: number) =>
        Buffer.from(scanner.buffer.subarray(scanner.starts[index], scanner.ends[index])).toString('utf8');
      const count = scanner.fieldCount;
      if (fields === undefined || count !== fields.length) {
        const raw = count < 0 ? { _record: text(0) } : { _fields: Array.from({ length: count }, (_, at) => text(at)) };
        const shown = showsRaw
          ? Object.entries(raw)
          : [['_hidden', true] as const, ['_position', scanner.row] as const];
        return sized([['_field_count', count], ...shown]);
      }
      return sized(
        fields.flatMap(({ name }, index): [string, unknown][] => {
          const column = columns.get(name);
          if (column === undefined) return [];
          const value = text(index);
          return [[name, isNull(value, scanner.quoted[index] !== 0) ? null : shownText(value, column)]];
        }),
      );
    },
    ofRecord(record) {
      return sized(
        plan.columns
          .filter(({ source }) => Object.hasOwn(record, source))
          .map(({ source, sourceType, tokenize }) => {
            const value = record[source] ?? null;
            return [
              source,
              value === null || tokenize === undefined ? value : tokenOf(tokenText(sourceType, value), tokenize),
            ];
          }),
      );
    },
    ofNoRecord: (value) => ({ _type: value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value }),
    ofBadRecord({ payload }, position) {
      return sized(
        showsRaw
          ? Object.entries(payload)
          : [
              ['_hidden', true],
              ['_position', position],
            ],
      );
    },
  };
}

/** JSON is shown as what it says, so that a replay reads the same value. */
function shownText(text: string, { tokenize, sourceType }: PlannedColumn): unknown {
  if (tokenize !== undefined) return tokenOf(tokenText(sourceType, text), tokenize);
  if (sourceType !== 'json' || text.length > MAX_TEXT) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Within limits, and nothing in it that JSON cannot say. */
function sized(entries: readonly (readonly [string, unknown])[]): Payload {
  const cut: Record<string, number> = {};
  let room = MAX_TEXTS;
  const fit = (name: string, text: string): string => {
    const length = Math.min(MAX_TEXT, room);
    room -= Math.min(length, text.length);
    if (text.length <= length) return text;
    cut[name] = text.length;
    return text.slice(0, length).toWellFormed();
  };
  const plain = (name: string, value: unknown): unknown => {
    if (typeof value === 'string') return fit(name, value);
    if (typeof value === 'bigint') return value.toString();
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value !== 'object' || value === null) return value ?? null;
    const text = jsonOf(value);
    if (text === undefined) return '(not JSON)';
    const kept = fit(name, text);
    return kept === text ? (JSON.parse(text) as unknown) : kept;
  };
  const payload = entries.map(([name, value]): [string, unknown] => [name, plain(name, value)]);
  // Not by assignment: a field may be named `__proto__`.
  return Object.fromEntries(Object.keys(cut).length === 0 ? payload : [...payload, ['_cut', cut]]);
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
  } catch {
    return undefined; // a circle
  }
}
