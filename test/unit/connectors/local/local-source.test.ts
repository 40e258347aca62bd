import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { local } from '../../../../connectors/local/local.source.js';
import { folder, listed, recordsOf, signal, streamOf } from '../../sdk/files/stream-support.js';

const names = async (path: string, pattern: string) =>
  (await listed(await streamOf(path, { path: pattern }, []))).map(({ name }) => name);

function filled(...files: string[]) {
  const place = folder();
  for (const file of files) {
    mkdirSync(join(place.path, file, '..'), { recursive: true });
    writeFileSync(join(place.path, file), 'a,b\n1,2\n');
  }
  return place;
}

test('lists what matches, ordered by name, without folders and hidden files', async () => {
  using place = filled('out/b_2.csv', 'out/b_10.csv', 'out/a.csv.gz', 'out/.b_3.csv', 'out/deep/b_9.csv', 'b.txt');
  mkdirSync(join(place.path, 'out/b_dir.csv'));
  expect(await names(place.path, 'out/b_*.csv')).toEqual(['out/b_10.csv', 'out/b_2.csv']);
  expect(await names(place.path, './out/*.{csv,csv.gz}')).toEqual(['out/a.csv.gz', 'out/b_10.csv', 'out/b_2.csv']);
  expect(await names(place.path, '**/*.csv')).toEqual(['out/b_10.csv', 'out/b_2.csv', 'out/deep/b_9.csv']);
  expect(await names(place.path, '*/*/b_?.csv')).toEqual(['out/deep/b_9.csv']);
  expect(await names(place.path, 'b.txt')).toEqual(['b.txt']);
  expect(await names(join(place.path, 'out/deep'), '../*.gz')).toEqual(['../a.csv.gz']);
  expect(await names('/', join(place.path, 'out/*.gz'))).toEqual([join(place.path, 'out/a.csv.gz').slice(1)]);
});

test('takes a path that exists as it is written, whatever characters it has', async () => {
  using place = filled('report [1].csv', 'report 1.csv');
  expect(await names(place.path, 'report [1].csv')).toEqual(['report [1].csv']);
});

test('follows links to files, and links that go round in a circle do not hang it', async () => {
  using place = filled('in/a.csv');
  symlinkSync('a.csv', join(place.path, 'in/link.csv'));
  symlinkSync('..', join(place.path, 'in/up'));
  expect(await names(place.path, '**/*.csv')).toEqual(['in/a.csv', 'in/link.csv']);
});

test('a file that changes has another version, and one that does not keeps its own', async () => {
  using place = filled('a.csv');
  const stream = await streamOf(place.path, {});
  const [first] = await listed(stream);
  expect(await listed(stream)).toEqual([first]);
  utimesSync(join(place.path, 'a.csv'), 1, 1);
  const [touched] = await listed(stream);
  expect(touched?.version).not.toBe(first?.version);
  expect(touched?.modifiedAt).toBe('1970-01-01T00:00:01.000Z');
});

test('a missing folder and a pattern that matches nothing are errors of the configuration that name both', async () => {
  using place = filled('a.csv');
  await expect(streamOf(place.path, { path: 'nowhere/*.csv' })).rejects.toMatchObject({
    kind: 'config',
    message: `Folder "${place.path}/nowhere" does not exist.`,
  });
  await expect(streamOf(place.path, { path: '*.tsv' })).rejects.toMatchObject({
    kind: 'config',
    message: `Stream "s": no file matches *.tsv in ${place.path}.`,
  });
  const config = local.config.parse({ files: [{ stream: 's', path: '*.tsv', format: 'csv' }] });
  const source = await local.open(config, { signal: signal(), baseFolder: place.path });
  await expect(source.check()).rejects.toMatchObject({ kind: 'config', message: expect.stringContaining('*.tsv') });
});

test('a stream whose fields are known does not mind that no file is there', async () => {
  using place = filled();
  expect(await names(place.path, '*.csv')).toEqual([]);
});

