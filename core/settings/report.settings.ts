import { MEASURES, type MeasureName } from '../protocol/index.js';
import { Choice, DurationText, Exactly, Flag, Name, Pattern, TagPattern, Text, TimeZone } from './fields.js';
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

const DAY_RULE = 'must be a day like 2008-03-20';

/** Where one attribute of a row comes from. A bare text is a column. */
@ExactlyOneOf('column', 'const')
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

  @OptionalKey("Standardised names: the column's value to what the report says; other values stay.", {
    shape: keyed(TEXT),
    example: '{ Surburban: Suburban }',
  })
  map?: Record<string, string>;

  @OptionalKey('What stands where the value is missing. Absent: `(unknown)`, for a name the id.')
  @Text()
  default?: string;
}

/** A dimension may also be cut out of a list of tags. */
@Rule<DimensionSettings>(
  (value) =>
    value.tag !== undefined && value.column === undefined
      ? { key: 'tag', message: 'needs column: the column that holds the tags' }
      : undefined,
  { anyOf: [{ required: ['column'] }, { not: { required: ['tag'] } }] },
)
export class DimensionSettings extends AttributeSettings {
  @OptionalKey(
    'Regular expression with one group; the first tag in the column (a list, or text) that matches gives the value.',
    {
      example: '"region:(.*)"',
    },
  )
  @TagPattern()
  tag?: string;
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

/** A measure is added up over the rows of one day, campaign, channel, variant, region and segment. A bare text is `sum`. */
@ExactlyOneOf('sum', 'count')
export class MeasureSettings {
  @OptionalKey(`Adds up a numeric column. ${COLUMN} All null: not measured.`)
  @Text()
  sum?: string;

  @OptionalKey('`true` counts the rows, where each row is one member or message.')
  @Exactly(true)
  count?: true;

  @OptionalKey(WHERE, { shape: keyed(CONDITION), example: '{ treatment: { not: No E-Mail } }' })
  where?: Record<string, Condition>;
}

/** One type of positive response. */
@ExactlyOneOf('from', 'count')
export class ResponseSettings {
  @OptionalKey('Column with the number of responses; added up.', { example: 'conversions' })
  @Text()
  from?: string;

  @OptionalKey('`true` counts the rows, where each row is one response.')
  @Exactly(true)
  count?: true;

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

/** The canonical columns. A measure that is left out is null: not measured. */
export class CanonicalSettings implements Partial<Record<MeasureName, MeasureSettings>> {
  @Key('The day the thing happened.', { shape: oneOrText(DateSettings, 'column') })
  date: DateSettings;

  @Key('The campaign.', { shape: attribute })
  campaign_id: AttributeSettings;

  @OptionalKey("The system it was run in. Absent: the name of the connection's source.", { shape: attribute })
  source?: AttributeSettings;

  @OptionalKey('Name of the campaign. Absent: its id.', { shape: attribute })
  campaign_name?: AttributeSettings;

  @OptionalKey('Channel, such as email, sms or push. Absent: not broken down.', { shape: attribute })
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

export class DimensionsSettings {
  @OptionalKey('Region. Absent: not broken down.', { shape: oneOrText(DimensionSettings, 'column') })
  region?: DimensionSettings;

  @OptionalKey('Member segment. Absent: not broken down.', { shape: oneOrText(DimensionSettings, 'column') })
  segment?: DimensionSettings;
}

/** How the rows of one stream become rows of `campaign_daily` and `response_daily`. */
@Rule<FactSettings>(
  ({ as, responses }) =>
    as === undefined || MEASURES.some((name) => as[name] !== undefined) || Object.keys(responses).length > 0
      ? undefined
      : { key: 'as', message: `has no measure; give one of ${MEASURES.join(', ')}, or responses` },
  {
    anyOf: [
      { properties: { as: { anyOf: MEASURES.map((name) => ({ required: [name] })) } } },
      { required: ['responses'], properties: { responses: { minProperties: 1 } } },
    ],
  },
)
export class FactSettings {
  @Key('`CONNECTION.STREAM`.', { example: 'braze_daily.campaign_data_series' })
  @Pattern(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/, 'must be CONNECTION.STREAM')
  from: string;

  @Key('Canonical columns and where each comes from.', { shape: one(CanonicalSettings) })
  as: CanonicalSettings;

  @OptionalKey(
    "Other streams of the same connection to look values up in, by name: this stream's column to the column of its key.",
    { shape: named(keyed(TEXT)), example: '{ campaigns: { campaign_id: id } }' },
  )
  join: Record<string, Record<string, string>> = {};

  @OptionalKey('Positive responses, by type.', { shape: named(one(ResponseSettings)) })
  responses: Record<string, ResponseSettings> = {};

  @OptionalKey('What the figures are broken down by.', { shape: one(DimensionsSettings) })
  dimensions: DimensionsSettings = new DimensionsSettings();

  @OptionalKey("IANA time zone of the stream's days. Absent: the project's.", { example: 'America/Chicago' })
  @TimeZone()
  time_zone?: string;
}

export class MonthsSettings {
  @OptionalKey('How long after its end a month counts as preliminary.')
  @DurationText()
  close_after: string = '8d';
}

export class ReportSettings {
  @Key('The destination in which the marts are built; every fact must come from a connection to it.', {
    example: 'warehouse',
  })
  @Name()
  destination: string;

  @OptionalKey('When months are complete.', { shape: one(MonthsSettings) })
  months: MonthsSettings = new MonthsSettings();

  @Key('How raw streams become the canonical facts.', { shape: list(one(FactSettings)) })
  facts: readonly FactSettings[];
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
