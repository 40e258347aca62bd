import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerControl } from './control.js';
import { createFaultPlan, type Fault, type FaultKind, type FaultPlan } from './faults.js';
import { createRest, refusal } from './rest.js';
import { readRetrieve, WrongEnvelope, type RetrieveRequest } from './soap-request.js';
import { createSoap, fault as soapFault, retrieveResponse } from './soap.js';
import { createTokens, type Package } from './tokens.js';
import { responsesOf, truthOf, type TruthCell, type TruthResponse } from './truth.js';
import { createWorld, instantOf, type SfmcWorld, type WorldOptions } from './world.js';

export interface SfmcSimulatorOptions extends WorldOptions {
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Default: one, `defaultPackage`, that may read everything. */
  readonly packages?: readonly Package[];
  /** Rows of a page of SOAP and of a rowset. Default and most: 2,500. */
  readonly pageSize?: number;
  readonly faults?: readonly Fault[];
  /** The clock by which tokens, continuations and snapshots end, in ms. */
  readonly wallClock?: () => number;
  /** Called when the clock was moved over HTTP; the answer waits for it. */
  readonly onClock?: () => Promise<void> | void;
}

export interface LoggedRequest {
  /** `token`, `soap:OpenEvent`, `soap:OpenEvent:continue`, or a path of REST. */
  readonly route: string;
  readonly status: number;
  readonly fault: FaultKind | null;
}

export interface SfmcSimulator {
  /** The authentication base URI; the answer to a login names the addresses of both APIs. */
  readonly url: string;
  readonly world: SfmcWorld;
  readonly faults: FaultPlan;
  readonly requests: LoggedRequest[];
  now(): string;
  /** Moves the simulated clock, which stands still otherwise. */
  setNow(now: string | number): void;
  truth(timeZone: string): TruthCell[];
  responses(timeZone: string): TruthResponse[];
  close(): Promise<void>;
}

export const SCOPES = [
  'tracking_events_read',
  'email_read',
  'list_and_subscribers_read',
  'data_extensions_read',
  'journeys_read',
  'campaign_read',
  'saved_content_read',
];
export const defaultPackage: Package = {
  client_id: 'simulated-client-id',
  client_secret: 'simulated-client-secret',
  scopes: SCOPES,
};

const CONTINUATION_MS = 10 * 60_000;
const SNAPSHOT_MS = 10 * 60_000;

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type: 'application/json' | 'text/xml; charset=utf-8' | 'text/html';
  readonly headers?: Readonly<Record<string, string>>;
}

const json = ({
  status,
  body,
  headers,
}: {
  status: number;
  body: unknown;
  headers?: Readonly<Record<string, string>>;
}): Reply => ({
  status,
  body: JSON.stringify(body),
  type: 'application/json',
  ...(headers === undefined ? {} : { headers }),
});
const xml = ({ status, body }: { status: number; body: string }): Reply => ({
  status,
  body,
  type: 'text/xml; charset=utf-8',
});

/** What a fault answers in place of the service; undefined for those that need its answer, or change its state. */
const replaced = (kind: FaultKind, isSoap: boolean): Reply | undefined => {
  switch (kind) {
    case '429':
      return json({ ...refusal(429, 50_100, 'Rate limit exceeded'), headers: { 'retry-after': '5' } });
    case '429_blocked':
      return json(refusal(429, 50_200, 'Your requests are temporarily blocked.'));
    case '500':
      return json(refusal(500, 0, 'Internal Server Error'));
    case 'html200':
      return { status: 200, body: '<html><body>We will be back.</body></html>', type: 'text/html' };
    case 'throttle':
      return isSoap ? xml(soapFault('soap:Server', 'Rate limit exceeded')) : undefined;
    case 'outage':
      return xml(soapFault('soap:Server', 'Server Error', { code: 2, message: 'An unexpected error occurred' }));
    case 'maintenance':
      return xml(soapFault('soap:Server', 'Server Error', { code: 9, message: 'The account is in maintenance' }));
    case 'permission':
      return isSoap
        ? xml(retrieveResponse('Error: API Permission Failed.', 'none', ''))
        : json(refusal(403, 403, 'Insufficient Privileges'));
    default:
      return undefined;
  }
};

