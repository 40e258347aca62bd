import type {
  BadRecord,
  Field,
  FieldType,
  ParsingRules,
  PlannedColumn,
  Reject,
  RowTally,
} from '../../../core/protocol/index.js';
import { compileForObjects, compileForScanner, type RowPlan } from '../../../core/program/index.js';
import { csvScanner } from '../../../core/sdk/files/csv.scanner.js';
import { createBinaryBatch } from '../../../destinations/postgres/binary-batch.js';
import { decodeRows } from './copy-decoder.js';

export interface Outcome {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rejects: readonly Reject[];
  readonly tally: RowTally;
}

export const field = (name: string, type: FieldType, more: Partial<Field> = {}): Field => ({
  name,
  type,
  nullable: true,
  ...more,
});

export const column = (name: string, type: FieldType, more: Partial<PlannedColumn> = {}): PlannedColumn => ({
  source: name,
  sourceType: type,
  target: field(name, type),
  ...more,
});

const PARSING: ParsingRules = {
  nulls: ['', 'NULL'],
  quotedNulls: false,
  formats: {},
  trueTexts: ['true', 'Yes', '1'],
  falseTexts: ['false', 'No', '0'],
};

export function planOf(
  columns: readonly PlannedColumn[],
  { parsing, ...rest }: Partial<Omit<RowPlan, 'parsing'>> & { readonly parsing?: Partial<ParsingRules> } = {},
): RowPlan {
  return {
    columns,
    parsing: { ...PARSING, ...parsing },
    withPosition: false,
    holdsNul: false,
    unstorableText: 'replace',
    ...rest,
  };
}

const typesOf = ({ columns, withPosition }: RowPlan): FieldType[] => [
  ...(withPosition ? ['integer' as const] : []),
  ...columns.map(({ target }) => target.type),
];

/** Through scanner, row program and binary batch, in small batches; the fields in the file are those of the columns by default. */
export function fromBytes(
  plan: RowPlan,
  csv: string | Uint8Array,
  fields?: readonly Field[],
  batchBytes = 64,
): Outcome {
  const scanner = csvScanner({ emptyLines: true });
  const present = fields ?? plan.columns.map(({ source, sourceType }) => field(source, sourceType));
  const program = compileForScanner(plan, present);
  const types = typesOf(plan);
  const batch = createBinaryBatch(types.length, { targetBytes: batchBytes });
  const rows: (string | null)[][] = [];
  const pass = () => {
    rows.push(...decodeRows(batch.bytesView(), types));
    batch.reset();
  };
  scanner.push(typeof csv === 'string' ? Buffer.from(csv) : csv);
  scanner.end();
  while (program.run(scanner, batch)) pass();
  pass();
  return { rows, ...program.drain() };
}

export function fromObjects(
  plan: RowPlan,
  records: readonly (Readonly<Record<string, unknown>> | BadRecord)[],
  fields?: readonly Field[],
): Outcome {
  const program = compileForObjects(plan, fields);
  const types = typesOf(plan);
  const batch = createBinaryBatch(types.length, { targetBytes: 64 });
  const rows: (string | null)[][] = [];
  for (let from = 0; from < records.length;) {
    from = program.run(records, from, batch);
    rows.push(...decodeRows(batch.bytesView(), types));
    batch.reset();
  }
  return { rows, ...program.drain() };
}

/** What becomes of one value: its text, null, or `!reason`. */
export function oneFromBytes(plan: RowPlan, text: string | Uint8Array): string | null {
  return only(fromBytes(plan, Buffer.concat([Buffer.from(text), Buffer.from('\n')])));
}

export function oneFromObject(plan: RowPlan, value: unknown): string | null {
  return only(fromObjects(plan, [{ [plan.columns[0]?.source as string]: value }]));
}

function only({ rows, rejects }: Outcome): string | null {
  if (rows.length + rejects.length !== 1) throw new Error(`${rows.length} rows, ${rejects.length} rejects`);
  return rejects[0] === undefined ? (rows[0]?.[0] as string | null) : `!${rejects[0].reason}`;
}

/** Random numbers that are the same in every run. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}