test('a folder or a file without the right to read is an error of access, not an empty list', async () => {
  using place = filled('shut/a.csv', 'open/a.csv');
  chmodSync(place.path, 0o755);
  chmodSync(join(place.path, 'shut'), 0o700);
  chmodSync(join(place.path, 'open/a.csv'), 0o600);
  const asRoot = process.getuid?.() === 0;
  if (asRoot) process.seteuid?.(65_534);
  else {
    chmodSync(join(place.path, 'shut'), 0o000);
    chmodSync(join(place.path, 'open/a.csv'), 0o000);
  }
  try {
    await expect(streamOf(place.path, { path: 'shut/*.csv' })).rejects.toMatchObject({ kind: 'auth' });
    await expect(streamOf(place.path, { path: '**/*.csv' })).rejects.toMatchObject({ kind: 'auth' });
    await expect(streamOf(place.path, { path: 'open/*.csv' })).rejects.toMatchObject({
      kind: 'auth',
      message: 'File "open/a.csv" may not be read by this user.',
      details: { fault: 'permission' },
    });
  } finally {
    if (asRoot) process.seteuid?.(0);
    chmodSync(join(place.path, 'shut'), 0o700);
  }
});

describe('a file of many chunks that is', () => {
  const body = `a,b\n${'1,2\n'.repeat(1 << 18)}`;
  async function reading(act: (path: string) => void, whenOpen = true) {
    using place = folder();
    const path = join(place.path, 'a.csv');
    writeFileSync(path, body);
    const stream = await streamOf(place.path, {});
    const [file] = await listed(stream);
    if (!whenOpen) act(path);
    const open = await stream.open(file!, signal());
    try {
      if (whenOpen) act(path);
      return (await recordsOf(open)).length;
    } finally {
      await open.close();
    }
  }

  test('appended to while it is read is an error of the source', async () => {
    await expect(reading((path) => appendFileSync(path, '3,4\n'))).rejects.toMatchObject({ kind: 'source' });
  });

  test('overwritten in place by as many bytes while it is read is an error of the source', async () => {
    await expect(reading((path) => writeFileSync(path, body.replaceAll('1', '7')))).rejects.toMatchObject({
      kind: 'source',
      message: 'File "a.csv" was written or replaced while it was read.',
    });
  });

  test('cut short while it is read is an error of the source', async () => {
    await expect(reading((path) => writeFileSync(path, 'a,b\n'))).rejects.toMatchObject({ kind: 'source' });
  });

  test('replaced by renaming or removed while it is read is read as it was listed', async () => {
    const replace = (path: string) => {
      writeFileSync(`${path}.new`, 'x,y\n');
      renameSync(`${path}.new`, path);
    };
    expect(await reading(replace)).toBe(1 << 18);
    expect(await reading(unlinkSync)).toBe(1 << 18);
  });

  test('replaced or removed between listing and opening is an error of the source', async () => {
    await expect(reading((path) => writeFileSync(path, 'x,y\n'), false)).rejects.toMatchObject({ kind: 'source' });
    await expect(reading(unlinkSync, false)).rejects.toMatchObject({
      kind: 'source',
      message: 'File "a.csv" is gone.',
    });
  });
});

test('the configuration refuses two entries of one stream, unknown keys and delimiters of two characters', () => {
  const entry = { stream: 's', path: 'x', format: 'csv' };
  const refuses = (files: unknown[]) => expect(local.config.safeParse({ files }).success).toBe(false);
  refuses([entry, entry]);
  refuses([{ ...entry, delimeter: ';' }]);
  refuses([{ ...entry, delimiter: ';;' }]);
  refuses([{ ...entry, encoding: 'ebcdic' }]);
  refuses([]);
});

test('frees a chunk when one of another buffer came, and loses no record by that, plain or packed', async () => {
  using place = folder();
  const rows = Array.from({ length: 60_000 }, (_, index) => [String(index), 'wellness outreach']);
  const text = `a,b\n${rows.map((row) => row.join(',')).join('\n')}\n`;
  writeFileSync(join(place.path, 'plain.csv'), text);
  writeFileSync(join(place.path, 'packed.csv.gz'), gzipSync(text));
  for (const path of ['plain.csv', 'packed.csv.gz']) {
    const stream = await streamOf(place.path, { path });
    const [file] = await listed(stream);
    expect(await recordsOf(await stream.open(file!, signal()))).toEqual(rows);
    const open = await stream.open(file!, signal());
    const chunks: Uint8Array[] = [];
    for await (const chunk of open.chunks) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      chunks.push(chunk);
    }
    // The first was read for the header and is still in hand, and no other came after the last.
    const inHand = [chunks[0]!.buffer, chunks.at(-1)!.buffer];
    const between = chunks.filter(({ buffer }) => !inHand.includes(buffer));
    expect(between.length).toBeGreaterThan(1);
    expect(between.filter(({ byteLength }) => byteLength > 0)).toEqual([]);
    await open.close();
  }
});
