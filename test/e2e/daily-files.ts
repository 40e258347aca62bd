import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Project } from './project.js';

/** Days whose files are delivered, and the records of each. */
export const DAYS = ['20260301', '20260302', '20260303', '20260304', '20260305'];
const ROWS = 12_000;

/** One stream of packed files with sidecars, which are put away once they are read, as connection `daily`. */
export const dailyFiles = (connector: string, config: object) => `sources:
  exports:
    connector: ${connector}
    config:
      ${Object.entries(config)
        .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
        .join('\n      ')}
      files:
        - stream: engagement
          path: out/*
          pattern: 'engagement_(?<day>\\d{8})\\.csv\\.gz'
          format: csv
          primary_key: [id]
          columns: { day: { type: date, format: YYYYMMDD }, note: string }
          integrity: { sidecar: "{name}.sha256" }
          processed: { archive: done }
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { engagement: {} }
`;

/** What lineage says of a file. */
export interface DayFile {
  readonly name: string;
  readonly checksum: string;
  readonly bytes: number;
  readonly records: number;
}

/** A day's file, and the line of lineage that it comes to; the records' ids are of no other day. */
export function fileOf(day: string, rows = ROWS): { readonly content: Buffer; readonly line: DayFile } {
  const at = DAYS.indexOf(day) + 1;
  const lines = Array.from({ length: rows }, (_, row) => `${at * 1_000_000 + row},${row % 3},${'x'.repeat(40)}`);
  const content = gzipSync(`id,opened,note\n${lines.join('\n')}\n`);
  const checksum = createHash('sha256').update(content).digest('hex');
  return {
    content,
    line: { name: `out/engagement_${day}.csv.gz`, checksum, bytes: content.length, records: rows },
  };
}

export const lineage = (project: Project) =>
  project.rows(
    `SELECT source AS name, checksum, bytes::int, records::int FROM tributary.lineage WHERE stream = 'engagement' ORDER BY id`,
  );

/** By day: how many rows and ids there are, and the file that they came from. */
export const landed = (project: Project) =>
  project.rows(
    `SELECT day::text, count(*)::int AS rows, count(DISTINCT id)::int AS ids, min(_source_file) AS file
       FROM raw.engagement GROUP BY 1 ORDER BY 1`,
  );

/** What `landed` gives once each file is there once. */
export const landedOnce = (files: readonly DayFile[]) =>
  files.map(({ name, records }, index) => ({ day: `2026-03-0${index + 1}`, rows: records, ids: records, file: name }));
