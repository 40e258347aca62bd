import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createCsvBatch } from '../../../../destinations/snowflake/csv-batch.js';
import { openPacking } from '../../../../destinations/snowflake/packing.js';
import { spoolFolder, type SpoolFolder } from '../../../../destinations/snowflake/spool.js';

let home: string;
let spool: SpoolFolder;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'tributary-packing-'));
  spool = await spoolFolder(home);
});
afterEach(async () => {
  await spool.remove();
  rmSync(home, { recursive: true, force: true });
});

/** The texts that the files held, by their names. */
function packing(maxFileBytes = 1e9) {
  const files = new Map<string, { readonly rows: number; readonly text: string }>();
  const open = openPacking({
    spool,
    maxFileBytes,
    nameOf: (n) => `${n}.csv.gz`,
    async onFull({ file, name, rows }) {
      await file.end();
      files.set(name, { rows, text: gunzipSync(readFileSync(file.path)).toString() });
      await file.remove();
    },
  });
  return { open, files };
}

/** A batch of rows `from`, `from + 1`, …. */
function batchOf(from: number, rows: number) {
  const batch = createCsvBatch([], 1 << 16);
  for (let n = from; n < from + rows; n += 1) {
    batch.begin();
    batch.integer(n);
    batch.commit();
  }
  return batch;
}

it('batches lie in one file in their order, and none is lost', async () => {
  const { open, files } = packing();
  const batch = createCsvBatch([{ type: 'string' }], 1 << 20);
  const line = 'x'.repeat(1_000);
  // More than may wait to be packed, from a batch that is filled again at once.
  for (let n = 0; n < 12_000; n += 1) {
    batch.begin();
    batch.integer(n);
    batch.string(line);
    batch.commit();
    if (!batch.full) continue;
    await open.write(batch);
    batch.reset();
  }
  await open.write(batch);
  await open.end();
  expect([...files].map(([name, { rows }]) => [name, rows])).toEqual([['1.csv.gz', 12_000]]);
  const lines = (files.get('1.csv.gz')?.text ?? '').split('\n');
  expect(lines.length).toBe(12_001);
  expect(lines.findIndex((text, n) => text !== `${n},"${line}"`)).toBe(12_000);
});

it('a file that is full is handed over, and the next batch opens another', async () => {
  const { open, files } = packing(0);
  for (const from of [0, 1_000]) await open.write(batchOf(from, 1_000));
  expect([...files].map(([name, { rows }]) => [name, rows])).toEqual([
    ['1.csv.gz', 1_000],
    ['2.csv.gz', 1_000],
  ]);
});
