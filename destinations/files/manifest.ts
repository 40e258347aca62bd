import { posix } from 'node:path';
import type { Checkpoint, Field, TableSpec } from '#sdk';
import { addTo, newSum, textOfSum, type Sum } from '#sdk/files';
import type { FilesConfig } from './files.config.js';

/** A file as it lies at the place, with what whoever reads it can hold it against. */
export interface WrittenFile {
  readonly name: string;
  readonly bytes: number;
  readonly records: number;
  readonly sha256: string;
  readonly sums: readonly Sum[];
}

export interface Delivery {
  readonly config: FilesConfig;
  readonly table: TableSpec;
  readonly fields: readonly Field[];
  readonly checkpoint: Checkpoint;
  readonly run: string;
  readonly at: Date;
  readonly files: readonly WrittenFile[];
}

/** The manifest of one commit. Our own sources read it by `integrity.manifest`; names are taken from its folder. */
export function manifestText(name: string, { config, table, fields, checkpoint, run, at, files }: Delivery): string {
  const { slice, lineage } = checkpoint;
  const named = (sums: readonly Sum[]) =>
    Object.fromEntries(
      config.control_totals.flatMap((column, index) =>
        fields.some((field) => field.name === column) ? [[column, textOfSum(sums[index] as Sum)]] : [],
      ),
    );
  const all = config.control_totals.map((_, index) => {
    const sum = newSum();
    for (const { sums } of files) addTo(sum, textOfSum(sums[index] as Sum));
    return sum;
  });
  return `${JSON.stringify(
    {
      manifest: 1,
      connection: table.connection,
      stream: table.stream,
      run,
      created_at: at.toISOString(),
      write: table.write,
      format: config.format,
      columns: fields.map(({ name: column, type }) => ({ name: column, type })),
      slice,
      ...(lineage?.checksum === undefined
        ? {}
        : { source: { name: lineage.source, version: lineage.version, sha256: lineage.checksum } }),
      records: files.reduce((sum, { records }) => sum + records, 0),
      totals: named(all),
      files: files.map(({ name: file, bytes, records, sha256, sums }) => ({
        name: posix.relative(posix.dirname(name), file),
        bytes,
        records,
        sha256,
        totals: named(sums),
      })),
    },
    undefined,
    2,
  )}\n`;
}
