import { CHANNELS, MEASURES, type MeasureName } from '../protocol/index.js';
import {
  AttributeSettings,
  DateSettings,
  DAY_RULE,
  FlagSettings,
  MeasureSettings,
  ResponseSettings,
} from './fact-expression.settings.js';
import { Choice, Pattern, TimeZone } from './fields.js';
import {
  CONDITION,
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

const DIMENSIONS =
  'What the figures are broken down by: `region`, `segment` (of members), or one of `report.dimensions`.';
const OWN_MEASURES = 'One of `report.measures` and how it is counted, as under `as`.';

/** By name, which the checks of the report know. */
export type DimensionsSettings = Readonly<Record<string, AttributeSettings>>;

const FROM = /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/;
const FROM_RULE = 'must be CONNECTION.STREAM';
const JOIN =
  "Other streams to look values up in, by name, or `CONNECTION.NAME` where another connection reads them: this stream's column (or one of a stream joined before it) to the column of their key.";

/** A further stream of a fact: it tells of the same messages, so what one of them counts is 0 in the rows of another. */
@Rule<FurtherStreamSettings>(measuresNothing, measuresSchema())
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

  @OptionalKey(OWN_MEASURES, { shape: named(measure) })
  measures?: Record<string, MeasureSettings>;

  @OptionalKey(`${DIMENSIONS} Absent: as in the fact.`, { shape: named(attribute) })
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
@Rule<FactSettings>((fact) => (fact.as === undefined ? undefined : measuresNothing(fact)), measuresSchema())
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

  @OptionalKey(OWN_MEASURES, { shape: named(measure), example: '{ appointments_kept: kept }' })
  measures?: Record<string, MeasureSettings>;

  @OptionalKey(DIMENSIONS, { shape: named(attribute), example: '{ region: state, plan_type: plan }' })
  dimensions: DimensionsSettings = {};

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

interface Measuring {
  readonly as: ColumnsSettings;
  readonly measures?: object;
  readonly responses: object;
}

function measuresNothing({ as, measures = {}, responses }: Measuring) {
  const isMeasured =
    MEASURES.some((name) => as[name] !== undefined) || Object.keys({ ...measures, ...responses }).length > 0;
  return isMeasured
    ? undefined
    : { key: 'as', message: `has no measure; give one of ${MEASURES.join(', ')}, or measures or responses` };
}

function measuresSchema() {
  return {
    anyOf: [
      { required: ['as'], properties: { as: { anyOf: MEASURES.map((name) => ({ required: [name] })) } } },
      { required: ['measures'], properties: { measures: { minProperties: 1 } } },
      { required: ['responses'], properties: { responses: { minProperties: 1 } } },
    ],
  };
}
