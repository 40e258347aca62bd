import { OBJECT_PARSING } from '../../engine/pages.js';
import { compileForObjects } from '../../program/index.js';
import type { Batch, Field, RecordData, Reject } from '../../protocol/index.js';

const nothing = (): void => undefined;
/** Takes values and keeps none. */
const JUDGING: Batch = {
  rows: 0,
  bytes: 0,
  full: false,
  begin: nothing,
  commit: nothing,
  rollback: nothing,
  null: nothing,
  boolean: nothing,
  integer: nothing,
  bigint: nothing,
  number: nothing,
  decimal: nothing,
  date: nothing,
  time: nothing,
  timestamp: nothing,
  uuid: nothing,
  text: nothing,
  string: nothing,
  json: nothing,
};

/** The records that a run would send to quarantine, by the types that their stream declares. Positions count from 1. */
export function wouldBeRejected(records: readonly RecordData[], fields: readonly Field[]): readonly Reject[] {
  const program = compileForObjects({
    columns: fields.map((field) => ({
      source: field.name,
      sourceType: field.type,
      target: field,
      required: !field.nullable,
    })),
    parsing: OBJECT_PARSING,
    withPosition: false,
    holdsNul: false,
    unstorableText: 'replace',
  });
  program.run(records, 0, JUDGING);
  return program.drain().rejects;
}
