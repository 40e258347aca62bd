import type { CatalogStream, SyncMode } from './catalog.js';
import type { Field, RecordData } from './schema.js';
import type { FileVersion, Slice, Window } from './slice.js';
import type { NumberFormat } from './number-format.js';
import type { RowScanner } from './rows.js';

export interface ReadRequest<S extends Slice = Slice> {
  readonly slice: S;
  readonly signal: AbortSignal;
  /** Says something that an admin should know, e.g. a campaign that was skipped, without ending the stream. */
  readonly warn: (message: string) => void;
  /**
   * True where the table has rows, and keeps nothing but what is read of the stream in this run (`write: overwrite`): a reading that
   * comes to nothing empties it. A source that cannot tell "there is nothing" from "it was not found" ends with an error then, and the table stays.
   */
  readonly replacesAll?: boolean;
}

export interface StatefulRequest extends ReadRequest {
  /** How the engine reads the stream: from `incremental` on the state is kept from run to run. */
  readonly sync: SyncMode;
  /** What the stream handed out last; absent: nothing was read yet. */
  readonly state?: unknown;
  /** Days that a person asked for, `to` being the last one: read instead of what the state says. */
  readonly range?: { readonly from: string; readonly to?: string };
}

/** A stream that is about to be read, with the others of its `JointReading`. */
export interface JointStream {
  readonly stream: string;
  readonly sync: SyncMode;
  /** What of it was committed last; absent where it is read from its start. */
  readonly state?: unknown;
}

/** One reading that several streams come out of, such as a process that writes the records of all of them. */
export interface JointReading {
  /** Called once in a run, before the first of them is read, with those that will be. */
  begin(streams: readonly JointStream[]): void;
  /** Nothing of this stream is wanted any more: it is complete, or has failed. */
  leave(stream: string): void;
}

/** How far a stream was read, in the words of its source; JSON. */
export class SavedState {
  readonly state: unknown;
  constructor(state: unknown) {
    this.state = state;
  }
}

/**
 * The pages that follow are of this version of the source's table, until another one is named. An active version is all that the
 * table has: rows of ours that are of an earlier one are gone at the source, and are removed by the checkpoint that commits the
 * last of it. Said before its first record, it holds once the reading has ended.
 */
export class TableVersion {
  /** A later version is greater. */
  readonly version: bigint;
  readonly isActive: boolean;
  /** True where each record of it comes in this reading, since the source was not told of an earlier one. */
  readonly isFromStart: boolean;
  constructor(version: bigint, { isActive, isFromStart }: Pick<TableVersion, 'isActive' | 'isFromStart'>) {
    this.version = version;
    this.isActive = isActive;
    this.isFromStart = isFromStart;
  }
}

/** What reading a stream that keeps a state of its own yields. */
export type StatefulStep = readonly (RecordData | BadRecord)[] | SavedState | TableVersion;

/**
 * A stream that the engine can read. `objects` streams yield pages of records; the engine asks for the next page only
 * when there is room. `files` streams list file versions and open one as bytes for the row program.
 */
export type SourceStream =
  | {
      readonly kind: 'full_refresh';
      readonly catalog: CatalogStream;
      read(request: ReadRequest): AsyncIterable<readonly RecordData[]>;
    }
  | {
      readonly kind: 'incremental';
      readonly catalog: CatalogStream;
      readonly cursor: CursorPlan;
      read(request: ReadRequest<Window>): AsyncIterable<readonly RecordData[]>;
    }
  | {
      readonly kind: 'stateful';
      readonly catalog: CatalogStream;
      /** True: whoever reads it has agreed that a record may come twice, so it may be appended without a key. */
      readonly mayRepeat?: boolean;
      /**
       * Reads from a state that the source itself has handed out, or from the start. A `SavedState` among the pages stands for all
       * pages before it; it is committed with them, and handed back in the next run. A second call in a run begins again where
       * was committed last, since what came after it could not be.
       */
      read(request: StatefulRequest): AsyncIterable<StatefulStep>;
      /** True where it reads the `range` of a request, and nothing beside it. */
      readonly readsDays?: boolean;
      /**
       * The state from which all of it is read on at a day or instant, by the state that there is. Absent where a state says nothing
       * of time. Throws `config` for what it could not go on at.
       */
      stateAt?(moment: string, state: unknown): unknown;
      /** Streams that have the same one are read at the same time, so that none waits for another to be read first. */
      readonly together?: JointReading;
    }
  | {
      readonly kind: 'files';
      readonly catalog: CatalogStream;
      /**
       * Every file version that belongs to the stream and may be read, in the order in which later ones win. What is not yet
       * whole is left out and told by `warn`. Without `listing` nothing is waited for.
       */
      list(signal: AbortSignal, listing?: FileListing): AsyncIterable<FileVersion>;
      open(file: FileVersion, signal: AbortSignal): Promise<OpenFile>;
      /** Called once what a file holds is committed, perhaps by a later run, perhaps twice: archives or deletes the file. */
      settle?(file: FileVersion, checksum: string, signal: AbortSignal): Promise<void>;
      /** The rules by which its files are read, for records that are read again from quarantine. */
      readonly parsing?: ParsingRules;
      /** True where values are texts without a type of their own (CSV), so that some of them mean null. */
      readonly isText?: boolean;
      /** True where the fields were inferred from a sample: the engine then freezes them in the state. */
      readonly isInferred: boolean;
    };

