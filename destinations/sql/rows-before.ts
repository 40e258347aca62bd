import type { RowsBefore } from '#sdk';

/** What the metadata and the table say of the rows that were there before a run. */
export interface FoundRows extends Record<string, unknown> {
  /** In the table. */
  readonly held: number | string;
  /** Put there by all runs, less what they took out; and the same without the run that asks. */
  readonly put: number | string;
  readonly others: number | string;
  /** The last checkpoint that changed rows left some there, and a bookmark is no younger. */
  readonly is_kept: boolean;
}

export interface RowsBeforeNames {
  readonly ledger: string;
  readonly bookmark: string;
  /** Absent: there is no table. */
  readonly table?: string;
  /** The values as the dialect writes them, in this order: connection, stream, run, connection, stream. */
  readonly values: readonly [string, string, string, string, string];
}

/** One statement, and so one snapshot: rows and ledger of another run's checkpoint are in it together or not at all. */
export function rowsBeforeQuery({ ledger, bookmark, table, values }: RowsBeforeNames): string {
  const [connection, stream, run, again, streamAgain] = values;
  const latest = (changed: string) => `MAX(CASE WHEN ${changed} > 0 THEN committed_at END)`;
  // A checkpoint that put or changed a row and is the last one to do anything cannot have left an empty table. Bookmarks that
  // are all younger were written after a reset, whose source may have had nothing.
  return `SELECT ${table === undefined ? '0' : `(SELECT COUNT(*) FROM ${table})`} AS held, l.put, l.others,
      COALESCE(l.kept_at = l.changed_at AND l.kept_at >=
        (SELECT MIN(updated_at) FROM ${bookmark} WHERE connection = ${connection} AND stream = ${stream}), FALSE) AS is_kept
    FROM (SELECT COALESCE(SUM(inserted - deleted), 0) AS put,
        COALESCE(SUM(CASE WHEN run_id <> ${run} THEN inserted - deleted ELSE 0 END), 0) AS others,
        ${latest('inserted + updated')} AS kept_at, ${latest('inserted + updated + deleted')} AS changed_at
      FROM ${ledger} WHERE connection = ${again} AND stream = ${streamAgain}) l`;
}

/** Of a table that is not there (`isMissing`), or that is. */
export function rowsBeforeOf(found: FoundRows, isMissing: boolean): RowsBefore {
  const [held, put, others] = [Number(found.held), Number(found.put), Number(found.others)];
  const isLost = isMissing ? put > 0 || found.is_kept : held === 0 && found.is_kept;
  return { rows: held - others, held, ...(isLost ? { lost: put } : {}) };
}
