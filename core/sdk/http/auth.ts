import { createHash } from 'node:crypto';
import { ConnectorError, isConnectorError } from '../errors.js';
import type { Clock } from './clock.js';

/** What a credential may add to a request. */
export interface Authorized {
  readonly headers: Record<string, string>;
  readonly query: URLSearchParams;
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

interface Token {
  readonly value: string;
  readonly refreshAt: number;
}

/** A token is renewed this long before its end, or after 90 % of a shorter life. */
const EARLY_MS = 60_000;

/**
 * OAuth 2 client credentials. One token serves all requests; however many find it old at once, one fetches the next and the
 * others wait for it. A 401 leads to one renewal. A refused token request is `auth`; an unreachable token server is
 * `transient`, since no person has to act.
 */
export function oauth2ClientCredentials(credentials: ClientCredentials): Auth {
  const { clientId, clientSecret, tokenUrl, scope, extraBody, style = 'body' } = credentials;
  filled(clientSecret, 'client secret');
  let token: Token | undefined;
  let refreshing: Promise<Token> | undefined;

  const refresh = (context: AuthContext): Promise<Token> => {
    refreshing ??= fetchToken(context)
      .then((fresh) => (token = fresh))
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  };

  const fetchToken = async (context: AuthContext): Promise<Token> => {
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
    const started = context.clock.now().getTime();
    const answer = await context.postForm(tokenUrl, form, headers).catch((error: unknown) => {
      throw refusal(error);
    });
    const { access_token: value, expires_in: life } = (answer ?? {}) as Record<string, unknown>;
    if (typeof value !== 'string' || value === '')
      throw new ConnectorError('auth', 'The token server answered without an access token', { hint: CHECK });
    // Without a stated life it is used until a 401.
    const lifeMs = Number(life ?? Number.NaN) * 1000;
    return {
      value,
      refreshAt: Number.isNaN(lifeMs) ? Number.POSITIVE_INFINITY : started + Math.max(lifeMs - EARLY_MS, lifeMs * 0.9),
    };
  };

  const isFresh = (known: Token, context: AuthContext): boolean => context.clock.now().getTime() < known.refreshAt;

  return {
    kind: 'oauth2_client_credentials',
    identity: identityOf('oauth2', [tokenUrl, clientId, clientSecret, scope ?? '']),
    async apply({ headers }, context) {
      const usable = token !== undefined && isFresh(token, context) ? token : await refresh(context);
      headers['authorization'] = `Bearer ${usable.value}`;
    },
    async renew({ headers }, context) {
      const refused = headers['authorization'];
      // Another request may have renewed it meanwhile.
      if (token !== undefined && refused === `Bearer ${token.value}`) {
        token = undefined;
        await refresh(context);
      }
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
