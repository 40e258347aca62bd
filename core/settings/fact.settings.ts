import { CHANNELS, MEASURES, type MeasureName } from '../protocol/index.js';
import { Choice, ColumnSum, Exactly, Flag, Numeric, Pattern, TagPattern, Text, TimeZone } from './fields.js';
import {
  CONDITION,
  ExactlyOneOf,
  Key,
  OptionalKey,
  Rule,
  TEXT,
  keyed,
  list,
  named,
  one,
  oneOrText,
  type Condition,
} from './shape.js';

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

const measure = oneOrText(MeasureSettings, 'sum');
const attribute = oneOrText(AttributeSettings, 'column');

const DATE = 'The day the thing happened.';
const CAMPAIGN = 'The campaign.';

/** What a stream may say of its rows, and what they measure. A measure that is left out is null: not measured. */
class ColumnsSettings implements Partial<Record<MeasureName, MeasureSettings>> {
  @OptionalKey("The system it was run in. Absent: the name of the connection's source.", { shape: attribute })
  source?: AttributeSettings;

  @OptionalKey('Name of the campaign. Absent: its id.', { shape: attribute })
  campaign_name?: AttributeSettings;

  @OptionalKey(
    `Channel: ${CHANNELS.join(', ')}, or one of \`report.channels\`. Any other stands as (unknown), and is told. Absent: not broken down.`,
    { shape: attribute },
  )
  channel?: AttributeSettings;

  @OptionalKey('Variant of the message, or arm of the experiment. Absent: not broken down.', { shape: attribute })
  variant_id?: AttributeSettings;

  @OptionalKey('Name of the variant. Absent: its id.', { shape: attribute })
  variant_name?: AttributeSettings;

  @OptionalKey(
    'Whether the row belongs to a control group, which is sent nothing and left out of totals. Absent: no.',
    {
      shape: oneOrText(FlagSettings, 'column'),
    },
  )
  is_control?: FlagSettings;

  @OptionalKey('Members chosen for the campaign, a control group included, each once: the lift is computed of them.', {
    shape: measure,
  })
  targeted?: MeasureSettings;

  @OptionalKey('Messages sent.', { shape: measure })
  sent?: MeasureSettings;

  @OptionalKey('Messages delivered.', { shape: measure })
  delivered?: MeasureSettings;

  @OptionalKey('Messages opened at least once.', { shape: measure })
  opened?: MeasureSettings;

  @OptionalKey('Openings in all.', { shape: measure })
  opened_total?: MeasureSettings;

  @OptionalKey('Messages opened by machines.', { shape: measure })
  opened_machine?: MeasureSettings;

  @OptionalKey('Messages clicked at least once.', { shape: measure })
  clicked?: MeasureSettings;

  @OptionalKey('Clicks in all.', { shape: measure })
  clicked_total?: MeasureSettings;

  @OptionalKey('Messages bounced.', { shape: measure })
  bounced?: MeasureSettings;

  @OptionalKey('Members who unsubscribed.', { shape: measure })
  unsubscribed?: MeasureSettings;

  @OptionalKey('Complaints, such as reports of spam.', { shape: measure })
  complained?: MeasureSettings;

  @OptionalKey('Money spent, two decimals.', { shape: measure })
  cost?: MeasureSettings;

  @OptionalKey('Money earned, two decimals.', { shape: measure })
  revenue?: MeasureSettings;
}

/** The canonical columns. */
export class CanonicalSettings extends ColumnsSettings {
  @Key(DATE, { shape: oneOrText(DateSettings, 'column') })
  date: DateSettings;

  @Key(CAMPAIGN, { shape: attribute })
  campaign_id: AttributeSettings;
}

/** Columns of a further stream; those that say where and when a row stands are as in the fact unless they are given. */
export class FurtherColumnsSettings extends ColumnsSettings {
  @OptionalKey(`${DATE} Absent: as in the fact.`, { shape: oneOrText(DateSettings, 'column') })
  date?: DateSettings;

  @OptionalKey(`${CAMPAIGN} Absent: as in the fact.`, { shape: attribute })
  campaign_id?: AttributeSettings;
}

export class DimensionsSettings {
  @OptionalKey('Region. Absent: not broken down.', { shape: attribute })
  region?: AttributeSettings;

  @OptionalKey('Member segment. Absent: not broken down.', { shape: attribute })
  segment?: AttributeSettings;
}

const FROM = /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/;
const FROM_RULE = 'must be CONNECTION.STREAM';
const JOIN =
  "Other streams to look values up in, by name, or `CONNECTION.NAME` where another connection reads them: this stream's column (or one of a stream joined before it) to the column of their key.";

