import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as openpgp from 'openpgp';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** Files large enough to be decrypted in a thread of their own, which only the built program has. */
const ROWS = 160_000;

let project: Project;
let streams: Record<string, { state: string; ledger: { read: number }; error?: { message: string; hint?: string } }>;

/** Rows that hardly shrink, so that the packed file is large. */
function packedRows(): Buffer {
  const lines = ['id,digest'];
  for (let id = 0; id < ROWS; id += 1) lines.push(`${id},${createHash('sha512').update(String(id)).digest('base64')}`);
  return gzipSync(`${lines.join('\n')}\n`, { level: 1 });
}

beforeAll(async () => {
  const packed = packedRows();
  const [reader, stranger] = await Promise.all(
    ['reader', 'stranger'].map((name) => openpgp.generateKey({ userIDs: [{ name }], format: 'armored' })),
  );
  const sealed = Buffer.from(
    await openpgp.encrypt({
      message: await openpgp.createMessage({ binary: packed }),
      encryptionKeys: await openpgp.readKey({ armoredKey: reader!.publicKey }),
      format: 'binary',
    }),
  );
  const altered = Buffer.from(sealed);
  altered[sealed.length >> 1]! ^= 1;
  const files: Readonly<Record<string, { content: Uint8Array; key: string }>> = {
    good: { content: sealed, key: 'reader' },
    armored: {
      content: Buffer.from(await openpgp.armor(openpgp.enums.armor.message, new Uint8Array(sealed))),
      key: 'reader',
    },
    altered: { content: altered, key: 'reader' },
    cut: { content: sealed.subarray(0, sealed.length - 1_000_000), key: 'reader' },
    foreign: { content: sealed, key: 'stranger' },
    no_message: { content: packed, key: 'reader' },
  };
  const names = Object.keys(files);
  const spec = (name: string) =>
    `{ stream: ${name}, path: ./data/${name}.csv.gz.pgp, format: csv, primary_key: [id], columns: { id: integer, digest: string }, ` +
    `pgp: { private_key: "\${file:${files[name]!.key}.asc}" } }`;
  project = await newProject(`sources:
  exports:
    connector: local
    config:
      files:
${names.map((name) => `        - ${spec(name)}`).join('\n')}
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { ${names.map((name) => `${name}: {}`).join(', ')} }
`);
  await project.write('reader.asc', reader!.privateKey);
  await project.write('stranger.asc', stranger!.privateKey);
  for (const [name, { content }] of Object.entries(files)) await project.write(`data/${name}.csv.gz.pgp`, content);
  const { stdout } = await project.run(['sync', 'daily', '--json']);
  const { outcome } = JSON.parse(stdout).data;
  streams = Object.fromEntries(outcome.streams.map((one: { stream: string }) => [one.stream, one]));
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

test.each(['good', 'armored'])('of the message "%s" every row lands as it was', async (name) => {
  expect(streams[name]).toMatchObject({ state: 'complete', ledger: { read: ROWS } });
  const [found] = await project.rows<{ count: string; wrong: string }>(
    `SELECT count(*), count(*) FILTER (WHERE digest <> replace(encode(sha512(id::text::bytea), 'base64'), E'\\n', '')) AS wrong FROM raw.${name}`,
  );
  expect(found).toEqual({ count: String(ROWS), wrong: '0' });
});

test.each([
  ['altered', /is refused by PGP: .*Modification detected/],
  ['cut', /is refused by PGP|cut off/],
  ['foreign', /is refused by PGP: .*(session key|decryption key)/i],
  ['no_message', /is refused by PGP/],
])('the message "%s" is refused with its reason, and nothing of it lands', async (name, message) => {
  expect(streams[name]).toMatchObject({ state: 'failed', error: { message: expect.stringMatching(message) } });
  const [{ found } = { found: null }] = await project.rows<{ found: string | null }>(
    `SELECT to_regclass('raw.${name}')::text AS found`,
  );
  expect(found === null ? [] : await project.rows(`SELECT 1 FROM raw.${name} LIMIT 1`)).toEqual([]);
});
