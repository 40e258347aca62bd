import {
  storableJson,
  type Batch,
  type Computation,
  type Field,
  type PlannedColumn,
  type Reject,
  type RowScanner,
} from '../protocol/index.js';
import { byteSteps, CASED, cased, isBlank, isPlain } from './byte-steps.js';
import { decimalFault, decimalRoom } from './decimals.js';
import { computing, FILTERED, judging, type Raw } from './expressions.js';
import { dateReader, isEpoch, timestampReader } from './formats.js';
import { isJson } from './json.js';
import { integerOf, integerSlowly, latin, numberOf } from './numbers.js';
import { recordKeeper } from './payload.js';
import { judged, rejectOf, type Reason } from './rejects.js';
import { drained, isHandled, isOfKeyLength, type RowPlan, type ScannerProgram } from './row-program.js';
import { hasNul, isUuid, isValidUtf8, storable, utf8 } from './texts.js';
import { FIRST_SECOND, isoDate, isoTime, isoTimestamp, last, LAST_SECOND, zoneOffsets } from './times.js';
import { protectStep, stepCounts, type StepCounts } from './steps.js';
import { tokenizer, tokenText } from './tokens.js';
import { putsOf, type Fault } from './values.js';

/** What generated code may call; every value of a plan that is not a number reaches it as an entry of `values`. */
const RUNTIME = {
  CASED,
  cased,
  decimalFault,
  hasNul,
  integerOf,
  integerSlowly,
  isBlank,
  isJson,
  isPlain,
  isoDate,
  isoTime,
  isoTimestamp,
  isUuid,
  isValidUtf8,
  last,
  latin,
  numberOf,
  storable,
  storableJson,
  tokenText,
  utf8,
};

/**
 * Compiles one function for one layout of one stream: scan, check, cast and encode, column after column in straight lines.
 * Only numbers, type names and the names of `RUNTIME` enter the code; texts of the configuration never do.
 */
export function compileForScanner(plan: RowPlan, fields: readonly Field[]): ScannerProgram {
  const values: unknown[] = [];
  const keep = (value: unknown): string => {
    values.push(value);
    return `value${values.length - 1}`;
  };
  const counts = stepCounts();
  const judge = judging({ ...plan, isText: true }, counts);
  const needsRaw = judge !== undefined || plan.columns.some(({ compute }) => compute !== undefined);
  const row = { scanner: undefined as RowScanner | undefined };
  const raw = needsRaw ? keep(rawOf(plan, fields, row)) : '';
  const judgement = judge === undefined ? '' : `fault = ${keep(judge)}(${raw}) ?? ''; if (fault !== '') break row;`;
  const atRow = needsRaw ? `${keep(row)}.scanner = scanner; ${judgement}` : '';
  const body = plan.columns.map((column, index) => {
    const field = fields.findIndex(({ name }) => name === column.source);
    return columnCode({ plan, column, index, field, keep, counts, raw });
  });
  const code = `
    const { ${Object.keys(RUNTIME).join(', ')} } = runtime;
    ${values.map((_, index) => `const value${index} = values[${index}];`).join('\n    ')}
    return function run(scanner, batch) {
      let read = 0, encoded = 0, replaced = 0;
      try {
        while (!batch.full) {
          if (!scanner.next()) return false;
          read += 1;
          if (scanner.fieldCount !== ${fields.length}) { state.reject(scanner, 'ragged_row', -1); continue; }
          const b = scanner.buffer, S = scanner.starts, E = scanner.ends, Q = scanner.quoted, clean = scanner.clean;
          let s = 0, e = 0, n = 0, big, text = '', inRow = 0, fault = '', column = -1;${plan.key === undefined ? '' : ' let keyBytes = 0;'}
          batch.begin();
          ${plan.withPosition ? 'batch.integer(scanner.row);' : ''}
          row: {
            ${atRow}
            ${body.join('\n            ')}
          }
          if (fault === '') { batch.commit(); encoded += 1; replaced += inRow; }
          else if (fault === '${FILTERED}') { batch.rollback(); state.filtered += 1; }
          else { batch.rollback(); state.reject(scanner, fault, column); }
        }
        return true;
      } finally { state.read += read; state.encoded += encoded; state.replaced += replaced; }
    };`;
  const kept = recordKeeper(plan, fields);
  const state = {
    read: 0,
    filtered: 0,
    encoded: 0,
    replaced: 0,
    rejects: [] as Reject[],
    reject(scanner: RowScanner & { readonly fault?: Reason }, fault: Fault, column: number) {
      const shown = kept.ofRow(scanner);
      if (scanner.fieldCount < 0)
        state.rejects.push(rejectOf(scanner.row, scanner.fault ?? 'text_after_quote', undefined, shown));
      else state.rejects.push(judged(scanner.row, fault, plan.columns[column], shown, counts));
    },
  };
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the point of this file
  const make = new Function('runtime', 'values', 'state', code) as (
    runtime: typeof RUNTIME,
    values: unknown[],
    own: typeof state,
  ) => ScannerProgram['run'];
  return {
    run: make(RUNTIME, values, state),
    drain: () => drained(state, counts),
  };
}