/** A further stream of a fact: it tells of the same messages, so what one of them counts is 0 in the rows of another. */
@Rule<FurtherStreamSettings>(({ as, responses }) => measuresNothing(as, responses), measuresSchema())
export class FurtherStreamSettings {
  @Key('`CONNECTION.STREAM`.', { example: 'sfmc_daily.bounce_events' })
  @Pattern(FROM, FROM_RULE)
  from: string;

  @OptionalKey('Its measures, and what stands elsewhere in it than in the fact.', {
    shape: one(FurtherColumnsSettings),
  })
  as: FurtherColumnsSettings = new FurtherColumnsSettings();

  @OptionalKey(`${JOIN} Absent: as in the fact.`, { shape: keyed(keyed(TEXT), { least: 0 }) })
  join?: Record<string, Record<string, string>>;

  @OptionalKey('Only rows whose columns have these values. Absent: as in the fact.', { shape: keyed(CONDITION) })
  where?: Record<string, Condition>;

  @OptionalKey('Positive responses, by type.', { shape: named(one(ResponseSettings)) })
  responses: Record<string, ResponseSettings> = {};

  @OptionalKey('What the figures are broken down by. Absent: as in the fact.', { shape: one(DimensionsSettings) })
  dimensions?: DimensionsSettings;
}

export class DaySpanSettings {
  @OptionalKey('First day.', { example: '2024-01-01' })
  @Pattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, DAY_RULE)
  from?: string;

  @OptionalKey('Last day.', { example: '2025-12-31' })
  @Pattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, DAY_RULE)
  to?: string;
}

/** How the rows of a stream become rows of `campaign_daily` and `response_daily`. */
@Rule<FactSettings>(
  ({ as, responses }) => (as === undefined ? undefined : measuresNothing(as, responses)),
  measuresSchema(),
)
export class FactSettings {
  @Key('`CONNECTION.STREAM`.', { example: 'braze_daily.campaign_data_series' })
  @Pattern(FROM, FROM_RULE)
  from: string;

  @OptionalKey('Its name in the marts. Absent: `from`; two facts of one stream need names.', { example: 'sfmc_email' })
  @Pattern(/^[a-z][a-z0-9_.]*$/, 'must be a name: small letters, digits, _ and ., a letter first')
  name?: string;

  @Key('Canonical columns and where each comes from.', { shape: one(CanonicalSettings) })
  as: CanonicalSettings;

  @OptionalKey(JOIN, { shape: keyed(keyed(TEXT), { least: 0 }), example: '{ campaigns: { campaign_id: id } }' })
  join: Record<string, Record<string, string>> = {};

  @OptionalKey('Only rows whose columns have these values.', {
    shape: keyed(CONDITION),
    example: '{ is_test: false }',
  })
  where?: Record<string, Condition>;

  @OptionalKey('Positive responses, by type.', { shape: named(one(ResponseSettings)) })
  responses: Record<string, ResponseSettings> = {};

  @OptionalKey('What the figures are broken down by.', { shape: one(DimensionsSettings) })
  dimensions: DimensionsSettings = new DimensionsSettings();

  @OptionalKey('Further streams that tell of the same messages.', { shape: list(one(FurtherStreamSettings)) })
  also?: readonly FurtherStreamSettings[];

  @OptionalKey('Only rows of these days count.', { shape: one(DaySpanSettings), example: '{ to: 2025-12-31 }' })
  days?: DaySpanSettings;

  @OptionalKey('`legacy` for figures that were brought from before.')
  @Choice('synced', 'legacy')
  origin: 'synced' | 'legacy' = 'synced';

  @OptionalKey('`month` where the rows know only their month: they stand in the monthly marts alone.')
  @Choice('day', 'month')
  grain: 'day' | 'month' = 'day';

  @OptionalKey("IANA time zone of the stream's days. Absent: the project's.", { example: 'America/Chicago' })
  @TimeZone()
  time_zone?: string;
}

function measuresNothing(as: ColumnsSettings, responses: object) {
  const isMeasured = MEASURES.some((name) => as[name] !== undefined) || Object.keys(responses).length > 0;
  return isMeasured
    ? undefined
    : { key: 'as', message: `has no measure; give one of ${MEASURES.join(', ')}, or responses` };
}

function measuresSchema() {
  return {
    anyOf: [
      { required: ['as'], properties: { as: { anyOf: MEASURES.map((name) => ({ required: [name] })) } } },
      { required: ['responses'], properties: { responses: { minProperties: 1 } } },
    ],
  };
}

export function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
