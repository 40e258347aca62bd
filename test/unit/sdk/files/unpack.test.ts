import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import { folder, listed, openOnly, recordsOf, signal, streamOf } from './stream-support.js';

const TEXT = 'id,note\n1,a\n2,b\n';
const RECORDS = [
  ['1', 'a'],
  ['2', 'b'],
];
/** Made by bzip2 1.0.8: the header and the first record; the second record; 400 MB of zeros. */
const FIRST_BZ2 = Buffer.from('QlpoOTFBWSZTWRsuDOUAAARZgAAQAAQgACYhhAAgADEAMCBiGiJRWMDn4u5IpwoSA2XBnKA=', 'base64');
const SECOND_BZ2 = Buffer.from('QlpoOTFBWSZTWUUzNXgAAAFZAAAQAAQQABAAIAAhmmgzTRc8XckU4UJBFMzV4A==', 'base64');
const BOMB_BZ2 = Buffer.from(
  'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kiuZEFAPtFwQDAAAAAgAggADDMCappiVIg2qipEHi7kinChIbAXcMg',
  'base64',
);
const BZ2 = Buffer.concat([FIRST_BZ2, SECOND_BZ2]);
const PGP = new URL('../../../fixtures/pgp/', import.meta.url);
const fixture = (name: string) => readFileSync(new URL(name, PGP));
const READER = { private_key: fixture('reader.key.asc').toString(), passphrase: 'correct horse' };
const SENDER = fixture('sender.pub.asc').toString();
const STRANGER = fixture('stranger.pub.asc').toString();

/** A zip archive; `patch` changes its bytes, for what no honest writer makes. */
async function zipOf(
  entries: Readonly<Record<string, string | Uint8Array>>,
  { mode = 0o100644, patch = (bytes: Buffer) => bytes } = {},
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(entries))
    if (name.endsWith('/')) zip.addEmptyDirectory(name);
    else zip.addBuffer(Buffer.from(content), name, { mode });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk);
  return patch(Buffer.concat(chunks));
}

