import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { planColumns } from '../../core/middleware/index.js';
import { compileForScanner, type RowPlan } from '../../core/program/index.js';
import { csvScanner } from '../../core/sdk/files/csv.scanner.js';
import { createCsvBatch } from '../../destinations/snowflake/csv-batch.js';
import { GZIP } from '../../destinations/snowflake/packing-thread.js';
import { openPacking } from '../../destinations/snowflake/packing.js';
import { spoolFolder, type SpoolFolder } from '../../destinations/snowflake/spool.js';
import { EVENT_FIELDS, eventExport } from '../data/event-export.js';
import { chunksOf } from '../program/chunks.js';

/** Least share of gzip's own speed at which files must be written. */
const LIMIT = 0.8;
/** From so many rows on; before, the start of the program is a good part. */
const JUDGED_ROWS = 1_000_000;
const BATCH_BYTES = 1 << 20;
const FILE_BYTES = 150_000_000;
const CHUNK_BYTES = 262_144;

const plan: RowPlan = {
  columns: planColumns(EVENT_FIELDS, { stream: 'events', map: [], expect: [], protect: {} }, ['event_id']),
  parsing: { nulls: [''], quotedNulls: false, formats: {}, trueTexts: ['true'], falseTexts: ['false'] },
  withPosition: true,
  holdsNul: false,
  unstorableText: 'replace',
};

interface Written {
  readonly seconds: number;
  readonly files: number;
  readonly bytes: number;
  /** The most memory that the process took beyond what it had. */
  readonly memory: number;
}

/** A CSV is read, checked, cast and encoded, and the files of the stage are written, as the loader of the destination does it. */
async function throughProgram(path: string, folder: SpoolFolder, rows: number): Promise<Written> {
  const before = process.memoryUsage.rss();
  const started = performance.now();
  let bytes = 0;
  let memory = 0;
  const packing = openPacking({
    spool: folder,
    maxFileBytes: FILE_BYTES,
    nameOf: (n) => `${n}.csv.gz`,
    async onFull({ file }) {
      await file.end();
      bytes += file.bytes;
      await file.remove();
    },
  });
  const scanner = csvScanner({ skipRows: 1 });
  const program = compileForScanner(plan, EVENT_FIELDS);
  const batch = createCsvBatch(EVENT_FIELDS, BATCH_BYTES);
  const pass = async () => {
    await packing.write(batch);
    batch.reset();
    memory = Math.max(memory, process.memoryUsage.rss() - before);
  };
  const drain = async () => {
    while (program.run(scanner, batch)) await pass();
  };
  for (const chunk of chunksOf(path, CHUNK_BYTES)) {
    scanner.push(chunk);
    await drain();
  }
  scanner.end();
  await drain();
  await pass();
  await packing.end();
  const { tally } = program.drain();
  if (tally.encoded !== rows) throw new Error(`${tally.encoded} rows instead of ${rows}`);
  return { seconds: (performance.now() - started) / 1_000, files: packing.opened, bytes, memory };
}

/**
 * The same bytes, encoded beforehand, by gzip with the settings of the destination, in its best case: one call over all of them, in
 * which it waits for nobody. At the default level it takes twice as long.
 */
function gzipAlone(plain: Uint8Array, home: string): Pick<Written, 'seconds' | 'bytes'> {
  const started = performance.now();
  const packed = gzipSync(plain, GZIP);
  writeFileSync(join(home, 'alone.csv.gz'), packed);
  return { seconds: (performance.now() - started) / 1_000, bytes: packed.byteLength };
}

function encoded(path: string): Uint8Array {
  const scanner = csvScanner({ skipRows: 1 });
  const program = compileForScanner(plan, EVENT_FIELDS);
  const batch = createCsvBatch(EVENT_FIELDS, BATCH_BYTES);
  const blocks: Uint8Array[] = [];
  const keep = () => {
    blocks.push(batch.bytesView().slice());
    batch.reset();
  };
  const drain = () => {
    while (program.run(scanner, batch)) keep();
  };
  for (const chunk of chunksOf(path, CHUNK_BYTES)) {
    scanner.push(chunk);
    drain();
  }
  scanner.end();
  drain();
  keep();
  return Buffer.concat(blocks);
}

/** Prints both by turns, and gives whether the limit is reached. */
export async function snowflakeFiles({
  rows,
  pairs,
}: {
  readonly rows: number;
  readonly pairs: number;
}): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), 'bench-warehouses-'));
  const folder = await spoolFolder(home);
  try {
    const path = eventExport({ folder: home, rows });
    // Before there is anything of the comparison in memory. It also makes the code as fast as it gets.
    const { memory } = await throughProgram(path, folder, rows);
    const plain = encoded(path);
    const ratios: number[] = [];
    for (let turn = 0; turn < pairs; turn += 1) {
      const ours = await throughProgram(path, folder, rows);
      const alone = gzipAlone(plain, home);
      ratios.push(alone.seconds / ours.seconds);
      const rate = ({ seconds }: Pick<Written, 'seconds'>) =>
        `${Math.round(plain.byteLength / 1e6 / seconds)} MB/s (${Math.round(rows / seconds / 1000)}k rows/s)`;
      console.log(
        `Snowflake files, ${rows} rows, ${Math.round(plain.byteLength / 1e6)} MB as CSV, ${Math.round(ours.bytes / 1e6)} MB packed in ${ours.files}: read, cast and packed ${rate(ours)}, gzip alone ${rate(alone)} to ${Math.round(alone.bytes / 1e6)} MB`,
      );
    }
    const median = ratios.toSorted((a, b) => a - b)[ratios.length >> 1] as number;
    console.log(
      `  share of gzip's own speed: ${median.toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}, limit ${LIMIT}); memory +${Math.round(memory / 1e6)} MB`,
    );
    return rows < JUDGED_ROWS || median >= LIMIT;
  } finally {
    await folder.remove();
    rmSync(home, { recursive: true, force: true });
  }
}
