import { BadRequestException } from '@nestjs/common';
import type { MonthLook } from './host-services.js';
import { INSTANT } from './run-query.js';

/** The parameters by which every form of a month is asked for. */
export const LOOK_PARAMETERS = {
  release: { type: 'integer', minimum: 1, description: 'A version, as it was published.' },
  as_of: { type: 'string', description: 'The newest release that was published until this day or instant.' },
  with_phi: {
    type: 'string',
    enum: ['true', 'false'],
    description: 'Small counts too; needs the right `phi:read`.',
  },
} as const;

export function monthLookOf(given: Readonly<Record<string, string | undefined>>): MonthLook {
  const { release, as_of, with_phi } = given;
  if (release !== undefined && as_of !== undefined)
    throw new BadRequestException('release and as_of name a release each: give one of them.');
  if (with_phi !== undefined && with_phi !== 'true' && with_phi !== 'false')
    throw new BadRequestException('with_phi must be true or false.');
  return {
    ...(release === undefined ? {} : { release: versionOf(release) }),
    ...(as_of === undefined ? {} : { asOf: instantOf(as_of) }),
    withPhi: with_phi === 'true',
  };
}

function versionOf(release: string): number {
  if (/^[1-9]\d{0,8}$/.test(release)) return Number(release);
  throw new BadRequestException('release must be a version: a whole number from 1.');
}

/** Of a day its end. */
function instantOf(text: string): Date {
  const instant = new Date(text.length === 10 ? `${text}T23:59:59.999Z` : text);
  if (INSTANT.test(text) && !Number.isNaN(instant.getTime())) return instant;
  throw new BadRequestException('as_of must be a day or an instant, such as 2026-04-09 or 2026-04-09T06:00:00Z.');
}
