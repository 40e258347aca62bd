import { createHash } from 'node:crypto';
import { ConnectorError } from '#sdk';
import type { Login } from './sftp.config.js';

/** The fingerprint as `ssh-keygen -lf` prints it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The kind of key, which stands at its beginning: four bytes of length, then the name. */
function keyType(key: Buffer): string {
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0));
}

/** What is wrong with the key that the server shows; undefined where it is one that the configuration pins. */
export function hostKeyFault(key: Buffer, { host, host_key_sha256 }: Login): ConnectorError | undefined {
  const found = fingerprintOf(key);
  const pinned = [host_key_sha256 ?? []].flat().map((text) => text.replace(/=+$/, ''));
  if (pinned.includes(found)) return undefined;
  const shown = `${found} (${keyType(key)})`;
  if (pinned.length === 0)
    return new ConnectorError('auth', `No key of ${host} is pinned, so nothing was sent to it; it shows ${shown}.`, {
      hint: `Ask who runs the server for its fingerprint by another way. If it is the same, set \`host_key_sha256: ${found}\`.`,
    });
  return new ConnectorError(
    'auth',
    `${host} shows the host key ${shown}, which is not the one that is pinned (${pinned.join(', ')}). Nothing was sent to it.`,
    {
      hint: `Somebody may stand in between. Ask who runs the server whether its key was changed; only then set \`host_key_sha256: ${found}\`.`,
    },
  );
}
