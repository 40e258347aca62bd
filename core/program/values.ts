import { jsonText, storableJson, type PlannedColumn, type RowSink } from '../protocol/index.js';
import { decimalFault, decimalRoom, NOT_A_DECIMAL } from './decimals.js';
import { dateReader, isEpoch, timestampReader } from './formats.js';
import { isJson, isLoadable } from './json.js';
import { integerSlowly, isInt64, numberOf } from './numbers.js';
import type { Reason } from './rejects.js';
import { isTooLong, type RowPlan } from './row-program.js';
import { bytesOf, isUuid, storable } from './texts.js';
import { changing, passing, reasonOf } from './changes.js';
import { protectStep, type StepCounts } from './steps.js';
import { FIRST_SECOND, isoTime, last, LAST_SECOND, zoneOffsets } from './times.js';
import { tokenizer, tokenText } from './tokens.js';

/** An expectation that was broken, where it has a name of its own. */
export interface Broken {
  readonly reason: Reason;
  readonly rule: string;
  readonly fails: boolean;
  /** The column at fault, where it is not the one at hand. */
  readonly field?: string;
}

export type Fault = Reason | Broken;

/** Puts one value of a record into the batch; a fault where it does not fit. Null and undefined go to `onNull`. */
export type Put = (value: unknown, sink: RowSink) => Fault | undefined;

/** The functions for one column, chosen once; `onReplaced` is told of every text in which something was replaced. */
export interface ColumnPuts {
  readonly put: Put;
  /** For a value that is null, before or after it was changed. */
  readonly none: (sink: RowSink) => Fault | undefined;
}

export function putsOf(plan: RowPlan, column: PlannedColumn, counts: StepCounts, onReplaced: () => void): ColumnPuts {
  const { changes = [], tests = [], sourceType, required } = column;
  const judges = tests.map((test) => {
    const broken: Broken = { reason: reasonOf(test), rule: test.rule, fails: test.severity === 'fail' };
    const warned = test.severity === 'warn' ? counts.of(test.rule) : undefined;
    return { kind: test.kind, passes: passing(test), broken, warned };
  });
  const demands = judges.filter(({ kind }) => kind === 'present');
  const none: ColumnPuts['none'] = (sink) => {
    for (const { warned, broken } of demands)
      if (warned === undefined) return broken;
      else warned.count += 1;
    if (required === true) return 'not_null';
    sink.null();
    return undefined;
  };
  const put = sealedPut(plan, column, counts, onReplaced);
  if (changes.length === 0 && tests.length === 0) return { put, none };
  const change = changing(changes, counts);
  return {
    none,
    put(given, sink) {
      const value = change(given);
      if (value === undefined) return 'not_in_lookup';
      if (value === null || (value === '' && sourceType !== 'string')) return none(sink);
      if (judges.length > 0) {
        const text = tokenText(sourceType, value);
        for (const { passes, warned, broken } of judges)
          if (!passes(text)) {
            if (warned === undefined) return broken;
            warned.count += 1;
          }
      }
      return put(value, sink);
    },
  };
}

/** The value as it lands, protected where the column is. */
function sealedPut(plan: RowPlan, column: PlannedColumn, counts: StepCounts, onReplaced: () => void): Put {
  const { tokenize, seal, sourceType } = column;
  if (tokenize === undefined && seal === undefined) return PUTS[sourceType](plan, column, onReplaced);
  // The value must be of its type before it becomes a token; what the destination could not hold does not matter to it.
  const check = PUTS[sourceType](
    { ...plan, maxTextBytes: Infinity, holdsNul: true, unstorableText: 'replace' },
    column,
    () => undefined,
  );
  const token = tokenize && tokenizer(tokenize);
  const counter = counts.of(protectStep(column));
  return (value, sink) => {
    const fault = check(value, NOWHERE);
    if (fault !== undefined) return fault;
    const text = tokenText(sourceType, value);
    const sealed = token === undefined ? (seal?.of(text) ?? null) : token.ofText(text);
    if (sealed === null) return 'cannot_generalise';
    if (isTooLong(sealed, plan)) return 'text_too_long';
    counter.count += 1;
    sink.string(sealed);
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
    if (isTooLong(text, plan)) return 'text_too_long';
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
    if (isTooLong(kept, plan)) return 'text_too_long';
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
