import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { parquetReader } from '../../../../core/sdk/files/parquet.reader.js';
import { spooled } from '../../../../core/sdk/files/unpack/spool.js';

/** Opens a file with limits that small files reach too, and reads it; `reads` are the places in it that were asked for. */
async function read(content: Uint8Array, limits: { readonly step: number; readonly nested: number }) {
  const spool = await spooled(
    (async function* () {
      yield content;
    })(),
  );
  const reads: number[] = [];
  const counted = {
    ...spool,
    read: (from: number, length: number) => {
      reads.push(from);
      return spool.read(from, length);
    },
  };
  try {
    const file = { name: 'x.parquet', bytes: content.length, modifiedAt: '', version: '1' };
    const rows: unknown[] = [];
    for await (const page of (await parquetReader(counted, file, limits)).pages()) rows.push(...page);
    return { rows, reads };
  } finally {
    await spool.close();
  }
}

test('a large group of rows is unpacked in steps, which give what it gives whole', async () => {
  const ids = Array.from({ length: 5_000 }, (_, row) => row);
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'id', data: ids, type: 'INT32' },
      { name: 'name', data: ids.map((id) => `name ${id % 7}`), type: 'STRING' },
    ],
    rowGroupSize: 5_000,
    pageSize: 1_000,
  });
  const whole = await read(new Uint8Array(buffer), { step: 100_000, nested: 1 });
  const stepped = await read(new Uint8Array(buffer), { step: 4_000, nested: 1 });
  expect(whole.rows).toEqual(ids.map((id) => ({ id, name: `name ${id % 7}` })));
  expect(stepped.rows).toEqual(whole.rows);
  expect(stepped.reads.length).toBeGreaterThan(whole.reads.length);
});

test('a group of lists and structures with more values than are unpacked at once is refused, with the limit', async () => {
  const content = readFileSync(fileURLToPath(new URL('../../../fixtures/tables/events.zstd.parquet', import.meta.url)));
  await expect(read(content, { step: 1_000, nested: 2 })).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringContaining('more than the 2 that are unpacked at once'),
  });
  expect((await read(content, { step: 1_000, nested: 1_000 })).rows.length).toBeGreaterThan(1);
});
