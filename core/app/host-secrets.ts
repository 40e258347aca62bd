import type { SecureContextOptions } from 'node:tls';
import type { Logger } from 'winston';
import { toConnectorError } from '../sdk/index.js';
import { checkPair } from './access.js';
import { whoAmI } from './account.js';
import type { Installation } from './installation.js';

const EVERY_MS = 60_000;

/** The server of a host, where it speaks TLS. */
interface MaybeTls {
  readonly setSecureContext?: (options: SecureContextOptions) => void;
}

export interface HostSecrets {
  /** Reads them again, whenever that was last; gives the paths of what has changed. Never rejects. */
  refresh(): Promise<readonly string[]>;
  /** The same once a minute, however often it is called. */
  keepFresh(): Promise<void>;
}

/** What a host needs itself while it runs: certificate, secret of the login, channels of alerts and mail, key of shared links. */
export function hostSecrets(
  { configuration, store }: Installation,
  server: () => MaybeTls,
  logger: Logger,
): HostSecrets {
  let last = Date.now();
  let told = '';
  const refresh = async (): Promise<readonly string[]> => {
    last = Date.now();
    try {
      const changed = await configuration.refreshHost();
      if (changed.length === 0) return changed;
      const { audit } = await store();
      const act = { actor: whoAmI(), action: 'secrets.rotate', object: 'host', outcome: 'allowed' } as const;
      await audit.append({ ...act, detail: { settings: changed } });
      logger.info('secrets were read anew', { settings: changed });
      const tls = configuration.settings.access?.tls;
      if (tls !== undefined && changed.some((path) => path.startsWith('access.tls.'))) {
        // Two files that are replaced one after the other do not fit for a moment: the pair before stays.
        checkPair(tls.certificate, tls.private_key);
        server().setSecureContext?.({ cert: tls.certificate, key: tls.private_key });
      }
      told = '';
      return changed;
    } catch (error) {
      const { message } = toConnectorError(error);
      if (message !== told) logger.error(`secrets of this host stay as they are: ${message}`);
      told = message;
      return [];
    }
  };
  return {
    refresh,
    async keepFresh() {
      if (Date.now() - last >= EVERY_MS) await refresh();
    },
  };
}
