import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { NextFunction, Request, Response } from 'express';

/** One request as log and metrics tell it: the route's pattern, never the path, and no value of a query. */
export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/** What a caller may call its request; anything else could forge lines of a log. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** The others that a client may invent would be labels without end. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Names every request, which its answer, its problem and its line in the log then carry, and tells when it is answered. Where
 * traces are recorded it is a span, below the caller's where `traceparent` names one.
 */
export function requestEdge(answered: (request: AnsweredRequest) => void) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const began = performance.now();
    const given = request.get('x-request-id') ?? '';
    const requestId = REQUEST_ID.test(given) ? given : randomUUID();
    response.locals['requestId'] = requestId;
    response.setHeader('X-Request-Id', requestId);
    const method = METHODS.has(request.method) ? request.method : 'other';
    const caller = propagation.extract(context.active(), request.headers);
    const span = trace
      .getTracer('tributary')
      .startSpan(
        method,
        { kind: SpanKind.SERVER, attributes: { 'http.request.method': method, 'tributary.request_id': requestId } },
        caller,
      );
    const within = trace.setSpan(caller, span);
    response.once('close', () => {
      const path = (request.route as { path?: unknown } | undefined)?.path;
      // Nest's own answer to what no route takes stands at a pattern for everything.
      const route = typeof path === 'string' && !path.includes('*') ? path : 'unmatched';
      const status = response.statusCode;
      context.with(within, () =>
        answered({ requestId, method, route, status, ms: Math.round(performance.now() - began) }),
      );
      span.updateName(`${method} ${route}`).setAttributes({ 'http.route': route, 'http.response.status_code': status });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(within, next);
  };
}
