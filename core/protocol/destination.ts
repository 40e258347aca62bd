import type { WriteMode } from './catalog.js';
import type { Ledger } from './ledger.js';
import type { Batch, Reject, RowTally } from './rows.js';
import type { Field, FieldType, RecordData, SchemaChange } from './schema.js';
import type { Bookmark } from './slice.js';

/** What a destination can do, as data. */
export interface DestinationCapabilities {
  readonly writeModes: readonly WriteMode[];
  /** False: what is written is never compared with what lies there, so a record that is read again is written again. */
  readonly keepsKeys: boolean;
  /** False: the destination cannot hold U+0000 in text. */
  readonly holdsNul: boolean;
  /** Most bytes of text and decimals that the key of one row may have, all its columns together. */
  readonly maxKeyBytes: number;
  /** Most bytes (UTF-8) of one text, or of one JSON value as text; absent: as many as a record may have. */
  readonly maxTextBytes?: number;
  /** The digits that a decimal gets whose stream does not say how many it has; absent: any number of them. */
  readonly unboundedDecimal?: { readonly precision: number; readonly scale: number };
}

/** Which rows of the marts a changed row of this table makes stale. */
export interface DirtyMark {
  readonly fact: string;
  /**
   * The day comes from a column, is fixed, or is unknown (`null`: all days). An instant's day is the one in `timeZone`,
   * absent: in UTC; a time without a zone is one of `writtenIn`, absent: of `timeZone`. A column that holds neither days nor
   * times, or is not there, gives no day.
   */
  readonly day:
    | { readonly column: string; readonly timeZone?: string; readonly writtenIn?: string }
    | { readonly value: string }
    | null;
  readonly campaign: { readonly column: string } | { readonly value: string } | null;
}

/** Columns that the destination adds to those of a stream, the first two only to streams of files. */
export const OWN_COLUMNS: ReadonlySet<string> = new Set(['_source_file', '_source_row', '_loaded_at', '_run_id']);
/** In staging tables only: where a row stands in its slice. */
export const STAGING_POSITION = '_pos';

/** The table in which a stream lands, without `OWN_COLUMNS`. */
export interface TableSpec {
  readonly connection: string;
  readonly stream: string;
  readonly schema: string;
  readonly name: string;
  readonly fields: readonly Field[];
  /** Columns of the key; for files without key `_source_file` and `_source_row`. Empty only for `append`. */
  readonly key: readonly string[];
  /** The fields of a record that the key's columns come from, in the key's order; a rejected record is known by them. */
  readonly keySources: readonly string[];
  /** Column that orders versions of one key; absent: the position in the slice does. */
  readonly version?: string;
  /** True: rows carry `_source_file` and `_source_row`. */
  readonly fromFiles: boolean;
  readonly write: WriteMode;
  readonly marks: readonly DirtyMark[];
  /** True: the table is one that somebody else has made, and may be adopted with its rows. */
  readonly adopt?: boolean;
}

export interface RunIdentity {
  readonly id: string;
  readonly connection: string;
  /** Of a split backfill: the part that this run reads. It has a fence of its own, beside that of the connection. */
  readonly part?: string;
}

/** The table as it was found. */
export interface TableState {
  /** Columns without those that the destination adds. */
  readonly fields: readonly Field[];
  /**
   * `foreign`: somebody else has made it, and `TableSpec.adopt` says that it may be adopted. `adopted`: it was, so it has rows that
   * no run has loaded, and keeps its types, its defaults and what may not be null. Absent: the destination has made it.
   */
  readonly origin?: 'foreign' | 'adopted';
}

/** What adopting a table does to it. */
export interface Adoption {
  readonly table: string;
  /** Rows that are there before, which stay. */
  readonly rows: number;
  /** Columns that are added, as the destination defines them. */
  readonly added: readonly string[];
  /** Columns that no record has a value for; new rows take their defaults. */
  readonly kept: readonly string[];
  /** The unique index that is made, since none holds the key; absent: none is. */
  readonly index?: string;
}

/** All that one checkpoint commits together. */
export interface Checkpoint {
  /** Unique; the primary key of the ledger row, by which a lost reply is settled. */
  readonly id: string;
  readonly slice: string;
  readonly tally: RowTally;
  readonly bookmarks: readonly Bookmark[];
  readonly lineage?: Lineage;
  /**
   * True for the one checkpoint of an overwrite, and, where the destination can `remove`, for that of a version of the source's
   * table, whatever the write mode: rows whose key was not seen are deleted, and without a key all rows that were there.
   */
  readonly replacesAll: boolean;
  /** For a file without key: rows of an earlier version of this file, not seen now, are deleted. */
  readonly replacesFile?: string;
  /**
   * For a replay: what became of the records in quarantine that it read. One whose key is in the table in a version that was
   * loaded after the record was last seen changes nothing, and counts as superseded.
   */
  readonly replayed?: readonly ReplayedRecord[];
}

