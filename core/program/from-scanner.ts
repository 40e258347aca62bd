import type { Field, PlannedColumn, Reject } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import { fitsDecimal, integerOf, integerSlowly, isDecimal, latin, numberOf } from './numbers.js';
import { payloadOfRow, payloadRule, rejectOf, type Reason } from './rejects.js';
import type { RowPlan, ScannerProgram } from './row-program.js';
import { hasNul, isOneOf, isUuid, isValidUtf8, storable, utf8 } from './texts.js';
import { dateByPattern, epochTimestamp, isoDate, isoTime, isoTimestamp, last, zoneOffsets } from './times.js';
import { tokenOf } from './tokens.js';

/** What generated code may call; every value of a plan that is not a number reaches it as an entry of `values`. */
const RUNTIME = {
  fitsDecimal,
  integerOf,
  integerSlowly,
  isDecimal,
  latin,
  numberOf,
  hasNul,
  isOneOf,
  isUuid,
  isValidUtf8,
  storable,
  utf8,
  epochTimestamp,
  isoDate,
  isoTime,
  isoTimestamp,
  last,
  tokenOf,
};

/**
 * Compiles one function for one layout of one stream: scan, check, cast and encode, column after column in straight lines.
 * Only numbers, type names and the names of `RUNTIME` enter the code; texts of the configuration never do.
 */
