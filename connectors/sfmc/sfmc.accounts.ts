import { createHash } from 'node:crypto';
import { ConnectorError, isConnectorError } from '#sdk';
import {
  httpClient,
  sharedToken,
  type Auth,
  type HttpClient,
  type HttpClientOptions,
  type HttpClock,
  type RateLimit,
  type SharedToken,
  type Token,
} from '#sdk/http';
import { refuseFaults } from './sfmc.faults.js';
import { parseSoap } from './sfmc.xml.js';

// No limit is published; teams report these as safe, of the vendor's advice of 2,000 and 2,500 a minute
// (https://markus.codes/2021/02/18/salesforce-marketing-cloud-api-call-limit, read 2026-11-24). A fifth is left to others.
const SOAP_LIMIT: RateLimit = { requests: 1_600, per: '1m', share: 'soap' };
const REST_LIMIT: RateLimit = { requests: 2_000, per: '1m', share: 'rest' };

/** Stands in an envelope for the token, which SOAP wants in the body. */
export const TOKEN_PLACE = '{token}';

export interface Credentials {
  readonly endpoint: string;
  readonly client_id: string;
  readonly client_secret: string;
}

type TenantTokens = SharedToken<TenantToken, { readonly clock: Pick<HttpClock, 'now'> }>;

interface TenantToken extends Token {
  readonly restUrl: string;
  readonly soapUrl: string;
}

/** One business unit, as its token sees it. */
export interface Account {
  readonly id: number;
  rest(): Promise<HttpClient>;
  soap(): Promise<HttpClient>;
  close(): Promise<void>;
}

/** What a source works with: its business units, and what was learnt about their API in this run. */
export interface Sfmc {
  readonly accounts: readonly Account[];
  /** Properties that an object does not know, as `ObjectType.Property`. */
  readonly refused: Set<string>;
  close(): Promise<void>;
}

const SHAPE = '`https://SUBDOMAIN.auth.marketingcloudapis.com`, as the page of the installed package shows it';

/** What keeps an address from being the authentication base URI of a tenant; a loopback is a simulator. */
export function endpointFault(endpoint: string): string | undefined {
  if (!URL.canParse(endpoint)) return undefined; // told by its type
  const { protocol, hostname, pathname, search, hash } = new URL(endpoint);
  if (pathname !== '/' || search !== '' || hash !== '') return `has a path; it ends with the host: ${SHAPE}`;
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return undefined;
  if (protocol !== 'https:') return `must begin with https://: ${SHAPE}`;
  if (/^[a-z0-9-]+\.(rest|soap)\.marketingcloudapis\.com$/.test(hostname))
    return `is the address of another API: ${SHAPE}`;
  if (!/^[a-z0-9-]+\.auth\.marketingcloudapis\.com$/.test(hostname)) return `is no authentication base URI: ${SHAPE}`;
  return undefined;
}

export function openSfmc(
  config: Credentials & { readonly accounts: readonly number[] },
  signal: AbortSignal,
  http: Partial<HttpClientOptions>,
): Sfmc {
  const login = httpClient({
    baseUrl: config.endpoint,
    signal,
    // A refusal says in its body why (RFC 6749, 5.2).
    statusKinds: { 400: 'ok', 401: 'ok', 403: 'ok' },
    check: refuseLogin,
    ...http,
  });
  const accounts = config.accounts.map((id) => accountOf(id, config, login, { signal, ...http }));
  return {
    accounts,
    refused: new Set(),
    async close() {
      await Promise.all([login.close(), ...accounts.map((account) => account.close())]);
    },
  };
}

function accountOf(id: number, config: Credentials, login: HttpClient, http: Partial<HttpClientOptions>): Account {
  const token: TenantTokens = sharedToken(() => fetchToken(id, config, login));
  const auth = authOf(token, config);
  const clients: Partial<Record<'rest' | 'soap', Promise<HttpClient>>> = {};
  const context = { clock: http.clock ?? { now: () => new Date() } };
  return {
    id,
    rest: () =>
      (clients.rest ??= retried('rest', clients, async () =>
        httpClient({
          baseUrl: (await token.current(context)).restUrl,
          auth,
          rateLimit: REST_LIMIT,
          ...http,
        }),
      )),
    soap: () =>
      (clients.soap ??= retried('soap', clients, async () =>
        httpClient({
          baseUrl: (await token.current(context)).soapUrl,
          auth,
          rateLimit: SOAP_LIMIT,
          headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: 'Retrieve', accept: 'text/xml' },
          // Of a throttle, an expired token and an outage alike; the fault in the body says which.
          statusKinds: { 500: 'ok' },
          parse: parseSoap,
          check: refuseFaults,
          ...http,
        }),
      )),
    async close() {
      for (const client of Object.values(clients)) await (await client.catch(() => undefined))?.close();
    },
  };
}

