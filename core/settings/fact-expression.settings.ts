import { Choice, ColumnSum, Exactly, Flag, Numeric, Pattern, TagPattern, Text, TimeZone } from './fields.js';
import { CONDITION, ExactlyOneOf, OptionalKey, Rule, TEXT, keyed, list, type Condition } from './shape.js';

/** What a fact may say of one column of the marts: where it comes from, or how it is counted. */

const COLUMN = 'A column of the stream, or `STREAM.COLUMN` of one named in `join`.';
const WHERE =
  'Only rows whose columns have these values: a value, a list of values, or `{ not: … }` of either. Others count as 0.';

export const DAY_RULE = 'must be a day like 2008-03-20';

/** Where one attribute of a row comes from. A bare text is a column. */
@ExactlyOneOf('column', 'const')
@Rule<AttributeSettings>(
  (value) =>
    value.tag !== undefined && value.column === undefined
      ? { key: 'tag', message: 'needs column: the column that holds the tags' }
      : undefined,
  { anyOf: [{ required: ['column'] }, { not: { required: ['tag'] } }] },
)
@Rule<AttributeSettings>(
  (value) =>
    value.const !== undefined && (value.map !== undefined || value.default !== undefined)
      ? { key: 'const', message: 'stands alone; map and default belong to a column' }
      : undefined,
  { not: { required: ['const'], anyOf: [{ required: ['map'] }, { required: ['default'] }] } },
)
export class AttributeSettings {
  @OptionalKey(COLUMN)
  @Text()
  column?: string;

  @OptionalKey('The same text for every row.', { example: 'spring_2008' })
  @Text()
  const?: string;

  @OptionalKey(
    'Regular expression with one group; the first tag in the column (a list, or text) that matches gives the value.',
    { example: '"region:(.*)"' },
  )
  @TagPattern()
  tag?: string;

  @OptionalKey("Standardised names: the column's value to what the report says; other values stay.", {
    shape: keyed(TEXT),
    example: '{ Surburban: Suburban }',
  })
  map?: Record<string, string>;

  @OptionalKey('What stands where the value is missing. Absent: `(unknown)`, for a name the id.')
  @Text()
  default?: string;
}

@ExactlyOneOf('column', 'const')
@Rule<DateSettings>(({ const: day }) =>
  day === undefined || isDay(day) ? undefined : { key: 'const', message: DAY_RULE },
)
export class DateSettings {
  @OptionalKey(COLUMN)
  @Text()
  column?: string;

  @OptionalKey('The same day for every row.', { example: '2008-03-20' })
  @Pattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, DAY_RULE)
  const?: string;

  @OptionalKey("The zone in which the column's times without a zone are written. Absent: that of the fact.", {
    example: 'UTC',
  })
  @TimeZone()
  time_zone?: string;

  @OptionalKey('`true`: a row without a day is none, such as a message that was never opened. Absent: it is told.')
  @Exactly(true)
  optional?: true;
}

/** True or false for a row. A bare text is a boolean column. */
@ExactlyOneOf('column', 'where')
export class FlagSettings {
  @OptionalKey(`A boolean column: ${COLUMN}`)
  @Text()
  column?: string;

  @OptionalKey('True for the rows whose columns have these values.', {
    shape: keyed(CONDITION),
    example: '{ treatment: No E-Mail }',
  })
  where?: Record<string, Condition>;
}

const DISTINCT =
  'Counts each combination of these columns once a day, campaign, channel, variant, region and segment. A row in which one is missing or empty counts by itself.';

/** A measure is added up over the rows of one day, campaign, channel, variant, region and segment. A bare text is `sum`. */
@ExactlyOneOf('sum', 'count', 'distinct', 'derive')
@Rule<MeasureSettings>(
  ({ sum, derive, where, default: missing, multiply }) =>
    derive !== undefined && (where !== undefined || missing !== undefined || multiply !== undefined)
      ? { key: 'derive', message: 'stands alone; the measures that it names have where, default and multiply' }
      : sum === undefined && (missing !== undefined || multiply !== undefined)
        ? {
            key: missing === undefined ? 'multiply' : 'default',
            message: 'belongs to sum; rows are counted as they are',
          }
        : undefined,
  {
    anyOf: [
      { required: ['sum'] },
      {
        not: {
          anyOf: [{ required: ['default'] }, { required: ['multiply'] }, { required: ['derive', 'where'] }],
        },
      },
    ],
  },
)
export class MeasureSettings {
  @OptionalKey(
    `Adds up a numeric column, or several: \`opens - machine_opens\`, a blank on each side of the sign. ${COLUMN} All null: not measured.`,
  )
  @ColumnSum()
  sum?: string;

  @OptionalKey('`true` counts the rows, where each row is one member or message.')
  @Exactly(true)
  count?: true;

  @OptionalKey(DISTINCT, { shape: list(TEXT), example: '[send_id, subscriber_key]' })
  distinct?: readonly string[];

  @OptionalKey('Other measures of this fact, added and subtracted in the mart. Null where one of them is.', {
    example: 'sent - bounced',
  })
  @ColumnSum()
  derive?: string;

  @OptionalKey(WHERE, { shape: keyed(CONDITION), example: '{ treatment: { not: No E-Mail } }' })
  where?: Record<string, Condition>;

  @OptionalKey('What a missing value of a column counts as. Absent: it is not measured.', { example: '0' })
  @Numeric()
  default?: number;

  @OptionalKey('Changes the unit: 0.01 makes dollars of cents.', { example: '0.01' })
  @Numeric()
  multiply?: number;
}

/** One type of positive response. */
@ExactlyOneOf('from', 'count', 'distinct')
export class ResponseSettings {
  @OptionalKey('Column with the number of responses, or several as under `sum`; added up.', { example: 'conversions' })
  @ColumnSum()
  from?: string;

  @OptionalKey('`true` counts the rows, where each row is one response.')
  @Exactly(true)
  count?: true;

  @OptionalKey(DISTINCT, { shape: list(TEXT), example: '[subscriber_key]' })
  distinct?: readonly string[];

  @OptionalKey(WHERE, { shape: keyed(CONDITION) })
  where?: Record<string, Condition>;

  @OptionalKey('Part of "responded", the sum over the primary types; these must not overlap.')
  @Flag()
  primary: boolean = false;

  @OptionalKey('The day it stands on: that of the response, or that of the message it answers.')
  @Choice('event_day', 'send_day')
  basis: 'event_day' | 'send_day' = 'event_day';
}

export function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
