import { jsonText, storableJson, type PlannedColumn, type RowSink } from '../protocol/index.js';
import { decimalFault, decimalRoom, NOT_A_DECIMAL } from './decimals.js';
import { dateReader, isEpoch, timestampReader } from './formats.js';
import { isJson, isLoadable } from './json.js';
import { integerSlowly, isInt64, numberOf } from './numbers.js';
import type { Reason } from './rejects.js';
import type { RowPlan } from './row-program.js';
import { bytesOf, isUuid, storable } from './texts.js';
import { FIRST_SECOND, isoTime, last, LAST_SECOND, zoneOffsets } from './times.js';
import { tokenOf, tokenText } from './tokens.js';

/** Puts one value of a record into the batch; a reason where it does not fit. Null and undefined do not come here. */
export type Put = (value: unknown, sink: RowSink) => Reason | undefined;

/** The function for one column, chosen once; `onReplaced` is told of every text in which something was replaced. */
export function putOf(plan: RowPlan, column: PlannedColumn, onReplaced: () => void): Put {
  const { change, tests } = column;
  const put = sealedPut(plan, column, onReplaced);
  if (change === undefined && tests === undefined) return put;
  const { sourceType, required } = column;
  return (given, sink) => {
    const value = change === undefined ? given : change(given);
    if (value === undefined) return 'not_in_lookup';
    if (value === null || (value === '' && sourceType !== 'string')) {
      if (required === true) return 'not_null';
      sink.null();
      return undefined;
    }
    if (tests !== undefined) {
      const text = tokenText(sourceType, value);
      for (const test of tests) if (!test.passes(text)) return test.reason;
    }
    return put(value, sink);
  };
}

/** The value as it lands, protected where the column is. */
function sealedPut(plan: RowPlan, column: PlannedColumn, onReplaced: () => void): Put {
  const { tokenize, seal, sourceType } = column;
  if (tokenize === undefined && seal === undefined) return PUTS[sourceType](plan, column, onReplaced);
  // The value must be of its type before it becomes a token; what the destination could not hold does not matter to it.
  const check = PUTS[sourceType]({ ...plan, holdsNul: true, unstorableText: 'replace' }, column, () => undefined);
  return (value, sink) => {
    const fault = check(value, NOWHERE);
    if (fault !== undefined) return fault;
    const text = tokenText(sourceType, value);
    if (tokenize !== undefined) sink.string(tokenOf(text, tokenize));
    else {
      const sealed = seal?.of(text) ?? null;
      if (sealed === null) return 'cannot_generalise';
      sink.string(sealed);
    }
    return undefined;
  };
}

const ignore = () => undefined;
/** Takes values and keeps nothing: for checks. */
export const NOWHERE: RowSink = {
  full: false,
  begin: ignore,
  commit: ignore,
  rollback: ignore,
  null: ignore,
  boolean: ignore,
  integer: ignore,
  bigint: ignore,
  number: ignore,
  decimal: ignore,
  date: ignore,
  time: ignore,
  timestamp: ignore,
  uuid: ignore,
  text: ignore,
  string: ignore,
  json: ignore,
};

type MakePut = (plan: RowPlan, column: PlannedColumn, onReplaced: () => void) => Put;

const isScalar = (value: unknown): value is string | number | bigint =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';

function outsideOf({ min = -Infinity, max = Infinity }: PlannedColumn): (value: number) => boolean {
  return (value) => !(value >= min && value <= max);
}

