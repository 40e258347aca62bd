import { randomUUID } from 'node:crypto';
import { runConnection, type RunOutcome } from '../../engine/index.js';
import { planColumns } from '../../middleware/index.js';
import {
  SavedState,
  type TableVersion,
  type BadRecord,
  type CatalogStream,
  type DestinationSession,
  type EngineEvent,
  type RecordData,
  type SourceStream,
  type WriteMode,
} from '../../protocol/index.js';
import { ConnectorError } from '../../sdk/index.js';
import { fieldsOfSchema, zoneFixer, type ConfiguredStream } from '../../sdk/wire/airbyte/index.js';
import { errorBudgetOf } from '../../settings/index.js';
import { ErrorBudgetSettings } from '../../settings/connection.settings.js';
import { clock } from '../connection-run.js';
import { streamQueue } from './stream-queue.js';

/** A state has a commit of its own once so many records or milliseconds have passed, or nothing more is waiting. */
const COMMIT_RECORDS = 5_000;
const COMMIT_MS = 1_000;

const IN_DESTINATION =
  'The destination keeps them with their reasons, a database in its table `tributary.quarantine`. Correct what comes on stdin, or its schema, and run it again.';

/** A mark in the stream: `onCommitted` hears how many records came and were put aside since the mark before, once those are committed. */
export interface Mark {
  readonly records: number;
  onCommitted(counts: { readonly records: number; readonly rejected: number }): void;
}

/** One stream on its way from stdin into its table. */
export interface WrittenStream {
  push(records: readonly (RecordData | BadRecord)[]): Promise<void>;
  /** What follows is of this version of the source's table. */
  setVersion(version: TableVersion): Promise<void>;
  /** Resolves when it is handed on. */
  mark(onCommitted: Mark['onCommitted']): Promise<void>;
  /** The source has said that this was all of it. */
  complete(): void;
  fail(error: Error): void;
  readonly isOver: boolean;
  readonly outcome: Promise<RunOutcome>;
}

/** Where a stream goes, and how. */
export interface Written extends Pick<Plan, 'catalog'> {
  /** Absent: by key where there is one and the destination keeps keys. */
  readonly write?: WriteMode;
  readonly connection: string;
  readonly schema: string;
  /** Brings a record into the form that the columns take; absent: it has it. */
  readonly prepare?: ((record: Record<string, unknown>) => void) | undefined;
}

export interface WriteTarget {
  /** What whoever runs it does to have a stream whose table is gone written from its start: there is no connection to name. */
  readonly anew: string;
  readonly connect: () => Promise<DestinationSession>;
  readonly signal: AbortSignal;
  readonly on: (event: EngineEvent) => void;
}

/** What a configured catalog says of a stream. */
export function configuredStream(configured: ConfiguredStream, defaultSchema: string): Written {
  const { name, namespace } = configured.stream;
  const plan = planOf(configured);
  const schema = namespace ?? defaultSchema;
  return { ...plan, schema, connection: `airbyte.${schema}.${name}`, prepare: zoneFixer(plan.catalog.fields) };
}

