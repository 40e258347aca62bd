import { ConnectorError, type ErrorDetails, type ErrorKind } from '#sdk';
import type { SoapAnswer, SoapFault } from './sfmc.xml.js';

interface Meaning {
  readonly when: RegExp;
  readonly kind: ErrorKind;
  readonly what: string;
  readonly hint: string;
  readonly fault?: NonNullable<ErrorDetails['fault']>;
}

const LATER = 'Try again later, or look at https://status.salesforce.com.';

/**
 * What a fault says, first match first, over `faultcode | faultstring | Code | Message`. Every one comes as HTTP 500, a
 * throttle and an expired token too.
 * https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/soap_faults.md, read 2026-11-24.
 */
const FAULTS: readonly Meaning[] = [
  {
    when: /token expired|invalid token/i,
    kind: 'auth',
    what: 'the token has expired',
    hint: 'A fresh token is refused too: check that the package is still installed in this business unit.',
  },
  {
    when: /login failed|security \|/i,
    kind: 'auth',
    what: 'the login failed',
    hint: 'Check that the installed package exists and has access to this business unit.',
  },
  {
    when: /rate limit|throttl|too many|temporarily blocked|quota/i,
    kind: 'rate_limit',
    what: 'the rate limit is exceeded',
    hint: 'Run at another time, or lower the rate of other programs that use the API.',
  },
  { when: /\| 9 \||maintenance/i, kind: 'transient', what: 'the account is in maintenance', hint: LATER },
  {
    when: /client \|/i,
    kind: 'internal',
    what: 'the request is refused as it is built',
    hint: 'This is for the developer.',
  },
  { when: /(?:)/, kind: 'transient', what: 'the server has a fault of its own', hint: LATER },
];

/** What `OverallStatus` says at HTTP 200 where it is neither `OK` nor `MoreDataAvailable`. */
const STATUSES: readonly Meaning[] = [
  {
    when: /permission/i,
    kind: 'auth',
    fault: 'permission',
    what: 'the package lacks the permission',
    hint: 'Grant the scopes that the README of this connector names; a change takes up to five minutes and a new token.',
  },
  {
    when: /rate limit|throttl|too many/i,
    kind: 'rate_limit',
    what: 'the rate limit is exceeded',
    hint: 'Run at another time.',
  },
  {
    when: /Request Property|Invalid column name|handler for object type/i,
    kind: 'internal',
    what: 'the object or a property of it is not known',
    hint: 'Marketing Cloud has changed the object; this is for the developer.',
  },
  { when: /(?:)/, kind: 'source', what: 'the retrieve failed', hint: LATER },
];

/** The names of properties that an object does not know, as `OverallStatus` lists them. */
export function refusedProperties(status: string): readonly string[] {
  const list = /Request Property\(s\) (.+?) do(?:es)? not match/i.exec(status)?.[1];
  return list === undefined ? [] : list.split(/[\s,;]+/).filter((name) => name !== '');
}

/** Throws for a fault, and for an answer that says neither that it is whole nor that there is more. */
export function refuseFaults(answer: SoapAnswer): void {
  const { fault, status } = answer;
  if (fault !== undefined) throw errorOf(FAULTS, textOf(fault));
  if (status === 'OK' || status === 'MoreDataAvailable' || refusedProperties(status).length > 0) return;
  throw errorOf(STATUSES, status === '' ? 'no OverallStatus' : status);
}

const textOf = ({ code, text, apiCode = '', apiMessage = '' }: SoapFault): string =>
  `${code} | ${text} | ${apiCode} | ${apiMessage}`;

function errorOf(meanings: readonly Meaning[], text: string): ConnectorError {
  const { kind, what, hint, fault } = meanings.find(({ when }) => when.test(text))!;
  // A status may quote the request, and the request holds no member's data; but nobody has promised that, so it is cut.
  return new ConnectorError(kind, `${what} ("${text.replaceAll(' |  | ', '').slice(0, 160)}")`, {
    hint,
    ...(fault === undefined ? {} : { fault }),
  });
}