export function compileForScanner(plan: RowPlan, fields: readonly Field[]): ScannerProgram {
  const values: unknown[] = [];
  const keep = (value: unknown): string => `values[${values.push(value) - 1}]`;
  const body = plan.columns.map((column, index) =>
    columnCode(
      plan,
      column,
      index,
      fields.findIndex((field) => field.name === column.source),
      keep,
    ),
  );
  const code = `
    const { ${Object.keys(RUNTIME).join(', ')} } = runtime;
    return function run(scanner, batch) {
      let read = 0, encoded = 0;
      try {
        while (!batch.full) {
          if (!scanner.next()) return false;
          read += 1;
          if (scanner.fieldCount !== ${fields.length}) { state.reject(scanner, scanner.fieldCount < 0 ? 'text_after_quote' : 'ragged_row', -1); continue; }
          const b = scanner.buffer, S = scanner.starts, E = scanner.ends, Q = scanner.quoted, clean = scanner.clean;
          let s = 0, e = 0, n = 0, fault = '', column = -1;
          batch.begin();
          ${plan.withPosition ? 'batch.integer(scanner.row);' : ''}
          row: {
            ${body.join('\n            ')}
          }
          if (fault === '') { batch.commit(); encoded += 1; }
          else { batch.rollback(); state.reject(scanner, fault, column); }
        }
        return true;
      } finally { state.read += read; state.encoded += encoded; }
    };`;
  const rule = payloadRule(plan.columns);
  const state = {
    read: 0,
    encoded: 0,
    replaced: 0,
    rejects: [] as Reject[],
    reject(scanner: Parameters<ScannerProgram['run']>[0], reason: Reason, column: number) {
      const field = column < 0 ? undefined : plan.columns[column]?.source;
      state.rejects.push(rejectOf(scanner.row, reason, field, payloadOfRow(scanner, fields, rule)));
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
    drain() {
      const { read, encoded, replaced, rejects } = state;
      state.read = state.encoded = state.replaced = 0;
      state.rejects = [];
      return { tally: { read, filtered: 0, quarantined: rejects.length, encoded, replaced }, rejects };
    },
  };
}

/** The statements of one column; `keep` puts a value beside the code and gives its name. */
function columnCode(
  plan: RowPlan,
  column: PlannedColumn,
  index: number,
  field: number,
  keep: (value: unknown) => string,
): string {
  const fail = (reason: Reason) => `{ fault = '${reason}'; column = ${index}; break row; }`;
  const whenNull = column.required === true ? fail('not_null') : 'batch.null();';
  if (field < 0) return whenNull;
  const { parsing } = plan;
  const nulls = parsing.nulls.filter((text) => text !== '').map((text) => Buffer.from(text));
  const bare = parsing.quotedNulls ? '' : `Q[${field}] === 0 && `;
  const tests = [
    ...(parsing.nulls.includes('') ? ['e === s'] : []),
    ...(nulls.length > 0 ? [`isOneOf(b, s, e, ${keep(nulls)})`] : []),
  ];
  const isNull = tests.length === 0 ? 'false' : `${bare}(${tests.join(' || ')})`;
  // An empty text is a value only of a string column.
  const empty = column.sourceType === 'string' && column.tokenize === undefined ? '' : ` || e === s`;
  const value =
    column.tokenize === undefined ? valueCode(plan, column, fail, keep) : tokenCode(plan, column, fail, keep);
  return `s = S[${field}]; e = E[${field}]; if (${isNull}${empty}) { ${whenNull} } else { ${value} }`;
}

function tokenCode(
  plan: RowPlan,
  column: PlannedColumn,
  fail: (reason: Reason) => string,
  keep: (value: unknown) => string,
): string {
  return `if (!clean && !isValidUtf8(b, s, e)) ${fail('invalid_utf8')} batch.string(tokenOf(b.subarray(s, e), ${keep(column.tokenize)}));`;
}

function valueCode(
  plan: RowPlan,
  column: PlannedColumn,
  fail: (reason: Reason) => string,
  keep: (value: unknown) => string,
): string {
  const { target, sourceType, min, max } = column;
  const bounds = (value: string) =>
    [
      ...(min === undefined ? [] : [`!(${value} >= ${Number(min)})`]),
      ...(max === undefined ? [] : [`!(${value} <= ${Number(max)})`]),
    ].join(' || ');
  const inRange = (value: string) => (bounds(value) === '' ? '' : `if (${bounds(value)}) ${fail('out_of_range')} `);
  switch (sourceType) {
    case 'integer':
      return `n = integerOf(b, s, e); if (n === n) { ${inRange('n')}batch.integer(n); } else {
        const big = integerSlowly(b, s, e); if (big === undefined) ${fail('not_an_integer')} if (big === null) ${fail('out_of_range')} ${inRange('Number(big)')}batch.bigint(big); }`;
    case 'number':
      return `n = numberOf(b, s, e); if (n !== n) ${fail('not_a_number')} ${inRange('n')}batch.number(n);`;
    case 'decimal': {
      const fits =
        target.precision === undefined
          ? ''
          : `if (!fitsDecimal(b, s, e, ${Number(target.precision)}, ${Number(target.scale ?? 0)})) ${fail('out_of_range')} `;
      return `if (!isDecimal(b, s, e)) { while (e > s && b[s] === 32) s += 1; while (e > s && b[e - 1] === 32) e -= 1; if (!isDecimal(b, s, e)) ${fail('not_a_decimal')} }
        ${fits}${bounds('n') === '' ? '' : `n = Number(latin(b, s, e)); ${inRange('n')}`}batch.decimal(b, s, e);`;
    }
    case 'boolean':
      return `if (isOneOf(b, s, e, ${keep(spellings(plan.parsing.trueTexts))})) batch.boolean(true); else if (isOneOf(b, s, e, ${keep(spellings(plan.parsing.falseTexts))})) batch.boolean(false); else ${fail('not_a_boolean')}`;
    case 'date': {
      const format = plan.parsing.formats[column.source];
      const parse = format === undefined ? 'isoDate' : keep(dateFormat(format, column.source));
      return `n = ${parse}(b, s, e); if (n !== n) ${fail('not_a_date')} batch.date(n);`;
    }
    case 'time':
      return `n = isoTime(b, s, e); if (n !== n) ${fail('not_a_time')} batch.time(n);`;
    case 'timestamp':
    case 'timestamptz':
      return timestampCode(plan, column, fail, keep);
    case 'uuid':
      return `if (!isUuid(b, s, e)) ${fail('not_a_uuid')} batch.uuid(b, s, e);`;
    case 'json':
      return `if (!clean && !isValidUtf8(b, s, e)) ${fail('invalid_utf8')} { const text = utf8(b, s, e); try { JSON.parse(text); } catch { ${fail('not_json')} } batch.json(text); }`;
    case 'string': {
      const nul = plan.holdsNul
        ? ''
        : `if (hasNul(b, s, e)) ${plan.unstorableText === 'quarantine' ? fail('unstorable_text') : '{ batch.string(storable(utf8(b, s, e))); state.replaced += 1; } else'} `;
      return `if (clean) batch.text(b, s, e); else { if (!isValidUtf8(b, s, e)) ${fail('invalid_utf8')} ${nul}batch.text(b, s, e); }`;
    }
  }
}

function timestampCode(
  plan: RowPlan,
  column: PlannedColumn,
  fail: (reason: Reason) => string,
  keep: (value: unknown) => string,
): string {
  const format = plan.parsing.formats[column.source];
  if (format === 'epoch_seconds' || format === 'epoch_millis')
    return `n = epochTimestamp(numberOf(b, s, e), ${format === 'epoch_millis' ? 1000 : 1}); if (n !== n) ${fail('not_a_timestamp')} batch.timestamp(n, last.micros);`;
  if (format !== undefined) throw badFormat(format, column.source, 'epoch_seconds, epoch_millis');
  const head = `n = isoTimestamp(b, s, e); if (n !== n) ${fail('not_a_timestamp')}`;
  if (column.sourceType === 'timestamp')
    return `${head} if (last.hasZone) ${fail('unexpected_zone')} batch.timestamp(n, last.micros);`;
  const { timeZone } = plan.parsing;
  const local = timeZone === undefined ? fail('no_zone') : `n -= ${keep(zoneOffsets(timeZone))}(n);`;
  return `${head} if (!last.hasZone) ${local} batch.timestamp(n, last.micros);`;
}

function dateFormat(format: string, field: string): (b: Uint8Array, s: number, e: number) => number {
  const parse = dateByPattern(format);
  if (parse === undefined) throw badFormat(format, field, 'a pattern of YYYY, MM or M, DD or D, such as MM/DD/YYYY');
  return parse;
}

function badFormat(format: string, field: string, allowed: string): ConnectorError {
  return new ConnectorError('config', `The format "${format}" of field "${field}" is unknown.`, {
    hint: `Allowed: ${allowed}; none for ISO 8601.`,
  });
}

/** As written, in small and in capital letters. */
function spellings(texts: readonly string[]): readonly Uint8Array[] {
  return [
    ...new Set(
      texts.flatMap((text) => [
        text,
        text.toLowerCase(),
        text.toUpperCase(),
        text.charAt(0).toUpperCase() + text.slice(1).toLowerCase(),
      ]),
    ),
  ].map((text) => Buffer.from(text));
}