/** `position` is the one under which the record was staged, unique in its checkpoint. */
export interface ReplayedRecord extends Pick<QuarantinedRecord, 'key' | 'reason' | 'position' | 'lastSeen'> {
  /** Why it did not pass this time; absent: it did, and with it all that is in quarantine under its key is resolved. */
  readonly fault?: Pick<Reject, 'reason' | 'field' | 'detail'>;
}

/** Where the records of a checkpoint came from. */
export interface Lineage {
  readonly source: string;
  /** Of a file: what tells its versions apart at the source. */
  readonly version?: string;
  readonly checksum?: string;
  readonly bytes?: number;
  readonly records: number;
}

/**
 * Writes one slice. The engine takes a batch by `batch()`, fills it, gives it to `stage`, and so on; then `checkpoint`.
 * Nothing becomes visible before the checkpoint.
 */
export interface Writer {
  /** An empty batch. At most two are out at a time. */
  batch(): Batch;
  /** Takes a batch into the staging table; resolves when the next may come. A batch is staged once or the writer fails. */
  stage(batch: Batch): Promise<void>;
  /** Stages rejected records; they become visible with the checkpoint, or by `abort` with `keepQuarantine`. */
  quarantine(rejects: readonly Reject[]): Promise<void>;
  /**
   * The one transaction. After it resolves nothing of it can be lost; if it rejects nothing of it has happened; an unknown
   * outcome it settles itself by looking for the checkpoint's id under the fence.
   */
  checkpoint(checkpoint: Checkpoint): Promise<Ledger>;
  /** Drops what was staged. With `keepQuarantine` the rejected records alone are committed, so that a person can see them. */
  abort(options?: { readonly keepQuarantine: boolean }): Promise<void>;
}

