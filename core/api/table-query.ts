import { BadRequestException } from '@nestjs/common';
import type { TableRequest } from './host-services.js';

const DIMENSIONS = ['date', 'source', 'campaign_id', 'channel', 'response_type', 'variant_id', 'region', 'segment'];
const DEFAULT_ROWS = 1_000;
const MOST_ROWS = 10_000;

/** What a table may be asked for. */
export const TABLE_PARAMETERS = {
  ...Object.fromEntries(
    DIMENSIONS.map((name) => [name, { type: 'string', description: 'Only rows with this value.' } as const]),
  ),
  limit: { type: 'integer', minimum: 1, maximum: MOST_ROWS, description: `Absent: ${DEFAULT_ROWS}.` },
};

export function tableRequestOf(
  given: Readonly<Record<string, string | undefined>>,
  /** Dimensions of the user's own, which are asked for by their names. */
  own: readonly string[],
): Pick<TableRequest, 'filter' | 'limit'> {
  const filter = [...DIMENSIONS, ...own].flatMap((name) =>
    given[name] === undefined ? [] : [[name, given[name]] as const],
  );
  const limit = given['limit'] === undefined ? DEFAULT_ROWS : Number(given['limit']);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ROWS)
    throw new BadRequestException(`limit must be a whole number from 1 to ${MOST_ROWS}.`);
  return { filter: Object.fromEntries(filter), limit };
}
