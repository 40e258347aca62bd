/**
 * The shared language of sources, engine and destinations.
 *
 * - *source* → *stream* → *slice* → *page* → *record*: what is read. A slice is a window, a file or the whole stream.
 * - *batch* → *staging table* → *checkpoint* → *table*: how it is written. A checkpoint commits rows, bookmark, ledger,
 *   quarantine and dirty marks in one transaction, under the connection's epoch.
 * - *bookmark*: where the next run goes on. *Ledger*: the balance of a run. *Lineage*: which file or window rows came from.
 */
export * from './schema.js';
export * from './catalog.js';
export * from './slice.js';
export * from './duration.js';
export * from './time-formats.js';
export * from './time-zones.js';
export * from './abort.js';
export * from './json.js';
export * from './ledger.js';
export * from './number-format.js';
export * from './long-numbers.js';
export * from './rows.js';
export * from './source.js';
export * from './destination.js';
export * from './events.js';
export * from './expectations.js';
export * from './alerts.js';
export * from './secret-stores.js';
export * from './api-calls.js';
export * from './facts.js';
export * from './unusual.js';
export * from './suggestions.js';
