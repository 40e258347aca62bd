import { BadRequestException } from '@nestjs/common';
import type { RequestFilter, RequestState, RequestTrigger } from '../scheduler/request-store.js';
import { DEFAULT_LIMIT, limitOf, parametersOf } from './run-query.js';

export const REQUEST_STATES: readonly RequestState[] = ['queued', 'running', 'ended', 'cancelled'];
export const REQUEST_TRIGGERS: readonly RequestTrigger[] = ['schedule', 'manual', 'api', 'after', 'backfill', 'replay'];
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The query of a list of requests; what is not understood is refused, since a filter that is passed over shows too much. */
export function requestFilterOf(query: Readonly<Record<string, unknown>>): RequestFilter {
  const given = parametersOf(query, ['connection', 'state', 'trigger', 'limit', 'cursor']);
  const { connection, state, trigger, limit, cursor } = given;
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : limitOf(limit),
    ...(connection === undefined ? {} : { connection }),
    ...(state === undefined ? {} : { state: oneOf('state', state, REQUEST_STATES) }),
    ...(trigger === undefined ? {} : { trigger: oneOf('trigger', trigger, REQUEST_TRIGGERS) }),
    ...(cursor === undefined ? {} : { before: idOf(cursor) }),
  };
}

function oneOf<T extends string>(name: string, text: string, values: readonly T[]): T {
  const value = values.find((one) => one === text);
  if (value !== undefined) return value;
  throw new BadRequestException(`${name} must be one of ${values.join(', ')}.`);
}

function idOf(cursor: string): string {
  if (UUID.test(cursor)) return cursor;
  throw new BadRequestException('cursor must be the `next` of a page before.');
}
