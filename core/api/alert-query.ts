import { BadRequestException } from '@nestjs/common';
import type { IncidentFilter, IncidentPlace } from '../alerting/index.js';
import { ALERT_KINDS } from '../protocol/index.js';
import { DEFAULT_LIMIT, INSTANT, limitOf, parametersOf } from './run-query.js';

const PARAMETERS = ['open', 'connection', 'kind', 'limit', 'cursor'];
const PLACE = /^(open|over) (\S+) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function alertFilterOf(query: Readonly<Record<string, unknown>>): IncidentFilter {
  const { open, connection, kind, limit, cursor } = parametersOf(query, PARAMETERS);
  if (open !== undefined && open !== 'true' && open !== 'false')
    throw new BadRequestException('open must be true or false.');
  const known = ALERT_KINDS.find((one) => one === kind);
  if (kind !== undefined && known === undefined)
    throw new BadRequestException(`kind must be one of ${ALERT_KINDS.join(', ')}.`);
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : limitOf(limit),
    ...(open === undefined ? {} : { isOpen: open === 'true' }),
    ...(connection === undefined ? {} : { connection }),
    ...(known === undefined ? {} : { kind: known }),
    ...(cursor === undefined ? {} : { after: placeOf(cursor) }),
  };
}

/** Opaque to clients. One that is resolved between two pages may be on both, and none is left out. */
export function alertCursorOf({ isOpen, openedAt, id }: IncidentPlace): string {
  return Buffer.from(`${isOpen ? 'open' : 'over'} ${openedAt} ${id}`).toString('base64url');
}

function placeOf(cursor: string): IncidentPlace {
  const [, state, openedAt, id] = PLACE.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (openedAt !== undefined && id !== undefined && INSTANT.test(openedAt) && !Number.isNaN(Date.parse(openedAt)))
    return { isOpen: state === 'open', openedAt, id };
  throw new BadRequestException('cursor must be the `next` of a page before.');
}
