import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ConnectorError } from '#sdk';
import { shownPath } from './answer.js';

/** What a manifest may reach beyond public addresses over https. */
export interface Allowance {
  /** Addresses of this machine, also over http. */
  readonly loopback: boolean;
  /** Addresses of the own network. */
  readonly private: boolean;
  /** Plain http beyond this machine. */
  readonly http: boolean;
}

const LOOPBACK = listOf(['127.0.0.0/8'], ['::1/128']);
const PRIVATE = listOf(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'], ['fc00::/7']);
/** Nobody has an API there: this link, where clouds tell a machine its credentials; many at once; what only carries another address. */
const NEVER = listOf(
  [
    '0.0.0.0/8',
    '169.254.0.0/16',
    '100.100.100.200/32',
    '168.63.129.16/32',
    '192.0.0.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  [
    '::/96',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
    'fd00:ec2::254/128',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '::ffff:0:0:0/96',
    '2002::/16',
    '2001::/32',
  ],
);

function listOf(four: readonly string[], six: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [ranges, family] of [
    [four, 'ipv4'],
    [six, 'ipv6'],
  ] as const)
    for (const range of ranges) {
      const [address = '', bits = ''] = range.split('/');
      list.addSubnet(address, Number(bits), family);
    }
  return list;
}

/** Why an address may not be connected to; undefined where it may. */
export function refusalOf(address: string, allowed: Allowance): string | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  // An IPv4 address inside of an IPv6 one counts as what it is; BlockList sees to that.
  if (LOOPBACK.check(address, family)) return allowed.loopback ? undefined : 'an address of this machine';
  if (NEVER.check(address, family)) return 'an address that no API has';
  if (PRIVATE.check(address, family)) return allowed.private ? undefined : 'an address of a private network';
  return undefined;
}

/**
 * A look-up that answers allowed addresses alone, all of a name's or none: it is the address that was judged which is connected
 * to, so a name that is another by the next look-up gains nothing.
 */
export function guardedLookup(allowed: Allowance, answers: typeof resolve = resolve): LookupFunction {
  return (hostname, options, callback) => {
    answers(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      for (const { address } of found) {
        const why = refusalOf(address, allowed);
        if (why !== undefined) return callback(refused(hostname, why), '', 0);
      }
      if (options.all === true) return callback(null, found);
      callback(null, found[0]!.address, found[0]!.family);
    });
  };
}

const refused = (host: string, why: string): ConnectorError =>
  new ConnectorError('config', `"${host}" is ${why}, which a manifest may not reach`, {
    hint: 'If it is meant, say so under `allow` of the source: loopback, private. Otherwise look at who gave this address.',
  });

/** A pattern of `allowed_hosts`: a name, or `*.` before one for all below it. */
export const matchesHost = (pattern: string, host: string): boolean =>
  pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : pattern === host;

/** Judges addresses before anything is sent there. */
export interface AddressGuard {
  readonly allowed: Allowance;
  /** Hosts that the manifest and the configuration name. */
  readonly hosts: ReadonlySet<string>;
  readonly patterns: readonly string[];
}

/** The address, where it may be asked; throws `config` that says why it may not, without what is hidden. */
export function guarded(address: string, guard: AddressGuard, hidden: () => readonly string[] = () => []): URL {
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new ConnectorError('config', `"${shown(address, hidden())}" is no http or https address`, {
      hint: 'Look at the address (`endpoint` of the short form, `url_base` of a manifest) and the `path` of the stream, and at the configuration that they read.',
    });
  if (url.username !== '' || url.password !== '')
    throw new ConnectorError('config', `The address at ${url.host} has a user name or password in it`, {
      hint: 'Use an authenticator.',
    });
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const isLocal =
    host === 'localhost' || (isIP(host) !== 0 && LOOPBACK.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'));
  if (url.protocol === 'http:' && !guard.allowed.http && !(isLocal && guard.allowed.loopback))
    throw new ConnectorError('config', `${url.origin} would be asked without encryption`, {
      hint: 'Use https; `allow: [http]` of the source permits plain http, `allow: [loopback]` on this machine.',
    });
  if (!guard.hosts.has(host) && !guard.patterns.some((pattern) => matchesHost(pattern, host)))
    throw new ConnectorError('config', `A request was to go to "${host}", which the manifest does not name`, {
      hint: 'An answer of the API led there. If it is right, add the host to `allowed_hosts` of the source.',
    });
  if (isIP(host) !== 0) {
    const why = refusalOf(host, guard.allowed);
    if (why !== undefined) throw refused(host, why);
  }
  return url;
}

const shown = (address: string, hidden: readonly string[]): string =>
  shownPath(address.replace(/\?.*$/s, '?…'), hidden).slice(0, 100);

/** The host of an address that is known before anything is read; undefined where the text is none. */
export function hostOf(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined;
  const host = URL.parse(address)
    ?.hostname.replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return host === '' ? undefined : host;
}
