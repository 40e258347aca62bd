import { MessageChannel } from 'node:worker_threads';
import { channelOf } from '../../../../../core/sdk/files/unpack/channel.js';
import { freeing } from '../../../../../core/sdk/files/unpack/freed.js';
import { gathered } from '../../../../../core/sdk/files/unpack/gathered.js';

/** How chunks are gathered, given back and sent to a thread. */

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

function pair() {
  const { port1, port2 } = new MessageChannel();
  const faultOf = (fault: unknown) => new Error(String(fault));
  const close = () => port1.close();
  return { here: channelOf(port1, faultOf), there: channelOf(port2, faultOf), [Symbol.dispose]: close };
}

test('chunks cross a channel in order, no more than two ahead of who takes them', async () => {
  using ends = pair();
  let made = 0;
  const sending = ends.here.send(
    (async function* () {
      for (; made < 10; made += 1) yield Uint8Array.of(made);
    })(),
  );
  const seen: (readonly number[])[] = [];
  for await (const chunk of ends.there.received()) {
    // Whatever else may be under way is let arrive.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    seen.push([chunk[0]!, made]);
  }
  await sending;
  expect(seen.map(([value]) => value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(seen.filter(([value, ahead]) => ahead! - value! > 3)).toEqual([]);
});

test('a fault of the other side is thrown here, and the sender stops', async () => {
  using ends = pair();
  let wasClosed = false;
  const sending = ends.here.send(
    (async function* () {
      try {
        for (;;) yield new Uint8Array(1);
      } finally {
        wasClosed = true;
      }
    })(),
  );
  ends.there.sendFault('forged');
  await expect(ends.here.received().next()).rejects.toThrow('forged');
  await sending;
  expect(wasClosed).toBe(true);
});
