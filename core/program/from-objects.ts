import { BadRecord, type PlannedColumn, type RecordData, type Reject, type RowSink } from '../protocol/index.js';
import { fitsDecimal, integerSlowly, isDecimal, isInt64, numberOf } from './numbers.js';
import { payloadOfObject, payloadRule, rejectOf, type Reason } from './rejects.js';
import type { ObjectProgram, RowPlan } from './row-program.js';
import { isUuid, storable } from './texts.js';
import { epochTimestamp, isoDate, isoTime, isoTimestamp, last, zoneOffsets } from './times.js';
import { tokenOf } from './tokens.js';

/** Puts one value of a record into the batch; a reason where it does not fit. Null and undefined do not come here. */
type Put = (value: unknown, sink: RowSink) => Reason | undefined;

/** Compiles the object path of a stream: the same columns, checks and codes as for bytes. */
export function compileForObjects(plan: RowPlan): ObjectProgram {
  const state = { read: 0, encoded: 0, replaced: 0, position: 0, rejects: [] as Reject[] };
  const rule = payloadRule(plan.columns);
  const onReplaced = () => {
    state.replaced += 1;
  };
  const puts = plan.columns.map((column) => putOf(plan, column, onReplaced));
  const code = `
    return function encode(record, sink) {
      let value, fault;
      ${plan.columns
        .map(
          (column, index) => `value = record[names[${index}]];
      if (value === null || value === undefined) { ${column.required === true ? `state.column = ${index}; return 'not_null';` : 'sink.null();'} }
      else if ((fault = put${index}(value, sink)) !== undefined) { state.column = ${index}; return fault; }`,
        )
        .join('\n      ')}
    };`;
  const at = { column: -1 };
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- one straight function per stream; names and functions are given beside it
  const make = new Function('names', 'state', ...puts.map((_, index) => `put${index}`), code);
  const encode = make(
    plan.columns.map((column) => column.source),
    at,
    ...puts,
  ) as (record: RecordData, sink: RowSink) => Reason | undefined;

  return {
    run(records, from, batch) {
      let index = from;
      for (; index < records.length && !batch.full; index += 1) {
        const record = records[index] as RecordData | BadRecord;
        state.read += 1;
        state.position += 1;
        if (record instanceof BadRecord) {
          state.rejects.push({
            position: state.position,
            reason: record.reason,
            detail: record.detail,
            payload: payloadOfObject(record.payload, { ...rule, shown: new Set(Object.keys(record.payload)) }),
          });
          continue;
        }
        batch.begin();
        if (plan.withPosition) batch.integer(state.position);
        const fault = encode(record, batch);
        if (fault === undefined) {
          batch.commit();
          state.encoded += 1;
        } else {
          batch.rollback();
          state.rejects.push(
            rejectOf(state.position, fault, plan.columns[at.column]?.source, payloadOfObject(record, rule)),
          );
        }
      }
      return index;
    },
    drain() {
      const { read, encoded, replaced, rejects } = state;
      state.read = state.encoded = state.replaced = 0;
      state.rejects = [];
      return { tally: { read, filtered: 0, quarantined: rejects.length, encoded, replaced }, rejects };
    },
  };
}

/** Escapes that jsonb refuses: U+0000 and halves of surrogate pairs; an escaped backslash before them is none. */
const UNSTORABLE_ESCAPE = /(?<!\\)((?:\\\\)*)\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})/g;

const ascii = (text: string): Uint8Array => Buffer.from(text, 'utf8');