const renamed = (from: string, to: string) => (bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');

async function read(name: string, content: string | Uint8Array, spec: Record<string, unknown> = {}) {
  using place = folder();
  writeFileSync(join(place.path, name), content);
  // What is frozen is not sampled, so that the file is read once and its error comes from that reading.
  const stream = await streamOf(place.path, spec, [
    { name: 'id', type: 'string', nullable: true },
    { name: 'note', type: 'string', nullable: true },
  ]);
  const open = await openOnly(stream);
  try {
    return await recordsOf(open);
  } finally {
    await open.close();
  }
}

const refusal = (message: RegExp | string) => ({
  kind: 'source',
  details: { fault: 'integrity' },
  message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
});

test.each([
  ['x.csv.bz2', BZ2, 'auto'],
  ['x.csv', BZ2, 'auto'],
  ['x', BZ2, 'bzip2'],
  ['x.csv.zst', zstdCompressSync(TEXT), 'auto'],
  ['x.csv', zstdCompressSync(TEXT), 'auto'],
  ['x.csv', gzipSync(zstdCompressSync(TEXT)), ['gzip', 'zstd']],
  ['x.csv.zst.gz', gzipSync(zstdCompressSync(TEXT)), 'auto'],
])('%s is unpacked by its name, its first bytes or the configuration (%#)', async (name, bytes, compression) => {
  expect(await read(name, bytes, { compression })).toEqual(RECORDS);
});

test('a zstd file of many frames is read to its end, wherever chunks cut it', async () => {
  const frames = Array.from({ length: 200 }, (_, row) => zstdCompressSync(`${row},${'x'.repeat(row * 7)}\n`));
  const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const bytes = Buffer.concat([zstdCompressSync('id,note\n'), skippable, ...frames]);
  expect(await read('x.csv.zst', bytes)).toHaveLength(200);
});

test.each([
  ['x.csv.zst', zstdCompressSync(TEXT.repeat(50)), 'zstd archive that is cut off after byte'],
  ['x.csv.bz2', BZ2.subarray(0, FIRST_BZ2.length), 'bzip2 archive that is cut off after byte'],
])('%s that is cut off anywhere is refused', async (name, bytes, message) => {
  for (let length = 1; length < bytes.length; length += 1)
    await expect(read(name, bytes.subarray(0, length))).rejects.toMatchObject(refusal(message));
});

test('bytes that were altered, and bytes after the end, are refused', async () => {
  const flipped = Buffer.from(BZ2);
  flipped[FIRST_BZ2.length - 20]! ^= 8;
  await expect(read('x.csv.bz2', flipped)).rejects.toMatchObject(
    refusal('is no bzip2 archive or is damaged before byte'),
  );
  for (const [name, bytes] of [
    ['x.csv.bz2', BZ2],
    ['x.csv.zst', zstdCompressSync(TEXT)],
  ] as const)
    await expect(read(name, Buffer.concat([bytes, Buffer.from('id,note\n')]))).rejects.toMatchObject(
      refusal(/is no \w+ archive or is damaged/),
    );
});

test('a bomb is refused while it goes off, whatever it hides in', async () => {
  const lines = { format: 'jsonl' };
  const bomb = { kind: 'source', message: expect.stringContaining('unpacks to more than 300 times its size') };
  const zip = await zipOf({ 'x.csv.bz2.gz': gzipSync(BOMB_BZ2) });
  await expect(read('x.zip', zip, lines)).rejects.toMatchObject(bomb);
});

test('a file that unpacks to more than it may is refused, and one that is packed over and over', async () => {
  await expect(read('x.csv.zst', zstdCompressSync(TEXT), { max_unpacked_bytes: 10 })).rejects.toMatchObject({
    message: 'File "x.csv.zst" unpacks to more than 10 bytes.',
  });
  let bytes: Buffer = Buffer.from(TEXT);
  for (let layer = 0; layer < 9; layer += 1) bytes = gzipSync(bytes);
  await expect(read('x.csv.gz', bytes)).rejects.toMatchObject(refusal('is packed more than 8 times'));
});

test('all entries of an archive are read by name as one file, of whose headers one counts', async () => {
  const zip = await zipOf({
    'in/': '',
    'in/b.csv': '\ufeffid,note\r\n3,"c\nc"',
    'in/a.csv': 'id,note\n1,a\n2,b',
    'in/c.csv': '',
    'in/d.csv.gz': gzipSync('id,note\n4,d\n'),
  });
  expect(await read('x.zip', zip)).toEqual([
    ['1', 'a'],
    ['2', 'b'],
    ['3', 'c\nc'],
    ['4', 'd'],
  ]);
  expect(await read('x.zip', zip, { entries: 'in/[bc].csv' })).toEqual([['3', 'c\nc']]);
  await expect(read('x.zip', zip, { entries: '*.txt' })).rejects.toMatchObject(
    refusal('has no entry that matches "*.txt"'),
  );
});

test('JSON lines of several entries are one file, each with a mark of its own', async () => {
  const zip = await zipOf({ 'a.jsonl': '\ufeff{"id":"1"}', 'b.jsonl': '\ufeff{"id":"2"}\n' });
  expect(await read('x.zip', zip, { format: 'jsonl' })).toEqual([{ id: '1' }, { id: '2' }]);
});

test('entries of different headers are refused by name', async () => {
  const zip = await zipOf({ 'a.csv': 'id,note\n1,a\n', 'b.csv': 'note,id\na,1\n' });
  await expect(read('x.zip', zip)).rejects.toMatchObject(refusal('entries of different headers: "a.csv" and "b.csv"'));
});

test.each([
  [
    'a path that leads out',
    { 'aa/aa/evil.csv': TEXT },
    { patch: renamed('aa/aa/evil', '../../evil') },
    '../../evil.csv',
  ],
  ['an absolute path', { 'aetc/x.csv': TEXT }, { patch: renamed('aetc/', '/etc/') }, '/etc/x.csv'],
  ['a link', { 'link.csv': '/etc/passwd' }, { mode: 0o120777 }, 'has the entry "link.csv", which is a link'],
  [
    'one name twice',
    { 'a.csv': TEXT, 'b.csv': TEXT },
    { patch: renamed('b.csv', 'a.csv') },
    'has the entry "a.csv", twice',
  ],
])('an archive with %s is refused by name', async (_, entries, options, message) => {
  await expect(read('x.zip', await zipOf(entries as Record<string, string>, options))).rejects.toMatchObject(
    refusal(message),
  );
});

test('an archive with an entry that is damaged, without one, of too many, or cut off is refused', async () => {
  const zip = await zipOf({ 'a.csv': TEXT });
  const stored = zip.indexOf('a.csv') + 'a.csv'.length + 4;
  const flipped = Buffer.from(zip);
  flipped[stored]! ^= 1;
  await expect(read('x.zip', flipped)).rejects.toMatchObject({ kind: 'source', details: { fault: 'integrity' } });
  const crc = Buffer.from(zip);
  crc[crc.lastIndexOf('PK\x01\x02') + 16]! ^= 1;
  await expect(read('x.zip', crc)).rejects.toMatchObject(refusal('"a.csv", whose check sum is wrong'));
  await expect(read('x.zip', await zipOf({ 'in/': '' }))).rejects.toMatchObject(
    refusal('is an archive without a file'),
  );
  const two = await zipOf({ 'a.csv': TEXT, 'b.csv': TEXT });
  await expect(read('x.zip', two, { max_entries: 1 })).rejects.toMatchObject(refusal('an archive of 2 entries'));
  for (const length of [3, 40, zip.length - 1])
    await expect(read('x.zip', zip.subarray(0, length), { compression: 'zip' })).rejects.toMatchObject(
      refusal('is no zip archive, is cut off or is damaged'),
    );
});

test('files that GnuPG encrypted are read: packed within, armored, signed or not', async () => {
  for (const name of ['plain.csv.gz.pgp', 'signed.csv.gpg', 'stranger.csv.asc'])
    expect(await read(name, fixture(name), { pgp: READER })).toEqual(RECORDS);
  expect(await read('x', fixture('plain.csv.gz.pgp'), { pgp: READER, compression: ['pgp', 'gzip'] })).toEqual(RECORDS);
  expect(await read('big.csv.gpg', fixture('big.csv.gpg'), { pgp: READER })).toHaveLength(3_000);
});

test('where a signature is asked for, only one by a known sender opens the file', async () => {
  const pgp = { ...READER, public_keys: [SENDER], require_signature: true };
  expect(await read('signed.csv.gpg', fixture('signed.csv.gpg'), { pgp })).toEqual(RECORDS);
  expect(await read('big.csv.gpg', fixture('big.csv.gpg'), { pgp })).toHaveLength(3_000);
  for (const name of ['plain.csv.gz.pgp', 'stranger.csv.asc'])
    await expect(read(name, fixture(name), { pgp })).rejects.toMatchObject(refusal(/refused by PGP: .*sign/i));
  const both = { ...pgp, public_keys: [SENDER, STRANGER] };
  expect(await read('stranger.csv.asc', fixture('stranger.csv.asc'), { pgp: both })).toEqual(RECORDS);
  await expect(streamOf('/', { pgp: { ...READER, require_signature: true } })).rejects.toThrow('public_keys');
});

test('a message that was altered or cut off anywhere is an error at its end, and plaintext is none of PGP', async () => {
  const whole = fixture('big.csv.gpg');
  for (const at of [whole.length - 5, whole.length >> 1, 600]) {
    const flipped = Buffer.from(whole);
    flipped[at]! ^= 1;
    await expect(read('big.csv.gpg', flipped, { pgp: READER })).rejects.toMatchObject(refusal('is refused by PGP: '));
  }
  for (const length of [10, 400, whole.length >> 1, whole.length - 1])
    await expect(read('big.csv.gpg', whole.subarray(0, length), { pgp: READER })).rejects.toMatchObject(
      refusal('is refused by PGP: '),
    );
  await expect(read('x.csv', TEXT, { pgp: READER })).rejects.toMatchObject({ kind: 'source' });
  await expect(read('x.csv', TEXT, { pgp: READER, compression: 'none' })).rejects.toMatchObject(
    refusal('is not encrypted, which `pgp` asks for'),
  );
  await expect(read('x.csv.gpg', fixture('signed-only.csv.gpg'), { pgp: READER })).rejects.toMatchObject({
    kind: 'source',
  });
});

test('a key that does not fit is an error of the configuration or names the other key', async () => {
  const bytes = fixture('plain.csv.gz.pgp');
  const config = (message: string) => ({ kind: 'config', message: expect.stringContaining(message) });
  await expect(read('x.csv.pgp', bytes)).rejects.toMatchObject(config('the stream has no `pgp`'));
  await expect(read('x.csv.pgp', bytes, { pgp: { ...READER, passphrase: 'wrong' } })).rejects.toMatchObject(
    config('The passphrase does not open'),
  );
  await expect(read('x.csv.pgp', bytes, { pgp: { private_key: READER.private_key } })).rejects.toMatchObject(
    config('has a passphrase'),
  );
  await expect(read('x.csv.pgp', bytes, { pgp: { private_key: 'x' } })).rejects.toMatchObject(config('no armored PGP'));
});

test('what is unpacked is known by the checksum of the file as it lies at the source', async () => {
  using place = folder();
  writeFileSync(join(place.path, 'x.zip'), await zipOf({ 'a.csv': TEXT }));
  const stream = await streamOf(place.path, {});
  const [file] = await listed(stream);
  const open = await stream.open(file!, signal());
  await recordsOf(open);
  expect(open.isPacked).toBe(true);
  expect(open.identity()).toMatchObject({ bytes: file?.bytes, checksum: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test('what is packed twice by gzip is read whole, though its chunks lie in one buffer', async () => {
  const lines = Array.from({ length: 60_000 }, (_, id) => `${id},${Math.imul(id, 2_654_435_761) >>> 0}`);
  const text = `id,note\n${lines.join('\n')}\n`;
  const found = await read('twice.csv.gz.gz', gzipSync(gzipSync(text)));
  expect(found).toHaveLength(60_000);
  expect(found.map((record) => (record as readonly string[]).join(','))).toEqual(lines);
});
