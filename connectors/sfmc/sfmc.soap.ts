import { isDeepStrictEqual } from 'node:util';
import { ConnectorError, isConnectorError } from '#sdk';
import { grantHint, TOKEN_PLACE, type Account, type Sfmc } from './sfmc.accounts.js';
import { refusedProperties } from './sfmc.faults.js';
import type { SoapAnswer, SoapObject } from './sfmc.xml.js';

/** The most that one call gives, https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/continuerequest_2500records.md */
const BATCH_SIZE = 2_500;

export interface Retrieve {
  readonly objectType: string;
  /** What the package must be allowed to read. */
  readonly scope: string;
  readonly properties: readonly string[];
  /** XML of the filter; see `between` and `equals`. */
  readonly filter?: string;
}

export interface Reading {
  readonly client: Sfmc;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/**
 * The continuation of a retrieve is a state of the server that is gone when a call of it fails or expires: to ask again might
 * skip a page. So whoever reads begins anew.
 */
export class ContinuationLost extends Error {
  override readonly name = 'ContinuationLost';
}

/** The pages of a retrieve. Throws `ContinuationLost` where a page after the first cannot be had. */
export async function* retrieve(
  { client, signal, warn }: Reading,
  account: Account,
  wanted: Retrieve,
): AsyncGenerator<readonly SoapObject[]> {
  const { objectType } = wanted;
  const soap = await account.soap();
  const ask = async (continued: string | undefined): Promise<SoapAnswer> => {
    const properties = wanted.properties.filter((name) => !client.refused.has(`${objectType}.${name}`));
    const body = envelope({ ...wanted, properties }, continued);
    // A throttle and an expired token refuse a call before anything is done; after any other fault nobody knows.
    const answer = await soap.post<SoapAnswer>('/Service.asmx', body, { idempotent: continued === undefined, signal });
    const strangers = refusedProperties(answer.status).filter((name) => properties.includes(name));
    if (strangers.length === 0 && refusedProperties(answer.status).length === 0) return answer;
    if (strangers.length === 0 || continued !== undefined)
      throw new ConnectorError(
        'internal',
        `${objectType} of business unit ${account.id}: ${answer.status.slice(0, 160)}`,
      );
    for (const name of strangers) client.refused.add(`${objectType}.${name}`);
    warn(`${objectType} does not know ${strangers.join(', ')}; their columns stay empty.`);
    return ask(undefined);
  };

  let answer = await ask(undefined).catch((error: unknown) => {
    throw named(error, wanted, account);
  });
  let previous: readonly SoapObject[] = [];
  for (;;) {
    if (answer.results.length > 0) yield answer.results;
    if (answer.status !== 'MoreDataAvailable') return;
    previous = answer.results;
    const { requestId } = answer;
    if (requestId === '') throw new ContinuationLost('the answer names no RequestID to go on with');
    answer = await ask(requestId).catch((error: unknown) => {
      signal.throwIfAborted();
      if (isConnectorError(error) && (error.kind === 'transient' || error.kind === 'source'))
        throw new ContinuationLost(error.message, { cause: error });
      throw named(error, wanted, account);
    });
    if (answer.results.length > 0 && isDeepStrictEqual(answer.results, previous))
      throw new ContinuationLost('the same page came twice in a row');
  }
}

/** How often a retrieve is begun anew before it fails. */
export const MOST_RESTARTS = 8;

/** Reads an object whole, and anew from its beginning where its continuation is lost; rows that come again have the same key. */
export async function* retrieveWhole(
  reading: Reading,
  account: Account,
  wanted: Retrieve,
): AsyncGenerator<readonly SoapObject[]> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      yield* retrieve(reading, account, wanted);
      return;
    } catch (error) {
      beginAnew(error, restarts, reading, `${wanted.objectType} of business unit ${account.id}`);
    }
  }
}

/** Throws what cannot be mended by beginning anew; else says that it is done. */
export function beginAnew(error: unknown, restarts: number, { warn }: Pick<Reading, 'warn'>, what: string): void {
  if (!(error instanceof ContinuationLost)) throw error;
  if (restarts >= MOST_RESTARTS)
    throw new ConnectorError(
      isConnectorError(error.cause) ? error.cause.kind : 'source',
      `${what}: ${error.message}; begun anew ${restarts} times`,
      {
        cause: error.cause,
        hint: 'Try again later. If it stays, this is for the developer: the paging may have changed.',
      },
    );
  warn(`${what} was read anew: ${error.message}.`);
}

function named(error: unknown, { objectType, scope }: Retrieve, account: Account): unknown {
  if (!isConnectorError(error)) return error;
  const hint = /permission/i.test(error.message) ? { hint: grantHint(scope) } : {};
  return new ConnectorError(error.kind, `${objectType} of business unit ${account.id}: ${error.message}`, {
    ...error.details,
    ...hint,
    cause: error.cause,
  });
}

/** Half-open, in UTC: the server takes an instant with `Z` as what it is, whatever its own zone. */
export const between = (property: string, from: Date, to: Date): string =>
  `<Filter xsi:type="ComplexFilterPart">${simple('LeftOperand', property, 'greaterThanOrEqual', 'DateValue', from.toISOString())}` +
  `<LogicalOperator>AND</LogicalOperator>${simple('RightOperand', property, 'lessThan', 'DateValue', to.toISOString())}</Filter>`;

export const equals = (property: string, value: string): string => simple('Filter', property, 'equals', 'Value', value);

const simple = (
  element: string,
  property: string,
  operator: string,
  kind: 'Value' | 'DateValue',
  value: string,
): string =>
  `<${element} xsi:type="SimpleFilterPart"><Property>${property}</Property><SimpleOperator>${operator}</SimpleOperator>` +
  `<${kind}>${escaped(value)}</${kind}></${element}>`;

/** In the order of the WSDL. A continued request repeats what is asked for, as Salesforce's own clients do. */
function envelope({ objectType, properties, filter = '' }: Retrieve, continued: string | undefined): string {
  const more = continued === undefined ? '' : `<ContinueRequest>${escaped(continued)}</ContinueRequest>`;
  return (
    '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    `<Header><fueloauth xmlns="http://exacttarget.com">${TOKEN_PLACE}</fueloauth></Header>` +
    '<Body><RetrieveRequestMsg xmlns="http://exacttarget.com/wsdl/partnerAPI"><RetrieveRequest>' +
    `<Options><BatchSize>${BATCH_SIZE}</BatchSize></Options><ObjectType>${objectType}</ObjectType>` +
    properties.map((name) => `<Properties>${name}</Properties>`).join('') +
    `${filter}${more}</RetrieveRequest></RetrieveRequestMsg></Body></Envelope>`
  );
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (value: string): string => value.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign]!);