/** A client that could not be made is made anew when it is asked for again. */
function retried<K extends 'rest' | 'soap'>(
  name: K,
  clients: Partial<Record<K, Promise<HttpClient>>>,
  make: () => Promise<HttpClient>,
): Promise<HttpClient> {
  const made = make();
  made.catch(() => delete clients[name]);
  return made;
}

/** What to do where the package may not read something. */
export const grantHint = (scope: string): string =>
  `Grant the package the scope \`${scope}\` and access to the business unit; a change takes up to five minutes and a new run.`;

/** In a header for REST, in the envelope for SOAP. The identity is the package's, so that its business units share their budget. */
function authOf(token: TenantTokens, { endpoint, client_id, client_secret }: Credentials): Auth {
  const used = new WeakMap<object, string>();
  return {
    kind: 'sfmc',
    identity: createHash('sha256')
      .update(JSON.stringify(['sfmc', endpoint, client_id, client_secret]))
      .digest('base64url'),
    async apply(request, context) {
      const { value } = await token.current(context);
      used.set(request, value);
      if (request.body?.includes(TOKEN_PLACE) === true) request.body = request.body.replace(TOKEN_PLACE, () => value);
      else request.headers['authorization'] = `Bearer ${value}`;
    },
    async renew(request, context) {
      await token.renew(used.get(request) ?? '', context);
      return true;
    },
  };
}

/** What the codes of OAuth mean here; another one is told as it is. */
const REFUSALS: Readonly<Record<string, string>> = {
  invalid_client: '`client_id` or `client_secret` is wrong, or `endpoint` is that of another tenant',
  invalid_grant: 'the package has no access to this business unit',
  invalid_scope: 'the package lacks a scope',
  unauthorized_client: 'the package is no API integration of the type server-to-server',
  access_denied: 'the package may not log in from here',
};

/** The description beside the code may quote what was sent, so it is left out. */
function refuseLogin(body: any, { status }: { readonly status: number }): void {
  if (status < 400) return;
  const code: unknown = body?.error;
  if (typeof code !== 'string' || !/^[a-z_]{1,40}$/.test(code)) throw new ConnectorError('auth', `answered ${status}`);
  const meaning = REFUSALS[code] === undefined ? '' : `: ${REFUSALS[code]}`;
  throw new ConnectorError('auth', `answered ${status} \`${code}\`${meaning}`);
}

const CHECK =
  'Check `endpoint` (the authentication base URI of the installed package), `client_id`, `client_secret`, and that the package ' +
  'has access to the business units in `accounts`.';

async function fetchToken(account: number, config: Credentials, login: HttpClient): Promise<TenantToken> {
  const { client_id, client_secret, endpoint } = config;
  const body = { grant_type: 'client_credentials', client_id, client_secret, account_id: String(account) };
  const answer = await login.post('/v2/token', body, { idempotent: true }).catch((error: unknown) => {
    if (!isConnectorError(error) || error.kind === 'transient' || error.kind === 'rate_limit') throw error;
    throw new ConnectorError('auth', `No access token for business unit ${account}: ${error.message}`, {
      cause: error,
      hint: CHECK,
    });
  });
  const {
    access_token: value,
    expires_in: life,
    rest_instance_url: restUrl,
    soap_instance_url: soapUrl,
  } = answer ?? {};
  if ([value, restUrl, soapUrl].some((text) => typeof text !== 'string' || text === ''))
    throw new ConnectorError(
      'auth',
      `The answer to the login of business unit ${account} lacks a token or an address`,
      {
        hint: CHECK,
      },
    );
  // The token must not leave over a plain connection because an answer says so.
  if (endpoint.startsWith('https:') && [restUrl, soapUrl].some((url) => !url.startsWith('https:')))
    throw new ConnectorError('source', 'The login names an address of the API that is not https');
  return { value, restUrl, soapUrl, ...(Number(life) > 0 ? { lifeMs: Number(life) * 1000 } : {}) };
}
