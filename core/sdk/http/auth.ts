import { createHash } from 'node:crypto';
import { ConnectorError, isConnectorError } from '../errors.js';
import type { Clock } from './clock.js';

/** What a credential may add to a request. */
export interface Authorized {
  readonly headers: Record<string, string>;
  readonly query: URLSearchParams;
  /** What is sent, where there is a body: some protocols want the credential in it. */
  body?: string;
}

/** What the client lends to a credential that has to fetch a token. */
export interface AuthContext {
  readonly clock: Clock;
  /** Posts a form with the client's deadlines and retries, without credential, and answers the parsed body. */
  postForm(url: string, form: URLSearchParams, headers: Readonly<Record<string, string>>): Promise<unknown>;
}

/** A credential. Made by the functions below; a plugin may make its own. */
export interface Auth {
  readonly kind: string;
  /** A hash of the credential, by which its rate budget is shared. */
  readonly identity: string;
  /** Called before each attempt. */
  apply(request: Authorized, context: AuthContext): void | Promise<void>;
  /** Called once per request after a 401; true when the next attempt has another credential than this one had. */
  renew?(request: Authorized, context: AuthContext): Promise<boolean>;
}

/** `Authorization: Bearer <token>`. */
export function bearer(token: string): Auth {
  const value = `Bearer ${filled(token, 'token')}`;
  return fixed('bearer', [token], ({ headers }) => {
    headers['authorization'] = value;
  });
}

/** `Authorization: Basic <user:password>`. */
export function basic(user: string, password: string): Auth {
  const value = basicHeader(user, password);
  return fixed('basic', [user, password], ({ headers }) => {
    headers['authorization'] = value;
  });
}

/** A key in a header or, where the API wants it so, in a query parameter. */
export function apiKey(
  key: { readonly value: string } & ({ readonly header: string } | { readonly query: string }),
): Auth {
  filled(key.value, 'API key');
  return fixed('api_key', [key.value], ({ headers, query }) => {
    if ('header' in key) headers[key.header.toLowerCase()] = key.value;
    else query.set(key.query, key.value);
  });
}

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
  /** Further fields of the token request, such as `account_id`. */
  readonly extraBody?: Readonly<Record<string, string>>;
  /** Where id and secret are sent: in the form, or as basic authorization. Default `body`. */
  readonly style?: 'body' | 'basic';
}

/** A token as it was fetched. */
export interface Token {
  readonly value: string;
  /** How long it may be used; absent: until it is refused. */
  readonly lifeMs?: number;
}

/** A token that all requests of a client share. */
export interface SharedToken<T extends Token, C extends Timed = AuthContext> {
  /** The token to use now. However many find it old at once, one fetches the next and the others wait for it. */
  current(context: C): Promise<T>;
  /** Called with a token that was refused: it is fetched anew, unless that was done meanwhile. */
  renew(refused: string, context: C): Promise<void>;
}

/** A token is renewed this long before its end, or after 90 % of a shorter life. */
const EARLY_MS = 60_000;

interface Timed {
  readonly clock: Pick<Clock, 'now'>;
}

export function sharedToken<T extends Token, C extends Timed = AuthContext>(
  fetch: (context: C) => Promise<T>,
): SharedToken<T, C> {
  let known: { readonly token: T; readonly refreshAt: number } | undefined;
  let refreshing: Promise<T> | undefined;

  const refresh = (context: C): Promise<T> => {
    refreshing ??= (async () => {
      const started = context.clock.now().getTime();
      const token = await fetch(context);
      const { lifeMs = Number.POSITIVE_INFINITY } = token;
      known = { token, refreshAt: started + Math.max(lifeMs - EARLY_MS, lifeMs * 0.9) };
      return token;
    })().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };

  return {
    current: async (context) =>
      known !== undefined && context.clock.now().getTime() < known.refreshAt ? known.token : refresh(context),
    async renew(refused, context) {
      if (known?.token.value !== refused) return;
      known = undefined;
      await refresh(context);
    },
  };
}

/**
 * OAuth 2 client credentials. One token serves all requests. A 401 leads to one renewal. A refused token request is `auth`; an
 * unreachable token server is `transient`, since no person has to act.
 */
export function oauth2ClientCredentials(credentials: ClientCredentials): Auth {
  const { clientId, clientSecret, tokenUrl, scope, extraBody, style = 'body' } = credentials;
  filled(clientSecret, 'client secret');

  const token = sharedToken(async (context: AuthContext): Promise<Token> => {
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...extraBody });
    if (scope !== undefined) form.set('scope', scope);
    if (style === 'body') {
      form.set('client_id', clientId);
      form.set('client_secret', clientSecret);
    }
    const headers: Record<string, string> =
      style === 'basic'
        ? { authorization: basicHeader(encodeURIComponent(clientId), encodeURIComponent(clientSecret)) }
        : {};
    const answer = await context.postForm(tokenUrl, form, headers).catch((error: unknown) => {
      throw refusal(error);
    });
    const { access_token: value, expires_in: life } = (answer ?? {}) as Record<string, unknown>;
    if (typeof value !== 'string' || value === '')
      throw new ConnectorError('auth', 'The token server answered without an access token', { hint: CHECK });
    // Without a stated life it is used until a 401.
    const lifeMs = Number(life ?? Number.NaN) * 1000;
    return Number.isNaN(lifeMs) ? { value } : { value, lifeMs };
  });

  return {
    kind: 'oauth2_client_credentials',
    identity: identityOf('oauth2', [tokenUrl, clientId, clientSecret, scope ?? '']),
    async apply({ headers }, context) {
      headers['authorization'] = `Bearer ${(await token.current(context)).value}`;
    },
    async renew({ headers }, context) {
      await token.renew((headers['authorization'] ?? '').replace('Bearer ', ''), context);
      return true;
    },
  };
}

const CHECK = 'Check client id, client secret, scope and the address of the token server.';

/** What the token server answers with a 4xx is a refusal of the credential, whatever the status. */
function refusal(error: unknown): unknown {
  if (!isConnectorError(error) || error.kind === 'transient' || error.kind === 'rate_limit') return error;
  return new ConnectorError('auth', `No access token: ${error.message}`, {
    ...error.details,
    cause: error,
    hint: CHECK,
  });
}

function fixed(kind: string, secrets: readonly string[], apply: (request: Authorized) => void): Auth {
  return { kind, identity: identityOf(kind, secrets), apply };
}

export const anonymous: Auth = fixed('none', [], () => undefined);

function identityOf(kind: string, secrets: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, ...secrets]))
    .digest('base64url');
}

const basicHeader = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

function filled(secret: string, what: string): string {
  if (secret.trim() === '')
    throw new ConnectorError('auth', `The ${what} is empty`, { hint: 'Set it in the configuration.' });
  return secret;
}
