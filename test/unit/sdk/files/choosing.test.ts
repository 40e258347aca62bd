import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileVersion } from '../../../../core/protocol/index.js';
import { folder, recordsOf, signal, streamOf } from './stream-support.js';

const put = (place: { path: string }, name: string, content = 'id,n\n1,2\n', seconds?: number) => {
  const path = join(place.path, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  if (seconds !== undefined) utimesSync(path, seconds, seconds);
};

async function chosen(
  stream: Awaited<ReturnType<typeof streamOf>>,
  read: readonly string[] = [],
  warnings: string[] = [],
): Promise<FileVersion[]> {
  const files: FileVersion[] = [];
  const listing = {
    isRead: (file: FileVersion) => read.includes(file.name),
    hasRead: read.length > 0,
    warn: (text: string) => void warnings.push(text),
  };
  for await (const file of stream.list(signal(), listing)) files.push(file);
  return files;
}
const names = (files: readonly FileVersion[]) => files.map(({ name }) => name);

/** Reads a file to its end and holds it against what was said, as the engine does. */
async function read(stream: Awaited<ReturnType<typeof streamOf>>, file: FileVersion) {
  const open = await stream.open(file, signal());
  try {
    const records = await recordsOf(open);
    open.verify?.();
    return { records, named: open.named };
  } finally {
    await open.close();
  }
}

test('a pattern fits the whole name, and its groups are columns of the declared types', async () => {
  using place = folder();
  put(place, 'out/e_20260314_west.csv');
  put(place, 'out/e_20260314_west.csv.tmp');
  put(place, 'out/xe_20260315_east.csv');
  const spec = {
    path: 'out/*',
    pattern: 'e_(?<day>\\d{8})_(?<region>\\w+)\\.csv',
    columns: { day: { type: 'date', format: 'YYYYMMDD' } },
    primary_key: ['day', 'id'],
  };
  const stream = await streamOf(place.path, spec);
  expect(stream.catalog.fields.map(({ name, type, nullable }) => [name, type, nullable])).toEqual([
    ['id', 'integer', false],
    ['n', 'integer', true],
    ['day', 'date', false],
    ['region', 'string', true],
  ]);
  const [file, ...more] = await chosen(stream);
  expect([file?.name, more]).toEqual(['out/e_20260314_west.csv', []]);
  const { named } = await read(stream, file!);
  expect(named?.map(({ field, text }) => [field.name, text])).toEqual([
    ['day', '20260314'],
    ['region', 'west'],
  ]);
  expect(stream.parsing?.formats).toEqual({ day: 'YYYYMMDD' });
  put(place, 'out/e_20260316_x.csv', 'id,region\n1,2\n');
  await expect(streamOf(place.path, spec)).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('"region"'),
  });
  put(place, 'lines/a_7.jsonl', '{"id":1}\n{"id":\n');
  const lines = await streamOf(place.path, {
    path: 'lines/*',
    pattern: 'a_(?<part>\\d)\\.jsonl',
    format: 'jsonl',
    columns: { part: 'integer' },
  });
  expect((await read(lines, (await chosen(lines))[0]!)).records).toEqual([{ id: 1, part: 7n }, '!invalid_json']);
});

test('files come by name or by the time of change, or the last one alone', async () => {
  using place = folder();
  put(place, 'a.csv', undefined, 3_000);
  put(place, 'b.csv', undefined, 1_000);
  put(place, 'c.csv', undefined, 1_000);
  const order = async (spec: Record<string, unknown>) => names(await chosen(await streamOf(place.path, spec)));
  expect(await order({})).toEqual(['a.csv', 'b.csv', 'c.csv']);
  expect(await order({ order: 'modified' })).toEqual(['b.csv', 'c.csv', 'a.csv']);
  expect(await order({ latest_only: true })).toEqual(['c.csv']);
  expect(await order({ order: 'modified', latest_only: true })).toEqual(['a.csv']);
});

test('a file without its marker waits, and says so while it was not read', async () => {
  using place = folder();
  for (const name of ['a.csv', 'b.csv', 'c.csv', 'a.done']) put(place, name);
  const stream = await streamOf(place.path, { path: '*', ready: { marker: '{stem}.done' } });
  const warnings: string[] = [];
  expect(names(await chosen(stream, ['c.csv'], warnings))).toEqual(['a.csv']);
  expect(warnings).toEqual(['File "b.csv" is not read yet, since "b.done" is missing.']);
  const whole = await streamOf(place.path, { path: '*.csv', ready: { marker: '_SUCCESS' } }, []);
  expect(await chosen(whole)).toEqual([]);
  put(place, '_SUCCESS');
  expect(names(await chosen(whole))).toEqual(['a.csv', 'b.csv', 'c.csv']);
});

