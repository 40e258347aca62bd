import { BadRecord, type Field, type RecordData, type Reject, type RowSink } from '../protocol/index.js';
import { computing, FILTERED, judging } from './expressions.js';
import { recordKeeper } from './payload.js';
import { judged, rejectOf } from './rejects.js';
import { drained, isOfKeyLength, type ObjectProgram, type RowPlan } from './row-program.js';
import { stepCounts } from './steps.js';
import { putsOf, type Fault } from './values.js';

/**
 * Compiles the object path of a stream: the same columns, checks and codes as for bytes. `fields` are those of the records as
 * they come; with them, a broken line is shown in quarantine where none of them is protected or dropped.
 */
export function compileForObjects(plan: RowPlan, fields?: readonly Field[]): ObjectProgram {
  const state = { read: 0, filtered: 0, encoded: 0, replaced: 0, position: 0, rejects: [] as Reject[] };
  const kept = recordKeeper(plan, fields);
  const at = { column: -1, replaced: 0, keyBytes: 0, record: {} as RecordData };
  const raw = (source: string) => (Object.hasOwn(at.record, source) ? at.record[source] : null);
  const computes = plan.columns.map(({ compute }) => compute && computing(plan, compute));
  const onReplaced = () => {
    at.replaced += 1;
  };
  const isKeyTooLong = (value: unknown) =>
    (at.keyBytes += Buffer.byteLength(String(value))) > (plan.key?.maxBytes ?? Infinity);
  const counts = stepCounts();
  const judge = judging(plan, counts);
  const puts = plan.columns.map((column) => putsOf(plan, column, counts, onReplaced));
  const code = `
    return function encode(record, sink) {
      let value, fault;
      ${plan.columns
        .map((column, index) => {
          const { source, compute } = column;
          if (compute !== undefined) return computedCode(index);
          const name = JSON.stringify(source);
          // What every object inherits is no field of a record.
          const own =
            source in Object.prototype ? `Object.hasOwn(record, ${name}) ? record[${name}] : null` : `record[${name}]`;
          return `value = ${own};
      if (value === null || value === undefined) { if ((fault = none${index}(sink)) !== undefined) { at.column = ${index}; return fault; } }
      else if ((fault = put${index}(value, sink)) !== undefined) { at.column = ${index}; return fault; }${
        isOfKeyLength(plan, column)
          ? `\n      else if (isKeyTooLong(value)) { at.column = ${index}; return 'key_too_long'; }`
          : ''
      }`;
        })
        .join('\n      ')}
    };`;
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- one straight function per stream, made of numbers and quoted names
  const make = new Function(
    'at',
    'isKeyTooLong',
    'computes',
    'raw',
    ...puts.flatMap((_, index) => [`put${index}`, `none${index}`]),
    code,
  );
  const encode = make(at, isKeyTooLong, computes, raw, ...puts.flatMap(({ put, none }) => [put, none])) as (
    record: RecordData,
    sink: RowSink,
  ) => Fault | undefined;

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
          state.rejects.push({ position, reason, detail, ...kept.ofBadRecord(record, position) });
          continue;
        }
        if (typeof record !== 'object' || record === null || Array.isArray(record)) {
          state.rejects.push(rejectOf(state.position, 'not_a_record', undefined, kept.ofNoRecord(record)));
          continue;
        }
        at.column = -1;
        at.replaced = at.keyBytes = 0;
        batch.begin();
        if (plan.withPosition) batch.integer(state.position);
        at.record = record;
        const fault = judge?.(raw) ?? encode(record, batch);
        if (fault === FILTERED) {
          batch.rollback();
          state.filtered += 1;
        } else if (fault === undefined) {
          batch.commit();
          state.encoded += 1;
          state.replaced += at.replaced;
        } else {
          batch.rollback();
          state.rejects.push(judged(state.position, fault, plan.columns[at.column], kept.ofRecord(record), counts));
        }
      }
      return index;
    },
    drain: () => drained(state, counts),
  };
}

/** The statements of a column that comes from an expression. */
const computedCode = (index: number) => `{
        const made = computes[${index}](raw);
        at.column = ${index};
        if (made.fault !== undefined) return made.fault;
        fault = made.value === null ? none${index}(sink) : put${index}(made.value, sink);
        if (fault !== undefined) return fault;
      }`;
