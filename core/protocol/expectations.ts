import type { ExpectationSeverity } from './rows.js';

/** One expectation of a stream, by the name under which it is counted and shown. */
export type Expectation = { readonly rule: string } &
  /** Judged record by record, in the row program. */
  (
    | { readonly kind: 'records'; readonly severity: ExpectationSeverity }
    | ({ readonly severity: 'warn' | 'fail' } & SetExpectation)
  );

/** Judged at the end of a stream. */
type SetExpectation =
  | { readonly kind: 'unique'; readonly columns: readonly string[] }
  /** Rows that the run has brought. */
  | { readonly kind: 'min_rows'; readonly least: number }
  /** How old the newest value of a column may be; absent: when rows were last loaded. */
  | { readonly kind: 'freshness'; readonly withinMs: number; readonly column?: string }
  /** What the run read, against the runs of the same weekday and hour before. */
  | { readonly kind: 'volume' };

/** How an expectation ended in a run; `broken` counts records, or is 1 where a set is judged. */
export interface ExpectationResult {
  readonly rule: string;
  readonly severity: ExpectationSeverity;
  readonly broken: number;
  /** What was found, in words and without a value of a record. */
  readonly found?: string;
}
