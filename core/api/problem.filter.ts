import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { isConnectorError, type ErrorKind } from '../sdk/errors.js';

const STATUS_BY_KIND: Partial<Record<ErrorKind, number>> = {
  config: 404,
  transient: 503,
  rate_limit: 503,
  locked: 409,
};

/** What the host has for logs: one line of an error, and its text without secrets. */
export interface ProblemOutlet {
  log(error: unknown, requestId: string): void;
  scrub(text: string): string;
  /** Shows a page to whoever asked for one that there is not, or that is refused; false: a problem is to be told. */
  tellMissing(request: Request, response: Response, status: number): boolean;
}

interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

/** Every error as `application/problem+json` (RFC 9457): no stack, no SQL, no secret, no value of a record. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly outlet: ProblemOutlet) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    // As a redirect to the login.
    if (response.writableEnded) return;
    const problem = problemOf(error);
    if (problem.status >= 500) this.outlet.log(error, requestIdOf(response));
    // Once its head is sent, an answer can only break off.
    if (response.headersSent) response.destroy();
    else if (isOfPage(problem, response.req) && this.outlet.tellMissing(response.req, response, problem.status)) return;
    else sendProblem(response, { ...problem, detail: this.outlet.scrub(problem.detail) });
  }
}

/** No route has the address, or it is that of a report which there is not or which is refused; other routes know no run of a name. */
function isOfPage({ status }: Problem, { route }: Request): boolean {
  const path = (route as { path?: unknown } | undefined)?.path;
  if (path === undefined) return status === 404;
  return [400, 403, 404].includes(status) && /^\/report(\/|$)/.test(String(path));
}

export function sendProblem(response: Response, { status, title, detail }: Problem): void {
  const instance = response.req.originalUrl.replace(/[?#].*$/s, '');
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, detail, instance, request_id: requestIdOf(response) }));
}

function requestIdOf(response: Response): string {
  return String(response.locals['requestId']);
}

function problemOf(error: unknown): Problem {
  if (error instanceof HttpException)
    return { status: error.getStatus(), title: titleOf(error.getStatus()), detail: error.message };
  if (isConnectorError(error)) {
    const { hint } = error.details;
    return {
      status: STATUS_BY_KIND[error.kind] ?? 500,
      title: error.kind,
      detail: hint === undefined ? error.message : `${error.message} ${hint}`,
    };
  }
  // What reading the body refused: too large, in an unknown charset, broken off.
  const { status, expose } = error as { status?: unknown; expose?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500 && expose === true)
    return { status, title: titleOf(status), detail: (error as Error).message };
  return { status: 500, title: 'internal', detail: 'An error that should not happen. See the log of the host.' };
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}
