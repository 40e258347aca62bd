import type { NumberFormat } from './number-format.js';
import type { Field } from './schema.js';

/**
 * Finds records in bytes, without making strings of them. The row program reads the fields of the current record straight
 * from `buffer`. One implementation per format; quotes and escapes are resolved in place, so that every field is one span.
 */
export interface RowScanner {
  /** The bytes that `starts` and `ends` point into. May be another buffer after `push`. */
  readonly buffer: Uint8Array;
  /** Field i of the current record lies in `buffer[starts[i], ends[i])`. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** 1 where field i was quoted: an empty quoted field is an empty text, an empty bare one may be null. */
  readonly quoted: Uint8Array;
  /** Fields of the current record, which may differ from the header's (a ragged row); -1 where the record cannot be cut into fields. */
  readonly fieldCount: number;
  /** Position of the current record in its file: the first record after the header is 1. */
  readonly row: number;
  /** True while the current bytes are valid UTF-8 without NUL, so that no field needs a look of its own. */
  readonly clean: boolean;
  /** Gives the next bytes. The scanner copies what it needs, so that the caller may free `chunk` after. */
  push(chunk: Uint8Array): void;
  /** States that no bytes follow, so that a last record without line end counts. */
  end(): void;
  /** Moves to the next whole record; false when more bytes are needed or, after `end`, when there is none. */
  next(): boolean;
}

/**
 * Takes the values of one record after the other in the destination's bulk format. Implemented by a destination, called by
 * the row program: `begin`, one call per column in order, then `commit` or, for a record that turns out bad, `rollback`.
 */
export interface RowSink {
  /** True once the batch has reached its size; the engine then stages it and goes on with an empty one. */
  readonly full: boolean;
  begin(): void;
  commit(): void;
  rollback(): void;
  null(): void;
  boolean(value: boolean): void;
  /** A safe integer. */
  integer(value: number): void;
  bigint(value: bigint): void;
  number(value: number): void;
  /** ASCII digits with optional sign, point and exponent, already validated: `[+-]d*[.d*][e[+-]d+]`. */
  decimal(bytes: Uint8Array, start: number, end: number): void;
  /** Days since 1970-01-01. */
  date(days: number): void;
  /** Microseconds since midnight. */
  time(micros: number): void;
  /** Whole seconds since 1970-01-01T00:00:00 (of UTC, or of the zone-less clock) and microseconds 0..999,999. */
  timestamp(seconds: number, micros: number): void;
  /** 36 ASCII characters, already validated. */
  uuid(bytes: Uint8Array, start: number, end: number): void;
  /** Valid UTF-8 that the destination can hold. */
  text(bytes: Uint8Array, start: number, end: number): void;
  string(value: string): void;
  /** Valid JSON text. */
  json(value: string): void;
}

/** A batch is what one `stage` takes: whole records of one slice in the bulk format of the destination. */
export interface Batch extends RowSink {
  readonly rows: number;
  readonly bytes: number;
}

/** A record that did not pass, with its reason. */
export interface Reject {
  /** Row in the file, or position in the slice. */
  readonly position: number;
  /** Field at fault, absent where the whole record is (a ragged row). */
  readonly field?: string;
  /** A stable code: `ragged_row`, `not_an_integer`, `not_null`, `out_of_range`, `invalid_utf8`, … */
  readonly reason: string;
  /** One sentence without the value. */
  readonly detail: string;
  /** The record as it came, protected columns left out or tokenized. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Of a stream of PHI: the record as it came, encrypted whole; it is kept in place of `payload`, which only says what key it has. */
  readonly sealed?: string;
  /** The expectation that it broke, where it was one; with `fails` the stream must not go on. */
  readonly rule?: string;
  readonly fails?: true;
}

/** What happened to the records that a row program has seen since it was last drained. */
export interface RowTally {
  readonly read: number;
  readonly filtered: number;
  readonly quarantined: number;
  readonly encoded: number;
  readonly replaced: number;
  /** How often each step of the chain has acted, by its name: `map.nulls(state)`, `expect.set(channel)`, `protect.tokenize(id)`. */
  readonly steps: Readonly<Record<string, number>>;
}

