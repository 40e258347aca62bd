import { BadRecord, type Field, type RecordData, type Reject, type RowSink } from '../protocol/index.js';
import { payloadWriter } from './payload.js';
import { rejectOf, type Reason } from './rejects.js';
import { isOfKeyLength, type ObjectProgram, type RowPlan } from './row-program.js';
import { putOf } from './values.js';

/**
 * Compiles the object path of a stream: the same columns, checks and codes as for bytes. `fields` are those of the records as
 * they come; with them, a broken line is shown in quarantine where none of them is protected or dropped.
 */
export function compileForObjects(plan: RowPlan, fields?: readonly Field[]): ObjectProgram {
  const state = { read: 0, encoded: 0, replaced: 0, position: 0, rejects: [] as Reject[] };
  const payload = payloadWriter(plan, fields);
  const at = { column: -1, replaced: 0, keyBytes: 0 };
  const onReplaced = () => {
    at.replaced += 1;
  };
  const isKeyTooLong = (value: unknown) =>
    (at.keyBytes += Buffer.byteLength(String(value))) > (plan.key?.maxBytes ?? Infinity);
  const puts = plan.columns.map((column) => putOf(plan, column, onReplaced));
  const code = `
    return function encode(record, sink) {
      let value, fault;
      ${plan.columns
        .map((column, index) => {
          const { source, required } = column;
          const name = JSON.stringify(source);
          // What every object inherits is no field of a record.
          const own =
            source in Object.prototype ? `Object.hasOwn(record, ${name}) ? record[${name}] : null` : `record[${name}]`;
          const whenNull = required === true ? `at.column = ${index}; return 'not_null';` : 'sink.null();';
          return `value = ${own};
      if (value === null || value === undefined) { ${whenNull} }
      else if ((fault = put${index}(value, sink)) !== undefined) { at.column = ${index}; return fault; }${
        isOfKeyLength(plan, column)
          ? `\n      else if (isKeyTooLong(value)) { at.column = ${index}; return 'key_too_long'; }`
          : ''
      }`;
        })
        .join('\n      ')}
    };`;
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- one straight function per stream, made of numbers and quoted names
  const make = new Function('at', 'isKeyTooLong', ...puts.map((_, index) => `put${index}`), code);
  const encode = make(at, isKeyTooLong, ...puts) as (record: RecordData, sink: RowSink) => Reason | undefined;

  return {
    run(records, from, batch, positions) {
      let index = from;
      for (; index < records.length && !batch.full; index += 1) {
        const record = records[index] as RecordData | BadRecord;
        state.read += 1;
        state.position = positions?.[index] ?? state.position + 1;
        if (record instanceof BadRecord) {
          const { reason, detail } = record;
          const position = state.position;
          state.rejects.push({ position, reason, detail, payload: payload.ofBadRecord(record, position) });
          continue;
        }
        if (typeof record !== 'object' || record === null || Array.isArray(record)) {
          state.rejects.push(rejectOf(state.position, 'not_a_record', undefined, payload.ofNoRecord(record)));
          continue;
        }
        at.replaced = at.keyBytes = 0;
        batch.begin();
        if (plan.withPosition) batch.integer(state.position);
        const fault = encode(record, batch);
        if (fault === undefined) {
          batch.commit();
          state.encoded += 1;
          state.replaced += at.replaced;
        } else {
          batch.rollback();
          const field = plan.columns[at.column]?.source;
          state.rejects.push(rejectOf(state.position, fault, field, payload.ofRecord(record)));
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
