import { ReadableStream } from 'node:stream/web';
import type { Message, PrivateKey, PublicKey } from 'openpgp';
import type { FileVersion } from '../../../protocol/index.js';
import { ConnectorError, isConnectorError } from '../../errors.js';
import { refused } from './faults.js';
import { freeing } from './freed.js';
import { gathered } from './gathered.js';
import type { Layer } from './layer.js';
import { envelopeOf, isUnsealable, literalIn, unsealed } from './pgp-envelope.js';

export interface PgpRules {
  /** Armored. */
  readonly privateKey: string;
  readonly passphrase?: string;
  /** Armored keys of those who may sign. */
  readonly publicKeys: readonly string[];
  readonly requireSignature: boolean;
}

const ARMOR = '-----BEGIN PGP MESSAGE';

/**
 * Takes PGP off while it reads. Whether the message was altered, and who signed it, is only known at its end, and that is where it
 * throws: the file's records are staged until then, and count only after.
 */
export function decrypting(rules: PgpRules): Layer {
  return (chunks, { file, givesChunksAway }) => decrypted(chunks, rules, file, givesChunksAway);
}

async function* decrypted(
  chunks: AsyncIterable<Uint8Array>,
  rules: PgpRules,
  file: FileVersion,
  givesChunksAway: boolean,
): AsyncGenerator<Uint8Array> {
  const openpgp = await import('openpgp');
  const { decryptionKey, verificationKeys } = await keysOf(rules, openpgp);
  const iterator = chunks[Symbol.asyncIterator]();
  const head = await iterator.next();
  const isArmored = head.done !== true && Buffer.from(head.value).subarray(0, 200).toString('latin1').includes(ARMOR);
  // What the transport or the layer below says is the cause, whatever the library makes of it.
  let below: unknown;
  const all = (async function* () {
    try {
      if (head.done !== true) yield head.value;
      yield* { [Symbol.asyncIterator]: () => iterator };
    } catch (error) {
      below = error;
      throw error;
    } finally {
      await iterator.return?.();
    }
  })();
  // No plaintext that is unauthenticated at its end passes: only its pieces do, before that end.
  const config = { allowUnauthenticatedStream: true };
  const asMessage = async (bytes: AsyncIterable<Uint8Array>): Promise<Message<ReadableStream<Uint8Array>>> =>
    (await openpgp.readMessage({ binaryMessage: ReadableStream.from(bytes) as never, config })) as never;
  const reading = { verificationKeys, expectSigned: rules.requireSignature, format: 'binary' as const, config };
  try {
    const binary = isArmored
      ? ((await openpgp.unarmor(ReadableStream.from(latin(all)) as never)).data as unknown as AsyncIterable<Uint8Array>)
      : all;
    const envelope = await envelopeOf(binary[Symbol.asyncIterator]());
    const sessionKey = envelope.isOfVersion1
      ? await sessionKeyOf(envelope.sessionKeys, decryptionKey, openpgp)
      : undefined;
    let isProven = false;
    // What comes from the library, or goes there, it may hold still.
    const sealed = freeing(envelope.sealed(), () => givesChunksAway && !isArmored);
    const plain =
      sessionKey &&
      unsealed(sealed, sessionKey.algorithm, sessionKey.data, () => {
        isProven = true;
      });
    const literal = plain && (await literalIn(plain));
    if (literal?.data !== undefined) {
      if (rules.requireSignature) throw new Error('the message is not signed');
      yield* literal.data;
    } else {
      const { data, signatures } =
        literal === undefined
          ? await openpgp.decrypt({
              message: (await asMessage(envelope.whole())) as never,
              decryptionKeys: decryptionKey,
              ...reading,
            })
          : await openpgp.verify({ message: (await asMessage(literal.all)) as never, ...reading });
      if (data === null) throw new Error('there is no data in the message');
      yield* gathered(data as unknown as AsyncIterable<Uint8Array>);
      if (!rules.requireSignature && verificationKeys.length > 0) await refuseForged(signatures, verificationKeys);
    }
    // Who read it has read on to the end, where this is checked, and passed the error on. Safety is not to hang on that.
    if (plain !== undefined && (await plain.next()).done !== true) throw new Error('there is more after the data');
    if (plain !== undefined && !isProven) throw new Error('Modification detected.');
  } catch (cause) {
    if (isConnectorError(below)) throw below;
    if (isConnectorError(cause)) throw cause;
    throw refused(file, `is refused by PGP: ${reasonOf(cause)}`, hintOf(cause), cause);
  } finally {
    await all.return(undefined);
  }
}

/** Absent where there is not just one, or it is for a cipher that the library alone has. */
async function sessionKeyOf(packets: Uint8Array, decryptionKeys: PrivateKey, openpgp: typeof import('openpgp')) {
  const message = await openpgp.readMessage({ binaryMessage: packets });
  const [found, ...others] = await openpgp.decryptSessionKeys({ message, decryptionKeys });
  if (found === undefined || others.length > 0 || !isUnsealable(found.algorithm)) return undefined;
  return { data: found.data, algorithm: found.algorithm as string };
}

async function keysOf(rules: PgpRules, openpgp: typeof import('openpgp')) {
  const bad = (what: string, hint: string, cause: unknown) => new ConnectorError('config', what, { hint, cause });
  const sealed: PrivateKey = await openpgp.readPrivateKey({ armoredKey: rules.privateKey }).catch((cause: unknown) => {
    throw bad(
      '`pgp.private_key` is no armored PGP private key.',
      'Export it by `gpg --armor --export-secret-keys`.',
      cause,
    );
  });
  if (!sealed.isDecrypted() && rules.passphrase === undefined)
    throw bad('The PGP private key has a passphrase.', 'Give it as `pgp.passphrase`.', undefined);
  const decryptionKey = sealed.isDecrypted()
    ? sealed
    : await openpgp
        .decryptKey({ privateKey: sealed, passphrase: rules.passphrase as string })
        .catch((cause: unknown) => {
          throw bad('The passphrase does not open the PGP private key.', 'Correct `pgp.passphrase`.', cause);
        });
  const verificationKeys: PublicKey[] = [];
  for (const armoredKeys of rules.publicKeys)
    verificationKeys.push(
      ...(await openpgp.readKeys({ armoredKeys }).catch((cause: unknown) => {
        throw bad('`pgp.public_keys` holds what is no armored PGP public key.', 'Ask the sender for it.', cause);
      })),
    );
  return { decryptionKey, verificationKeys };
}

/** A signature by a key that is known must be right also where none is asked for. */
async function refuseForged(
  signatures: readonly { readonly keyID: { equals(other: unknown): boolean }; readonly verified: Promise<true> }[],
  keys: readonly PublicKey[],
): Promise<void> {
  for (const { keyID, verified } of signatures) {
    const isKnown = keys.some((key) => key.getKeyIDs().some((id) => id.equals(keyID as never)));
    if (isKnown) await verified;
    else verified.catch(() => undefined);
  }
}

/** The library's sentences hold no content of the message. */
const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message.replace(/\.$/, '').slice(0, 300) : 'unknown fault';

function hintOf(cause: unknown): string {
  const reason = reasonOf(cause);
  if (/session key|decryption key/i.test(reason))
    return 'It was encrypted for another key; give the sender your public key.';
  if (/sign/i.test(reason)) return 'Check who sent it, and `pgp.public_keys`.';
  return 'It is damaged or was altered; deliver it again.';
}

async function* latin(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const chunk of chunks)
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
}
