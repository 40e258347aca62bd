import type { Field, RecordData } from '../../../protocol/index.js';

const ZONE = /(?:[zZ]|[+-]\d{2}:?\d{2})$/;
const CLOCK = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/;

/** Brings a record's values into the form that the stream's columns take: an instant without a zone is one of UTC, as Singer has it. */
export function recordReader(fields: readonly Field[]): (record: RecordData) => RecordData {
  const instants = fields.filter(({ type }) => type === 'timestamptz').map(({ name }) => name);
  if (instants.length === 0) return (record) => record;
  return (record) => {
    let changed: Record<string, unknown> | undefined;
    for (const name of instants) {
      const value = record[name];
      if (typeof value !== 'string' || ZONE.test(value) || !CLOCK.test(value)) continue;
      changed ??= { ...record };
      changed[name] = `${value}Z`;
    }
    return changed ?? record;
  };
}
