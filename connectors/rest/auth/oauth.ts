import { createHash } from 'node:crypto';
import { ConnectorError } from '#sdk';
import { writeJson } from '#sdk/http';
import { COMPONENTS } from '../manifest/components.js';
import { isComponent, without, type Component } from '../manifest/text.js';
import { stepsOf, valueAlong } from '../records/path.js';
import { errorHandler, type ErrorHandler } from '../requests/error-handler.js';
import { formText } from '../requests/encode.js';
import { aroundOf, type Environment, type KeepToken } from '../run/environment.js';
import { flatInput, Text } from '../run/text.js';
import { parseIso, parseMoment } from '../time/format.js';
import { textOf } from '../template/values.js';
import type { Authenticator } from './credential.js';
import { jwtToken } from './jwt.js';

/** A token is fetched anew this long before its end, or after 90 % of a shorter life. */
const EARLY_MS = 60_000;
/** What a token without a stated life is taken to live, as the reference has it. */
const USUAL_LIFE_MS = 3_600_000;

/**
 * OAuth 2 with refresh. All streams share one token, wherever in the manifest they say how to get it; however many find it old at once,
 * one fetches the next. A refresh token that can be used once is written to the token store before the access token that came with it is
 * used.
 */
export function oauth(node: Component, environment: Environment): Authenticator {
  const shared = known.get(environment) ?? new Map<string, Authenticator>();
  known.set(environment, shared);
  let chosen: Authenticator | undefined;
  // Only now, since a credential of a choice that is not made need not be there.
  const one = (): Authenticator => {
    if (chosen !== undefined) return chosen;
    const key = identity(node, environment);
    chosen = shared.get(key) ?? oneOauth(node, environment);
    shared.set(key, chosen);
    return chosen;
  };
  return {
    apply: (parts) => one().apply(parts),
    renew: async (refused) => one().renew?.(refused),
    identity: () => identity(node, environment),
  };
}

const known = new WeakMap<Environment, Map<string, Authenticator>>();

/**
 * What an authenticator says: its texts as they stand, since one may tell the time, but for those that read parameters, which are another
 * thing in each stream. The parameters themselves, which stand in it like fields, are aside.
 */
function identity(node: Component, environment: Environment): string {
  const around = aroundOf(node, environment);
  const read = (value: unknown): unknown => {
    if (typeof value === 'string') return /\bparameters\b/.test(value) ? new Text(value, around).text() : value;
    if (Array.isArray(value)) return value.map(read);
    if (!isComponent(value)) return value;
    return Object.fromEntries(Object.entries(without(value, '$parameters')).map(([key, part]) => [key, read(part)]));
  };
  return writeJson(Object.keys(COMPONENTS['OAuthAuthenticator']!).map((name) => read(node[name])));
}

