import { freeing } from '../../../../../core/sdk/files/unpack/freed.js';
import { gathered } from '../../../../../core/sdk/files/unpack/gathered.js';

/** How chunks are gathered and given back. */

const KB = 1024;
const bytesFrom = (start: number, length: number) => Uint8Array.from({ length }, (_, at) => (start + at) % 251);

async function* ofSizes(sizes: readonly number[]) {
  let start = 0;
  for (const size of sizes) {
    yield bytesFrom(start, size);
    start += size;
  }
}

test('small and large chunks come out as the same bytes in chunks of 256 KB', async () => {
  const sizes = [1, 0, 300 * KB, 7, 212 * KB - 8, 5];
  const chunks: Uint8Array[] = [];
  for await (const chunk of gathered(ofSizes(sizes))) chunks.push(chunk);
  expect(chunks.map(({ byteLength }) => byteLength)).toEqual([256 * KB, 256 * KB, 5]);
  expect(Buffer.concat(chunks).equals(bytesFrom(0, 512 * KB + 5))).toBe(true);
});

test('a buffer is given back when a chunk of another one comes, and not before', async () => {
  const [shared, next] = [new ArrayBuffer(128 * KB), new ArrayBuffer(128 * KB)];
  const chunks = (async function* () {
    yield new Uint8Array(shared, 0, 64 * KB);
    yield new Uint8Array(shared, 64 * KB);
    yield new Uint8Array(next);
  })();
  const seen: (readonly number[])[] = [];
  const freed = freeing(chunks, () => true);
  while ((await freed.next()).done !== true) seen.push([shared.byteLength, next.byteLength]);
  expect(seen).toEqual([
    [128 * KB, 128 * KB],
    [128 * KB, 128 * KB],
    [0, 128 * KB],
  ]);
});

test('what Node cuts from a buffer of many is never given back', async () => {
  const pooled = Buffer.allocUnsafe(10).fill(1);
  const chunks = (async function* () {
    yield pooled;
    yield Buffer.allocUnsafeSlow(10);
  })();
  const freed = freeing(chunks, () => true);
  while ((await freed.next()).done !== true);
  expect(pooled.buffer.byteLength).toBeGreaterThan(0);
  expect([...pooled]).toEqual(Array.from({ length: 10 }, () => 1));
});