test('new files that change while they are looked at are left for the next run', async () => {
  using place = folder();
  put(place, 'a.csv');
  put(place, 'b.csv');
  const stream = await streamOf(place.path, { ready: { stable_for: '1s' } });
  const warnings: string[] = [];
  const listing = chosen(stream, [], warnings);
  await sleep(200);
  put(place, 'b.csv', 'id,n\n1,2\n3,4\n');
  expect(names(await listing)).toEqual(['a.csv']);
  expect(warnings).toEqual(['File "b.csv" is still being written; the next run reads it.']);
  const begun = performance.now();
  expect(names(await chosen(stream, ['a.csv', 'b.csv']))).toEqual(['a.csv', 'b.csv']);
  expect(performance.now() - begun).toBeLessThan(500);
});

test('a processed file goes to the archive with what lies beside it, over no other file, unless it came again', async () => {
  using place = folder();
  put(place, 'in/a.csv');
  put(place, 'in/a.csv.done');
  put(place, 'done/a.csv', 'an earlier one');
  const stream = await streamOf(place.path, {
    path: 'in/*.csv',
    ready: { marker: '{name}.done' },
    processed: { archive: 'done' },
  });
  const [file] = await chosen(stream);
  put(place, 'in/a.csv', 'id,n\n1,2\n3,4\n');
  await stream.settle!(file!, 'abcdef0123456789', signal());
  expect(readdirSync(join(place.path, 'in'))).toEqual(['a.csv', 'a.csv.done']);
  const [again] = await chosen(stream);
  await stream.settle!(again!, 'abcdef0123456789', signal());
  await stream.settle!(again!, 'abcdef0123456789', signal());
  expect(readdirSync(join(place.path, 'in'))).toEqual([]);
  expect(readdirSync(join(place.path, 'done'))).toEqual(['a.csv', 'a.csv.abcdef01', 'a.csv.done']);
  put(place, 'in/b.csv');
  const deleting = await streamOf(place.path, { path: 'in/*.csv', processed: 'delete' });
  await deleting.settle!((await chosen(deleting))[0]!, '', signal());
  expect(existsSync(join(place.path, 'in/b.csv'))).toBe(false);
});