/** A record in quarantine that is not resolved, as a replay takes it. */
export interface QuarantinedRecord {
  /** What tells records apart: key, place in the file, or hash. One record may be there for several reasons, in several versions. */
  readonly key: string;
  readonly reason: string;
  readonly field: string | null;
  readonly slice: string;
  readonly position: number;
  /** An instant with all its digits. */
  readonly lastSeen: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** One as it is shown to a person. */
export interface HeldRecord extends QuarantinedRecord {
  readonly stream: string;
  readonly detail: string;
  /** How often it was seen, and when first. */
  readonly times: number;
  readonly firstSeen: string;
}

/** What one checkpoint has committed, as it is shown to a person. */
export interface CommittedCheckpoint {
  /** Grows from commit to commit of a connection. */
  readonly number: number;
  readonly run: string;
  readonly stream: string;
  readonly slice: string;
  /** What it was committed to. */
  readonly target: string;
  readonly ledger: Ledger;
  readonly steps: RowTally['steps'];
  readonly lineage?: Lineage;
  readonly committedAt: string;
}

/** What a stream finds before it is read. */
export interface RowsBefore {
  /** As `countRows` counts; below 0 where rows of other runs are gone. */
  readonly rows: number;
  /** Rows in the table. */
  readonly held: number;
  /** Rows that runs have put there by the ledger, where the table is missing or empty and none of them has taken them out. */
  readonly lost?: number;
}

/** A connected destination, for one run. */
export interface DestinationSession {
  readonly capabilities: DestinationCapabilities;
  /**
   * Raises the epoch of the connection, or of the run's part, so that every older run of the same can commit nothing any more.
   * Waits for commits in flight.
   */
  raiseFence(run: RunIdentity): Promise<bigint>;
  bookmarks(connection: string): Promise<readonly Bookmark[]>;
  /**
   * The table as it is, undefined where there is none; one that is there but not ours to write is a `config` error. A `schema` error
   * names all columns at once in which a table that somebody else has made does not hold what the stream has.
   */
  describe(table: TableSpec): Promise<TableState | undefined>;
  /**
   * Takes a table over that `describe` calls `foreign`, under the fence, together with a mark for all days of what it feeds and a row
   * of the lineage: adds the destination's own columns, null in the rows that are there, and `added`. Neither drops nor changes
   * anything; refuses keys that repeat. Safe to repeat. `isDry`: only tells what it would do, without a fence. Absent: it cannot.
   */
  adopt?(table: TableSpec, added: readonly Field[], options: { readonly isDry: boolean }): Promise<Adoption>;
  /** Creates the table unless it exists; safe to repeat. A table that is to be loaded directly is made by its writer. */
  create(table: TableSpec): Promise<void>;
  /** Changes the table under the fence, in mid-run too. */
  evolve(table: TableSpec, change: SchemaChange): Promise<void>;
  /** `direct`: the first load of a new table whose size is known and small enough, as one checkpoint. */
  open(table: TableSpec, slice: string, direct: boolean): Promise<Writer>;
  /** Rows in the table, less what the ledger says that other runs put there; under the fence, for the balance of a stream. */
  countRows(table: TableSpec): Promise<number>;
  /** The same before a stream is read, where a table that is not there has no rows. Absent: such a table is taken for a first one. */
  rowsBefore?(table: TableSpec): Promise<RowsBefore>;
  /** Rows that have the values of another one in these columns; rows with a null among them do not count. Absent: it cannot tell. */
  repeated?(table: TableSpec, columns: readonly string[]): Promise<number>;
  /** The newest day or instant of a column, absent: when a row was last loaded; undefined where there is none. Absent: it cannot tell. */
  newest?(table: TableSpec, column?: string): Promise<Date | undefined>;
  /** Some value of a column, neither null nor empty, to see what is in it. Absent: it cannot tell. */
  anyValue?(table: TableSpec, column: string): Promise<unknown>;
  /** Records in quarantine that no later version has resolved, latest first; `after` is the last one of the page before. */
  quarantined(
    connection: string,
    stream: string,
    page: { readonly limit: number; readonly after?: QuarantinedRecord },
  ): Promise<readonly QuarantinedRecord[]>;
  /**
   * Deletes the rows of a table for which a condition holds, marks what they fed, and writes a row of the ledger, all in one
   * transaction under the fence. The condition is SQL of the destination, in which the table is `t`. Absent: it cannot.
   */
  remove?(table: TableSpec, condition: string, ledgerRow: Pick<Checkpoint, 'id' | 'slice'>): Promise<Ledger>;
  /** The same, but the rows stay, and these columns get other values: SQL too, by column. Absent: it cannot. */
  redact?(
    table: TableSpec,
    condition: string,
    set: Readonly<Record<string, string>>,
    ledgerRow: Pick<Checkpoint, 'id' | 'slice'>,
  ): Promise<Ledger>;
  /**
   * All that is in quarantine, of every stream. This and `commits` are for a destination that speaks
   * no SQL: of the others the tables of their metadata are asked.
   */
  held?(connection: string): Promise<readonly HeldRecord[]>;
  /** What was committed, the newest first, as far back as the destination keeps it; those before a number. */
  commits?(connection: string, before?: number): AsyncIterable<CommittedCheckpoint>;
  /** Sets or removes bookmarks by hand; under the fence, so never beside a run. */
  setBookmarks(
    connection: string,
    set: readonly Bookmark[],
    remove: readonly { stream: string; partition?: string }[],
  ): Promise<void>;
  close(): Promise<void>;
}

/** What a statement gave. Two columns may have one name. */
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** A column of a query. */
export interface QueryColumn extends Pick<Field, 'name' | 'precision' | 'scale'> {
  /** Absent: no field is of the database's type. */
  readonly type?: FieldType;
  /** As the database calls its type. */
  readonly typeName: string;
}

/** A query of which nothing but its columns was read yet. */
export interface QueryReading {
  /** By the types that the database gives them, also where there is no row. Two may have one name. */
  readonly columns: readonly QueryColumn[];
  /**
   * Its rows as one snapshot has them, in pages of which only a few are in memory. Values are as records carry them and keep
   * every digit: whole numbers as number or bigint, decimals, days and times as text, instants as ISO text with microseconds.
   */
  pages(signal: AbortSignal): AsyncIterable<readonly RecordData[]>;
}

/** A destination that speaks SQL also serves `query`, the marts and the report. */
export interface SqlSession {
  readonly dialect: 'postgres' | 'snowflake';
  query<R extends Record<string, unknown> = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<R[]>;
  /**
   * One statement that a person wrote, exactly as it is; several are a `config` error. A read-only session must refuse
   * whatever writes, also after a statement that tries to set it free.
   */
  ask(statement: string): Promise<Answer>;
  /** Opens a SELECT of any size, to be read as a stream. Absent: it cannot. */
  readQuery?(query: string): Promise<QueryReading>;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
