import { X509Certificate, createPrivateKey } from 'node:crypto';
import { cookieNames, cookieOf, type Access, type Credentials, type Refusal } from '../api/index.js';
import type { Store } from '../persistence/index.js';
import { ConnectorError } from '../sdk/index.js';
import {
  digestOf,
  isSameDigest,
  parseApiToken,
  PERMISSIONS,
  permissionsOf,
  ROLE_NAMES,
  type Permission,
  type Principal,
  type Session,
} from '../security/index.js';
import type { Settings } from '../settings/index.js';
import { parseDuration } from '../protocol/index.js';
import { addressLimit } from './address-limit.js';
import { isLoopback } from './loopback.js';

/** Refused tokens of one address in a minute, after which nothing more of it is looked at for the rest of it. */
const MOST_FAILURES = 10;

type Scope = readonly string[] | undefined;

/** On a machine of one's own nobody has to log in. */
const LOCAL: Principal = {
  name: 'local',
  roles: ROLE_NAMES,
  login: 'none',
  permissions: new Set(Object.keys(PERMISSIONS) as Permission[]),
};

const OF_PHI: ReadonlySet<Permission> = new Set<Permission>(['break-glass:use', 'phi:read']);

/** Who may do what on a host with these settings. */
export function accessOf(
  settings: Settings,
  { tokens, sessions, audit, breakGlass }: Pick<Store, 'tokens' | 'sessions' | 'audit' | 'breakGlass'>,
  now = Date.now,
): Access {
  const record: Access['audit'] = (act) => audit.append(act);
  if (settings.access === undefined) return { authenticate: () => Promise.resolve(LOCAL), audit: record };
  const { oidc, public_url, idle_logoff, break_glass } = settings.access;
  const cookie = cookieNames(public_url.startsWith('https:')).session;
  const idleMs = parseDuration(idle_logoff)!;
  const canLogIn = oidc !== undefined;
  const failures = addressLimit(MOST_FAILURES, now);
  return {
    audit: record,
    async authenticate({ address, ...credentials }) {
      const waitSeconds = failures.waitSeconds(address);
      if (waitSeconds !== undefined)
        return { refused: `Too many refused requests. Wait ${waitSeconds} seconds.`, waitSeconds };
      const { authorization } = credentials;
      const principal = await principalOf(credentials, address);
      if ('refused' in principal && authorization !== undefined) {
        failures.count(address);
        await record({
          actor: 'unknown',
          action: 'login.token',
          object: parseApiToken(bearerOf(authorization))?.id ?? '',
          outcome: 'denied',
          detail: { address },
        });
      }
      return principal;
    },
  };

  async function principalOf(given: Omit<Credentials, 'address'>, address: string): Promise<Principal | Refusal> {
    if (given.authorization !== undefined) return ofToken(given.authorization, address);
    const secret = canLogIn ? cookieOf(given.cookie, cookie) : undefined;
    if (secret !== undefined) return ofSession(secret, given.isUnattended);
    const token = 'Send `Authorization: Bearer TOKEN`; `tributary tokens create` makes one.';
    return { refused: canLogIn ? `Log in at /login, or: ${token}` : token, canLogIn };
  }

  async function ofSession(secret: string, isUnattended: boolean): Promise<Principal | Refusal> {
    const session = await sessions.find(digestOf(secret), { idleMs, prolongs: !isUnattended });
    if (session === undefined)
      return {
        refused: `This login is over: it was idle for ${idle_logoff}, or ended. Log in again at /login.`,
        canLogIn,
      };
    const { name, roles, connections, regions, hasSecondFactor } = session;
    const known = await principal(name, 'session', { roles, connections, regions });
    if (hasSecondFactor || oidc?.mfa_roles.includes('phi') !== true) return known;
    // What the role `phi` may not give to such a login, an emergency does not either.
    const permissions = new Set([...known.permissions].filter((one) => !OF_PHI.has(one)));
    return { ...known, permissions, withheld: OF_PHI };
  }

  /** With what an emergency access adds to it while one is open. */
  async function principal(
    name: string,
    login: Principal['login'],
    { roles, connections, regions }: Pick<Session, 'roles'> & Partial<Record<'connections' | 'regions', Scope>>,
  ): Promise<Principal> {
    const open = break_glass === undefined ? undefined : await breakGlass.openOf(name);
    return {
      name,
      roles,
      login,
      permissions: permissionsOf(open === undefined ? roles : [...roles, 'phi']),
      ...(connections === undefined ? {} : { connections }),
      ...(regions === undefined ? {} : { regions }),
      ...(open === undefined ? {} : { breakGlass: open.id }),
    };
  }

  async function ofToken(authorization: string, address: string): Promise<Principal | Refusal> {
    const given = parseApiToken(bearerOf(authorization));
    const known = given === undefined ? undefined : await tokens.find(given.id);
    // The same time whether there is one or not.
    const isHis = isSameDigest(given?.digest ?? Buffer.alloc(32), known?.digest ?? Buffer.alloc(32, 1));
    if (given === undefined || known === undefined || !isHis)
      return { refused: 'This token is not known. `tributary tokens list` shows those that are.' };
    if (known.revokedAt !== undefined) return { refused: `Token ${known.id} was revoked at ${known.revokedAt}.` };
    if (Date.parse(known.expiresAt) <= now())
      return {
        refused: `Token ${known.id} expired at ${known.expiresAt}. Make another with \`tributary tokens create\`.`,
      };
    const { name, roles, connections, regions, lastUsedAt } = known;
    const actor = `token:${name}`;
    // A token has no login of its own: to use it after a rest is one.
    if (lastUsedAt === undefined || now() - Date.parse(lastUsedAt) > idleMs)
      await record({
        actor,
        action: 'login.token',
        object: known.id,
        outcome: 'allowed',
        detail: { address, roles, connections, regions },
      });
    await tokens.used(known.id);
    return principal(actor, 'token', { roles, connections, regions });
  }
}

