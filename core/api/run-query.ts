import { BadRequestException } from '@nestjs/common';
import type { RunFilter, RunPlace } from '../persistence/run-store.js';
import type { RunState } from '../protocol/index.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;

export const RUN_STATES: readonly RunState[] = [
  'queued',
  'running',
  'succeeded',
  'partial',
  'failed',
  'cancelled',
  'interrupted',
];
const PARAMETERS = ['connection', 'state', 'since', 'limit', 'cursor'];
/** Years 2000 to 2199: whatever is further off cannot be meant. */
export const INSTANT = /^2[01]\d\d-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** The query of a list of runs; what is not understood is refused, since a filter that is passed over shows too much. */
export function runFilterOf(query: Readonly<Record<string, unknown>>): RunFilter {
  const { connection, state, since, limit, cursor } = parametersOf(query, PARAMETERS);
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : limitOf(limit),
    ...(connection === undefined ? {} : { connection }),
    ...(state === undefined ? {} : { state: stateOf(state) }),
    ...(since === undefined ? {} : { since: instantOf('since', since) }),
    ...(cursor === undefined ? {} : { before: placeOf(cursor) }),
  };
}

/** Each that is given, once; any other is refused. */
export function parametersOf(
  query: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, string | undefined>> {
  const unknown = Object.keys(query).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new BadRequestException(`There is no parameter "${unknown}". There are: ${names.join(', ')}.`);
  return Object.fromEntries(names.map((name) => [name, once(query, name)]));
}

/** Opaque to clients: where the page after begins. */
export function cursorOf({ startedAt, id }: RunPlace): string {
  return Buffer.from(`${startedAt} ${id}`).toString('base64url');
}

function once(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new BadRequestException(`${name} must be given once.`);
}

export function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new BadRequestException(`limit must be a whole number from 1 to ${MAX_LIMIT}.`);
}

function stateOf(text: string): RunState {
  const state = RUN_STATES.find((one) => one === text);
  if (state !== undefined) return state;
  throw new BadRequestException(`state must be one of ${RUN_STATES.join(', ')}.`);
}

export function instantOf(name: string, text: string): string {
  const at = INSTANT.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new BadRequestException(`${name} must be a day (2026-03-01, in UTC) or an instant with its zone.`);
}

function placeOf(cursor: string): RunPlace {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, startedAt, id] = /^(\S+) ([^\0]+)$/.exec(text) ?? [];
  if (startedAt !== undefined && id !== undefined && INSTANT.test(startedAt) && !Number.isNaN(Date.parse(startedAt)))
    return { startedAt, id };
  throw new BadRequestException('cursor must be the `next` of a page before.');
}
