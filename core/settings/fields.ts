import {
  Equals,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  Matches,
  Min,
  MinLength,
  ValidateBy,
  type ValidationArguments,
} from 'class-validator';
import { isTimeZone, nearest, parseDuration, termsOf } from '../protocol/index.js';

/** What a field may hold, each with the sentence that says so. Values never stand in a message: one might be a secret. */

/** The length leaves room for `raw_` before it in a name of Postgres. */
export const NAME_PATTERN = /^[a-z][a-z0-9_]{0,58}$/;
export const NAME_RULE = 'must be a name: small letters, digits and _, a letter first, at most 59';

export const TEXT_RULE = 'must be text that is not empty; numbers, true and false need quotes to be text';

export const Text = () => MinLength(1, { message: TEXT_RULE });
export const Name = () => Matches(NAME_PATTERN, { message: NAME_RULE });
export const Pattern = (pattern: RegExp, message: string) => Matches(pattern, { message });
export const SigningKey = () => Pattern(/^.{32,}$/s, 'must have at least 32 characters');
export const Exactly = (value: number | boolean) => Equals(value, { message: `must be ${value}` });
export const Numeric = () => IsNumber({}, { message: 'must be a number' });

export const DurationText = () =>
  ValidateBy({
    name: 'duration',
    validator: {
      validate: (value) => typeof value === 'string' && parseDuration(value) !== undefined,
      defaultMessage: () => 'must be a duration like 14d, 36h or 15m',
    },
  });

/** A duration that leaves a minute at least. */
export const MinutesText = () =>
  ValidateBy({
    name: 'duration',
    validator: {
      validate: (value) => typeof value === 'string' && (parseDuration(value) ?? 0) >= 60_000,
      defaultMessage: () => 'must be a duration of at least 1m, like 15m or 6h',
    },
  });

/** A time of the day; YAML 1.2 reads it as text with or without quotes. */
export const ClockText = () =>
  Matches(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { message: 'must be a local time from 00:00 to 24:00, like "22:00"' });

export const Choice = (...values: readonly string[]) =>
  IsIn([...values], { message: ({ value }: ValidationArguments) => choiceRule(value, values) });

export function choiceRule(value: unknown, values: readonly string[]): string {
  const near = typeof value === 'string' ? nearest(value, values) : undefined;
  return `must be one of ${values.join(', ')}${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

export const OLD_BOOLEANS = /^(y|n|yes|no|on|off)$/i;

export const Flag = () =>
  IsBoolean({
    message: ({ value }: ValidationArguments) =>
      typeof value === 'string' && OLD_BOOLEANS.test(value)
        ? 'must be true or false; yes, no, on and off are plain text in YAML 1.2'
        : 'must be true or false',
  });

/** A whole number, zero or more. */
export const Count = (): PropertyDecorator => (target, property) => {
  Min(0, { message: 'must be a whole number, 0 or more' })(target, property as string);
  IsInt({ message: 'must be a whole number, 0 or more' })(target, property as string);
};

export const TimeZone = () =>
  ValidateBy({
    name: 'time_zone',
    validator: {
      validate: (value) => typeof value === 'string' && isTimeZone(value),
      defaultMessage: () => 'must be an IANA time zone like America/Chicago or UTC',
    },
  });

/** A regular expression with one group, which is what a tag yields. */
export const TagPattern = () =>
  ValidateBy({
    name: 'tag_pattern',
    validator: {
      validate: (value) => tagPatternFault(value) === undefined,
      defaultMessage: (args) => tagPatternFault(args?.value) ?? '',
    },
  });

function tagPatternFault(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'must be a regular expression like "region:(.*)"';
  // The warehouse evaluates it: these forms exist in JavaScript but not in Postgres.
  if (/\(\?<|\\p\{|\\k</.test(value)) return 'must not use named groups, look-behind or \\p{…}; the warehouse has none';
  try {
    const groups = (new RegExp(`${value}|`).exec('')?.length ?? 1) - 1;
    return groups === 1 ? undefined : `must have exactly one group in parentheses, has ${groups}`;
  } catch (error) {
    return `is no valid regular expression: ${(error as Error).message.split(': ').at(-1) ?? ''}`;
  }
}

/** Names added and subtracted. */
export const ColumnSum = () =>
  ValidateBy({
    name: 'column_sum',
    validator: {
      validate: (value) =>
        typeof value === 'string' &&
        termsOf(value).every(({ name }) => name !== '' && !/^[+-]( |$)| [+-]$|(^| )[*/]( |$)/.test(name)),
      defaultMessage: () => 'must be a name, or names with + or - between them and blanks around each sign: a - b + c',
    },
  });
