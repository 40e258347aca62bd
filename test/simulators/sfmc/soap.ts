import { createHash } from 'node:crypto';
import { draw } from './random.js';
import { objectTypes, type Row, type Value } from './objects.js';
import { instantOfText, serverTime } from './server-time.js';
import type { Filter, RetrieveRequest } from './soap-request.js';
import type { Grant } from './tokens.js';
import type { SfmcWorld } from './world.js';

export interface SoapReply {
  readonly status: number;
  readonly body: string;
}

/** A retrieve that is not at its end: what is left of it, and until when the server remembers. */
interface Continuation {
  readonly rows: readonly Row[];
  readonly page: SoapReply;
  readonly endsAt: number;
}

export interface SoapOptions {
  readonly world: SfmcWorld;
  readonly pageSize: number;
  readonly continuationMs: number;
  readonly wallClock: () => number;
}

const MOST_ROWS = 2_500;

const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body>${body}</soap:Body></soap:Envelope>`;

/** Faults come with HTTP 500, whatever their reason. */
export const fault = (
  code: string,
  text: string,
  api?: { readonly code: number; readonly message: string },
): SoapReply => {
  const detail =
    api === undefined
      ? ''
      : `<detail><apifault xmlns="urn:fault.partner.exacttarget.com"><Code>${api.code}</Code><Message>${api.message}</Message></apifault></detail>`;
  return {
    status: 500,
    body: envelope(
      `<soap:Fault><faultcode>${code}</faultcode><faultstring>${text}</faultstring>${detail}</soap:Fault>`,
    ),
  };
};

export const retrieveResponse = (status: string, requestId: string, results: string): SoapReply => ({
  status: 200,
  body: envelope(
    `<RetrieveResponseMsg xmlns="http://exacttarget.com/wsdl/partnerAPI"><OverallStatus>${escaped(status)}</OverallStatus><RequestID>${requestId}</RequestID>${results}</RetrieveResponseMsg>`,
  ),
});

export interface Soap {
  answer(request: RetrieveRequest, grant: Grant, now: number): SoapReply;
  /** What the page before this request was, for a fault that sends it again. */
  pageBefore(request: RetrieveRequest): SoapReply | undefined;
  /** Forgets where a retrieve was. */
  forget(request: RetrieveRequest): void;
}

export const createSoap = ({ world, pageSize, continuationMs, wallClock }: SoapOptions): Soap => {
  const continuations = new Map<string, Continuation>();
  let made = 0;
  const idOf = () => {
    made += 1;
    return createHash('sha256')
      .update(`request ${made}`)
      .digest('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  };
  const failed = (text: string) => retrieveResponse(`Error: ${text}`, idOf(), '');

  const pageOf = (objectType: string, properties: readonly string[], rows: readonly Row[], size: number): SoapReply => {
    const requestId = idOf();
    const results = rows
      .slice(0, size)
      .map((row) => resultOf(objectType, properties, row))
      .join('');
    const left = rows.slice(size);
    const page = retrieveResponse(left.length > 0 ? 'MoreDataAvailable' : 'OK', requestId, results);
    if (left.length > 0) continuations.set(requestId, { rows: left, page, endsAt: wallClock() + continuationMs });
    return page;
  };

  return {
    answer(request, grant, now) {
      const { objectType, properties, filter, continued, batchSize } = request;
      const type = objectTypes[objectType];
      if (type === undefined)
        return failed(
          `Unable to find a handler for object type: ${objectType}. Object types are case-sensitive, check spelling.`,
        );
      if (!grant.scopes.includes(type.scope))
        return failed('API Permission Failed. Check the permissions of the package.');
      const strangers = properties.filter((name) => !type.properties.includes(name));
      if (properties.length === 0 || strangers.length > 0)
        return failed(
          `The Request Property(s) ${strangers.join(', ')} do not match with the fields of ${objectType} retrieve`,
        );
      const size = Math.min(batchSize ?? MOST_ROWS, pageSize, MOST_ROWS);
      if (continued !== undefined) {
        const known = continuations.get(continued);
        continuations.delete(continued);
        if (known === undefined || known.endsAt <= wallClock())
          return failed('The ContinueRequest is not known or has expired.');
        return pageOf(objectType, properties, known.rows, size);
      }
      let rows = type.rows(world, grant.account, now);
      try {
        rows = rows.filter((row) => filter === undefined || isMatch(filter, row, type.properties));
      } catch (error) {
        return failed((error as Error).message);
      }
      // In no order that could be relied on.
      const order = new Map(rows.map((row, index) => [row, draw(7, JSON.stringify(row), index)]));
      return pageOf(
        objectType,
        properties,
        rows.toSorted((a, b) => order.get(a)! - order.get(b)!),
        size,
      );
    },
    pageBefore: ({ continued }) => (continued === undefined ? undefined : continuations.get(continued)?.page),
    forget: ({ continued }) => void (continued !== undefined && continuations.delete(continued)),
  };
};

const isMatch = (filter: Filter, row: Row, properties: readonly string[]): boolean => {
  if ('and' in filter) return filter.and.every((part) => isMatch(part, row, properties));
  const { property, operator, values, isDate } = filter;
  if (!properties.includes(property)) throw new Error(`Invalid column name '${property}'.`);
  const value = row[property] ?? null;
  if (value === null) return false;
  const text = values[0]!;
  const left = value instanceof Date ? value.getTime() : String(value);
  const right = isDate ? instantOfText(text) : text;
  if (typeof right === 'number' && Number.isNaN(right)) throw new Error(`'${text}' is not a valid date.`);
  if (typeof left !== typeof right) throw new Error(`The filter of ${property} has a value of another type.`);
  switch (operator) {
    case 'greaterThanOrEqual':
      return left >= right;
    case 'greaterThan':
      return left > right;
    case 'lessThanOrEqual':
      return left <= right;
    case 'lessThan':
      return left < right;
    default:
      return left === right;
  }
};

const resultOf = (objectType: string, properties: readonly string[], row: Row): string => {
  const parts = properties.map((name) => {
    const [outer, inner] = name.split('.');
    const text = textOf(row[name] ?? null);
    if (inner !== undefined) return `<${outer}><${inner}>${text ?? ''}</${inner}></${outer}>`;
    return text === null ? `<${name} xsi:nil="true" />` : `<${name}>${text}</${name}>`;
  });
  return `<Results xsi:type="${objectType}"><PartnerKey xsi:nil="true" />${parts.join('')}</Results>`;
};

const textOf = (value: Value): string | null => {
  if (value === null) return null;
  return escaped(value instanceof Date ? serverTime(value.getTime()).iso : String(value));
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
