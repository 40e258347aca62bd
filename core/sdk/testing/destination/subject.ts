import type { ChildProcess } from 'node:child_process';
import type {
  DestinationCapabilities,
  DestinationSession,
  Ledger,
  RecordData,
  RunIdentity,
  SqlSession,
  TableSpec,
} from '../../../protocol/index.js';
import type { DestinationPlugin } from '../../destination.js';
import type { LoadOptions } from './loading.js';
import type { WriterTask } from './writer-task.js';

/** A destination with a configuration under which it can really be written. Each run of the suite takes schemas of its own. */
export interface DestinationCase {
  readonly plugin: DestinationPlugin;
  readonly config: Readonly<Record<string, unknown>>;
  /** Folder from which paths in the configuration are taken. Default: the working directory. */
  readonly baseFolder?: string;
  /**
   * The rows of a table as records, by the names of its fields; undefined where there is no table. Needed where the
   * destination speaks no SQL; otherwise its `sql` session is asked.
   */
  readonly read?: (table: TableSpec) => Promise<readonly RecordData[] | undefined>;
  /** A way to the destination that loses the reply of a commit, such as a proxy. Absent: that is not tried. */
  readonly loseReply?: () => Promise<LossyWay>;
  /** Starts a process that does `runWriterTask` with this plugin and this configuration. Absent: nothing is killed. */
  readonly startWriter?: (task: WriterTask) => ChildProcess;
  /** Cases that this destination does not keep, by name, each with its reason; one that it does keep is a failure. */
  readonly exceptions?: Readonly<Record<string, string>>;
  /** Schema of the tables, where the role may create none. It is left as it is; the tables stay. */
  readonly schema?: string;
}

export interface LossyWay {
  /** The configuration by this way. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Loses the next commit of a checkpoint before it reaches the destination, or its reply. */
  arm(when: 'before' | 'after'): void;
  readonly losses: number;
  close(): Promise<void>;
}

export type Area = 'writing' | 'keys' | 'schema' | 'values' | 'names' | 'runs' | 'exactly once' | 'quarantine';

/** One thing that every destination keeps. */
export interface ConformanceCase {
  /** A sentence; unique. */
  readonly name: string;
  readonly area: Area;
  /** Why it does not apply to this destination; undefined: it does. */
  readonly notFor?: (trial: Trial) => string | undefined;
  /** Throws where it does not hold. */
  readonly run: (trial: Trial) => Promise<void>;
}

export interface CaseResult {
  readonly name: string;
  readonly area: Area;
  readonly outcome: 'passed' | 'failed' | 'not_applicable';
  /** Of one that failed: what does not hold. Of one that does not apply: why. */
  readonly reason?: string;
  /** Milliseconds. */
  readonly took: number;
}

export type Probe = (point: string) => Promise<void> | void;

/** A session with the fence raised for its run. */
export interface OpenRun {
  readonly run: RunIdentity;
  readonly epoch: bigint;
  readonly session: DestinationSession;
  /** Stages batch by batch and commits one checkpoint; fails unless its ledger and `countRows` balance. */
  load(table: TableSpec, batches: readonly (readonly RecordData[])[], options?: LoadOptions): Promise<Ledger>;
}

export interface RunWishes {
  readonly probe?: Probe;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What one case works with. Its connection and its tables are its own. */
export interface Trial {
  readonly subject: DestinationCase;
  readonly capabilities: DestinationCapabilities;
  readonly connection: string;
  readonly schema: string;
  /** The table of a stream; by default it is named like the stream, has the key `id` and is merged where the destination can. */
  table(wishes: Partial<TableSpec> & Pick<TableSpec, 'fields'>): TableSpec;
  /** Connects and raises the fence; closed at the end of the case. */
  open(wishes?: RunWishes): Promise<OpenRun>;
  /** Past the session: what somebody else does there. Absent: the destination speaks no SQL. */
  readonly sql?: SqlSession;
  /** Connects alone. */
  connect(wishes?: RunWishes): Promise<DestinationSession>;
  /** Rows of a table as canonical texts, sorted. None where there is no table. */
  rows(table: TableSpec): Promise<readonly string[]>;
  /** Fails unless the table holds exactly these records. */
  expectRows(table: TableSpec, records: readonly RecordData[], when?: string): Promise<void>;
}
