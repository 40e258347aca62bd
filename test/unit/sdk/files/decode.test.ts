import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { decodedParts, type Compression, type Identity } from '../../../../core/sdk/files/decode.js';
import { freeing } from '../../../../core/sdk/files/unpack/freed.js';
import { seeded } from './csv-rows.js';

const versionOf = (name: string, bytes: number) => ({ name, bytes, modifiedAt: '2026-01-01T00:00:00Z', version: 'v1' });

async function* pieces(bytes: Uint8Array, size: number, closed?: () => void): AsyncIterable<Uint8Array> {
  try {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  } finally {
    closed?.();
  }
}

const LIMITS = { maxEntries: 100, maxRatio: 300, maxUnpackedBytes: 1 << 30 };

async function* decoded(
  raw: AsyncIterable<Uint8Array>,
  file: ReturnType<typeof versionOf>,
  compression: Compression,
  identity: Identity,
) {
  for await (const part of decodedParts(raw, file, { ...LIMITS, compression }, identity)) yield* part.chunks;
}

async function unpack(
  bytes: Uint8Array,
  { name = 'x.gz', size = 7, listed = bytes.length, as = 'auto' as Compression } = {},
) {
  const identity: Identity = { checksum: '', bytes: 0 };
  const out: Uint8Array[] = [];
  for await (const chunk of decoded(pieces(bytes, size), versionOf(name, listed), as, identity)) out.push(chunk);
  return { text: Buffer.concat(out).toString('utf8'), identity };
}

/** Text that does not shrink to nothing. */
function noise(characters: number): string {
  const below = seeded(7);
  return Array.from({ length: characters }, () => String.fromCharCode(97 + below(26))).join('');
}

test('plain bytes pass as they are, with checksum and size of the file', async () => {
  const bytes = Buffer.from('a,b\n1,2\n');
  const { text, identity } = await unpack(bytes, { name: 'x.csv' });
  expect(text).toBe('a,b\n1,2\n');
  expect(identity).toMatchObject({ checksum: createHash('sha256').update(bytes).digest('hex'), bytes: 8 });
});

test('gzip is known by its ending, by its first bytes or by the configuration, and hashed as it lies at the source', async () => {
  const bytes = gzipSync('a,b\n');
  const checksum = createHash('sha256').update(bytes).digest('hex');
  for (const options of [{ name: 'x.csv.GZ' }, { name: 'x.csv' }, { name: 'x', as: 'gzip' as const }]) {
    const { text, identity } = await unpack(bytes, options);
    expect(text).toBe('a,b\n');
    expect(identity).toMatchObject({ checksum, bytes: bytes.length });
  }
});

test('all members of a gzip file are read, in pieces of every size', async () => {
  const bytes = Buffer.concat([gzipSync('a,b\n'), gzipSync('1,2\n'), gzipSync('')]);
  for (let size = 1; size <= bytes.length; size += 1) expect((await unpack(bytes, { size })).text).toBe('a,b\n1,2\n');
});

test('a gzip file that is cut off anywhere is an error that says after which byte', async () => {
  const bytes = Buffer.concat([gzipSync(noise(300)), gzipSync(noise(300))]);
  const first = gzipSync(noise(300)).length;
  for (let length = 0; length < bytes.length; length += 1) {
    if (length === first) continue; // one whole member is a whole file
    await expect(unpack(bytes.subarray(0, length))).rejects.toMatchObject({
      kind: 'source',
      message: expect.stringMatching(
        new RegExp(`"x.gz" is a gzip archive that is cut off after byte ${length} of ${length} `),
      ),
    });
  }
});

test('zeros that fill up a gzip file are no data, and what follows them is refused', async () => {
  const [first, second, zeros] = [gzipSync('a,b\n'), gzipSync('1,2\n'), Buffer.alloc(20)];
  const inner = Buffer.concat([first, zeros, second]);
  for (const size of [7, 13, 1 << 16]) {
    expect((await unpack(Buffer.concat([first, zeros]), { size })).text).toBe('a,b\n');
    for (const [name, bytes] of [
      ['x.gz', inner],
      ['x.gz.gz', gzipSync(inner)],
    ] as const)
      await expect(unpack(bytes, { name, size })).rejects.toMatchObject({
        kind: 'source',
        message: `File "${name}" has other bytes after the end of its gzip archive.`,
        details: { fault: 'integrity' },
      });
  }
});

test.each([
  ['x.gz', gzipSync(noise(400_000))],
  ['x.zst', Buffer.concat(Array.from({ length: 100 }, () => zstdCompressSync(noise(4_000))))],
])(
  '%s in small pieces is unpacked right where they are taken slowly and their memory is given back',
  async (name, bytes) => {
    const raw = pieces(bytes, 4_096);
    const found: Uint8Array[] = [];
    const identity: Identity = { checksum: '', bytes: 0 };
    for await (const chunk of freeing(decoded(raw, versionOf(name, bytes.length), 'auto', identity), () => true)) {
      found.push(Buffer.from(chunk));
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(Buffer.concat(found)).toHaveLength(400_000);
  },
);

test('a damaged gzip file, text after its end, and text that is called gzip are errors', async () => {
  const bytes = gzipSync(noise(3_000));
  const flipped = Buffer.from(bytes);
  flipped[flipped.length - 6]! ^= 1;
  const damaged = {
    kind: 'source',
    message: expect.stringContaining('is no gzip archive or is damaged between byte '),
  };
  for (const size of [11, 1 << 16]) {
    await expect(unpack(flipped, { size })).rejects.toMatchObject(damaged);
    await expect(unpack(Buffer.concat([bytes, Buffer.from('more')]), { size })).rejects.toMatchObject(damaged);
    await expect(unpack(Buffer.from('a,b\n1,2\n'), { size })).rejects.toMatchObject(damaged);
  }
});

test('a gzip bomb is refused before it has filled anything', async () => {
  const bytes = gzipSync(Buffer.alloc(100 << 20));
  let out = 0;
  const reading = (async () => {
    const chunks = decoded(pieces(bytes, 1 << 16), versionOf('bomb.gz', bytes.length), 'auto', {
      checksum: '',
      bytes: 0,
    });
    for await (const chunk of chunks) out += chunk.byteLength;
  })();
  await expect(reading).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringContaining('300 times its size'),
  });
  expect(out).toBeLessThan(70 << 20);
});

test('a file that grew, shrank or vanished since it was listed is an error, packed or not', async () => {
  const text = Buffer.from('a,b\n1,2\n');
  const source = (bytes: Uint8Array, listed: number) =>
    expect(unpack(bytes, { name: 'x.csv', listed })).rejects.toMatchObject({
      kind: 'source',
      message: expect.stringContaining(`had ${listed} bytes when it was listed and gave`),
    });
  await source(text, 5);
  await source(text, 50);
  await source(Buffer.alloc(0), 8);
  const packed = gzipSync(noise(500));
  await source(packed, packed.length + 1);
  await source(packed, packed.length - 1);
  await source(packed.subarray(0, 100), packed.length);
});

test('reads no further than it is asked, and closes the file when it is left early', async () => {
  for (const bytes of [gzipSync(noise(2 << 20)), Buffer.from(noise(2 << 20))]) {
    let closed = 0;
    const identity: Identity = { checksum: '', bytes: 0 };
    const chunks = decoded(
      pieces(bytes, 1 << 14, () => (closed += 1)),
      versionOf('x', bytes.length),
      'auto',
      identity,
    );
    await chunks.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(identity.bytes).toBeLessThan(bytes.length / 2);
    await chunks.return(undefined);
    expect(closed).toBe(1);
  }
});