interface ColumnPlace {
  readonly plan: RowPlan;
  readonly column: PlannedColumn;
  readonly index: number;
  /** Where the file has the column's field, -1 where it lacks it. */
  readonly field: number;
  /** Puts a value beside the code and gives its name. */
  keep(value: unknown): string;
  readonly counts: StepCounts;
  /** The name of the function that gives a field of the row at hand. */
  readonly raw: string;
}

const failing = (place: ColumnPlace, reason: Reason) => `{ fault = '${reason}'; column = ${place.index}; break row; }`;

/** The statements of one column. */
function columnCode(place: ColumnPlace): string {
  const { plan, column, field } = place;
  if (column.compute !== undefined) return computedCode(place, column.compute);
  const whenNull = nullCode(place);
  const named = field < 0 ? plan.named?.[column.source] : undefined;
  if (field < 0 && named === undefined) return whenNull;
  const bare = plan.parsing.quotedNulls ? '' : `Q[${field}] === 0 && `;
  const tests = plan.parsing.nulls.map((text) => equals(Buffer.from(text), false));
  const isNull = tests.length === 0 ? 'false' : `${bare}(${tests.join(' || ')})`;
  // An empty text is a value only of a string column.
  const empty = column.sourceType === 'string' ? '' : ' || e === s';
  const maxBytes = Number(plan.key?.maxBytes);
  const room = isOfKeyLength(plan, column)
    ? `keyBytes += e - s; if (keyBytes > ${maxBytes}) ${failing(place, 'key_too_long')}`
    : '';
  const act = isHandled(column) ? handledCode(place, room) : bytesCode(place, room);
  if (named !== undefined) {
    const isEmpty = named === '' && column.sourceType !== 'string';
    if (plan.parsing.nulls.includes(named) || isEmpty) return whenNull;
    const bytes = Buffer.from(named);
    return `{ const b = ${place.keep(bytes)}, clean = true; s = 0; e = ${bytes.length}; ${act} }`;
  }
  return `s = S[${field}]; e = E[${field}]; if (${isNull}${empty}) { ${whenNull} } else { ${act} }`;
}

/** The value comes from an expression, and goes the way of values that are no bytes. */
function computedCode({ plan, column, index, counts, keep, raw }: ColumnPlace, compute: Computation): string {
  const textPlan = { ...plan, isText: true };
  const hits = { count: 0 };
  const { put, none } = putsOf(textPlan, column, counts, () => (hits.count += 1));
  const made = computing(textPlan, compute);
  const act = (from: Raw, batch: Batch): Fault | '' => {
    const { value, fault } = made(from);
    return fault ?? (value === null ? none(batch) : put(value, batch)) ?? '';
  };
  const counted = keep(hits);
  return `fault = ${keep(act)}(${raw}, batch); if (fault !== '') { column = ${index}; break row; }
    if (${counted}.count > 0) { inRow += ${counted}.count; ${counted}.count = 0; }`;
}

/** Gives the text of a field of the row at hand, null by the file's rules. */
function rawOf(plan: RowPlan, fields: readonly Field[], row: { readonly scanner: RowScanner | undefined }): Raw {
  const places = new Map(fields.map(({ name }, at) => [name, at]));
  const { nulls, quotedNulls } = plan.parsing;
  return (source) => {
    const at = places.get(source);
    const { scanner } = row;
    if (at === undefined || scanner === undefined) {
      const named = plan.named?.[source];
      return named === undefined || nulls.includes(named) ? null : named;
    }
    const text = utf8(scanner.buffer, scanner.starts[at] as number, scanner.ends[at] as number);
    return nulls.includes(text) && (quotedNulls || scanner.quoted[at] === 0) ? null : text;
  };
}

