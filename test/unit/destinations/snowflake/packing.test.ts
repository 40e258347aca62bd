import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createCsvBatch } from '../../../../destinations/snowflake/csv-batch.js';
import { LANES, openPacking } from '../../../../destinations/snowflake/packing.js';
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

/** A batch of rows `n`, `n + 1`, …, and the texts that the files held, by their names. */
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

function batchOf(from: number, rows: number) {
  const batch = createCsvBatch([], 1 << 16);
  for (let n = from; n < from + rows; n += 1) {
    batch.begin();
    batch.integer(n);
    batch.commit();
  }
  return batch;
}

const numbers = (texts: readonly string[]) =>
  texts.flatMap((text) => text.trimEnd().split('\n').map(Number)).toSorted((a, b) => a - b);

it('batches that go on at once lie in files of their own, and none is lost', async () => {
  const { open, files } = packing();
  for (let round = 0; round < 5; round += 1)
    await Promise.all(
      Array.from({ length: LANES }, (_, lane) => open.write(batchOf((round * LANES + lane) * 1_000, 1_000))),
    );
  await open.end();
  expect([...files.values()].map(({ rows }) => rows)).toEqual(Array.from({ length: LANES }, () => 5_000));
  expect(numbers([...files.values()].map(({ text }) => text))).toEqual(
    Array.from({ length: LANES * 5_000 }, (_, n) => n),
  );
});

it('one batch at a time fills one file after the other', async () => {
  const { open, files } = packing();
  for (const from of [0, 1_000, 2_000]) await open.write(batchOf(from, 1_000));
  await open.end();
  expect([...files].map(([name, { rows }]) => [name, rows])).toEqual([['1.csv.gz', 3_000]]);
});

it('a file that is full is handed over, and the next batch opens another', async () => {
  const { open, files } = packing(0);
  for (const from of [0, 1_000]) await open.write(batchOf(from, 1_000));
  expect([...files].map(([name, { rows }]) => [name, rows])).toEqual([
    ['1.csv.gz', 1_000],
    ['2.csv.gz', 1_000],
  ]);
});

it('more at once than there are lanes is a bug, not a mix-up', async () => {
  const { open } = packing();
  const writes = Array.from({ length: LANES + 1 }, (_, n) => open.write(batchOf(n, 1)));
  const outcomes = await Promise.allSettled(writes);
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array.from({ length: LANES }, () => 'fulfilled'),
    'rejected',
  ]);
  await open.remove();
});
