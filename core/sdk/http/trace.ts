import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { toConnectorError } from '../errors.js';
import type { WireRequest, WireResponse } from './exchange.js';

/** Words of a route and versions of an API; whatever else a path holds may be an identifier, of a member too. */
const WORD = /^([a-z][a-z_-]{0,31}|v\d{1,3}(\.\d{1,3})*)$/;

/** The path as traces tell it: segments that may be values are `{}`. */
export function routeOf({ pathname }: URL): string {
  return pathname
    .split('/')
    .map((segment) => (segment === '' || WORD.test(segment) ? segment : '{}'))
    .join('/');
}

/**
 * One request as a span of its own, below what the host has under way; nothing where it records no traces. Headers, query and
 * body are not told, and the API is not told the trace.
 */
export async function tracedExchange(
  { method, url }: WireRequest,
  resends: number,
  work: () => Promise<WireResponse>,
): Promise<WireResponse> {
  const route = routeOf(url);
  const span = trace.getTracer('tributary').startSpan(`${method} ${route}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      'http.request.method': method,
      'server.address': url.hostname,
      'url.template': route,
      ...(resends === 0 ? {} : { 'http.request.resend_count': resends }),
    },
  });
  try {
    const response = await work();
    span.setAttribute('http.response.status_code', response.status);
    if (response.status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
    return response;
  } catch (error) {
    const { kind, message } = toConnectorError(error);
    span.setAttribute('error.type', kind).setStatus({ code: SpanStatusCode.ERROR, message });
    throw error;
  } finally {
    span.end();
  }
}
