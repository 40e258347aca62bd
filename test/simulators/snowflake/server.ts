import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createStoredDatabase } from './engine/catalog.js';
import { openDatabase } from './engine/database.js';
import { createLocks } from './engine/locks.js';
import type { Account } from './engine/session.js';
import { createTransactions } from './engine/transactions.js';
import { createFaultPlan, type Fault, type FaultPlan } from './faults.js';
import type { User } from './wire/login.js';
import { createProtocol } from './wire/protocol.js';
import type { Reply, StatementRecord } from './wire/replies.js';

export interface SnowflakeSimulatorOptions {
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly account?: string;
  /** Default: `defaultUser`. */
  readonly users?: readonly User[];
  /** OAuth access tokens and the users that they are of. */
  readonly oauthTokens?: Readonly<Record<string, string>>;
  readonly roles?: readonly string[];
  readonly warehouses?: readonly string[];
  /** Default: one, ANALYTICS, with a schema PUBLIC. */
  readonly databases?: readonly string[];
  /** TIMEZONE of new sessions. Default: America/Los_Angeles, as it is in Snowflake. */
  readonly timeZone?: string;
  /** Parameters that the account sets for its sessions, instead of Snowflake's defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** How many rows stand in an answer itself (default 1,000), and in each chunk after it (default 10,000). */
  readonly firstRows?: number;
  readonly chunkRows?: number;
  /** After how long a running statement is answered with "in progress". Default: 45 s. */
  readonly inProgressMs?: number;
  /** After how long an idle transaction that another waits for is rolled back. Default: 5 minutes. */
  readonly blockerIdleMs?: number;
  readonly sessionTokenS?: number;
  readonly masterTokenS?: number;
  readonly faults?: readonly Fault[];
}

export interface SnowflakeSimulator {
  /** `accessUrl` of a connection. */
  readonly url: string;
  readonly account: string;
  readonly faults: FaultPlan;
  /** Every statement that came, in order, also those that failed or never ran. */
  readonly statements: readonly StatementRecord[];
  /** Sessions that are open. */
  sessions(): number;
  close(): Promise<void>;
}

export const defaultUser: User = { name: 'TRIBUTARY', password: 'simulated-password', roles: ['SYSADMIN', 'PUBLIC'] };

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const raw = Buffer.concat(parts);
  const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
};

const send = (response: ServerResponse, reply: Reply): void => {
  if (reply.cut === true) {
    response.socket?.destroy();
    return;
  }
  const body = reply.raw ?? JSON.stringify(reply.json);
  const zipped = reply.raw === undefined ? undefined : gzipSync(body, { level: 1 });
  response.writeHead(reply.status, {
    'content-type': reply.raw === undefined ? 'application/json' : 'application/octet-stream',
    ...(zipped === undefined ? {} : { 'content-encoding': 'gzip' }),
    ...reply.headers,
  });
  response.end(zipped ?? body);
};

export const startSnowflakeSimulator = async (options: SnowflakeSimulatorOptions = {}): Promise<SnowflakeSimulator> => {
  const folder = await mkdtemp(join(tmpdir(), 'snowflake-simulator-'));
  const database = await openDatabase();
  const locks = createLocks(options.blockerIdleMs ?? 300_000);
  const users = options.users ?? [defaultUser];
  let relations = 0;
  const account: Account = {
    name: (options.account ?? 'SIMULATED').toUpperCase(),
    databases: new Map((options.databases ?? ['ANALYTICS']).map((name) => [name, createStoredDatabase()])),
    database,
    locks,
    transactions: createTransactions(database, locks),
    sessions: new Map(),
    warehouses: new Set(options.warehouses ?? ['LOADING']),
    roles: new Set([...(options.roles ?? ['ANALYST']), ...users.flatMap(({ roles }) => roles)]),
    folder,
    relation: () => `"t${(relations += 1)}"`,
  };
  const faults = createFaultPlan();
  faults.set(...(options.faults ?? []));
  const server = createServer((request, response) => {
    void (async () => {
      try {
        const url = new URL(request.url ?? '/', 'http://simulator');
        send(
          response,
          await protocol.handle(
            request.method ?? 'GET',
            url,
            request.headers.authorization ?? '',
            await bodyOf(request),
          ),
        );
      } catch (error) {
        // Not 500, which the driver would try again for minutes.
        const message = `SQL execution internal error: the simulator failed: ${(error as Error).stack}`;
        send(response, { status: 200, json: { success: false, code: '000603', message, data: { sqlState: 'XX000' } } });
      }
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const url = `http://${options.host ?? '127.0.0.1'}:${(server.address() as AddressInfo).port}`;
  const protocol = createProtocol({
    account,
    url,
    users,
    faults,
    oauthTokens: options.oauthTokens ?? {},
    parameters: {
      ...(options.timeZone === undefined ? {} : { TIMEZONE: options.timeZone }),
      ...options.parameters,
    },
    firstRows: options.firstRows ?? 1000,
    chunkRows: options.chunkRows ?? 10_000,
    inProgressMs: options.inProgressMs ?? 45_000,
    sessionTokenS: options.sessionTokenS ?? 3600,
    masterTokenS: options.masterTokenS ?? 14_400,
  });
  return {
    url,
    account: account.name,
    faults,
    statements: protocol.statements,
    sessions: () => [...account.sessions.values()].filter(({ isClosed }) => !isClosed).length,
    async close() {
      protocol.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await protocol.idle();
      database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
