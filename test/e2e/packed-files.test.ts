import { readFileSync, utimesSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ZipFile } from 'yazl';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** Each packing, encoding and dialect on its whole way, from the file to rows of PostgreSQL. */

const TEXT = 'id,note\n1,a\n2,b\n';
const ROWS = [
  { id: '1', note: 'a' },
  { id: '2', note: 'b' },
];
const EURO = [{ id: '1', note: 'ä €' }];
/** Made by bzip2 1.0.8 of `TEXT`, in two parts. */
const BZ2 = Buffer.from(
  'QlpoOTFBWSZTWRsuDOUAAARZgAAQAAQgACYhhAAgADEAMCBiGiJRWMDn4u5IpwoSA2XBnKBCWmg5MUFZJlNZRTM1eAAAAVkAABAABBAAEAAgACGaaDNNFzxdyRThQkEUzNXg',
  'base64',
);
const pgp = (name: string) => readFileSync(new URL(`../fixtures/pgp/${name}`, import.meta.url));
const MANY = 200;

async function zipOf(entries: readonly (readonly [string, string])[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of entries) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const numbered = Array.from({ length: MANY }, (_, at) => [`part_${1000 + at}.csv`, `id,note\n${at},n${at}\n`] as const);
const KEY = 'pgp: { private_key: "${file:reader.asc}", passphrase: "${env:READER_PASSPHRASE}" }';

interface Case {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly spec?: string;
  readonly rows: readonly object[];
}
const CASES: Readonly<Record<string, Case>> = {
  gzip: { name: 'x.csv.gz', content: gzipSync(TEXT), rows: ROWS },
  gzip_members: {
    name: 'x.csv.gz',
    content: Buffer.concat([gzipSync('id,note\n1,a\n'), gzipSync('2,b\n')]),
    rows: ROWS,
  },
  zstd: { name: 'x.csv.zst', content: zstdCompressSync(TEXT), rows: ROWS },
  bzip2: { name: 'x.csv.bz2', content: BZ2, rows: ROWS },
  zip_many: {
    name: 'x.zip',
    content: await zipOf(numbered),
    rows: numbered.map((_, at) => ({ id: String(at), note: `n${at}` })),
  },
  zip_chosen: {
    name: 'x.zip',
    content: await zipOf([
      ['readme.txt', 'not a table'],
      ['x.csv', TEXT],
    ]),
    spec: 'entries: "*.csv"',
    rows: ROWS,
  },
  zip_gzip: { name: 'x.csv.gz', content: gzipSync(await zipOf([['x.csv', TEXT]])), rows: ROWS },
  pgp_gzip: { name: 'x.csv.gz.pgp', content: pgp('plain.csv.gz.pgp'), spec: KEY, rows: ROWS },
  pgp_armored: { name: 'x.csv.asc', content: pgp('stranger.csv.asc'), spec: KEY, rows: ROWS },
  gzip_pgp: { name: 'x.csv.pgp.gz', content: gzipSync(pgp('signed.csv.gpg')), spec: KEY, rows: ROWS },
  utf16: {
    name: 'x.csv',
    content: Buffer.from('\ufeffid,note\n1,ä €\n', 'utf16le'),
    spec: 'encoding: utf-16',
    rows: EURO,
  },
  windows_1252: {
    name: 'x.csv',
    content: Buffer.from([...Buffer.from('id,note\n1,'), 0xe4, 0x20, 0x80, 0x0a]),
    spec: 'encoding: windows-1252',
    rows: EURO,
  },
  latin1_packed: {
    name: 'x.csv.gz',
    content: gzipSync(Buffer.from('id,note\n1,é\n', 'latin1')),
    spec: 'encoding: latin1',
    rows: [{ id: '1', note: 'é' }],
  },
  semicolons: {
    name: 'x.csv',
    content: "id;note\n1;'a;\nb'\n",
    spec: `delimiter: ";", quote: "'"`,
    rows: [{ id: '1', note: 'a;\nb' }],
  },
  tabs_escaped: {
    name: 'x.tsv',
    content: 'id\tnote\n# a remark\n1\t"a\\"b"\n',
    spec: 'delimiter: "\\t", escape: "\\\\", comment: "#"',
    rows: [{ id: '1', note: 'a"b' }],
  },
  titled: {
    name: 'x.csv',
    content: 'Report of May\nid,note\n1,a\n2,b\nTotal,2\n',
    spec: 'skip_lines: 1, skip_footer_lines: 1',
    rows: ROWS,
  },
  headless: { name: 'x.csv', content: '1,a\r\n2,b', spec: 'header: false', rows: ROWS },
  padded: {
    name: 'x.csv',
    content: 'id,note\n1,a\n2\n',
    spec: 'ragged_rows: pad',
    rows: [ROWS[0]!, { id: '2', note: null }],
  },
};

let project: Project;
const env = { READER_PASSPHRASE: 'correct horse' };

beforeAll(async () => {
  const entry = ([stream, { name, spec }]: readonly [string, Case]) =>
    `{ stream: ${stream}, path: "./data/${stream}/${name.replace('x', 'x*')}", format: csv, columns: { id: integer, note: string }, primary_key: [id]${spec === undefined ? '' : `, ${spec}`} }`;
  project = await newProject(`sources:
  exports:
    connector: local
    config:
      files:
${Object.entries(CASES)
  .map((one) => `        - ${entry(one)}`)
  .join('\n')}
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { ${Object.keys(CASES)
      .map((name) => `${name}: {}`)
      .join(', ')} }
`);
  await project.write('reader.asc', pgp('reader.key.asc'));
  for (const [stream, { name, content }] of Object.entries(CASES))
    await project.write(`data/${stream}/${name}`, content);
  const { code, stderr } = await project.run(['sync', 'daily'], { env });
  if (code !== 0) throw new Error(stderr);
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

const rows = (stream: string) => project.rows(`SELECT id, note FROM raw.${stream} ORDER BY id`);

test.each(Object.entries(CASES))('%s: every row lands as it was', async (stream, { rows: expected }) => {
  expect(await rows(stream)).toEqual(expected);
});

test('a new file is read whatever its time says: one of the same second, one of the last century, one of the future', async () => {
  const times = { same: 1_700_000_000, also_same: 1_700_000_000, old: 1, future: 4_000_000_000 };
  const [first, ...later] = Object.entries(times).map(([name, seconds], at) => ({ name, seconds, id: 10 + at }));
  for (const files of [[first!], later]) {
    for (const { name, seconds, id } of files) {
      const path = await project.write(`data/gzip/x_${name}.csv.gz`, gzipSync(`id,note\n${id},${name}\n`));
      utimesSync(path, seconds, seconds);
    }
    expect((await project.run(['sync', 'daily', '--stream', 'gzip'], { env })).code).toBe(0);
  }
  expect(await rows('gzip')).toEqual([
    ...ROWS,
    ...Object.keys(times).map((note, at) => ({ id: String(10 + at), note })),
  ]);
  expect(await project.rows(`SELECT count(*)::int AS files FROM tributary.lineage WHERE stream = 'gzip'`)).toEqual([
    { files: 5 },
  ]);
});
