import type { Delivery, ExportFormat, ExportKind } from '../data/event-export.js';

/** One comparison: the engine and a file of SQL, on the same rows, from the same state of the database. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  /** What is in the database before: nothing, an empty table, or the first delivery. */
  readonly before: 'nothing' | 'empty_table' | 'first_delivery';
  readonly delivery: Delivery;
  readonly kind: ExportKind;
  /** How the engine gets the rows; SQL always gets them as CSV. */
  readonly format: ExportFormat;
  readonly sql: string;
  readonly stopsAfterStaging?: true;
  /** The ratio that is demanded, or shown beside it. */
  readonly limit: number;
  readonly isDemanded: boolean;
}

const csv = { delivery: 'first', kind: 'plain', format: 'csv' } as const;

export const SCENARIOS: readonly Scenario[] = [
  {
    ...csv,
    name: 'first_load',
    summary: 'first load into a new keyed table',
    before: 'nothing',
    sql: 'first-load',
    limit: 1.5,
    isDemanded: true,
  },
  {
    ...csv,
    name: 'merge',
    summary: 'load and merge: half new, a quarter changed',
    before: 'first_delivery',
    delivery: 'next',
    sql: 'merge',
    limit: 1,
    isDemanded: true,
  },
  {
    ...csv,
    name: 'copy',
    summary: 'COPY into staging alone',
    before: 'empty_table',
    sql: 'copy',
    stopsAfterStaging: true,
    limit: 1.3,
    isDemanded: true,
  },
  {
    ...csv,
    name: 'redelivery',
    summary: 'the same rows once more',
    before: 'first_delivery',
    sql: 'merge',
    limit: 1,
    isDemanded: false,
  },
  {
    ...csv,
    name: 'updates',
    summary: 'every row an update',
    before: 'first_delivery',
    delivery: 'changed',
    sql: 'merge',
    limit: 1,
    isDemanded: false,
  },
  {
    ...csv,
    name: 'jsonl',
    summary: 'JSON lines, first load',
    before: 'nothing',
    format: 'jsonl',
    sql: 'first-load',
    limit: 1.5,
    isDemanded: false,
  },
  {
    ...csv,
    name: 'api',
    summary: 'API pages of 1,000, into a new table',
    before: 'nothing',
    format: 'pages',
    sql: 'merge-into-new',
    limit: 1,
    isDemanded: false,
  },
  {
    ...csv,
    name: 'mixed_first_load',
    summary: 'mixed text, 1 % rejects: first load',
    before: 'nothing',
    kind: 'mixed',
    sql: 'first-load-skipping-errors',
    limit: 1.5,
    isDemanded: false,
  },
  {
    ...csv,
    name: 'mixed_copy',
    summary: 'mixed text, 1 % rejects: COPY alone',
    before: 'empty_table',
    kind: 'mixed',
    sql: 'copy-skipping-errors',
    stopsAfterStaging: true,
    limit: 1.3,
    isDemanded: false,
  },
];