describe('what a file is held against', () => {
  const content = 'id,cost\n1,0.10\n2,-2.5\n3,\n';
  const sum = (kind: string) => createHash(kind).update(content).digest('hex');
  const refused = (why: string) => ({
    kind: 'source',
    details: { fault: 'integrity' },
    message: `File "a.csv" is refused: ${why}.`,
  });

  async function judged(spec: Record<string, unknown>, files: Readonly<Record<string, string>>, data = content) {
    using place = folder();
    put(place, 'a.csv', data);
    for (const [name, text] of Object.entries(files)) put(place, name, text);
    const stream = await streamOf(place.path, { path: '*.csv', ...spec });
    return await read(stream, (await chosen(stream))[0]!);
  }

  test.each(['sha256', 'md5'])('a sidecar of %s', async (kind) => {
    const spec = { integrity: { sidecar: `{name}.${kind}` } };
    const other = createHash(kind).update('x').digest('hex');
    expect((await judged(spec, { [`a.csv.${kind}`]: `${sum(kind).toUpperCase()}  a.csv\n` })).records.length).toBe(3);
    await expect(judged(spec, { [`a.csv.${kind}`]: other })).rejects.toMatchObject(
      refused(`its ${kind === 'md5' ? 'MD5' : 'SHA-256'} is ${sum(kind)} and should be ${other}`),
    );
    await expect(judged(spec, { [`a.csv.${kind}`]: 'soon' })).rejects.toMatchObject(
      refused(`"a.csv.${kind}" holds no ${kind}`),
    );
  });

  test('a manifest with size, records and control totals', async () => {
    const spec = { integrity: { manifest: 'manifest.json' } };
    const say = (entry: object) => ({
      'manifest.json': JSON.stringify({
        files: [
          { name: 'b.csv', bytes: 1 },
          { name: 'out/a.csv', ...entry },
        ],
      }),
    });
    const all = {
      bytes: content.length,
      records: 3,
      sha256: sum('sha256'),
      md5: sum('md5'),
      totals: { cost: '-2.40' },
    };
    expect((await judged(spec, say(all))).records.length).toBe(3);
    await expect(judged(spec, say({ bytes: 7 }))).rejects.toMatchObject(
      refused(`its size in bytes is ${content.length} and should be 7`),
    );
    await expect(judged(spec, say({ records: 4 }))).rejects.toMatchObject(
      refused('its number of records is 3 and should be 4'),
    );
    await expect(judged(spec, say({ totals: { cost: -2.41 } }))).rejects.toMatchObject(
      refused('the control total of "cost" is -2.40 and should be -2.41'),
    );
    await expect(judged(spec, say({ totals: { price: 1 } }))).rejects.toMatchObject(
      refused('it has no column "price" for its control total'),
    );
    await expect(judged(spec, { 'manifest.json': '[]' })).rejects.toMatchObject(
      refused('its manifest "manifest.json" names it 0 times'),
    );
    await expect(judged(spec, { 'manifest.json': '{' })).rejects.toMatchObject(
      refused('its manifest "manifest.json" is no JSON'),
    );
  });

  test('a trailer, which is no record', async () => {
    const spec = { integrity: { trailer: 'TRL\\|(?<records>\\d+)\\|(?<total_cost>[-\\d.]+)' } };
    expect((await judged(spec, {}, `${content}TRL|3|-2.4\r\n`)).records).toEqual([
      ['1', '0.10'],
      ['2', '-2.5'],
      ['3', ''],
    ]);
    await expect(judged(spec, {}, `${content}TRL|2|-2.4`)).rejects.toMatchObject(
      refused('its number of records is 3 and should be 2'),
    );
    await expect(judged(spec, {}, content)).rejects.toMatchObject(
      refused('its last line is no trailer, so the file may be cut off'),
    );
  });

  test('the number of records in its name, and the most bytes that a file may have', async () => {
    const spec = { path: '*.txt', pattern: 'e_(?<records>\\d+)\\.txt', integrity: { records_in_name: true } };
    using place = folder();
    put(place, 'e_3.txt', content);
    put(place, 'e_4.txt', content);
    const stream = await streamOf(place.path, spec);
    expect(stream.catalog.fields.map(({ name }) => name)).toEqual(['id', 'cost']);
    const [good, bad] = await chosen(stream);
    await read(stream, good!);
    await expect(read(stream, bad!)).rejects.toMatchObject({
      message: expect.stringContaining('records is 3 and should be 4'),
    });
    put(place, 'small.csv', 'id\n1\n');
    put(place, 'large.csv', 'id\n100000\n');
    const limited = await streamOf(place.path, { path: '*.csv', max_file_bytes: 8 });
    const [large, small] = await chosen(limited);
    await read(limited, small!);
    await expect(read(limited, large!)).rejects.toMatchObject({
      message: 'File "large.csv" is refused: it has 10 bytes, and `max_file_bytes` allows 8.',
    });
  });
});

test('where no file was ever read and none matches, what is there is told, with the nearest names first', async () => {
  using place = folder();
  for (const name of ['engagement_1.csv', 'engagement_2.csv', 'a.txt', 'b.txt', 'sub/x.csv']) put(place, `out/${name}`);
  const columns = { id: 'integer' };
  const warned = async (spec: object, read: readonly string[] = []) => {
    const warnings: string[] = [];
    expect(await chosen(await streamOf(place.path, { columns, ...spec }), read, warnings)).toEqual([]);
    return warnings;
  };
  expect(await warned({ path: 'out/engagements_*.csv' })).toEqual([
    `No file matches out/engagements_*.csv in ${place.path}, and none was ever read; the folder "out" holds "engagement_1.csv", ` +
      '"engagement_2.csv", "a.txt" and 1 more. Correct `path` or `pattern` if that is wrong; else ask who delivers the files.',
  ]);
  expect(await warned({ path: 'out/*.csv', pattern: 'x_(?<n>\\d)' })).toEqual([
    expect.stringContaining('and the pattern x_(?<n>\\d) in'),
  ]);
  mkdirSync(join(place.path, 'empty'));
  expect(await warned({ path: 'empty/*.csv' })).toEqual([expect.stringContaining('holds no file by itself')]);
  // Later, that no new file has come is nothing to tell.
  expect(await warned({ path: 'out/engagements_*.csv' }, ['out/engagements_0.csv'])).toEqual([]);
});