function oneOauth(node: Component, environment: Environment): Authenticator {
  const around = aroundOf(node, environment);
  const text = (name: string, otherwise = '') =>
    new Text(typeof node[name] === 'string' && node[name] !== '' ? node[name] : otherwise, around).text();
  const optional = (name: string) => (typeof node[name] === 'string' && node[name] !== '' ? text(name) : undefined);
  const updater = isComponent(node['refresh_token_updater']) ? node['refresh_token_updater'] : undefined;
  const isAssertion =
    String(node['use_profile_assertion'] ?? 'false').toLowerCase() === 'true' ||
    (typeof node['use_profile_assertion'] === 'string' && /true/i.test(text('use_profile_assertion')));
  const endpoint = node['token_refresh_endpoint'] === undefined ? undefined : () => text('token_refresh_endpoint');
  const handler = tokenErrorHandler(node, environment, () => (refreshTokenGiven() ?? '') !== '');
  const extraBody = flatInput(mapping(node['refresh_request_body']), around);
  const extraHeaders = flatInput(mapping(node['refresh_request_headers']), around);

  /** What the configuration has where the manifest says that a token which is used once comes from. */
  const configured = (field: string, usual: string): string => {
    const path = updater?.[`${field}_config_path`] ?? ['credentials', usual];
    return updater === undefined
      ? ''
      : textOf(valueAlong(environment.config, stepsOf(path as readonly unknown[])) ?? '');
  };

  let current: { readonly token: string; readonly refreshAt: number } | undefined;
  const given = optional('access_token_value');
  if (given !== undefined && given !== '')
    current = { token: given, refreshAt: endpoint === undefined ? Number.POSITIVE_INFINITY : expiryGiven() };
  else if (configured('access_token', 'access_token') !== '') {
    const until = parseIso(configured('token_expiry_date', 'token_expiry_date'));
    current = {
      token: configured('access_token', 'access_token'),
      refreshAt: until === undefined ? 0 : until.instant / 1000,
    };
  }
  let refreshing: Promise<string> | undefined;

  function expiryGiven(): number {
    if (node['token_expiry_date'] === undefined) return Number.POSITIVE_INFINITY;
    const value = new Text(String(node['token_expiry_date']), around).value();
    const format = typeof node['token_expiry_date_format'] === 'string' ? node['token_expiry_date_format'] : undefined;
    const moment =
      typeof value === 'number'
        ? parseMoment(value, '%s')
        : format === undefined
          ? parseIso(textOf(value))
          : parseMoment(textOf(value), format);
    return moment === undefined ? 0 : moment.instant / 1000;
  }

  const refreshTokenGiven = () =>
    optional('refresh_token') ?? (configured('refresh_token', 'refresh_token') || undefined);
  /** By the credential that it came from: another one, or a new token that a person gives, is not answered with it. */
  const nameOfKept = (): string =>
    createHash('sha256')
      .update(JSON.stringify([endpoint?.() ?? '', text('client_id'), refreshTokenGiven() ?? '']))
      .digest('hex');

  function form(kept: string | undefined): Record<string, unknown> {
    if (isAssertion) {
      const profile = node['profile_assertion'] as Component;
      const assertion = jwtToken(profile, aroundOf(profile, environment), environment.clock.now());
      environment.onToken(assertion);
      return { [text('grant_type_name', 'grant_type')]: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
    }
    const headers = extraHeaders({});
    const made: Record<string, unknown> = {
      [text('grant_type_name', 'grant_type')]: text('grant_type', 'refresh_token'),
    };
    if (!('Authorization' in headers)) {
      made[text('client_id_name', 'client_id')] = text('client_id');
      made[text('client_secret_name', 'client_secret')] = text('client_secret');
    }
    // An empty one is sent too, as by the reference: some servers of machine credentials want the field.
    const refreshToken = kept ?? (node['refresh_token'] === '' ? '' : refreshTokenGiven());
    environment.onToken(refreshToken ?? '');
    if (refreshToken !== undefined) made[text('refresh_token_name', 'refresh_token')] = refreshToken;
    if (Array.isArray(node['scopes']) && node['scopes'].length > 0) made['scopes'] = node['scopes'];
    for (const [key, value] of Object.entries(extraBody({}))) if (!(key in made)) made[key] = value;
    return made;
  }

  async function fetchToken(address: string): Promise<string> {
    if (updater === undefined) return fetched(address);
    if (environment.tokens === undefined)
      throw new ConnectorError(
        'config',
        'The API gives refresh tokens that can be used once, and there is no place to keep the next one.',
        {
          hint: 'Set `tokens_file` of the source to a file that is kept, such as `.tributary/tokens.json`.',
        },
      );
    return environment.tokens.exclusively(nameOfKept(), (kept, keep) => fetched(address, kept, keep));
  }

  async function fetched(address: string, kept?: string, keep?: KeepToken): Promise<string> {
    const fields = form(kept);
    const inQuery = node['send_refresh_request_as_query_params'] === true && !isAssertion;
    const started = environment.clock.now().getTime();
    const answer = await environment.client.send({
      method: 'POST',
      url: inQuery ? `${address}${address.includes('?') ? '&' : '?'}${formText(fields)}` : address,
      headers: {
        accept: 'application/json',
        ...lowerCased(extraHeaders({})),
        ...(inQuery ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      body: inQuery ? undefined : formText(fields),
      handler,
      timeoutMs: undefined,
    });
    const body = answer?.json();
    const token = found(body, text('access_token_name', 'access_token'));
    if (typeof token !== 'string' || token === '')
      throw new ConnectorError('auth', 'The token server answered without an access token.', {
        hint: 'Check client id, client secret, refresh token and `access_token_name`.',
      });
    const life = Number(found(body, text('expires_in_name', 'expires_in')) ?? Number.NaN);
    const lifeMs = Number.isNaN(life) ? USUAL_LIFE_MS : life * 1000;
    const nextName = String(updater?.['refresh_token_name'] ?? '') || 'refresh_token';
    const next = found(body, nextName);
    [token, next].forEach((one) => environment.onToken(textOf(one ?? '')));
    if (typeof next === 'string' && next !== '') await keep?.(next);
    current = { token, refreshAt: started + Math.max(lifeMs - EARLY_MS, lifeMs * 0.9) };
    return token;
  }

  const tokenNow = (): Promise<string> => {
    if (current !== undefined && environment.clock.now().getTime() < current.refreshAt)
      return Promise.resolve(current.token);
    if (endpoint === undefined) {
      if (current !== undefined) return Promise.resolve(current.token);
      throw new ConnectorError('auth', 'There is neither an access token nor an address that gives one.', {
        hint: 'Set `access_token_value` or `token_refresh_endpoint`.',
      });
    }
    refreshing ??= fetchToken(endpoint()).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };

  return {
    async apply({ header }) {
      header['Authorization'] = `Bearer ${await tokenNow()}`;
    },
    async renew({ authorization }) {
      // Another request was refused with the same, and has fetched the next one.
      const isReplaced = current !== undefined && authorization !== `Bearer ${current.token}`;
      if (endpoint === undefined || isReplaced) return;
      current = undefined;
      await tokenNow();
    },
  };
}

const mapping = (value: unknown): Component => {
  if (!isComponent(value)) return {};
  return without(value, '$parameters');
};

const lowerCased = (headers: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), textOf(value)]));