/** What a null does: most columns let it pass. */
function nullCode(place: ColumnPlace): string {
  const { plan, column, counts } = place;
  if (column.tests?.some(({ kind }) => kind === 'present') !== true)
    return column.required === true ? failing(place, 'not_null') : 'batch.null();';
  const none = place.keep(putsOf(plan, column, counts, () => undefined).none);
  return `fault = ${none}(batch) ?? ''; if (fault !== '') { column = ${place.index}; break row; }`;
}

/** The bytes as they came are judged, and written or made a token. */
function bytesCode(place: ColumnPlace, room: string): string {
  const { check, emit, token } = valueCode(place);
  const { plan, column, counts } = place;
  const isText = column.sourceType === 'string' || column.sourceType === 'json';
  const bounded =
    isText && column.tokenize === undefined && plan.maxTextBytes !== undefined
      ? `if (e - s > ${plan.maxTextBytes}) ${failing(place, 'text_too_long')}`
      : '';
  if (column.tokenize === undefined) return `${bounded} ${check} ${room} ${emit}`;
  const tokens = place.keep(tokenizer(column.tokenize));
  const made = token === undefined ? `${tokens}.ofBytes(b, s, e)` : `${tokens}.ofText(${token})`;
  return `${check} ${room} ${place.keep(counts.of(protectStep(column)))}.count += 1; batch.string(${made});`;
}

/**
 * The value goes through a function of its own, which is that of records that are objects; before that, where it can be, its
 * changes and tests are done on its bytes.
 */
function handledCode(place: ColumnPlace, room: string): string {
  const { plan, column, index, counts, keep } = place;
  const hits = { count: 0 };
  // Here too a text of a json column is JSON still to be read.
  const { put } = putsOf({ ...plan, isText: true }, column, counts, () => (hits.count += 1));
  const counted = keep(hits);
  const byText = `if (!clean && !isValidUtf8(b, s, e)) ${failing(place, 'invalid_utf8')} ${room}
    fault = ${keep(put)}(utf8(b, s, e), batch) ?? ''; if (fault !== '') { column = ${index}; break row; }
    if (${counted}.count > 0) { inRow += ${counted}.count; ${counted}.count = 0; }`;
  const whenNull = nullCode(place);
  const fail = (fault: string) => `{ fault = ${fault}; column = ${index}; break row; }`;
  const byBytes = byteSteps({ column, counts, keep, fail, whenNull });
  if (byBytes === undefined) return byText;
  // The length of a key is that of its bytes as they came.
  return `steps: { fast: { ${byBytes} ${room} { const b = c, clean = true; let s = f, e = t; ${bytesCode(place, '')} } break steps; }
    ${byText} }`;
}

/** A test of bytes against a text, as numbers; `|32` turns capital ASCII letters into small ones. */
function equals(text: Uint8Array, ignoresCase: boolean): string {
  const bytes = Array.from(text, (byte, at) => {
    const small = byte | 32;
    return ignoresCase && small >= 97 && small <= 122 ? `(b[s + ${at}] | 32) === ${small}` : `b[s + ${at}] === ${byte}`;
  });
  return `(${[`e - s === ${text.length}`, ...bytes].join(' && ')})`;
}

interface ValueCode {
  /** Leaves the row where the value does not fit. */
  readonly check: string;
  readonly emit: string;
  /** The text for its token, unless that is the bytes as they came. */
  readonly token?: string;
}

