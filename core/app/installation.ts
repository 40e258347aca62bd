import { channel } from 'node:diagnostics_channel';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmbeddedServer, Store } from '../persistence/index.js';
import type { DestinationSession, OpenSource, SqlSession } from '../protocol/index.js';
import type { RunQueue } from '../scheduler/queue.js';
import { shareBudgets } from '../sdk/http/shared-budget.js';
import { ConnectorError, toConnectorError, type DestinationPlugin } from '../sdk/index.js';
import type { Configuration } from './configuration.js';

/** The host's own database on an embedded server; those of destinations are called like them. */
const STORE_DATABASE = 'tributary';

/**
 * All that runs and costs something, opened at first use: the embedded PostgreSQL, the host's store, sources and
 * destinations. One per process.
 */
export interface Installation {
  readonly configuration: Configuration;
  store(): Promise<Store>;
  /** Brings requests for runs to workers; it lies beside the store. `onFault` of the first call hears what it heals itself. */
  queue(onFault: (error: Error) => void): Promise<RunQueue>;
  /** Reads again what the references of both ends of a connection stand for. True: something has changed. */
  refreshSecrets(connection: string): Promise<boolean>;
  source(name: string, signal: AbortSignal): Promise<OpenSource>;
  /** `metadataSchema`: instead of the configured one, for what is not to be seen by any run. */
  destination(name: string, signal: AbortSignal, metadataSchema?: string): Promise<DestinationSession>;
  checkDestination(name: string, signal: AbortSignal): Promise<void>;
  /** The plugin of a destination with its configuration, for whoever connects to it in ways of its own. */
  destinationPlugin(name: string): Promise<DestinationReach>;
  sql(name: string, options: { readonly readOnly: boolean; readonly signal: AbortSignal }): Promise<SqlSession>;
  /** Schema of fence, bookmarks, ledger, quarantine and dirty marks of a destination. */
  metadataSchema(destination: string): Promise<string>;
  /** Ends what this process started; may be repeated. */
  close(): Promise<void>;
}

export interface DestinationReach {
  readonly plugin: DestinationPlugin;
  readonly config: Readonly<Record<string, unknown>>;
  readonly baseFolder: string;
}

/** TypeORM is large, and most verbs need no store. */
const persistence = () => import('../persistence/index.js');

/** Named points of a run; diagnostics and tests that stop the process there listen to this channel. */
const probes = channel('tributary:probe');

export function probe(point: string): void {
  if (probes.hasSubscribers) probes.publish({ point });
}

export function openInstallation(configuration: Configuration, note: (text: string) => void): Installation {
  const { settings, home, loaded } = configuration;
  const baseFolder = loaded.folder;
  let server: Promise<EmbeddedServer> | undefined;
  let store: Promise<Store> | undefined;
  let queue: Promise<RunQueue> | undefined;

  const embeddedUrl = async (database: string): Promise<string> => {
    server ??= persistence().then(({ openEmbedded }) => openEmbedded({ home, log: note }));
    const { createDatabaseIfMissing, url } = await server;
    await createDatabaseIfMissing(database);
    return url(database);
  };
  const storeUrl = async () => (settings.store === 'embedded' ? embeddedUrl(STORE_DATABASE) : settings.store);
  const destinationOf = async (name: string) => {
    const { plugin, config } = await configuration.plugin('destination', name);
    const url = config['url'] === 'embedded' ? { url: await embeddedUrl(name) } : {};
    return { plugin, config: { ...config, ...url } as Record<string, unknown> };
  };

  /** A refused login may mean that the secret is another by now: it is read once more, and tried again where it is. */
  const withNewest = async <T>(kind: 'source' | 'destination', name: string, open: () => Promise<T>): Promise<T> => {
    try {
      return await open();
    } catch (error) {
      if (toConnectorError(error).kind !== 'auth' || !(await configuration.refresh(kind, name))) throw error;
      return open();
    }
  };
  const spoolFolder = async () => {
    const folder = join(home, 'spool');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  };
  const sqlOf: Installation['sql'] = (name, { readOnly, signal }) =>
    withNewest('destination', name, async () => {
      const { plugin, config } = await destinationOf(name);
      if (plugin.sql === undefined)
        throw new ConnectorError('config', `Destination "${name}" (${plugin.name}) speaks no SQL.`, {
          hint: 'Marts, report and `query` need a SQL destination such as postgres.',
        });
      return plugin.sql(config, { signal, baseFolder, readOnly });
    });

  return {
    configuration,
    async refreshSecrets(connection) {
      const { source, destination } = configuration.connection(connection);
      const changed = [await configuration.refresh('source', source)];
      changed.push(await configuration.refresh('destination', destination));
      return changed.includes(true);
    },
    async store() {
      store ??= (async () => {
        const { openStore } = await persistence();
        const opened = await openStore(await storeUrl(), { auditKey: settings.audit.key });
        shareBudgets(opened.budgets);
        return opened;
      })();
      return store;
    },
    queue(onFault) {
      queue ??= (async () => {
        const [url, { openPgBossQueue }, { storeFailure }] = await Promise.all([
          storeUrl(),
          import('../scheduler/pg-boss.queue.js'),
          persistence(),
        ]);
        return openPgBossQueue(url, onFault).catch((error: unknown) => {
          queue = undefined; // the next call may have more luck
          throw storeFailure('open its queue', error);
        });
      })();
      return queue;
    },
    async source(name, signal) {
      return withNewest('source', name, async () => {
        const { plugin, config } = await configuration.plugin('source', name);
        const sql = (destination: string) => sqlOf(destination, { readOnly: true, signal });
        const keepFolder = join(home, 'sources', encodeURIComponent(name));
        return plugin.open(config, { signal, baseFolder, keepFolder, sql });
      });
    },
    async destination(name, signal, metadataSchema) {
      return withNewest('destination', name, async () => {
        const { plugin, config } = await destinationOf(name);
        const own = metadataSchema === undefined ? config : { ...config, metadata_schema: metadataSchema };
        return plugin.connect(own, { signal, baseFolder, spoolFolder: await spoolFolder(), probe });
      });
    },
    async checkDestination(name, signal) {
      const { plugin, config } = await destinationOf(name);
      await plugin.check(config, { signal, baseFolder });
    },
    destinationPlugin: async (name) => ({ ...(await destinationOf(name)), baseFolder }),
    sql: sqlOf,
    async metadataSchema(name) {
      const { config } = await configuration.plugin('destination', name);
      return (config['metadata_schema'] as string | undefined) ?? 'tributary';
    },
    async close() {
      const [waiting, opened, started] = [queue, store, server];
      if (opened !== undefined) shareBudgets(undefined);
      queue = undefined;
      store = undefined;
      server = undefined;
      // What never opened has nothing to close.
      await waiting?.then((open) => open.stop()).catch(() => undefined);
      await opened?.then((open) => open.close()).catch(() => undefined);
      await started?.then((running) => running.stop()).catch(() => undefined);
    },
  };
}