export const EMPTY_TALLY: RowTally = { read: 0, filtered: 0, quarantined: 0, encoded: 0, replaced: 0, steps: {} };

/**
 * One column of the table to be, and how it comes from the record. The middleware turns the stream's fields into this
 * list, step by step; the row program is compiled from its final state.
 */
export interface PlannedColumn {
  /** The field of the record (for bytes: its name in the header). */
  readonly source: string;
  /** The field's type as it is read. */
  readonly sourceType: Field['type'];
  /** The column as it lands. */
  readonly target: Field;
  /** Reject the record where the value is null (`not_null`), as the schema or an expectation demands. */
  readonly required?: boolean;
  /** True where an expectation demands it, and neither schema nor key. */
  readonly isExpected?: boolean;
  /** Inclusive bounds; a null passes. */
  readonly min?: number;
  readonly max?: number;
  /** Replace the value by a keyed token (HMAC-SHA256), `tok_<version>_<base64url>`. */
  readonly tokenize?: {
    readonly key: Uint8Array;
    readonly version: number;
    /** Keys that were replaced, the first one first: a token is made of the token that came before it. */
    readonly former?: readonly Uint8Array[];
  };
  /** Where the value comes from, if from no field: an expression of `map.set`. */
  readonly compute?: Computation;
  /** What `map` does to the value before it is judged, one after the other; null is left alone. */
  readonly changes?: readonly ValueChange[];
  /** What `expect` demands of the value beyond `required` and the bounds; a null passes all but `present`. */
  readonly tests?: readonly ValueTest[];
  /** Replaces the value, once it was judged, by what may be known of it. */
  readonly seal?: Seal;
  /** The zone of instants that come without one, in place of the file's. */
  readonly timeZone?: string;
}

/** An expression over columns as they are at its place in the chain. */
export interface Computation {
  /** Its name where it is counted: `map.set(total)`. */
  readonly step: string;
  readonly inputs: readonly PlannedColumn[];
  /** From values by column name to the outcome; undefined where it cannot be worked out. */
  readonly evaluate: (values: Readonly<Record<string, unknown>>) => unknown;
}

/** What a whole record must fulfil; `filter`: one that does not is left out, and counted. */
export interface RowCondition {
  readonly computation: Computation;
  readonly otherwise: ExpectationSeverity | 'filter';
}

/** `step` names it where it is counted: `map.nulls(state)`. */
export type ValueChange = { readonly step: string } & (
  | { readonly kind: 'trim' }
  /** Reads a number as its file writes it; what is none stays none. */
  | { readonly kind: 'number'; readonly format: NumberFormat }
  | { readonly kind: 'case'; readonly to: 'lower' | 'upper' }
  | { readonly kind: 'nulls'; readonly texts: ReadonlySet<string> }
  | {
      readonly kind: 'lookup';
      readonly values: ReadonlyMap<string, string>;
      readonly otherwise: 'quarantine' | 'keep' | 'null';
    }
);

/** What becomes of a record that breaks an expectation: it is put aside; it lands and is counted; its stream fails. */
export type ExpectationSeverity = 'quarantine' | 'warn' | 'fail';

/** `rule` names it where it is counted: `expect.set(channel)`. */
export type ValueTest = { readonly rule: string; readonly severity: ExpectationSeverity } & (
  | { readonly kind: 'present' }
  | { readonly kind: 'range'; readonly min: number; readonly max: number }
  | { readonly kind: 'set'; readonly allowed: ReadonlySet<string> }
  /** RE2; the whole text must match. */
  | { readonly kind: 'pattern'; readonly pattern: string }
);

/** Keeps records of PHI in quarantine: encrypted whole, with a version of its key. */
export interface RecordSeal {
  seal(text: string): string;
  /** Undefined where no key opens it. */
  open(sealed: string): string | undefined;
}

/** `isMarked`: the outcome can be told from a value (`enc_…`), so that quarantine may show it and a replay takes it as it is. */
export interface Seal {
  readonly of: (text: string) => string | null;
  readonly isMarked: boolean;
  /** The rule of `protect` that it is. */
  readonly kind: 'encrypt' | 'hash' | 'mask' | 'generalise';
}
