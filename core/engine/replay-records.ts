import type { Field, ParsingRules, PlannedColumn, QuarantinedRecord, RecordData } from '../protocol/index.js';
import { OBJECT_PARSING } from './pages.js';
import type { StreamPlan } from './stream-plan.js';

/** How the payloads of a stream are read again. */
export interface PayloadRules {
  readonly parsing: ParsingRules;
  /** True where payloads hold the texts of a file. */
  readonly isText: boolean;
}

export function payloadRules({ stream }: StreamPlan): PayloadRules {
  const { parsing = OBJECT_PARSING, isText = false } = stream.kind === 'files' ? stream : {};
  return { parsing, isText };
}

/** A record of the quarantine as the row program takes it. */
export interface Replayable {
  readonly record: QuarantinedRecord;
  readonly values: RecordData;
  /** True where protected columns hold tokens already; such a record must not be tokenized twice. */
  readonly isTokenized: boolean;
}

const TOKEN = /^tok_\d+_[\w-]{43}$/;
const isToken = (value: unknown): boolean => typeof value === 'string' && TOKEN.test(value);

/**
 * Makes a record of a payload, or says that it cannot be done: where the payload holds only a part of the record, where
 * bytes were lost on the way into it, and where the value at fault has become a token, so that nobody can judge it any more.
 */
export function replayable(
  record: QuarantinedRecord,
  columns: readonly PlannedColumn[],
  { parsing, isText }: PayloadRules,
): Replayable | undefined {
  const { payload, reason, field } = record;
  const names = new Set(columns.map(({ source }) => source));
  if (Object.keys(payload).some((name) => name.startsWith('_') && !names.has(name))) return undefined;
  if (isText && reason !== 'unstorable_text' && Object.values(payload).some(hasLostBytes)) return undefined;
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let tokens = 0;
  let plain = 0;
  for (const { source, sourceType, tokenize } of columns) {
    const value = isText ? textOrNull(payload[source], sourceType, parsing) : payload[source];
    values[source] = value;
    if (value === undefined || value === null) continue;
    if (isToken(value)) tokens += 1;
    if (tokenize === undefined) {
      // Protected once and no longer: a token must not pass for a value.
      if (isToken(value)) return undefined;
    } else if (!isToken(value)) plain += 1;
    else if (source === field) return undefined;
  }
  if (tokens > 0 && plain > 0) return undefined;
  return { record, values, isTokenized: tokens > 0 };
}

/** Invalid UTF-8 and what the destination cannot store are shown as U+FFFD in a payload. */
const hasLostBytes = (value: unknown): boolean => typeof value === 'string' && value.includes('\ufffd');

/** Texts that mean null by the rules of now; whether a text was quoted is not kept, so an empty one stays a text. */
function textOrNull(value: unknown, type: Field['type'], { nulls }: ParsingRules): unknown {
  if (typeof value !== 'string') return value;
  if (value === '') return type === 'string' ? value : null;
  return nulls.includes(value) ? null : value;
}

/** The columns for records that hold tokens: protected ones take them as they are. */
export function columnsForTokens(columns: readonly PlannedColumn[]): readonly PlannedColumn[] {
  return columns.map((column) => {
    if (column.tokenize === undefined) return column;
    const { source, target, required = false } = column;
    return { source, sourceType: 'string', target, required };
  });
}

/** Fields that files have added to the catalog's: they landed, so they are in payloads, typed as the table has them. */
export function addedFields(
  { stream }: StreamPlan,
  table: readonly Field[],
  records: readonly QuarantinedRecord[],
): readonly Field[] {
  if (stream.kind !== 'files') return [];
  const known = new Set(stream.catalog.fields.map(({ name }) => name));
  const names = new Set(records.flatMap(({ payload }) => Object.keys(payload)));
  return table.filter(({ name }) => names.has(name) && !known.has(name));
}

/** Records that share a checkpoint, each with its position in it. */
export interface ReplayGroup {
  readonly slice: string;
  readonly records: readonly Replayable[];
  readonly positions: readonly number[];
}

/**
 * Rows of a file keep its name and their own positions; other records have no place to keep, and get positions in which
 * later ones win. `records` come latest first.
 */
export function groupsOf(records: readonly Replayable[], fromFiles: boolean): readonly ReplayGroup[] {
  if (records.length === 0) return [];
  if (!fromFiles) {
    const latestLast = records.toReversed();
    return [{ slice: 'replay', records: latestLast, positions: latestLast.map((_, index) => index + 1) }];
  }
  const groups: { slice: string; records: Replayable[]; positions: number[] }[] = [];
  for (const each of records) {
    const { slice, position } = each.record;
    // Two versions of one file may both have left their row of this number.
    let group = groups.find((one) => one.slice === slice && !one.positions.includes(position));
    if (group === undefined) groups.push((group = { slice, records: [], positions: [] }));
    group.records.push(each);
    group.positions.push(position);
  }
  return groups;
}
