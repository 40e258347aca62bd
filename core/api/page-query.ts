import { BadRequestException } from '@nestjs/common';
import { DEFAULT_LIMIT, MAX_LIMIT } from './run-query.js';

/** The query of a list that goes on after a number; what is not understood is refused. */
export interface PageQuery {
  readonly limit: number;
  /** The last number of the page before. */
  readonly after?: number;
  /** The other parameters that the list takes. */
  readonly rest: Readonly<Record<string, string | undefined>>;
}

export function pageQueryOf(query: Readonly<Record<string, unknown>>, ...others: readonly string[]): PageQuery {
  const known = ['limit', 'cursor', ...others];
  for (const [name, value] of Object.entries(query)) {
    if (!known.includes(name))
      throw new BadRequestException(`There is no parameter "${name}". There are: ${known.join(', ')}.`);
    if (typeof value !== 'string') throw new BadRequestException(`${name} must be given once.`);
  }
  const { limit, cursor, ...rest } = query as Readonly<Record<string, string>>;
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : within(limit, 1, MAX_LIMIT, 'limit must be a whole number from 1 to'),
    ...(cursor === undefined
      ? {}
      : { after: within(cursor, 0, Number.MAX_SAFE_INTEGER, 'cursor must be the `next` of a page before, at most') }),
    rest,
  };
}

function within(text: string, least: number, most: number, sentence: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new BadRequestException(`${sentence} ${most}.`);
}

/** The parameters as the document tells them. */
export const PAGE_PARAMETERS = {
  limit: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  cursor: { type: 'string', description: 'The `next` of the page before.' },
} as const;