function putOf(plan: RowPlan, column: PlannedColumn, onReplaced: () => void): Put {
  const { tokenize, min, max, target } = column;
  if (tokenize !== undefined)
    return (value, sink) => {
      sink.string(tokenOf(typeof value === 'string' ? value : jsonText(value), tokenize));
      return undefined;
    };
  const outside = (value: number) => (min !== undefined && !(value >= min)) || (max !== undefined && !(value <= max));
  const text = (value: string, sink: RowSink): Reason | undefined => {
    const unstorable = (!plan.holdsNul && value.includes('\0')) || !value.isWellFormed();
    if (unstorable && plan.unstorableText === 'quarantine') return 'unstorable_text';
    if (unstorable) onReplaced();
    sink.string(unstorable ? storable(value) : value);
    return undefined;
  };
  switch (column.sourceType) {
    case 'string':
      return (value, sink) => {
        if (typeof value === 'string') return text(value, sink);
        if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
          return text(String(value), sink);
        return 'not_a_string';
      };
    case 'integer':
      return (value, sink) => {
        if (typeof value === 'number') {
          if (!Number.isInteger(value)) return 'not_an_integer';
          if (outside(value)) return 'out_of_range';
          if (Number.isSafeInteger(value)) sink.integer(value);
          else if (isInt64(BigInt(value))) sink.bigint(BigInt(value));
          else return 'out_of_range';
          return undefined;
        }
        const big =
          typeof value === 'bigint'
            ? isInt64(value)
              ? value
              : null
            : typeof value === 'string'
              ? integerSlowly(ascii(value), 0, Buffer.byteLength(value))
              : undefined;
        if (big === undefined) return 'not_an_integer';
        if (big === null || outside(Number(big))) return 'out_of_range';
        sink.bigint(big);
        return undefined;
      };
    case 'number':
      return (value, sink) => {
        const number =
          typeof value === 'number'
            ? value
            : typeof value === 'bigint'
              ? Number(value)
              : typeof value === 'string' && value !== ''
                ? numberOf(ascii(value), 0, Buffer.byteLength(value))
                : Number.NaN;
        if (!Number.isFinite(number)) return 'not_a_number';
        if (outside(number)) return 'out_of_range';
        sink.number(number);
        return undefined;
      };
    case 'decimal':
      return (value, sink) => {
        if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') return 'not_a_decimal';
        const bytes = ascii(String(value).trim());
        if (!isDecimal(bytes, 0, bytes.length)) return 'not_a_decimal';
        if (target.precision !== undefined && !fitsDecimal(bytes, 0, bytes.length, target.precision, target.scale ?? 0))
          return 'out_of_range';
        if ((min !== undefined || max !== undefined) && outside(Number(value))) return 'out_of_range';
        sink.decimal(bytes, 0, bytes.length);
        return undefined;
      };
    case 'boolean': {
      const truths = new Set(plan.parsing.trueTexts.map((spelling) => spelling.toLowerCase()));
      const falsehoods = new Set(plan.parsing.falseTexts.map((spelling) => spelling.toLowerCase()));
      return (value, sink) => {
        const spelled = typeof value === 'string' ? value.toLowerCase() : undefined;
        if (value === true || (spelled !== undefined && truths.has(spelled))) sink.boolean(true);
        else if (value === false || (spelled !== undefined && falsehoods.has(spelled))) sink.boolean(false);
        else return 'not_a_boolean';
        return undefined;
      };
    }
    case 'date':
      return (value, sink) => {
        const days = typeof value === 'string' ? isoDate(ascii(value), 0, value.length) : Number.NaN;
        if (Number.isNaN(days)) return 'not_a_date';
        sink.date(days);
        return undefined;
      };
    case 'time':
      return (value, sink) => {
        const micros = typeof value === 'string' ? isoTime(ascii(value), 0, value.length) : Number.NaN;
        if (Number.isNaN(micros)) return 'not_a_time';
        sink.time(micros);
        return undefined;
      };
    case 'timestamp':
    case 'timestamptz':
      return putTimestamp(plan, column);
    case 'uuid':
      return (value, sink) => {
        const bytes = typeof value === 'string' ? ascii(value) : undefined;
        if (bytes === undefined || !isUuid(bytes, 0, bytes.length)) return 'not_a_uuid';
        sink.uuid(bytes, 0, bytes.length);
        return undefined;
      };
    case 'json':
      return (value, sink) => {
        const json = jsonText(value);
        const kept = json.replaceAll(UNSTORABLE_ESCAPE, '$1\\ufffd');
        if (kept !== json && plan.unstorableText === 'quarantine') return 'unstorable_text';
        if (kept !== json) onReplaced();
        sink.json(kept);
        return undefined;
      };
  }
}

function putTimestamp(plan: RowPlan, column: PlannedColumn): Put {
  const format = plan.parsing.formats[column.source];
  const perSecond = format === 'epoch_seconds' ? 1 : format === 'epoch_millis' ? 1000 : undefined;
  const offset = plan.parsing.timeZone === undefined ? undefined : zoneOffsets(plan.parsing.timeZone);
  return (value, sink) => {
    let seconds = Number.NaN;
    if (perSecond !== undefined) seconds = epochTimestamp(Number(value), perSecond);
    else if (typeof value === 'string') seconds = isoTimestamp(ascii(value), 0, value.length);
    if (Number.isNaN(seconds)) return 'not_a_timestamp';
    if (perSecond === undefined && column.sourceType === 'timestamp' && last.hasZone) return 'unexpected_zone';
    if (perSecond === undefined && column.sourceType === 'timestamptz' && !last.hasZone) {
      if (offset === undefined) return 'no_zone';
      seconds -= offset(seconds);
    }
    sink.timestamp(seconds, last.micros);
    return undefined;
  };
}

/** JSON text in which integers beyond 2^53 keep their digits. */
function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(part.toString()) : part,
  );
}
