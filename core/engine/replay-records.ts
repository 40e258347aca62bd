import type { Field, ParsingRules, PlannedColumn, QuarantinedRecord, RecordData } from '../protocol/index.js';
import { rotated } from '../program/index.js';
import { OBJECT_PARSING } from './pages.js';
import type { RunRequest } from './request.js';
import type { StreamPlan } from './stream-plan.js';

/** How the payloads of a stream are read again. */
export interface PayloadRules {
  readonly parsing: ParsingRules;
  /** True where payloads hold the texts of a file. */
  readonly isText: boolean;
  readonly unstorableText: RunRequest['unstorableText'];
}

export function payloadRules({ unstorableText }: RunRequest, { stream }: StreamPlan): PayloadRules {
  const { parsing = OBJECT_PARSING, isText = false } = stream.kind === 'files' ? stream : {};
  return { parsing, isText, unstorableText };
}

/** A record of the quarantine as the row program takes it. */
export interface Replayable {
  readonly record: QuarantinedRecord;
  readonly values: RecordData;
  /** True where protected columns hold tokens already; such a record must not be tokenized twice. */
  readonly isTokenized: boolean;
}

const TOKEN = /^(tok_\d+_[\w-]{43}|enc_\d+_[\w-]{38,})$/;
const isToken = (value: unknown): boolean => typeof value === 'string' && TOKEN.test(value);

/**
 * Makes a record of a payload, or says that it cannot be done: where the payload holds only a part of the record, where it
 * could not show a value as it was, and where the value at fault has become a token, so that nobody can judge it any more.
 */
export function replayable(
  record: QuarantinedRecord,
  columns: readonly PlannedColumn[],
  { parsing, isText, unstorableText }: PayloadRules,
): Replayable | undefined {
  const { payload, field } = record;
  const names = new Set(columns.map(({ source }) => source));
  const isPart = (name: string) => name.startsWith('_') && !names.has(name) && !COMPLETE.has(name);
  if (Object.keys(payload).some(isPart)) return undefined;
  const marked = (mark: string) => (names.has(mark) ? undefined : payload[mark]);
  const isMarked = (mark: string, name: string) => {
    const what = marked(mark);
    return what === true || (Array.isArray(what) && what.includes(name));
  };
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let tokens = 0;
  let plain = 0;
  for (const { source, sourceType, tokenize, seal } of columns) {
    const shown = payload[source];
    const value = isText
      ? textOrNull(shown, isMarked('_quoted', source), sourceType, parsing)
      : fromPayload(shown, sourceType);
    // U+FFFD stands where a sync would have found what it must replace, refuse, or not take for the column's type.
    const isReplaceable = sourceType === 'string' || (sourceType === 'json' && !isText);
    if (isMarked('_replaced', source) && (unstorableText === 'quarantine' || !isReplaceable)) return undefined;
    // A token that a former key has made lands as that of the present one.
    values[source] = tokenize !== undefined && isToken(value) ? (rotated(value as string, tokenize) ?? value) : value;
    if (value === undefined || value === null) continue;
    if (isToken(value)) tokens += 1;
    if (tokenize === undefined && seal === undefined) {
      // Protected once and no longer: a token must not pass for a value.
      if (isToken(value)) return undefined;
    } else if (!isToken(value)) plain += 1;
    else if (source === field) return undefined;
  }
  if (tokens > 0 && plain > 0) return undefined;
  return { record, values, isTokenized: tokens > 0 };
}

/** What a payload says of its values beside them and still holds them all; any other mark says what is missing. */
const COMPLETE = new Set(['_quoted', '_replaced']);

/** Texts that mean null by the rules of now, as the row program reads them in a file. */
function textOrNull(
  value: unknown,
  isQuoted: boolean,
  type: Field['type'],
  { nulls, quotedNulls }: ParsingRules,
): unknown {
  if (typeof value !== 'string') return value;
  if (value === '' && type !== 'string') return null;
  return (quotedNulls || !isQuoted) && nulls.includes(value) ? null : value;
}

/** A `bigint` of a record is a text in its payload unless its column is JSON, so here it is a number that was one. */
const fromPayload = (value: unknown, type: Field['type']): unknown =>
  typeof value === 'bigint' && type !== 'json' ? Number(value) : value;

/** The columns for records that hold tokens: protected ones take them as they are. */
export function columnsForTokens(columns: readonly PlannedColumn[]): readonly PlannedColumn[] {
  return columns.map((column) => {
    if (column.tokenize === undefined && column.seal === undefined) return column;
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