/** Begins to write a stream, as a run of its own; what is pushed is committed at marks and at the end. */
export function writtenStream({ connection, schema, prepare, ...plan }: Written, target: WriteTarget): WrittenStream {
  const { name } = plan.catalog;
  const queue = streamQueue<Mark>();
  /** Taken by the engine, and not committed yet. */
  let taken: Mark[] = [];
  let [counted, isOver, isRead] = [0, false, false];

  async function* read() {
    // What stdin has given once it does not give again.
    if (isRead)
      throw new ConnectorError(
        'destination',
        `Stream "${name}": writing failed, and what stdin gave cannot be read again.`,
        {
          stream: name,
          hint: 'Run the sync again: it goes on from the last state that was echoed.',
        },
      );
    isRead = true;
    let held = false;
    let [records, since] = [0, performance.now()];
    let version: bigint | undefined;
    for (;;) {
      const item = await queue.next();
      if (item === undefined) return;
      if ('state' in item) {
        taken.push(item.state);
        held = true;
      } else if ('version' in item) {
        // What came before is of another version, and is committed apart from this one.
        if (records > 0 && version !== undefined && version !== item.version.version) yield new SavedState(null);
        ({ version } = item.version);
        yield item.version;
      } else {
        records += item.records.length;
        yield item.records;
      }
      const isDue = records >= COMMIT_RECORDS || performance.now() - since >= COMMIT_MS || queue.isEmpty;
      if (!held || !isDue) continue;
      [held, records, since] = [false, 0, performance.now()];
      yield new SavedState(null);
    }
  }
  const committed = (rejected: number) => {
    const marks = taken;
    taken = [];
    // Which of several states a rejected record came before, nobody knows: the last one tells of it.
    marks.forEach((mark, at) =>
      mark.onCommitted({ records: mark.records, rejected: at === marks.length - 1 ? rejected : 0 }),
    );
  };
  const on = (event: EngineEvent) => {
    if (event.type === 'checkpoint_committed') committed(event.ledger.quarantined);
    target.on(event);
  };
  const run = async (): Promise<RunOutcome> => {
    let destination: DestinationSession | undefined;
    try {
      destination = await target.connect();
      const stream: SourceStream = { kind: 'stateful', mayRepeat: true, catalog: plan.catalog, read };
      return await runConnection({
        run: { id: randomUUID(), connection },
        source: {
          check: async () => undefined,
          streams: async () => ({ [name]: stream }),
          close: async () => undefined,
        },
        destination,
        schema,
        streams: [
          {
            name,
            sync: plan.write === 'overwrite' ? 'full_refresh' : 'incremental',
            write: plan.write,
            lookback: undefined,
            onSchemaChange: 'evolve',
            planColumns: (fields, key) => planColumns(fields, { stream: name, map: [], expect: [], protect: {} }, key),
            marks: [],
          },
        ],
        errorBudget: errorBudgetOf(new ErrorBudgetSettings()),
        unstorableText: 'replace',
        startedAt: new Date(),
        fullRefresh: false,
        signal: target.signal,
        clock,
        on,
        anew: target.anew,
        onRejected: IN_DESTINATION,
        probe: () => undefined,
      });
    } finally {
      isOver = true;
      queue.close();
      await destination?.close().catch(() => undefined);
    }
  };
  return {
    async push(records) {
      counted += records.length;
      if (prepare !== undefined) for (const record of records) prepare(record as Record<string, unknown>);
      await queue.push({ records });
    },
    setVersion: (version) => queue.push({ version }),
    mark(onCommitted) {
      const records = counted;
      counted = 0;
      return queue.push({ state: { records, onCommitted } });
    },
    complete: () => queue.end(),
    fail: (error) => queue.fail(error),
    get isOver() {
      return isOver;
    },
    outcome: run(),
  };
}

interface Plan {
  readonly write: WriteMode;
  readonly catalog: CatalogStream;
}

/** Throws a `config` error for a mode that we do not write, and for a key that a table cannot have. */
export function planOf(configured: ConfiguredStream): Plan {
  const { stream, destination_sync_mode: mode } = configured;
  const { name } = stream;
  const refuse = (message: string, hint: string) =>
    new ConnectorError('config', `Stream "${name}": ${message}`, { stream: name, hint });
  if (mode === 'update' || mode === 'soft_delete')
    throw refuse(`the mode "${mode}" is not written.`, 'There are: overwrite, append, append_dedup.');
  const { generation_id: generation, minimum_generation_id: minimum } = configured;
  // A refresh that is to leave nothing of earlier generations.
  const isTruncating = minimum !== undefined && minimum > 0 && minimum === generation;
  if (minimum !== undefined && minimum > 0 && !isTruncating)
    throw refuse(
      'a minimum generation between the first and the present one is not supported.',
      'Give `minimum_generation_id` 0, or that of `generation_id`.',
    );
  const chosen = configured.primary_key?.length ? configured.primary_key : (stream.source_defined_primary_key ?? []);
  const write = mode === 'overwrite' || isTruncating ? 'overwrite' : mode === 'append' ? 'append' : 'merge';
  // Each record is a row of its own where it is appended.
  const key = mode === 'append_dedup' ? chosen : [];
  if (mode === 'append_dedup' && key.length === 0)
    throw refuse('append_dedup needs a primary key, and it has none.', 'Set `primary_key` in the configured catalog.');
  const nested = key.find((path) => path.length !== 1);
  if (nested !== undefined)
    throw refuse(`its key "${nested.join('.')}" lies inside of an object.`, 'Choose fields of the record itself.');
  const primaryKey = key.map(([field]) => field!);
  const fields = fieldsOfSchema(stream.json_schema, primaryKey);
  const absent = primaryKey.filter((field) => !fields.some((one) => one.name === field));
  if (absent.length > 0)
    throw refuse(`its key "${absent.join('", "')}" is no field of its schema.`, 'Correct `primary_key`.');
  const [cursor] = configured.cursor_field?.length === 1 ? configured.cursor_field : [];
  const hasOrder = fields.some(({ name: of, type }) => of === cursor && ORDERED.has(type));
  return {
    write,
    catalog: {
      name,
      summary: '',
      fields,
      primaryKey,
      syncModes: ['full_refresh', 'incremental'],
      ...(mode === 'append_dedup' && hasOrder ? { version: cursor! } : {}),
    },
  };
}

const ORDERED: ReadonlySet<string> = new Set(['integer', 'decimal', 'date', 'timestamp', 'timestamptz']);
