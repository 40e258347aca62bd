import { BadRequestException } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { IsISO8601, IsOptional, IsString, Matches, MaxLength, validateSync } from 'class-validator';

const LONGEST_REASON = 500;

class PauseBody {
  @IsOptional()
  @IsString({ message: 'reason must be text' })
  @MaxLength(LONGEST_REASON, { message: `reason must have at most ${LONGEST_REASON} characters` })
  reason?: string;

  @IsOptional()
  @IsISO8601({ strict: true }, { message: 'until must be an instant like 2026-03-01T06:00:00Z' })
  @Matches(/T.*(Z|[+-]\d\d:\d\d)$/, { message: 'until must say its zone, like 2026-03-01T06:00:00Z' })
  until?: string;
}

/** The same for the OpenAPI document. */
export const PAUSE_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    reason: { type: 'string', maxLength: LONGEST_REASON },
    until: { type: 'string', format: 'date-time', description: 'It ends by itself then. Absent: when it is resumed.' },
  },
} as const;

/** What the body of a pause says; none says nothing. */
export function pauseOf(body: unknown): { readonly reason?: string; readonly until?: string } {
  const given = body ?? {};
  if (typeof given !== 'object' || Array.isArray(given))
    throw new BadRequestException('The body must be a JSON object.');
  const pause = plainToInstance(PauseBody, given);
  const faults = validateSync(pause, { whitelist: true, forbidNonWhitelisted: true });
  if (faults.length > 0)
    throw new BadRequestException(
      faults
        .map(({ property, constraints = {} }) =>
          'whitelistValidation' in constraints
            ? `There is no "${property}"; a pause has reason and until.`
            : `${Object.values(constraints)[0]}.`,
        )
        .join(' '),
    );
  const { reason, until } = pause;
  // ISO 8601 also has days of weeks and of years, which are no instants here.
  if (until !== undefined && !(Date.parse(until) > Date.now()))
    throw new BadRequestException('until must be an instant in the future, like 2026-03-01T06:00:00Z.');
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
}
