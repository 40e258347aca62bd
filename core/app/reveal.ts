import { decrypted } from '../middleware/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Configuration } from './configuration.js';
import { keyVersions } from './stream-requests.js';

/** Opens what `protect: { encrypt: … }` has sealed in a column, with whichever version of its key it was. */
export function revealing(
  { settings, connection: find }: Pick<Configuration, 'settings' | 'connection'>,
  { connection, stream, column }: { readonly connection: string; readonly stream: string; readonly column: string },
): (sealed: string) => string | undefined {
  const { protect, schema } = find(connection);
  const rule = protect[stream]?.[column];
  const key = typeof rule === 'object' ? rule.encrypt : undefined;
  if (key === undefined)
    throw new ConnectorError('config', `Nothing encrypts the column "${column}" of stream "${stream}".`, {
      connection,
      stream,
      hint: 'Only ciphertexts can be opened: tokens, hashes, masks and generalised values hold no way back.',
    });
  const keys = keyVersions(settings, key);
  return (sealed) => decrypted(sealed, keys, { table: `${schema}.${stream}`, column });
}
