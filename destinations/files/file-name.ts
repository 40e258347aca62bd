import { posix } from 'node:path';
import type { TableSpec } from '#sdk';
import type { FilesConfig } from './files.config.js';

/** What one commit's files are called by. */
export interface Naming {
  readonly table: TableSpec;
  /** Number of the commit in the log of the connection. */
  readonly number: number;
  readonly at: Date;
}

/** The ending that tells format and packings, the outermost last. */
export function endingOf({ format, compression, pgp }: FilesConfig): string {
  const packed = format === 'parquet' || compression === 'none' ? '' : compression === 'gzip' ? '.gz' : '.zst';
  return `.${format}${packed}${pgp === undefined ? '' : pgp.armor ? '.asc' : '.pgp'}`;
}

export function fileName(config: FilesConfig, naming: Naming, part: number): string {
  return named(config, config.file_name, naming, String(part).padStart(3, '0')) + endingOf(config);
}

/** The manifest is called like the files, without their part. */
export function manifestName(config: FilesConfig, naming: Naming): string {
  const template = config.file_name.replaceAll(/[-_.]?\{part\}/g, '');
  const isFolder = template === '' || template.endsWith('/');
  return named(config, `${template}${isFolder ? 'manifest' : '.manifest'}.json`, naming, '');
}

function named({ folder }: FilesConfig, template: string, { table, number, at }: Naming, part: string): string {
  const [date = '', time = ''] = at.toISOString().split(/[T.]/);
  const values: Readonly<Record<string, string>> = {
    connection: table.connection,
    stream: table.stream,
    date,
    time: time.replaceAll(':', ''),
    number: String(number).padStart(6, '0'),
    part,
  };
  return posix.join(
    folder,
    template.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => values[name] ?? ''),
  );
}
