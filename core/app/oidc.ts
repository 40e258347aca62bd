import { randomBytes } from 'node:crypto';
import * as client from 'openid-client';
import type { Login } from '../api/index.js';
import type { Store } from '../persistence/index.js';
import { toConnectorError } from '../sdk/index.js';
import { digestOf, type Role, type Session } from '../security/index.js';
import type { AccessSettings, OidcSettings } from '../settings/index.js';
import { addressLimit } from './address-limit.js';
import { isLoopback } from './loopback.js';

/** Methods of RFC 8176 that are more than something that one knows. */
const SECOND_FACTORS: ReadonlySet<string> = new Set(['mfa', 'otp', 'hwk', 'swk', 'sc', 'fpt', 'face', 'sms', 'tel']);

/** Begun by one address in a minute; a whole office may share one. */
const MOST_LOGINS = 60;

/** Login at the company's provider: the code flow of OpenID Connect with PKCE, state and nonce. */
export function oidcLogin(
  access: AccessSettings & { readonly oidc: OidcSettings },
  { sessions, audit }: Pick<Store, 'sessions' | 'audit'>,
): Login {
  const { oidc } = access;
  const callback = new URL('/login/callback', access.public_url).href;
  const begun = addressLimit(MOST_LOGINS, Date.now);
  let found: Promise<client.Configuration> | undefined;
  let foundWith: string | undefined;
  /** Asked for when the first person comes: a provider that is down must not keep the host down. And again where our secret is another. */
  const provider = () => {
    if (foundWith !== oidc.client_secret) found = undefined;
    foundWith = oidc.client_secret;
    found ??= discover(oidc).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
  const denied = async (actor: string, why: string) => {
    await audit.append({ actor, action: 'login.oidc', object: '', outcome: 'denied', detail: { why } });
    return { refused: why };
  };
  return {
    isSecure: access.public_url.startsWith('https:'),
    async begin(returnTo, address) {
      // Each is kept for ten minutes, and asked for by anybody.
      const waitSeconds = begun.waitSeconds(address);
      if (waitSeconds !== undefined) return { waitSeconds };
      begun.count(address);
      const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
      const url = client.buildAuthorizationUrl(await provider(), {
        redirect_uri: callback,
        scope: oidc.scope,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      await sessions.begin({ state: digestOf(state), verifier, nonce, returnTo });
      return { url: url.href, state };
    },
    async finish(query, state) {
      const attempt = await sessions.take(digestOf(state));
      if (attempt === undefined)
        return denied(
          'unknown',
          'This login was begun elsewhere, more than ten minutes ago, or ended already. Begin again.',
        );
      const { verifier, nonce, returnTo } = attempt;
      let claims: client.IDToken & Record<string, unknown>;
      try {
        const answer = new URL(`${callback}?${query}`);
        const checks = {
          pkceCodeVerifier: verifier,
          expectedNonce: nonce,
          expectedState: state,
          idTokenExpected: true,
        };
        const tokens = await client.authorizationCodeGrant(await provider(), answer, checks);
        claims = tokens.claims()!;
        if (claims[oidc.roles_claim] === undefined)
          claims = { ...(await client.fetchUserInfo(await provider(), tokens.access_token, claims.sub)), ...claims };
      } catch (error) {
        return denied('unknown', `The provider's answer is refused: ${toConnectorError(error).message}`);
      }
      const name = nameOf(claims);
      const granted = grantedTo(claims, oidc);
      if ('refused' in granted) return denied(name, granted.refused);
      const secret = randomBytes(32).toString('base64url');
      await sessions.open(digestOf(secret), { subject: claims.sub, name, ...granted });
      const { hasSecondFactor, ...scope } = granted;
      const detail = { subject: claims.sub, ...scope, second_factor: hasSecondFactor };
      await audit.append({ actor: name, action: 'login.oidc', object: '', outcome: 'allowed', detail });
      return { secret, returnTo };
    },
    async end(secret) {
      const name = await sessions.close(digestOf(secret));
      if (name !== undefined)
        await audit.append({ actor: name, action: 'logout.oidc', object: '', outcome: 'allowed', detail: {} });
    },
  };
}

async function discover({ issuer, client_id, client_secret }: OidcSettings): Promise<client.Configuration> {
  const server = new URL(issuer);
  const onlyHere = server.protocol === 'http:' && isLoopback(server.hostname.replace(/^\[(.*)\]$/, '$1'));
  return client.discovery(server, client_id, client_secret, undefined, {
    execute: onlyHere ? [client.allowInsecureRequests] : [],
    timeout: 10,
  });
}

/** For people, and in the log: nobody may go by a name there that the host itself gives. */
function nameOf(claims: Readonly<Record<string, unknown>>): string {
  const name = String(claims['email'] ?? claims['preferred_username'] ?? claims['sub']);
  return /^(token:|local$|unknown$)/.test(name) ? `oidc:${name}` : name;
}

/**
 * All roles of all grants. Connections are those that every grant gives: a role that is meant for one connection must not reach
 * others because another grant does. Regions are those of all, since each gives the report and nothing else.
 */
function grantedTo(
  claims: Readonly<Record<string, unknown>>,
  { roles_claim, grants, mfa_roles }: OidcSettings,
): Pick<Session, 'roles' | 'hasSecondFactor' | 'connections' | 'regions'> | { readonly refused: string } {
  const told = [claims[roles_claim] ?? []].flat().map(String);
  const matching = told.filter((group) => Object.hasOwn(grants, group)).map((group) => grants[group]!);
  const all = [...new Set(matching.flatMap(({ roles }) => roles))];
  const factors = [claims['amr'] ?? []].flat().map(String);
  const hasSecondFactor = factors.some((factor) => SECOND_FACTORS.has(factor));
  const roles = all.filter((role) => hasSecondFactor || !mfa_roles.includes(role)) as Role[];
  if (matching.length === 0)
    return {
      refused: `None of your groups (claim "${roles_claim}") has a role here. Ask who keeps \`access.oidc.grants\`.`,
    };
  if (roles.length === 0)
    return {
      refused: `Your roles (${all.join(', ')}) need a login with a second factor; the provider told none (claim "amr"). See \`access.oidc.mfa_roles\`.`,
    };
  const scopes = matching.flatMap(({ connections }) => (connections === undefined ? [] : [connections]));
  const regional = matching.flatMap(({ regions }) => (regions === undefined ? [] : [regions]));
  return {
    roles,
    hasSecondFactor,
    ...(scopes.length === 0
      ? {}
      : { connections: scopes.reduce((both, one) => both.filter((name) => one.includes(name))) }),
    ...(regional.length === 0 ? {} : { regions: [...new Set(regional.flat())] }),
  };
}
