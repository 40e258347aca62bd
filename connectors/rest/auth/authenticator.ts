import { ConnectorError } from '#sdk';
import { isComponent, type Component } from '../manifest/text.js';
import { requestOption } from '../requests/request-option.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { Text } from '../run/text.js';
import { valueAlong } from '../records/path.js';
import { textOf } from '../template/values.js';
import { inHeader, NO_CREDENTIAL, type Authenticator } from './credential.js';
import { jwtToken } from './jwt.js';
import { oauth } from './oauth.js';
import { legacySessionToken, sessionToken, type Login } from './session.js';

/** `login` opens the requester of a login, `baseUrl` gives the address that paths of a login are below. */
export interface Ways {
  readonly login: Login;
  readonly baseUrl: () => string;
}

export function authenticator(node: Component | undefined, environment: Environment, ways: Ways): Authenticator {
  if (node === undefined) return NO_CREDENTIAL;
  const around = aroundOf(node, environment);
  const text = (name: string, otherwise = '') =>
    new Text(typeof node[name] === 'string' ? node[name] : otherwise, around);
  switch (node['type']) {
    case 'NoAuth':
      return NO_CREDENTIAL;
    case 'BearerAuthenticator': {
      const token = text('api_token');
      return inHeader('Authorization', () => `Bearer ${filled(token, 'api_token')}`);
    }
    case 'BasicHttpAuthenticator': {
      const [username, password] = [text('username'), text('password')];
      return inHeader(
        'Authorization',
        () => `Basic ${Buffer.from(`${username.text()}:${password.text()}`).toString('base64')}`,
      );
    }
    case 'ApiKeyAuthenticator': {
      const token = text('api_token');
      const place = isComponent(node['inject_into'])
        ? node['inject_into']
        : { inject_into: 'header', field_name: node['header'] };
      const option = requestOption(place, aroundOf(place, environment));
      return { apply: (parts) => option.inject(parts, filled(token, 'api_token')) };
    }
    case 'JwtAuthenticator': {
      const place = isComponent(node['request_option'])
        ? node['request_option']
        : { inject_into: 'header', field_name: 'Authorization' };
      const option = requestOption(place, aroundOf(place, environment));
      return { apply: (parts) => option.inject(parts, jwtToken(node, around, environment.clock.now())) };
    }
    case 'OAuthAuthenticator':
      return oauth(node, environment);
    case 'SessionTokenAuthenticator':
      return sessionToken(node, environment, ways.login);
    case 'LegacySessionTokenAuthenticator':
      return legacySessionToken(node, environment, ways.baseUrl);
    case 'SelectiveAuthenticator':
      return selected(node, environment, ways);
    default: {
      const made = environment.replacements.get(String(node['class_name']))?.(node, around);
      if (made !== undefined) return made as Authenticator;
      throw new ConnectorError('internal', `There is no authenticator "${String(node['type'])}"`);
    }
  }
}

function filled(token: Text, field: string): string {
  const value = token.text();
  if (value.trim() === '')
    throw new ConnectorError('auth', `The credential is empty: \`${field}\` is "${token.source}".`, {
      hint: 'Set it in the configuration.',
    });
  return value;
}

function selected(node: Component, environment: Environment, ways: Ways): Authenticator {
  const path = (node['authenticator_selection_path'] as readonly unknown[]).map(String);
  const choices = node['authenticators'] as Record<string, Component>;
  const wanted = valueAlong(environment.config, path);
  const chosen = wanted === undefined ? undefined : textOf(wanted);
  if (chosen === undefined || !Object.hasOwn(choices, chosen))
    throw new ConnectorError('config', `\`${path.join('.')}\` of the configuration chooses no way to log in.`, {
      hint: `Set it to one of: ${Object.keys(choices).join(', ')}.`,
    });
  return authenticator(choices[chosen], environment, ways);
}
