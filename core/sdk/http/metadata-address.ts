import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ConnectorError } from '../errors.js';

/**
 * Where clouds tell a machine its own credentials, and all else that is only meant for the link: no API lies there, so whoever
 * leads a request there wants those. Private addresses are no fault: the warehouse's neighbours have APIs too.
 */
const REFUSED = new BlockList();
REFUSED.addSubnet('169.254.0.0', 16, 'ipv4');
REFUSED.addSubnet('fe80::', 10, 'ipv6');
REFUSED.addAddress('fd00:ec2::254', 'ipv6'); // AWS
REFUSED.addAddress('100.100.100.200', 'ipv4'); // Alibaba Cloud
REFUSED.addAddress('0.0.0.0', 'ipv4');
REFUSED.addAddress('::', 'ipv6');

/** Throws `config` where the host of an address is written as such a number, in whatever form. */
export function refuseMetadata({ hostname }: URL): void {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isRefused(host)) throw refusal(host);
}

/**
 * Looks a name up and refuses the connection where it leads to such an address: the very one that is connected to, so that a name
 * which is another by the next look-up gains nothing.
 */
export const guardedLookup = lookupWith(resolve);

/** `answers` stands for the resolver of the system. */
export function lookupWith(answers: typeof resolve): LookupFunction {
  return (hostname, options, callback) => {
    answers(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      const refused = found.find(({ address }) => isRefused(address));
      if (refused !== undefined) return callback(refusal(hostname), '', 0);
      if (options.all === true) return callback(null, found);
      callback(null, found[0]!.address, found[0]!.family);
    });
  };
}

function isRefused(host: string): boolean {
  const family = isIP(host);
  // One that is written inside of an IPv6 address counts as what it is.
  return family !== 0 && REFUSED.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

const refusal = (host: string): ConnectorError =>
  new ConnectorError('config', `${host} is an address of this machine's own link, where no API lies`, {
    hint: 'Look at who gave this address: it may be meant to read the credentials of the machine.',
  });
