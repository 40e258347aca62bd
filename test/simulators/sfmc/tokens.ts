import { createHash } from 'node:crypto';
import { MIDS } from './world.js';

export interface Package {
  readonly client_id: string;
  readonly client_secret: string;
  readonly scopes: readonly string[];
}

export interface Grant {
  readonly account: number;
  readonly scopes: readonly string[];
  readonly endsAt: number;
}

/** As Salesforce answers; the token itself lives two minutes longer. */
const EXPIRES_IN_S = 1_079;
const LIFE_MS = 20 * 60_000;

export interface Tokens {
  /** Status and body of an answer to `POST /v2/token`. */
  issue(body: unknown, url: string): { readonly status: number; readonly body: object };
  grantOf(token: string | undefined): Grant | undefined;
  revoke(token: string | undefined): void;
  readonly issued: number;
}

const FIELDS = new Set(['grant_type', 'client_id', 'client_secret', 'account_id', 'scope']);
const refused = (error: string, description: string, status = 401) => ({
  status,
  body: { error, error_description: description, error_uri: 'https://developer.salesforce.com/docs' },
});

export const createTokens = (packages: readonly Package[], clock: () => number): Tokens => {
  const grants = new Map<string, Grant>();
  let issued = 0;
  return {
    get issued() {
      return issued;
    },
    issue(body, url) {
      if (typeof body !== 'object' || body === null)
        return refused('invalid_request', 'The body is no JSON object', 400);
      const given = body as Record<string, unknown>;
      const stranger = Object.keys(given).find((name) => !FIELDS.has(name));
      if (stranger !== undefined) return refused('invalid_request', `Unknown field ${stranger}`, 400);
      if (given['grant_type'] !== 'client_credentials') return refused('unsupported_grant_type', 'Not supported', 400);
      const found = packages.find(({ client_id }) => client_id === given['client_id']);
      if (found === undefined || found.client_secret !== given['client_secret'])
        return refused('invalid_client', 'Client authentication failed. Check the client id and secret.');
      const account = Number(given['account_id'] ?? MIDS[0]);
      if (!MIDS.some((mid) => mid === account))
        return refused('invalid_grant', 'The account is not one of the package', 400);
      issued += 1;
      const token = createHash('sha256').update(`${found.client_id} ${issued}`).digest('base64url').repeat(12);
      grants.set(token, { account, scopes: found.scopes, endsAt: clock() + LIFE_MS });
      return {
        status: 200,
        body: {
          access_token: token,
          token_type: 'Bearer',
          expires_in: EXPIRES_IN_S,
          scope: found.scopes.join(' '),
          soap_instance_url: `${url}/`,
          rest_instance_url: `${url}/`,
        },
      };
    },
    grantOf(token) {
      const grant = grants.get(token ?? '');
      return grant === undefined || grant.endsAt <= clock() ? undefined : grant;
    },
    revoke: (token) => void grants.delete(token ?? ''),
  };
};
