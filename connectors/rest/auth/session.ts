import { ConnectorError } from '#sdk';
import { writeJson } from '#sdk/http';
import { isComponent, type Component } from '../manifest/text.js';
import { decoderOf, firstOf } from '../decoders/decoder.js';
import { valueAlong } from '../records/path.js';
import { errorHandler } from '../requests/error-handler.js';
import { requestOption } from '../requests/request-option.js';
import type { Requester } from '../requests/requester.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { EMPTY_SLICE } from '../run/slice.js';
import { Text } from '../run/text.js';
import { parseIsoDuration } from '../time/date-time.js';
import { textOf } from '../template/values.js';
import { inHeader, type Authenticator } from './credential.js';

/** Opens the requester that a login is sent by. */
export type Login = (node: Component) => Requester;

/** A token that a login gives; for its `expiration_duration`, or for one request where none is said, as the reference has it. */
export function sessionToken(node: Component, environment: Environment, open: Login): Authenticator {
  const login = open(node['login_requester'] as Component);
  const path = (node['session_token_path'] as readonly unknown[]).map(String);
  const decode = decoderOf(isComponent(node['decoder']) ? node['decoder'] : undefined, environment);
  const life =
    typeof node['expiration_duration'] === 'string' ? parseIsoDuration(node['expiration_duration']) : undefined;
  // Whoever logs in by the same is answered the same, so that what is kept for one stream serves the others.
  const id = writeJson(node);
  let known: { readonly token: string; readonly until: number } | undefined;
  let fetching: Promise<string> | undefined;

  const fetchToken = async (): Promise<string> => {
    const answer = await login.send({ slice: EMPTY_SLICE });
    const body = answer === undefined ? undefined : await firstOf(decode(answer));
    const token = valueAlong(body, path);
    if (token === undefined || token === null)
      throw new ConnectorError('auth', `The login answered without "${path.join('.')}".`, {
        hint: 'Check the credential and `session_token_path`.',
      });
    // Not only as it is sent, which another text may be made of it for.
    environment.onToken(textOf(token));
    known = { token: textOf(token), until: environment.clock.now().getTime() + (life?.micros ?? 0) / 1000 };
    return known.token;
  };
  const current = (): Promise<string> => {
    if (known !== undefined && environment.clock.now().getTime() < known.until) return Promise.resolve(known.token);
    fetching ??= fetchToken().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };

  const how = node['request_authentication'] as Component;
  const kind = {
    async renew() {
      known = undefined;
      if (life !== undefined) await current();
    },
    identity: () => id,
    isForOne: life === undefined,
  };
  if (how['type'] === 'Bearer')
    return {
      ...kind,
      async apply({ header }) {
        header['Authorization'] = `Bearer ${await current()}`;
      },
    };
  const place = how['inject_into'] as Component;
  const option = requestOption(place, aroundOf(place, environment));
  const text = new Text(
    typeof how['api_token'] === 'string' ? how['api_token'] : '{{ session_token }}',
    aroundOf(node, environment),
  );
  return {
    ...kind,
    async apply(parts) {
      option.inject(parts, text.text({ session_token: await current() }));
    },
  };
}

const LEGACY_FIELDS = [
  'header',
  'session_token',
  'validate_session_url',
  'login_url',
  'session_token_response_key',
  'username',
  'password',
];
/** Sessions of all streams by what they come from, since each login makes another one. */
const legacySessions = new WeakMap<Environment, Map<string, { token: Promise<string> | undefined }>>();

/** A session token that is tried first and, where it is no longer good, taken anew with user name and password; one for all streams. */
export function legacySessionToken(node: Component, environment: Environment, baseUrl: () => string): Authenticator {
  const around = aroundOf(node, environment);
  const text = (name: string) => new Text(typeof node[name] === 'string' ? node[name] : '', around).text();
  const handler = { ...errorHandler(undefined, environment), maxRetries: 2 };
  const send = (method: string, path: string, headers: Record<string, string>, body: string | undefined) =>
    environment.client.send({
      method,
      url: `${baseUrl()}${path}`,
      headers,
      body,
      handler,
      timeoutMs: undefined,
    });
  const identity = () => JSON.stringify([baseUrl(), ...LEGACY_FIELDS.map(text)]);
  const own = (): { token: Promise<string> | undefined } => {
    const shared = legacySessions.get(environment) ?? new Map<string, { token: Promise<string> | undefined }>();
    legacySessions.set(environment, shared);
    const key = identity();
    const session = shared.get(key) ?? { token: undefined };
    shared.set(key, session);
    return session;
  };

  const fetchToken = async (): Promise<string> => {
    const given = text('session_token');
    if (given !== '') {
      environment.onToken(given);
      const isGood = await send(
        'GET',
        text('validate_session_url'),
        { [text('header').toLowerCase()]: given },
        undefined,
      ).then(
        (answer) => answer?.isOk === true,
        (error: unknown) => {
          if ((error as { kind?: unknown }).kind === 'auth') return false;
          throw error;
        },
      );
      if (isGood) return given;
    }
    const [username, password] = [text('username'), text('password')];
    if (username === '' || password === '')
      throw new ConnectorError('auth', 'The session token is not valid, and there is no user name and password.', {
        hint: 'Give a new session token, or user name and password.',
      });
    const answer = await send(
      'POST',
      text('login_url'),
      { 'content-type': 'application/json' },
      JSON.stringify({ username, password }),
    );
    const token = valueAlong(answer?.json(), [text('session_token_response_key')]);
    if (token === undefined)
      throw new ConnectorError('auth', 'The login answered without a session token.', {
        hint: 'Check `session_token_response_key`.',
      });
    return textOf(token);
  };
  const header = text('header');
  const current = (): Promise<string> => {
    const session = own();
    if (session.token !== undefined) return session.token;
    const fetching = fetchToken();
    session.token = fetching;
    // A login that failed is nobody's answer: who comes next tries again.
    fetching.catch(() => {
      if (session.token === fetching) session.token = undefined;
    });
    return fetching;
  };
  return {
    async apply(parts) {
      const token = await current();
      await inHeader(header, () => token).apply(parts);
    },
    async renew() {
      own().token = undefined;
    },
    identity,
  };
}