/** Starts a Marketing Cloud of its own world on a local port. */
export const startSfmcSimulator = async (options: SfmcSimulatorOptions): Promise<SfmcSimulator> => {
  const { pageSize = 2_500, wallClock = Date.now, packages = [defaultPackage], onClock = () => undefined } = options;
  const world = createWorld(options);
  const faults = createFaultPlan();
  faults.set(...(options.faults ?? []));
  const requests: LoggedRequest[] = [];
  const tokens = createTokens(packages, wallClock);
  const soap = createSoap({ world, pageSize, continuationMs: CONTINUATION_MS, wallClock });
  const rest = createRest({ world, pageSize, snapshotMs: SNAPSHOT_MS, wallClock });
  let now = instantOf(options.now);
  let url = '';

  const answerSoap = (request: RetrieveRequest): Reply => {
    const grant = tokens.grantOf(request.token);
    return xml(grant === undefined ? soapFault('q0:Security', 'Token Expired') : soap.answer(request, grant, now));
  };
  const answerRest = (method: string, address: URL, token: string | undefined): Reply => {
    const grant = tokens.grantOf(token);
    return json(grant === undefined ? refusal(401, 0, 'Not Authorized') : rest.answer(method, address, grant, now));
  };

  const serve = (
    message: IncomingMessage,
    body: string,
  ): { readonly reply: Reply; readonly route: string; readonly fault: FaultKind | null } => {
    const address = new URL(message.url ?? '/', 'http://simulator');
    const method = message.method ?? '';
    const finish = (route: string, token: string | undefined, answer: () => Reply, request?: RetrieveRequest) => {
      const fault = faults.next(route) ?? null;
      if (fault === 'expired_token') tokens.revoke(token);
      if (fault === 'expired_request' && request !== undefined) soap.forget(request);
      const before = fault === 'duplicate_page' && request !== undefined ? soap.pageBefore(request) : undefined;
      const instead = fault === null ? undefined : replaced(fault, request !== undefined);
      const real = instead ?? answer();
      return { route, fault, reply: before === undefined ? real : xml(before) };
    };
    if (address.pathname === '/v2/token') {
      if (method !== 'POST') return { route: 'token', fault: null, reply: json(refusal(405, 405, 'Use POST')) };
      const given = /json/.test(message.headers['content-type'] ?? '') ? (JSON.parse(body) as unknown) : undefined;
      return finish('token', undefined, () => json(tokens.issue(given, url)));
    }
    if (address.pathname === '/Service.asmx') {
      try {
        if (method !== 'POST') throw new WrongEnvelope('Use POST');
        if (!(message.headers['content-type'] ?? '').startsWith('text/xml')) throw new WrongEnvelope('Send text/xml');
        if (message.headers['soapaction']?.toString().replaceAll('"', '') !== 'Retrieve')
          throw new WrongEnvelope('SOAPAction must be Retrieve');
        const request = readRetrieve(body);
        const route = `soap:${request.objectType}${request.continued === undefined ? '' : ':continue'}`;
        return finish(route, request.token, () => answerSoap(request), request);
      } catch (error) {
        if (!(error instanceof WrongEnvelope)) throw error;
        return { route: 'soap', fault: null, reply: xml(soapFault('soap:Client', error.message)) };
      }
    }
    const token = /^Bearer (\S+)$/.exec(message.headers.authorization ?? '')?.[1];
    return finish(decodeURIComponent(address.pathname), token, () => answerRest(method, address, token));
  };

  const write = (response: ServerResponse, { status, body, type, headers }: Reply, fault: FaultKind | null): void => {
    if (fault === 'reset') return void response.destroy();
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(fault === 'truncated' ? body.slice(0, Math.floor(body.length * 0.7)) : body);
  };

  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const address = new URL(message.url ?? '/', 'http://simulator');
      if (address.pathname.startsWith('/_simulator/')) {
        const body = Buffer.concat(chunks).toString();
        return void answerControl(message.method ?? '', address, body, simulator, onClock)
          .then((answer) => write(response, json(answer), null))
          .catch((error: unknown) => {
            process.stderr.write(`Marketing Cloud simulator: ${(error as Error).stack}\n`);
            response.destroy();
          });
      }
      try {
        const { reply, route, fault } = serve(message, Buffer.concat(chunks).toString());
        requests.push({ route, status: reply.status, fault });
        write(response, reply, fault);
      } catch (error) {
        process.stderr.write(`Marketing Cloud simulator: ${(error as Error).stack}\n`);
        response.destroy();
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  url = `http://${options.host ?? '127.0.0.1'}:${(server.address() as AddressInfo).port}`;
  const simulator: SfmcSimulator = {
    url,
    world,
    faults,
    requests,
    now: () => new Date(now).toISOString(),
    setNow: (to) => {
      now = instantOf(to);
    },
    truth: (timeZone) => truthOf(world, now, timeZone),
    responses: (timeZone) => responsesOf(world, now, timeZone),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return simulator;
};