const bearerOf = (authorization: string): string => /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';

/** How the host listens. */
export interface Listening {
  /** As the certificate's PEM and its key's; undefined: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Proxies before it that tell the caller's address. */
  readonly isBehindProxy: boolean;
  /** Under which names it may be asked, beside those of loopback where it listens there. */
  readonly names: ReadonlySet<string>;
  readonly isLoopback: boolean;
  /** Whether browsers reach it by TLS. */
  readonly isSecure: boolean;
}

/** Throws `config` where a host that listens on this address would be open or unprotected. */
export function listeningOf({ access }: Settings, host: string): Listening {
  if (access === undefined) {
    if (!isLoopback(host))
      throw new ConnectorError('config', `The host would listen on ${host} without any login.`, {
        hint: 'Listen on 127.0.0.1, or configure `access` (docs/security.md).',
      });
    return { tls: undefined, isBehindProxy: false, names: new Set(), isLoopback: true, isSecure: false };
  }
  const { tls, behind_proxy: isBehindProxy, public_url } = access;
  if (!isLoopback(host) && tls === undefined && !isBehindProxy)
    throw new ConnectorError(
      'config',
      `The host would listen on ${host} without TLS: tokens could be read on the way.`,
      {
        hint: 'Set `access.tls`, or `access.behind_proxy: true` where a proxy of yours speaks TLS.',
      },
    );
  if (tls !== undefined) checkPair(tls.certificate, tls.private_key);
  return {
    tls: tls === undefined ? undefined : { cert: tls.certificate, key: tls.private_key },
    isBehindProxy,
    names: new Set([new URL(public_url).hostname]),
    isLoopback: isLoopback(host),
    isSecure: public_url.startsWith('https:'),
  };
}

/** Throws `config`. OpenSSL would say it in words that name neither. */
export function checkPair(certificate: string, key: string): void {
  const fault = pairFault(certificate, key);
  if (fault !== undefined) throw new ConnectorError('config', `access.tls: ${fault}`, { hint: 'Look at both files.' });
}

function pairFault(certificate: string, key: string): string | undefined {
  try {
    const parsed = new X509Certificate(certificate);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return 'private_key does not belong to certificate.';
    return Date.parse(parsed.validTo) <= Date.now() ? `certificate has expired on ${parsed.validTo}.` : undefined;
  } catch {
    return 'certificate or private_key cannot be read.';
  }
}
