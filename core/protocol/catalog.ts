import type { Field } from './schema.js';

/** How a stream is read: whole, or from its bookmark on. */
export type SyncMode = 'full_refresh' | 'incremental';

/** How records are written: as further rows, by key, or in place of all that was there. */
export type WriteMode = 'append' | 'merge' | 'overwrite';

/** What a source says of one stream. */
export interface CatalogStream {
  readonly name: string;
  readonly summary: string;
  readonly fields: readonly Field[];
  /** Empty: the stream has no key of its own. */
  readonly primaryKey: readonly string[];
  /** The field that orders incremental reading; absent: the stream is read whole, or its files are told apart by name. */
  readonly cursor?: string;
  /** The field that orders versions of one key, such as `updated_at`; absent: what is read later is newer. */
  readonly version?: string;
  /** Permissions of the credential without which it cannot be read. */
  readonly permissions?: readonly string[];
  /** What reading it costs of the API's quota. */
  readonly calls?: string;
  readonly syncModes: readonly SyncMode[];
}

export interface Catalog {
  readonly streams: readonly CatalogStream[];
}
