import type {
  BadRecord,
  Batch,
  ParsingRules,
  PlannedColumn,
  RecordData,
  RecordSeal,
  Reject,
  RowCondition,
  RowScanner,
  RowTally,
} from '../protocol/index.js';
import type { StepCounts } from './steps.js';

/** All that a row program is compiled from. */
export interface RowPlan {
  /** The columns that land, in table order, as the middleware has left them. */
  readonly columns: readonly PlannedColumn[];
  /** What whole records must fulfil; judged before their columns. */
  readonly conditions?: readonly RowCondition[];
  readonly parsing: ParsingRules;
  /** For bytes: values that are the same in every record and stand in none, by field. */
  readonly named?: Readonly<Record<string, string>>;
  /** True: the first value of each row is its position (the row in the file, or in the slice), as an integer. */
  readonly withPosition: boolean;
  /** False: U+0000 must not reach the sink. */
  readonly holdsNul: boolean;
  /** What to do with text that the destination cannot hold (NUL, lone surrogates): U+FFFD in its place, or quarantine. */
  readonly unstorableText: 'replace' | 'quarantine';
  /** How many bytes a text or a JSON value may have as it lands; absent: any number of them. */
  readonly maxTextBytes?: number;
  /** The fields that make the key, and how many bytes their texts and decimals may have together. */
  readonly key?: { readonly sources: readonly string[]; readonly maxBytes: number };
  /** Of a stream of PHI: encrypts rejected records whole. */
  readonly recordSeal?: RecordSeal;
  /** For objects. True: their values are the texts of a file, so that a text of a json column is JSON still to be read. */
  readonly isText?: boolean;
}

/** The same plan; where the file writes numbers in a way of its own, they are read before anything else is done to them. */
export function withNumbersRead(plan: RowPlan): RowPlan {
  const { numbers: format } = plan.parsing;
  if (format === undefined) return plan;
  const columns = plan.columns.map((column): PlannedColumn => {
    if (!['integer', 'decimal', 'number'].includes(column.sourceType)) return column;
    const step = `read.number(${column.target.name})`;
    return { ...column, changes: [{ step, kind: 'number', format }, ...(column.changes ?? [])] };
  });
  return { ...plan, columns };
}

/** True for a text that has more bytes than the destination holds; a character has three of them at most for each unit. */
export function isTooLong(text: string, { maxTextBytes = Infinity }: Pick<RowPlan, 'maxTextBytes'>): boolean {
  return text.length * 3 > maxTextBytes && Buffer.byteLength(text) > maxTextBytes;
}

/** True where the length of the column's value counts for the key: a text or a decimal that lands as it is. */
export function isOfKeyLength({ key }: RowPlan, { source, sourceType, tokenize, seal }: PlannedColumn): boolean {
  const isLong = sourceType === 'string' || sourceType === 'decimal';
  return isLong && tokenize === undefined && seal === undefined && key?.sources.includes(source) === true;
}

/** True where the column's value goes a way of its own: as a value, not as bytes. */
export function isHandled({ changes, tests, seal }: PlannedColumn): boolean {
  return changes !== undefined || tests !== undefined || seal !== undefined;
}

export interface Drained {
  readonly tally: RowTally;
  readonly rejects: readonly Reject[];
}

/** What a program counts while it runs. */
type Counted = Omit<RowTally, 'quarantined' | 'steps'> & { rejects: Reject[] };

/** Hands over and resets what was counted since the last call. */
export function drained(counted: { -readonly [K in keyof Counted]: Counted[K] }, steps: StepCounts): Drained {
  const { read, filtered, encoded, replaced, rejects } = counted;
  counted.read = counted.filtered = counted.encoded = counted.replaced = 0;
  counted.rejects = [];
  const tally = { read, filtered, quarantined: rejects.length, encoded, replaced, steps: steps.drain() };
  return { tally, rejects };
}

/** Reads records from bytes. */
export interface ScannerProgram {
  /** True: the batch is full, call again with an empty one. False: the scanner needs more bytes, or is at its end. */
  run(scanner: RowScanner, batch: Batch): boolean;
  /** Hands over and resets what happened since the last call. */
  drain(): Drained;
}

/** Reads records that are objects. */
export interface ObjectProgram {
  /** Consumes records from index `from` on and returns the index of the first one not consumed (less than the length: batch full). */
  run(
    records: readonly (RecordData | BadRecord)[],
    from: number,
    batch: Batch,
    /** Positions of the records; absent: they are counted on. */
    positions?: readonly number[],
  ): number;
  drain(): Drained;
}
