import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { WinstonModule } from 'nest-winston';
import type { Logger } from 'winston';
import {
  ApiDocument,
  type Login,
  ApiModule,
  builtWeb,
  Metrics,
  negotiation,
  ProblemFilter,
  requestEdge,
  snakeKeys,
  webApplication,
  withinRequest,
} from '../api/index.js';
import type { Store } from '../persistence/index.js';
import { createScheduler } from '../scheduler/scheduler.js';
import { ConnectorError, toConnectorError } from '../sdk/index.js';
import type { Settings } from '../settings/index.js';
import { accessOf, listeningOf } from './access.js';
import { startAlerting } from './alerting.js';
import { noteEnded } from './break-glass.js';
import { noteConfiguration } from './configuration-changes.js';
import { SILENT_MS } from './connection-run.js';
import { liftChanged } from './holds.js';
import { hostSecrets, type HostSecrets } from './host-secrets.js';
import { hostServices } from './host-services.js';
import type { Installation } from './installation.js';
import { auditAnchoring } from './audit.js';
import { createLogger } from './log.js';
import { isLoopback } from './loopback.js';
import { retentionOf } from './retention.js';
import { startRetention } from './stream-retention.js';
import { startPublishing } from './releases.js';
import { mailDue } from './report-mails.js';
import { scheduledConnections } from './schedules.js';
import { SchedulingModule, type Ticking } from './scheduling.module.js';
import { version } from './version.js';
import { HOST_SECRETS, noteSecretUse } from './secret-use.js';
import { startRunWorker } from './worker.js';

/** Beside the built program, and where a test runs the sources. */
const WEB_PLACES = ['../../web', '../../dist/web'].map((place) => fileURLToPath(new URL(place, import.meta.url)));

export interface Host {
  readonly url: string;
  /** What its router takes: `GET /api/runs/:id`. */
  readonly routes: readonly string[];
  /** Reads the secrets of the host itself again, as it does once a minute; gives the paths of what has changed. */
  refreshSecrets(): Promise<readonly string[]>;
  /** False where a run of its worker did not end in time. */
  close(): Promise<boolean>;
}

export interface HostOptions {
  readonly host: string;
  readonly port: number;
  /** Runs at a time of the worker in this process; 0: others do the work. */
  readonly worker: number;
}

