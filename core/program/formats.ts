import { ConnectorError } from '../sdk/errors.js';
import { allowedInsteadOf, type PlannedColumn } from '../protocol/index.js';
import type { RowPlan } from './row-program.js';
import { dateByPattern, epochTimestamp, instantByPattern, isoDate, isoTimestamp, last } from './times.js';

type Reader = (b: Uint8Array, s: number, e: number) => number;

/** The reader of a column of days: number of the day, NaN where it is none. */
export function dateReader(plan: RowPlan, { source }: PlannedColumn): Reader {
  const format = plan.parsing.formats[source];
  if (format === undefined) return isoDate;
  return dateByPattern(format) ?? refuse(format, source, 'date');
}

/** The reader of a column of instants: seconds, with micros and zone in `last`. */
export function timestampReader(plan: RowPlan, { source }: PlannedColumn): Reader {
  const format = plan.parsing.formats[source];
  if (format === undefined) return isoTimestamp;
  if (format === 'epoch_seconds') return (b, s, e) => epochTimestamp(b, s, e, 1);
  if (format === 'epoch_millis') return (b, s, e) => epochTimestamp(b, s, e, 1000);
  const instant = instantByPattern(format);
  if (instant !== undefined) return instant;
  // A column of days that the table has since widened to instants keeps its format.
  const day = dateByPattern(format) ?? refuse(format, source, 'timestamp');
  return (b, s, e) => {
    last.micros = 0;
    last.hasZone = false;
    return day(b, s, e) * 86_400;
  };
}

/** A count since 1970 is an instant of UTC, also in a column that has no zone. */
export function isEpoch(plan: RowPlan, { source }: PlannedColumn): boolean {
  return plan.parsing.formats[source]?.startsWith('epoch_') === true;
}

function refuse(format: string, field: string, type: string): never {
  throw new ConnectorError('config', `The format "${format}" of field "${field}" is unknown.`, {
    hint: `Allowed: ${allowedInsteadOf(format, type)}.`,
  });
}
