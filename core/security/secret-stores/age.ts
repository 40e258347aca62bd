import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { armor, Decrypter } from 'age-encryption';
import { parse } from 'yaml';
import { ConnectorError } from '../../sdk/errors.js';
import type { ReadSecret } from './index.js';

const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';

/** Files that `age` has encrypted: YAML or JSON with fields, or one text. `AGE_IDENTITY_FILE` names the file of the identities. */
export function ageSecrets(env: Readonly<Record<string, string | undefined>>, folder: string): ReadSecret {
  return async (id) => {
    const identities = (await identityText(env)).split('\n').map((line) => line.trim());
    const decrypter = new Decrypter();
    for (const line of identities) if (line !== '' && !line.startsWith('#')) decrypter.addIdentity(line);
    const bytes = await readFile(resolve(folder, id)).catch((error: NodeJS.ErrnoException) => {
      throw new ConnectorError('config', `cannot be read: its file (${error.code ?? 'unknown'})`);
    });
    let text: string;
    try {
      const isArmored = bytes.subarray(0, ARMOR.length).toString() === ARMOR;
      text = await decrypter.decrypt(isArmored ? armor.decode(bytes.toString()) : new Uint8Array(bytes), 'text');
    } catch {
      throw new ConnectorError(
        'auth',
        'cannot be decrypted: it was not encrypted for an identity in AGE_IDENTITY_FILE, or was changed',
      );
    }
    return documentOf(text);
  };
}

async function identityText({
  AGE_IDENTITY_FILE: file,
}: Readonly<Record<string, string | undefined>>): Promise<string> {
  if (!file)
    throw new ConnectorError('config', 'needs AGE_IDENTITY_FILE, the file of an identity (age-keygen -o FILE)');
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConnectorError('config', `cannot be read: AGE_IDENTITY_FILE (${error.code ?? 'unknown'})`);
  });
}

/** What is no map is one text as it stands. */
function documentOf(text: string): unknown {
  try {
    const document: unknown = parse(text, { logLevel: 'silent' });
    if (typeof document === 'object' && document !== null) return document;
  } catch {
    // No YAML: a text.
  }
  return text.replace(/\r?\n$/, '');
}
