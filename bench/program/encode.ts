import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { planColumns } from '../../core/middleware/index.js';
import { compileForObjects, compileForScanner, type RowPlan } from '../../core/program/index.js';
import { csvScanner } from '../../core/sdk/files/csv.scanner.js';
import { createBinaryBatch, type BinaryBatch } from '../../destinations/postgres/binary-batch.js';
import { EVENT_FIELDS, eventExport } from '../data/event-export.js';
import { chunksOf } from './chunks.js';

/**
 * How fast rows become binary COPY in this process, without a server: a CSV of 14 columns scanned, checked, cast and
 * encoded, and the same records as objects. `npm run bench -- encode [--rows 2000000]`.
 */
const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
    chunk: { type: 'string', default: '262144' },
    batch: { type: 'string', multiple: true, default: ['262144', '1048576', '4194304'] },
  },
});
const rows = Number(options.rows);
const plan: RowPlan = {
  columns: planColumns(EVENT_FIELDS, { stream: 'events', map: [], expect: [], protect: {} }, ['event_id']),
  parsing: { nulls: [''], quotedNulls: false, formats: {}, trueTexts: ['true'], falseTexts: ['false'] },
  withPosition: true,
  holdsNul: false,
  unstorableText: 'replace',
};

const chunkBytes = Number(options.chunk);

/** Scans only, to tell the scanner's share. */
function scan(path: string): number {
  const scanner = csvScanner({ skipRows: 1 });
  let found = 0;
  for (const chunk of chunksOf(path, chunkBytes)) {
    scanner.push(chunk);
    while (scanner.next()) found += 1;
  }
  scanner.end();
  while (scanner.next()) found += 1;
  return found;
}

function loadBytes(path: string, batch: BinaryBatch, faults = 0): number {
  const scanner = csvScanner({ skipRows: 1 });
  const program = compileForScanner(plan, EVENT_FIELDS);
  let encoded = 0;
  let rejected = 0;
  const drain = () => {
    while (program.run(scanner, batch)) batch.reset();
    const { tally } = program.drain();
    encoded += tally.encoded;
    rejected += tally.quarantined;
  };
  for (const chunk of chunksOf(path, chunkBytes)) {
    scanner.push(chunk);
    drain();
  }
  scanner.end();
  drain();
  if (encoded !== rows - faults || rejected !== faults) throw new Error(`${encoded} rows, ${rejected} rejected`);
  return rows;
}

function loadObjects(page: readonly Record<string, unknown>[], pages: number, batch: BinaryBatch): number {
  const program = compileForObjects(plan);
  let encoded = 0;
  for (let index = 0; index < pages; index += 1) {
    for (let from = 0; from < page.length;) {
      from = program.run(page, from, batch);
      if (batch.full) batch.reset();
    }
    encoded += program.drain().tally.encoded;
  }
  return encoded;
}

/** The first thousand records as an API would send them. */
function somePage(path: string): readonly Record<string, unknown>[] {
  const scanner = csvScanner({ skipRows: 1 });
  const page: Record<string, unknown>[] = [];
  for (const chunk of chunksOf(path, chunkBytes)) {
    scanner.push(chunk);
    while (page.length < 1000 && scanner.next())
      page.push(
        Object.fromEntries(
          EVENT_FIELDS.map(({ name, type }, index) => {
            const text = Buffer.from(scanner.buffer.subarray(scanner.starts[index], scanner.ends[index])).toString();
            if (text === '') return [name, null];
            return [
              name,
              type === 'integer' || type === 'number' ? Number(text) : type === 'boolean' ? text === 'true' : text,
            ];
          }),
        ),
      );
    break;
  }
  return JSON.parse(JSON.stringify(page)) as readonly Record<string, unknown>[];
}

function measure(name: string, work: () => number): void {
  const rates = Array.from({ length: Number(options.rounds) }, () => {
    const started = process.hrtime.bigint();
    const count = work();
    return count / (Number(process.hrtime.bigint() - started) / 1e9);
  }).toSorted((a, b) => a - b);
  const [middle, best] = [rates[rates.length >> 1] ?? 0, rates.at(-1) ?? 0];
  console.log(
    `${name.padEnd(36)} ${(middle / 1000).toFixed(0).padStart(6)}k rows/s (best ${(best / 1000).toFixed(0)}k)`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = eventExport({ folder, rows });
measure('scan alone', () => scan(path));
for (const bytes of options.batch)
  measure(`bytes to COPY, batch of ${Number(bytes) >> 10} KB`, () =>
    loadBytes(path, createBinaryBatch(EVENT_FIELDS.length + 1, { targetBytes: Number(bytes) })),
  );
const mixed = eventExport({ folder, rows, kind: 'mixed' });
measure('the same, mixed text, 1 % rejected', () =>
  loadBytes(mixed, createBinaryBatch(EVENT_FIELDS.length + 1, { targetBytes: 1 << 20 }), Math.ceil(rows / 100)),
);
const page = somePage(path);
measure('objects to COPY, pages of 1,000', () =>
  loadObjects(page, rows / 1000 / 4, createBinaryBatch(EVENT_FIELDS.length + 1, { targetBytes: 1 << 20 })),
);
