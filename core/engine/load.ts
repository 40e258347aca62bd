import {
  EMPTY_TALLY,
  type Batch,
  type Field,
  type OpenFile,
  type PlannedColumn,
  type Reject,
  type RowTally,
  type Writer,
} from '../protocol/index.js';
import { compileForObjects, compileForScanner, withNumbersRead, type Drained, type RowPlan } from '../program/index.js';
import { ConnectorError } from '../sdk/errors.js';
import { addTallies } from './balance.js';
import { abortable } from './abort.js';
import { pagesOf, type Reading } from './pages.js';
import type { ErrorBudget, RunRequest } from './request.js';
import type { StreamPlan } from './stream-plan.js';

/** Sums what the row program reports, hands rejected records on, and stops a stream that rejects too much. */
export interface Intake {
  readonly tally: RowTally;
  readonly reasons: Readonly<Record<string, number>>;
  take(drained: Drained): Promise<void>;
}

/** Where records are rejected, for what a person is told. */
interface Place {
  readonly stream: string;
  readonly connection: string;
  /** What is done about them, where nobody has a connection to name. */
  readonly onRejected?: string | undefined;
}

export function openIntake(writer: Writer, budget: ErrorBudget, before: RowTally, place: Place): Intake {
  let sum = EMPTY_TALLY;
  const reasons: Record<string, number> = {};
  return {
    get tally() {
      return sum;
    },
    reasons,
    async take({ tally, rejects }) {
      sum = addTallies(sum, tally);
      for (const reject of rejects) reasons[reject.reason] = (reasons[reject.reason] ?? 0) + 1;
      await writer.quarantine(rejects);
      const failing = rejects.find(({ fails }) => fails === true);
      if (failing !== undefined) throw brokenExpectation(place, failing);
      const rejected = before.quarantined + sum.quarantined;
      if (rejected > budget.records)
        throw overBudget(place, `${rejected} records rejected, ${budget.records} allowed`, rejects);
    },
  };
}

/** The share is judged once a slice has been read whole: the first bad line of a file is not 100 % of it. */
export function judgeShare(budget: ErrorBudget, tally: RowTally, place: Place): void {
  if (tally.quarantined > tally.read * budget.share)
    throw overBudget(
      place,
      `${tally.quarantined} of ${tally.read} records rejected, ${budget.share * 100} % allowed`,
      [],
    );
}

/** `severity: fail`: nothing of what was being read is committed. */
function brokenExpectation({ stream, connection }: Place, { rule = '', detail }: Reject): ConnectorError {
  return new ConnectorError('expectation', `Stream "${stream}" breaks ${rule}: ${detail}`, {
    stream,
    expectation: rule,
    hint: `See \`tributary quarantine list ${connection}\`. Correct the source, or give the expectation another \`severity\`.`,
  });
}

function overBudget(
  { stream, connection, onRejected }: Place,
  what: string,
  rejects: readonly Reject[],
): ConnectorError {
  const example = rejects[0] === undefined ? '' : ` Last: ${rejects[0].detail}`;
  return new ConnectorError('data', `The error budget of stream "${stream}" is used up: ${what}.${example}`, {
    stream,
    hint:
      onRejected ??
      `See \`tributary quarantine list ${connection}\`. Correct the source or the declared types, or raise \`error_budget\`.`,
  });
}

/** Two batches in turn: one is filled while the other travels. */
export interface Filling {
  batch: Batch;
  readonly writer: Writer;
  readonly onStaged: (batch: Batch) => void;
}

async function pass(filling: Filling): Promise<void> {
  filling.onStaged(filling.batch);
  await filling.writer.stage(filling.batch);
  filling.batch = filling.writer.batch();
}

export async function passRest(filling: Filling): Promise<void> {
  if (filling.batch.rows === 0) return;
  filling.onStaged(filling.batch);
  await filling.writer.stage(filling.batch);
}

/** Where the records of one unit go. */
export interface Destined {
  readonly filling: Filling;
  readonly intake: Intake;
}

/** Records that are objects: a page at a time, the next one being fetched while this one is encoded. */
export async function loadPages(
  pages: unknown,
  program: ReturnType<typeof compileForObjects>,
  { filling, intake }: Destined,
  reading: Reading,
): Promise<void> {
  for await (const page of pagesOf(pages, reading)) {
    await reading.probe('after_fetch');
    for (let from = 0; from < page.length;) {
      from = program.run(page, from, filling.batch);
      if (filling.batch.full) await pass(filling);
    }
    await intake.take(program.drain());
  }
}

/** A file: bytes into the scanner, records out of it into batches, without an object between. */
export async function loadFile(
  file: OpenFile,
  plan: RowPlan,
  destined: Destined,
  reading: Reading,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { scanner } = file;
  if (!('next' in scanner)) {
    await loadPages(objectsOf(file, scanner, onBytes), compileForObjects(plan, file.fields), destined, reading);
    return;
  }
  const { filling, intake } = destined;
  const program = compileForScanner(plan, file.fields);
  const drain = async () => {
    while (program.run(scanner, filling.batch)) await pass(filling);
    await intake.take(program.drain());
  };
  for await (const chunk of abortable(file.chunks, reading.signal)) {
    await reading.probe('after_fetch');
    onBytes(chunk.byteLength);
    scanner.push(chunk);
    await drain();
  }
  scanner.end();
  await drain();
}

/** Thrown once a file was read to its end: its records have fields for which there was no column when it was begun. */
export class LateFields extends Error {
  readonly fields: readonly Field[];
  constructor(fields: readonly Field[]) {
    super('The file has more fields than its beginning shows.');
    this.fields = fields;
  }
}

async function* objectsOf(
  file: OpenFile,
  scanner: Exclude<OpenFile['scanner'], { next(): boolean }>,
  onBytes: (bytes: number) => void,
) {
  const known = new Set(file.fields.map(({ name }) => name));
  const late = () => scanner.late.filter(({ name }) => !known.has(name));
  for await (const chunk of file.chunks) {
    onBytes(chunk.byteLength);
    const records = scanner.push(chunk);
    // The rest is looked at only, so that one further reading has columns for all of it.
    if (late().length === 0) yield records;
  }
  const rest = scanner.end();
  if (late().length > 0) throw new LateFields(late());
  yield rest;
}

/** What the destination and the connection say of every row of a stream. */
export function landingRules(
  { destination, unstorableText }: RunRequest,
  { table, request, stream: { catalog } }: StreamPlan,
  fields: readonly Field[] = catalog.fields,
): Pick<RowPlan, 'holdsNul' | 'maxTextBytes' | 'unstorableText' | 'key' | 'conditions' | 'recordSeal'> {
  const { holdsNul, maxKeyBytes, maxTextBytes } = destination.capabilities;
  const text = maxTextBytes === undefined ? {} : { maxTextBytes };
  const key = { sources: table.keySources, maxBytes: maxKeyBytes };
  const conditions = request.planConditions?.(fields, catalog.primaryKey) ?? [];
  const { recordSeal } = request;
  const seal = recordSeal === undefined ? {} : { recordSeal };
  return { holdsNul, ...text, unstorableText, conditions, ...seal, ...(table.key.length === 0 ? {} : { key }) };
}

export function rowPlan(columns: readonly PlannedColumn[], rest: Omit<RowPlan, 'columns' | 'withPosition'>): RowPlan {
  return withNumbersRead({ columns, withPosition: true, ...rest });
}
