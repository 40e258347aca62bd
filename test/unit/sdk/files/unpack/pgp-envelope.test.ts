import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as openpgp from 'openpgp';
import { envelopeOf } from '../../../../../core/sdk/files/unpack/pgp-envelope.js';
import { decrypting } from '../../../../../core/sdk/files/unpack/pgp-message.js';

/** Messages in every form in which programs write them, however they come in pieces, and those that were tampered with. */

const DATA = gzipSync(Buffer.from(Array.from({ length: 4_000 }, (_, id) => `${id},${id * 7919}\n`).join('')));
const KINDS = [
  'whole',
  'in_parts',
  'armored',
  'compressed',
  'signed',
  'signed_in_parts',
  'aead',
  'two_readers',
  'aes128',
];

let reader: openpgp.PrivateKey;
let other: openpgp.PrivateKey;
const messages: Record<string, Uint8Array> = {};

beforeAll(async () => {
  const newKey = async (name: string) =>
    (await openpgp.generateKey({ userIDs: [{ name }], format: 'object' })).privateKey;
  [reader, other] = await Promise.all([newKey('reader'), newKey('other')]);
  const sealed = async (options: object, parts?: number) => {
    const binary =
      parts === undefined
        ? DATA
        : ReadableStream.from(
            (function* () {
              for (let at = 0; at < DATA.length; at += parts) yield new Uint8Array(DATA.subarray(at, at + parts));
            })(),
          );
    const message = await openpgp.createMessage({ binary: binary as Uint8Array });
    const encrypted = await openpgp.encrypt({ message, encryptionKeys: reader, format: 'binary', ...options });
    const chunks: Uint8Array[] = [];
    if (encrypted instanceof Uint8Array) chunks.push(encrypted);
    else for await (const chunk of encrypted as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const { compression, symmetric } = openpgp.enums;
  messages['whole'] = await sealed({});
  messages['in_parts'] = await sealed({}, 3_000);
  messages['armored'] = Buffer.from(await openpgp.armor(openpgp.enums.armor.message, messages['in_parts']!));
  messages['compressed'] = await sealed({ config: { preferredCompressionAlgorithm: compression.zlib } });
  messages['signed'] = await sealed({ signingKeys: other });
  messages['signed_in_parts'] = await sealed({ signingKeys: other }, 3_000);
  messages['aead'] = await sealed({ config: { aeadProtect: true } });
  messages['two_readers'] = await sealed({ encryptionKeys: [other.toPublic(), reader.toPublic()] });
  messages['aes128'] = await sealed({ config: { preferredSymmetricAlgorithm: symmetric.aes128 } });
});

interface Rules {
  readonly key?: openpgp.PrivateKey;
  readonly signers?: readonly openpgp.PrivateKey[];
  readonly requireSignature?: boolean;
  readonly chunkBytes?: number;
}

async function opened(bytes: Uint8Array, rules: Rules = {}): Promise<Buffer> {
  const { key = reader, signers = [], requireSignature = false, chunkBytes = 1_000 } = rules;
  const layer = decrypting({
    privateKey: key.armor(),
    publicKeys: signers.map((one) => one.toPublic().armor()),
    requireSignature,
  });
  const chunks = (async function* () {
    // Memory of their own, which is given back when they have served: what is still read then is empty.
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      const chunk = new Uint8Array(
        new ArrayBuffer(Math.max(chunkBytes, 2 * Buffer.poolSize)),
        0,
        Math.min(chunkBytes, bytes.length - at),
      );
      chunk.set(bytes.subarray(at, at + chunkBytes));
      yield chunk;
    }
  })();
  const file = { name: 'x.pgp', bytes: bytes.length, modifiedAt: '', version: '' };
  const found: Buffer[] = [];
  for await (const chunk of layer(chunks, { file, identity: { checksum: '', bytes: 0 }, givesChunksAway: true }))
    found.push(Buffer.from(chunk));
  return Buffer.concat(found);
}

test.each(KINDS)('the message "%s" is opened, whatever pieces it comes in', async (kind) => {
  // Armor is known by the first piece; transports give larger ones than this.
  for (const chunkBytes of [kind === 'armored' ? 250 : 7, 1_000, 1 << 20])
    expect((await opened(messages[kind]!, { chunkBytes })).equals(DATA)).toBe(true);
});

test.each(KINDS)('of the message "%s" no bit can be altered, and nothing be cut off or added', async (kind) => {
  const whole = messages[kind]!;
  const refused = { kind: 'source', message: expect.stringContaining('is refused by PGP') };
  if (kind !== 'armored')
    for (const at of [whole.length - 3, whole.length - 21, whole.length - 30, whole.length >> 1]) {
      const altered = Buffer.from(whole);
      altered[at]! ^= 4;
      await expect(opened(altered)).rejects.toMatchObject(refused);
    }
  // What the end of the armor lacks is none of the message.
  for (const length of [
    50,
    whole.length >> 1,
    whole.length - (kind === 'armored' ? 100 : 40),
    whole.length - (kind === 'armored' ? 100 : 1),
  ])
    await expect(opened(whole.subarray(0, length))).rejects.toMatchObject(refused);
  if (kind !== 'armored') await expect(opened(Buffer.concat([whole, randomBytes(40)]))).rejects.toMatchObject(refused);
});

test.each(['signed', 'signed_in_parts'])('the message "%s" counts as signed by those who are known', async (kind) => {
  const bytes = messages[kind]!;
  expect((await opened(bytes, { signers: [other], requireSignature: true })).equals(DATA)).toBe(true);
  await expect(opened(bytes, { signers: [reader], requireSignature: true })).rejects.toThrow(/refused by PGP: .*sign/i);
});

test.each(['whole', 'in_parts', 'compressed', 'aead'])(
  'the message "%s" is refused where a signature is asked for',
  (kind) => expect(opened(messages[kind]!, { signers: [other], requireSignature: true })).rejects.toThrow(/not signed/),
);

test('a message for somebody else names that', async () => {
  await expect(opened(messages['whole']!, { key: other })).rejects.toMatchObject({
    message: expect.stringMatching(/session key/i),
    details: { hint: expect.stringContaining('encrypted for another key') },
  });
});

test('of the lengths of a message in very many parts nothing is kept', async () => {
  const parts = Array.from({ length: 5_000 }, () => Buffer.of(0xe0, 7));
  const bytes = Buffer.concat([Buffer.of(0xd2, 0xe0, 1), ...parts, Buffer.of(0)]);
  const envelope = await envelopeOf(
    (async function* () {
      yield bytes;
    })(),
  );
  let content = 0;
  for await (const part of envelope.sealed()) content += part.length;
  expect(content).toBe(5_000);
  expect((await envelope.whole().next()).value).toHaveLength(3);
});
