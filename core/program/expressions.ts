import type { Computation, PlannedColumn, RowCondition, RowSink } from '../protocol/index.js';
import { UNCOUNTED } from './changes.js';
import { latin } from './numbers.js';
import type { RowPlan } from './row-program.js';
import type { StepCounts } from './steps.js';
import { NOWHERE, putsOf, type Broken, type Fault } from './values.js';

/** The value of a field of the record at hand as it came; null where there is none. */
export type Raw = (source: string) => unknown;

/** What judging a record by its conditions may say beside a fault: it is left out, and counted as filtered. */
export const FILTERED = 'filtered';

/** The value that an expression makes of a record. */
export interface Computed {
  readonly value: unknown;
  readonly fault: Fault | undefined;
}

/** Works out one expression; the object that it returns is the same every time. */
export function computing(plan: RowPlan, { step, inputs, evaluate }: Computation): (raw: Raw) => Computed {
  const readers = inputs.map((column) => ({ name: column.target.name, read: readerOf(plan, column) }));
  const outcome = { value: undefined as unknown, fault: undefined as Fault | undefined };
  return (raw) => {
    const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    outcome.value = outcome.fault = undefined;
    for (const { name, read } of readers) {
      const { value, fault } = read(raw);
      if (fault !== undefined) {
        outcome.fault = typeof fault === 'string' ? { reason: fault, rule: step, fails: false, field: name } : fault;
        return outcome;
      }
      values[name] = value;
    }
    outcome.value = evaluate(values);
    if (outcome.value === undefined) outcome.fault = { reason: 'not_evaluable', rule: step, fails: false };
    return outcome;
  };
}

/** Judges a record by `where` and by comparisons: undefined where it goes on. */
export function judging(
  plan: RowPlan,
  counts: StepCounts,
): ((raw: Raw) => Fault | typeof FILTERED | undefined) | undefined {
  const { conditions = [] } = plan;
  if (conditions.length === 0) return undefined;
  const judges = conditions.map((condition) => judgeOf(plan, condition, counts));
  return (raw) => {
    for (const judge of judges) {
      const verdict = judge(raw);
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  };
}

function judgeOf(plan: RowPlan, { computation, otherwise }: RowCondition, counts: StepCounts) {
  const compute = computing(plan, computation);
  const { step } = computation;
  const counter = otherwise === 'filter' || otherwise === 'warn' ? counts.of(step) : undefined;
  const broken: Broken = { reason: 'not_expected', rule: step, fails: otherwise === 'fail' };
  return (raw: Raw): Fault | typeof FILTERED | undefined => {
    const { value, fault } = compute(raw);
    if (fault !== undefined) return fault;
    if (value === true) return undefined;
    if (counter === undefined) return broken;
    counter.count += 1;
    return otherwise === 'filter' ? FILTERED : undefined;
  };
}

/** A column's value as expressions see it, changed by what stands before them in the chain. */
function readerOf(plan: RowPlan, column: PlannedColumn): (raw: Raw) => Computed {
  const { sink, taken } = capturing();
  const { source, sourceType, target, changes, timeZone } = column;
  const plain: PlannedColumn = {
    source,
    sourceType,
    target,
    ...(changes === undefined ? {} : { changes }),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
  const { put } = putsOf(plan, plain, UNCOUNTED, () => undefined);
  const compute = column.compute && computing(plan, column.compute);
  return (raw) => {
    const given = compute === undefined ? { value: raw(source), fault: undefined } : compute(raw);
    taken.fault = given.fault;
    taken.value = null;
    if (given.fault === undefined && given.value !== null && given.value !== undefined)
      taken.fault = put(given.value, sink);
    return taken;
  };
}

const two = (value: number) => String(value).padStart(2, '0');

/** Takes the one value that is put: numbers as numbers (an integer as a bigint), days and times as ISO text, JSON as text. */
function capturing() {
  const taken = { value: null as unknown, fault: undefined as Fault | undefined };
  const take = (value: unknown) => {
    taken.value = value;
  };
  const sink: RowSink = {
    ...NOWHERE,
    null: () => take(null),
    boolean: take,
    integer: (value) => take(BigInt(value)),
    bigint: take,
    number: take,
    decimal: (b, s, e) => take(Number(latin(b, s, e))),
    date: (days) => take(new Date(days * 86_400_000).toISOString().slice(0, 10)),
    time: (micros) => {
      const seconds = Math.floor(micros / 1_000_000);
      take(`${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`);
    },
    timestamp: (seconds, micros) => take(new Date(seconds * 1_000 + Math.floor(micros / 1_000)).toISOString()),
    uuid: (b, s, e) => take(latin(b, s, e).toLowerCase()),
    text: (b, s, e) => take(Buffer.from(b.subarray(s, e)).toString()),
    string: take,
    json: take,
  };
  return { sink, taken };
}

/** The fields of the record that expressions read, whether or not they land. */
export function sourcesRead({
  columns,
  conditions = [],
}: Pick<RowPlan, 'columns' | 'conditions'>): ReadonlySet<string> {
  const found = new Set<string>();
  const look = ({ inputs }: Computation) => {
    for (const { source, compute } of inputs)
      if (compute === undefined) found.add(source);
      else look(compute);
  };
  for (const { compute } of columns) if (compute !== undefined) look(compute);
  for (const { computation } of conditions) look(computation);
  return found;
}
