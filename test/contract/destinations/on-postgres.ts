import { postgres } from '../../../destinations/postgres/postgres.destination.js';
import { cuttingProxy } from '../../integration/engine/cutting-proxy.js';
import { conformanceFolder, type Tried } from '../../support/conformance.js';

/** The destination on a server, with processes to kill and a proxy that loses replies. */
export function onPostgres(url: string, close: () => Promise<unknown>): Tried {
  const folder = conformanceFolder('postgres', { url });
  return {
    subject: {
      plugin: postgres,
      config: { url },
      startWriter: folder.start,
      async loseReply() {
        const proxy = await cuttingProxy(url);
        return {
          config: { url: proxy.url },
          arm: (when) => proxy.arm(when),
          get losses() {
            return proxy.cuts;
          },
          close: () => proxy.close(),
        };
      },
    },
    async close() {
      folder.close();
      await close();
    },
  };
}
