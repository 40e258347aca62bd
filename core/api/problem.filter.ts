import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { isConnectorError, type ErrorKind } from '../sdk/errors.js';

const STATUS_BY_KIND: Partial<Record<ErrorKind, number>> = {
  config: 404,
  transient: 503,
  rate_limit: 503,
  locked: 409,
};

/** Every error as `application/problem+json` (RFC 9457): no stack, no SQL, no value of a record. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: (error: unknown) => void) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { status, title, detail } = problemOf(error);
    if (status >= 500) this.log(error);
    response
      .status(status)
      .type('application/problem+json')
      .send(JSON.stringify({ type: 'about:blank', title, status, detail }));
  }
}

function problemOf(error: unknown): { readonly status: number; readonly title: string; readonly detail: string } {
  if (error instanceof HttpException)
    return { status: error.getStatus(), title: error.name.replace(/Exception$/, ''), detail: error.message };
  if (isConnectorError(error)) {
    const { hint } = error.details;
    return {
      status: STATUS_BY_KIND[error.kind] ?? 500,
      title: error.kind,
      detail: hint === undefined ? error.message : `${error.message} ${hint}`,
    };
  }
  return { status: 500, title: 'internal', detail: 'An error that should not happen. See the log of the host.' };
}