/** Starts the NestJS host of an installation and resolves when it answers. */
export async function startHost(installation: Installation, { host, port, worker }: HostOptions): Promise<Host> {
  const listening = listeningOf(installation.configuration.settings, host);
  const stopping = new AbortController();
  const { scrub } = installation.configuration;
  const logger = createLogger(scrub);
  await noteConfiguration(installation);
  await noteSecretUse(installation, 'host', HOST_SECRETS);
  await liftChanged(installation, (text) => logger.info(text));
  const services = await hostServices(installation, stopping.signal);
  const secrets: HostSecrets = hostSecrets(installation, () => app.getHttpServer() as object, logger);
  const scheduling = await schedulingOf(installation, logger, secrets);
  const { settings } = installation.configuration;
  const store = await installation.store();
  const access = accessOf(settings, store);
  const login = await loginOf(settings, store);
  const app: NestExpressApplication = await NestFactory.create<NestExpressApplication>(
    HostModule.of(ApiModule.serving(services, access, login), scheduling),
    {
      logger: WinstonModule.createLogger({ instance: logger }),
      abortOnError: false,
      // One that listens to a stream and does not read shall not hold the end up.
      forceCloseConnections: true,
      ...(listening.tls === undefined ? {} : { httpsOptions: listening.tls }),
    },
  );
  if (listening.isBehindProxy) app.set('trust proxy', 'loopback, linklocal, uniquelocal');
  app.disable('x-powered-by');
  const [metrics, api] = [app.get(Metrics), app.get(ApiDocument)];
  api.makeFrom(app, version);
  app.use(withinRequest);
  app.use(
    requestEdge((request) => {
      metrics.answered(request);
      logger.info('request', snakeKeys(request));
    }),
  );
  app.use((request: Incoming, response: Outgoing, next: () => void) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    if (listening.isSecure) response.setHeader('Strict-Transport-Security', 'max-age=31536000');
    // Nothing but its own names: else a page elsewhere could reach this host by a name of its own (DNS rebinding).
    const name = hostNameOf(request.headers.host ?? '');
    // Probes ask by the address of a machine, and are told nothing of the company.
    if (!PROBES.has(request.url) && !listening.names.has(name) && !(listening.isLoopback && isLoopback(name))) {
      response.statusCode = 421;
      response.end(
        `This host answers only to ${['127.0.0.1 and localhost', ...listening.names].slice(listening.isLoopback ? 0 : 1).join(', ')}.\n`,
      );
      return;
    }
    next();
  });
  const web = webApplication(builtWeb(...WEB_PLACES));
  app.use(web.serve);
  app.use(negotiation(api));
  const log = (error: unknown, requestId: string) =>
    logger.error(toConnectorError(error).message, { request_id: requestId });
  app.useGlobalFilters(new ProblemFilter({ log, scrub, tellMissing: web.tellMissing }));
  try {
    await app.listen(port, host);
  } catch (cause) {
    await app.close();
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConnectorError('config', `The host cannot listen on ${host}:${port} (${code ?? String(cause)}).`, {
      cause,
      hint: code === 'EADDRINUSE' ? 'Another program has that port: give another with --port.' : 'Give another --port.',
    });
  }
  // Not before the port is had: else a second host on it would begin runs only to give them back.
  const alerting = await startAlerting(installation, (text) => logger.error(text)).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  const publishing = startPublishing(
    installation,
    (text) => logger.info(text),
    (signal) => mailDue(installation, { now: new Date(), signal, note: (text) => logger.info(text) }),
  );
  const retaining = startRetention(installation, (text) => logger.info(text));
  const working =
    worker === 0
      ? undefined
      : await startRunWorker(installation, { concurrency: worker }).catch(async (error: unknown) => {
          await Promise.all([alerting.close(), publishing.close(), retaining.close()]);
          await app.close();
          throw error;
        });
  const address = app.getHttpServer().address() as AddressInfo;
  return {
    url: `${listening.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    routes: routesOf(app),
    refreshSecrets: secrets.refresh,
    async close() {
      // What is asked while runs end is still answered.
      const [isClean] = await Promise.all([
        working?.stop() ?? true,
        alerting.close(),
        publishing.close(),
        retaining.close(),
      ]);
      stopping.abort();
      await app.close();
      return isClean;
    },
  };
}

interface RouterLayer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

function routesOf(app: NestExpressApplication): readonly string[] {
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: readonly RouterLayer[] } };
  return router.stack.flatMap(({ route }) =>
    route === undefined ? [] : Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`),
  );
}

/** Its library is loaded only where somebody may log in. */
async function loginOf({ access }: Settings, store: Store): Promise<Login | null> {
  if (access?.oidc === undefined) return null;
  const { oidcLogin } = await import('./oidc.js');
  return oidcLogin({ ...access, oidc: access.oidc }, store);
}

@Module({})
class HostModule {
  static of(api: DynamicModule, scheduling: Ticking): DynamicModule {
    return { module: HostModule, imports: [api, SchedulingModule.driving(scheduling)] };
  }
}

/** Adds what is due to the requests in the store, by the database's clock, which all hosts share. */
async function schedulingOf(installation: Installation, logger: Logger, secrets: HostSecrets): Promise<Ticking> {
  const { configuration, store } = installation;
  const { schedules, runs, history } = await store();
  const keep = retentionOf(configuration.settings);
  const connections = scheduledConnections(configuration.settings);
  const scheduler = createScheduler(connections, schedules);
  const anchor = auditAnchoring(installation, (head) => logger.info('audit log', head));
  return {
    async tick() {
      // A process that was killed does not say so.
      await runs.markInterrupted({ heartbeatOlderThanMs: SILENT_MS });
      if (connections.length > 0) await scheduler.tick(new Date(await schedules.now()));
      await history.prune(keep);
      await noteEnded(installation);
      await secrets.keepFresh();
      await anchor();
    },
    onFailure: (error) => logger.error(`What a host does every few seconds failed: ${toConnectorError(error).message}`),
  };
}

const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz']);

interface Incoming {
  readonly url: string;
  readonly headers: { readonly host?: string };
}
interface Outgoing {
  statusCode: number;
  setHeader(name: string, value: string): void;
  end(text: string): void;
}

/** The page carries styles and charts itself, has no script and needs nothing from anywhere; by hash it says which style. */
const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
} as const;

function hostNameOf(header: string): string {
  return header.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
