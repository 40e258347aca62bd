import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { planColumns } from '../../core/middleware/index.js';
import { compileForScanner, type RowPlan } from '../../core/program/index.js';
import { csvScanner } from '../../core/sdk/files/csv.scanner.js';
import { createCsvBatch, type CsvBatch } from '../../destinations/snowflake/csv-batch.js';
import { spoolFolder, type SpoolFile, type SpoolFolder } from '../../destinations/snowflake/spool.js';
import { EVENT_FIELDS, eventExport } from '../data/event-export.js';
import { chunksOf } from '../program/chunks.js';

/** Least share of gzip's own speed at which files must be written. */
const LIMIT = 0.8;
/** As the writer of the destination makes them. */
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
}

/** Files in turn, as large as the destination makes them; what each write takes is what the caller waits for. */
function rotating(folder: SpoolFolder) {
  let file: SpoolFile | undefined;
  let files = 0;
  let bytes = 0;
  const end = async () => {
    if (file === undefined) return;
    await file.end();
    bytes += file.bytes;
    await file.remove();
    file = undefined;
  };
  return {
    async write(chunk: Uint8Array) {
      file ??= await folder.open(`${(files += 1)}.csv.gz`);
      await file.write(chunk);
      if (file.bytes >= FILE_BYTES) await end();
    },
    async end() {
      await end();
      return { files, bytes };
    },
  };
}

/** A CSV is read, checked, cast and encoded, and the files of the stage are written: one batch is filled while the other is packed. */
async function throughProgram(path: string, folder: SpoolFolder, rows: number): Promise<Written> {
  const started = performance.now();
  const out = rotating(folder);
  const scanner = csvScanner({ skipRows: 1 });
  const program = compileForScanner(plan, EVENT_FIELDS);
  const batches: [CsvBatch, CsvBatch] = [
    createCsvBatch(EVENT_FIELDS, BATCH_BYTES),
    createCsvBatch(EVENT_FIELDS, BATCH_BYTES),
  ];
  let inFlight: Promise<void> = Promise.resolve();
  const pass = async () => {
    await inFlight;
    const [full, empty] = batches;
    inFlight = out.write(full.bytesView()).then(() => full.reset());
    batches.splice(0, 2, empty, full);
  };
  const drain = async () => {
    while (program.run(scanner, batches[0])) await pass();
  };
  for (const chunk of chunksOf(path, CHUNK_BYTES)) {
    scanner.push(chunk);
    await drain();
  }
  scanner.end();
  await drain();
  await pass();
  await inFlight;
  const written = await out.end();
  const { tally } = program.drain();
  if (tally.encoded !== rows) throw new Error(`${tally.encoded} rows instead of ${rows}`);
  return { seconds: (performance.now() - started) / 1_000, ...written };
}

/** The same bytes, encoded beforehand, by gzip as the program and the driver's own AUTO_COMPRESS run it: at its default level. */
async function gzipAlone(blocks: readonly Uint8Array[], home: string): Promise<Written> {
  const started = performance.now();
  const path = join(home, 'alone.csv.gz');
  await pipeline(Readable.from(blocks, { objectMode: false }), createGzip(), createWriteStream(path));
  return { seconds: (performance.now() - started) / 1_000, files: 1, bytes: statSync(path).size };
}

function encoded(path: string): readonly Uint8Array[] {
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
  return blocks;
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
    const blocks = encoded(path);
    const plain = blocks.reduce((sum, block) => sum + block.byteLength, 0);
    const ratios: number[] = [];
    for (let turn = 0; turn < pairs; turn += 1) {
      const ours = await throughProgram(path, folder, rows);
      const alone = await gzipAlone(blocks, home);
      ratios.push(alone.seconds / ours.seconds);
      const rate = ({ seconds }: Written) =>
        `${Math.round(plain / 1e6 / seconds)} MB/s (${Math.round(rows / seconds / 1000)}k rows/s)`;
      console.log(
        `Snowflake files, ${rows} rows, ${Math.round(plain / 1e6)} MB as CSV, ${Math.round(ours.bytes / 1e6)} MB packed in ${ours.files}: read, cast and packed ${rate(ours)}, gzip alone ${rate(alone)} to ${Math.round(alone.bytes / 1e6)} MB`,
      );
    }
    const median = ratios.toSorted((a, b) => a - b)[ratios.length >> 1] as number;
    const { rss } = process.memoryUsage();
    console.log(
      `  share of gzip's own speed: ${median.toFixed(2)} (limit ${LIMIT}); ${Math.round(rss / 1e6)} MB resident, the encoded bytes of the comparison among them`,
    );
    return median >= LIMIT;
  } finally {
    await folder.remove();
    rmSync(home, { recursive: true, force: true });
  }
}