/** What the engine knows while files are listed. */
export interface FileListing {
  /** True where this very version was read by an earlier run. */
  isRead(file: FileVersion): boolean;
  /** True where an earlier run has read any file of the stream. */
  readonly hasRead: boolean;
  warn(message: string): void;
}

/** A value that the name of a file gives to each of its records. */
export interface NamedValue {
  readonly field: Field;
  readonly text: string;
}

export interface CursorPlan {
  readonly field: string;
  /** First value to read when there is no bookmark. */
  readonly start: string;
  /** Longest window of one slice as a duration (`100d`); absent: one slice from bookmark to now. */
  readonly window?: string;
  /** How far behind the bookmark to read again, unless the connection says otherwise (`14d`). */
  readonly lookback?: string;
  /** IANA zone in which the source cuts its days; `today` is taken in it. */
  readonly timeZone?: string;
}

/** One file, opened: bytes in, the scanner that finds records in them, and the fields in the order of the file. */
export interface OpenFile {
  readonly scanner: RowScanner | ObjectScanner;
  /** Fields as this file's header has them, in file order; a name that the catalog lacks is a new column. */
  readonly fields: readonly Field[];
  /** True where it is packed, so that its size does not tell how much it holds. */
  readonly isPacked: boolean;
  /** Values beside the record's own, where the scanner finds rows; not among `fields`. */
  readonly named?: readonly NamedValue[];
  /** Column rules that the program needs: texts that mean null, formats of dates. */
  readonly parsing: ParsingRules;
  /** Decoded bytes (gzip removed). Ends only at the real end; a truncated file throws. A chunk is valid until the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** SHA-256 (hex) and size of the file as it lies at the source; known after `chunks` has ended. */
  identity(): { readonly checksum: string; readonly bytes: number };
  /**
   * Holds the file against what was said of it, once `chunks` has ended and before anything is committed. Throws a `source`
   * error with the fault `integrity` where it differs: the whole file is then put in quarantine, and the others are read.
   */
  verify?(): void;
  close(): Promise<void>;
}

/** For formats whose records are objects anyway (JSON lines): turns bytes into pages. */
export interface ObjectScanner {
  /** Adds bytes and returns the whole records in them; a line that is no record comes as a `BadRecord`. */
  push(chunk: Uint8Array): readonly (RecordData | BadRecord)[];
  end(): readonly (RecordData | BadRecord)[];
  /** Fields that records have had so far and the file's `fields` lack, typed by the values that were met. */
  readonly late: readonly Field[];
}

/** A line that could not be made a record; goes to quarantine with its reason. */
export class BadRecord {
  readonly reason: string;
  readonly detail: string;
  readonly payload: Readonly<Record<string, unknown>>;
  constructor(reason: string, detail: string, payload: Readonly<Record<string, unknown>>) {
    this.reason = reason;
    this.detail = detail;
    this.payload = payload;
  }
}

export interface ParsingRules {
  /** Bare texts that mean null, e.g. `["", "NULL"]`. A quoted text is null only if `quotedNulls`. */
  readonly nulls: readonly string[];
  readonly quotedNulls: boolean;
  /** Format of dates and timestamps by field; absent: ISO 8601. E.g. `MM/DD/YYYY`, `epoch_seconds`. */
  readonly formats: Readonly<Record<string, string>>;
  /** How numbers are written; absent: with a point and without groups. */
  readonly numbers?: NumberFormat;
  /** Zone of timestamps that carry none, for fields of type `timestamptz`. */
  readonly timeZone?: string;
  readonly trueTexts: readonly string[];
  readonly falseTexts: readonly string[];
}

/** What a source becomes once it is connected. */
export interface OpenSource {
  /** Throws where the source cannot be read: wrong key, unreachable host, missing right. `note` hears what is no fault yet. */
  check(note?: (text: string) => void): Promise<void>;
  /**
   * The streams on offer. `frozen` gives the fields that an earlier run has fixed for a stream; where `only` names one, the
   * others need not be looked at. With `onFault` a stream that cannot be offered is told there, and the others are given;
   * without it the call throws, and the error names the stream.
   */
  streams(
    frozen: (stream: string) => readonly Field[] | undefined,
    only?: string,
    onFault?: (stream: string, error: unknown) => void,
  ): Promise<Readonly<Record<string, SourceStream>>>;
  close(): Promise<void>;
}