const PUTS: Readonly<Record<PlannedColumn['sourceType'], MakePut>> = {
  string: (plan, _column, onReplaced) => (value, sink) => {
    let text: string;
    if (typeof value === 'string') text = value;
    else if (typeof value === 'bigint' || typeof value === 'boolean' || Number.isFinite(value)) text = String(value);
    else return 'not_a_string';
    if (!text.isWellFormed() || (!plan.holdsNul && text.includes('\0'))) {
      if (plan.unstorableText === 'quarantine') return 'unstorable_text';
      text = plan.holdsNul ? text.toWellFormed() : storable(text);
      onReplaced();
    }
    sink.string(text);
    return undefined;
  },

  integer: (_plan, column) => {
    const isOutside = outsideOf(column);
    return (value, sink) => {
      if (typeof value === 'number' && Number.isSafeInteger(value)) {
        if (isOutside(value)) return 'out_of_range';
        sink.integer(value);
        return undefined;
      }
      let big: bigint | null | undefined;
      if (typeof value === 'bigint') big = value;
      else if (typeof value === 'number') big = Number.isInteger(value) ? BigInt(value) : undefined;
      else if (typeof value === 'string') {
        const { b, e } = bytesOf(value);
        big = integerSlowly(b, 0, e);
      }
      if (big === undefined) return 'not_an_integer';
      if (big === null || !isInt64(big) || isOutside(Number(big))) return 'out_of_range';
      sink.bigint(big);
      return undefined;
    };
  },

  number: (_plan, column) => {
    const isOutside = outsideOf(column);
    return (value, sink) => {
      let number = Number.NaN;
      if (typeof value === 'number') number = value;
      else if (typeof value === 'bigint') number = Number(value);
      else if (typeof value === 'string') {
        const { b, e } = bytesOf(value);
        number = numberOf(b, 0, e);
      }
      if (!Number.isFinite(number)) return 'not_a_number';
      if (isOutside(number)) return 'out_of_range';
      sink.number(number);
      return undefined;
    };
  },

  decimal: (_plan, column) => {
    const isOutside = outsideOf(column);
    const { whole, scale } = decimalRoom(column.target.precision, column.target.scale);
    return (value, sink) => {
      if (!isScalar(value)) return 'not_a_decimal';
      // Spaces only, as in a file.
      const { b, e } = bytesOf(String(value).replaceAll(/^ +| +$/g, ''));
      const fault = decimalFault(b, 0, e, whole, scale);
      if (fault !== 0) return fault === NOT_A_DECIMAL ? 'not_a_decimal' : 'out_of_range';
      if (isOutside(Number(value))) return 'out_of_range';
      sink.decimal(b, 0, e);
      return undefined;
    };
  },

  boolean: ({ parsing }) => {
    const truths = new Set(parsing.trueTexts.map((text) => text.toLowerCase()));
    const falsehoods = new Set(parsing.falseTexts.map((text) => text.toLowerCase()));
    return (value, sink) => {
      const text = isScalar(value) ? String(value).toLowerCase() : undefined;
      if (value === true || (text !== undefined && truths.has(text))) sink.boolean(true);
      else if (value === false || (text !== undefined && falsehoods.has(text))) sink.boolean(false);
      else return 'not_a_boolean';
      return undefined;
    };
  },

  date: (plan, column) => {
    const read = dateReader(plan, column);
    return (value, sink) => {
      if (typeof value !== 'string' && typeof value !== 'number') return 'not_a_date';
      const { b, e } = bytesOf(String(value));
      const days = read(b, 0, e);
      if (Number.isNaN(days)) return 'not_a_date';
      sink.date(days);
      return undefined;
    };
  },

  time: () => (value, sink) => {
    if (typeof value !== 'string') return 'not_a_time';
    const { b, e } = bytesOf(value);
    const micros = isoTime(b, 0, e);
    if (Number.isNaN(micros)) return 'not_a_time';
    sink.time(micros);
    return undefined;
  },

  timestamp: putTimestamp,
  timestamptz: putTimestamp,

  uuid: () => (value, sink) => {
    if (typeof value !== 'string') return 'not_a_uuid';
    const { b, e } = bytesOf(value);
    if (!isUuid(b, 0, e)) return 'not_a_uuid';
    sink.uuid(b, 0, e);
    return undefined;
  },

  json: (plan, _column, onReplaced) => (value, sink) => {
    const isText = plan.isText === true && typeof value === 'string';
    const text = isText ? value : jsonText(value);
    if (text === undefined || !(isText ? isJson(text) : isLoadable(text))) return 'not_json';
    const kept = plan.holdsNul ? text : storableJson(text);
    if (kept !== text) {
      if (plan.unstorableText === 'quarantine') return 'unstorable_text';
      onReplaced();
    }
    sink.json(kept);
    return undefined;
  },
};

function putTimestamp(plan: RowPlan, column: PlannedColumn): Put {
  const read = timestampReader(plan, column);
  const counts = isEpoch(plan, column);
  const timeZone = column.timeZone ?? plan.parsing.timeZone;
  const offset = timeZone === undefined ? undefined : zoneOffsets(timeZone);
  return (value, sink) => {
    if (counts ? !isScalar(value) : typeof value !== 'string') return 'not_a_timestamp';
    const { b, e } = bytesOf(String(value));
    let seconds = read(b, 0, e);
    if (Number.isNaN(seconds)) return 'not_a_timestamp';
    if (!counts && column.sourceType === 'timestamp' && last.hasZone) return 'unexpected_zone';
    if (column.sourceType === 'timestamptz' && !last.hasZone) {
      if (offset === undefined) return 'no_zone';
      seconds -= offset(seconds);
    }
    if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return 'not_a_timestamp';
    sink.timestamp(seconds, last.micros);
    return undefined;
  };
}