/** The value of a key, however deep an API hides it. */
function found(body: unknown, key: string, depth = 0): unknown {
  if (typeof body !== 'object' || body === null || depth > 5) return undefined;
  if (!Array.isArray(body) && Object.hasOwn(body, key)) return (body as Component)[key];
  for (const part of Object.values(body)) {
    const inside = found(part, key, depth + 1);
    if (inside !== undefined && inside !== null) return inside;
  }
  return undefined;
}

/** What a token server refuses with, and means the credential by (RFC 6749, 5.2). */
const REFUSALS = new Set(['invalid_client', 'invalid_grant', 'unauthorized_client']);
/** The same of what was asked, whoever asks it. */
const MISTAKES = new Set(['invalid_scope', 'invalid_request', 'unsupported_grant_type']);
const PASSING = new Set([408, 425, 429]);

/** A refused refresh is a matter of the credential; only what may pass is tried again. */
function tokenErrorHandler(node: Component, environment: Environment, hasRefreshToken: () => boolean): ErrorHandler {
  const usual = errorHandler(undefined, environment);
  const codes = new Set((node['refresh_token_error_status_codes'] as readonly unknown[] | undefined)?.map(Number));
  return {
    ...usual,
    interpret(outcome) {
      if (outcome instanceof Error || outcome.isOk) return usual.interpret(outcome);
      const { status } = outcome;
      if ((PASSING.has(status) || status >= 500) && !codes.has(status))
        return { action: 'RETRY', failure: 'transient_error', message: '' };
      if (status === 404 || status === 405)
        return {
          action: 'FAIL',
          failure: 'config_error',
          message: 'No token server answers there',
          hint: 'Check `token_refresh_endpoint` of the manifest (`token_url` of the short form).',
        };
      const body = outcome.isJson ? outcome.json() : undefined;
      const error = isComponent(body) ? String(body['error']) : '';
      if (MISTAKES.has(error))
        return {
          action: 'FAIL',
          failure: 'config_error',
          message: `The token server does not take what is asked for (${error})`,
          hint: 'Check the scopes (`scope` of the short form); in a manifest the grant type and the body of the refresh too.',
        };
      const reason = REFUSALS.has(error) ? error : undefined;
      return {
        action: 'FAIL',
        failure: 'auth_error',
        message: `The token server refuses the credential${reason === undefined ? '' : ` (${reason})`}`,
        hint:
          hasRefreshToken() && reason !== 'invalid_client'
            ? 'Get a new refresh token, and put it into `secrets` of the source: one that was used elsewhere, or has ended, is refused. Otherwise check client id and client secret.'
            : 'Check client id and client secret in `secrets` of the source.',
      };
    },
  };
}
