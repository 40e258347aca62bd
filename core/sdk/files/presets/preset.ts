import type { z } from 'zod';
import type { fileSpec } from '../file-spec.js';

type FileInput = z.input<typeof fileSpec>;
export type Columns = NonNullable<FileInput['columns']>;

/** One stream of a preset, as an entry of `files` would say it. */
export interface PresetStream {
  /** What it holds, as its page and the catalog say it. */
  readonly summary: string;
  /** Where its files lie below the `path` of the entry; absent: `path` names them. */
  readonly below?: string;
  /** Its entry in an archive. */
  readonly entries?: string;
  readonly primary_key: readonly string[];
  readonly columns: Columns;
}

/** What a vendor's files are like: data, from which entries of `files` are made. */
export interface Preset {
  readonly format: FileInput['format'];
  readonly streams: Readonly<Record<string, PresetStream>>;
  readonly defaults?: Partial<FileInput>;
  /** The format of its times in files that are text; `timestamp_format` of the entry wins. */
  readonly timestampFormat?: string;
  /** True: an entry names the one stream that its `path` holds. */
  readonly isOneStream?: true;
}