function valueCode(place: ColumnPlace): ValueCode {
  const { plan, column } = place;
  const { target, sourceType, min, max } = column;
  const fail = (reason: Reason) => failing(place, reason);
  const bounds = [
    ...(min === undefined ? [] : [`!(n >= ${Number(min)})`]),
    ...(max === undefined ? [] : [`!(n <= ${Number(max)})`]),
  ].join(' || ');
  const inRange = bounds === '' ? '' : `if (${bounds}) ${fail('out_of_range')}`;
  switch (sourceType) {
    case 'integer':
      return {
        check: `n = integerOf(b, s, e); big = undefined;
          if (n !== n) { big = integerSlowly(b, s, e); if (big === undefined) ${fail('not_an_integer')} if (big === null) ${fail('out_of_range')} n = Number(big); } ${inRange}`,
        emit: 'if (big === undefined) batch.integer(n); else batch.bigint(big);',
        token: `tokenText('integer', latin(b, s, e))`,
      };
    case 'number':
      return {
        check: `n = numberOf(b, s, e); if (n !== n) ${fail('not_a_number')} ${inRange}`,
        emit: 'batch.number(n);',
      };
    case 'decimal': {
      const { whole, scale } = decimalRoom(target.precision, target.scale);
      const test = `decimalFault(b, s, e, ${Number(whole)}, ${Number(scale)})`;
      return {
        check: `n = ${test};
          if (n === 1) { while (e > s && b[s] === 32) s += 1; while (e > s && b[e - 1] === 32) e -= 1; n = ${test}; }
          if (n !== 0) { if (n === 1) ${fail('not_a_decimal')} ${fail('out_of_range')} } ${inRange === '' ? '' : `n = Number(latin(b, s, e)); ${inRange}`}`,
        emit: 'batch.decimal(b, s, e);',
      };
    }
    case 'boolean': {
      const oneOf = (texts: readonly string[]) =>
        texts.map((text) => equals(Buffer.from(text), true)).join(' || ') || 'false';
      return {
        check: `n = ${oneOf(plan.parsing.trueTexts)} ? 1 : ${oneOf(plan.parsing.falseTexts)} ? 0 : -1; if (n < 0) ${fail('not_a_boolean')}`,
        emit: 'batch.boolean(n === 1);',
      };
    }
    case 'date': {
      const read = dateReader(plan, column);
      return {
        check: `n = ${read === isoDate ? 'isoDate' : place.keep(read)}(b, s, e); if (n !== n) ${fail('not_a_date')}`,
        emit: 'batch.date(n);',
      };
    }
    case 'time':
      return { check: `n = isoTime(b, s, e); if (n !== n) ${fail('not_a_time')}`, emit: 'batch.time(n);' };
    case 'timestamp':
    case 'timestamptz':
      return { check: timestampCheck(place), emit: 'batch.timestamp(n, last.micros);' };
    case 'uuid':
      return {
        check: `if (!isUuid(b, s, e)) ${fail('not_a_uuid')}`,
        emit: 'batch.uuid(b, s, e);',
        token: `tokenText('uuid', latin(b, s, e))`,
      };
    case 'json': {
      const kept = plan.holdsNul
        ? ''
        : `const kept = storableJson(text); if (kept !== text) ${plan.unstorableText === 'quarantine' ? fail('unstorable_text') : '{ text = kept; inRow += 1; }'}`;
      return {
        check: `if (!clean && !isValidUtf8(b, s, e)) ${fail('invalid_utf8')} text = utf8(b, s, e); if (!isJson(text)) ${fail('not_json')} ${kept}`,
        emit: 'batch.json(text);',
      };
    }
    case 'string': {
      const valid = `if (!clean && !isValidUtf8(b, s, e)) ${fail('invalid_utf8')}`;
      if (plan.holdsNul || column.tokenize !== undefined) return { check: valid, emit: 'batch.text(b, s, e);' };
      if (plan.unstorableText === 'quarantine')
        return {
          check: `${valid} if (!clean && hasNul(b, s, e)) ${fail('unstorable_text')}`,
          emit: 'batch.text(b, s, e);',
        };
      return {
        check: valid,
        emit: 'if (!clean && hasNul(b, s, e)) { batch.string(storable(utf8(b, s, e))); inRow += 1; } else batch.text(b, s, e);',
      };
    }
  }
}

function timestampCheck(place: ColumnPlace): string {
  const { plan, column } = place;
  const read = timestampReader(plan, column);
  const timeZone = column.timeZone ?? plan.parsing.timeZone;
  const bad = failing(place, 'not_a_timestamp');
  const head = `n = ${read === isoTimestamp ? 'isoTimestamp' : place.keep(read)}(b, s, e); if (n !== n) ${bad}`;
  const local = timeZone === undefined ? failing(place, 'no_zone') : `n -= ${place.keep(zoneOffsets(timeZone))}(n);`;
  const zone =
    column.sourceType === 'timestamptz'
      ? `if (!last.hasZone) ${local}`
      : isEpoch(plan, column)
        ? ''
        : `if (last.hasZone) ${failing(place, 'unexpected_zone')}`;
  return `${head} ${zone} if (n < ${FIRST_SECOND} || n > ${LAST_SECOND}) ${bad}`;
}
