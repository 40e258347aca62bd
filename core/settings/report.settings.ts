import { DAY_RULE, isDay } from './fact-expression.settings.js';
import { DaySpanSettings, FactSettings } from './fact.settings.js';
import { Choice, Count, DurationText, Name, Numeric, Pattern, Text } from './fields.js';
import { OwnDimensionSettings, OwnMeasureSettings } from './own-figures.settings.js';
import { EmbedSettings, MailSettings, ViewsSettings } from './report-sharing.settings.js';
import { Key, OptionalKey, Rule, TEXT, keyed, list, named, one, word } from './shape.js';

export class MonthsSettings {
  @OptionalKey('How long after its end a month counts as preliminary.')
  @DurationText()
  close_after: string = '8d';

  @OptionalKey(
    '`hold`: a month in which a source lacks days stays preliminary until they are there, or somebody publishes it all the same. `allow`: time alone makes it final, where a day without anything is usual.',
  )
  @Choice('hold', 'allow')
  missing_days: 'hold' | 'allow' = 'hold';
}

/** In these days, this id of this source is that campaign. */
export class CrosswalkSettings extends DaySpanSettings {
  @Key('The id by which the report knows it, over systems and years.', { example: 'a1c_reminder' })
  @Text()
  campaign: string;

  @OptionalKey('Its name. Absent: its id.', { example: 'A1C reminder' })
  @Text()
  name?: string;

  @Key('The system, as the marts call it.', { example: 'braze' })
  @Text()
  source: string;

  @Key('The id there.')
  @Text()
  campaign_id: string;
}

/** From this day on these figures mean something else. */
@Rule<DefinitionSettings>(({ date }) => (isDay(date) ? undefined : { key: 'date', message: DAY_RULE }))
export class DefinitionSettings {
  @Key('The first day of the new definition.', { example: '2026-04-01' })
  @Pattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, DAY_RULE)
  date: string;

  @Key('The figures.', { shape: list(TEXT), example: '[opened]' })
  measures: readonly string[];

  @Key('What changed, in a sentence for the reader of the report.')
  @Text()
  note: string;
}

/** A campaign that several of these facts have is counted by the first of them, and is null in the others. */
export class AuthoritySettings {
  @Key('Facts by name, the one that counts first, from the first day on that it has of a campaign.', {
    shape: list(TEXT),
    example: '[events, braze_daily.campaign_data_series]',
  })
  facts: readonly string[];

  @OptionalKey('Measures and types of responses. Absent: all.', { shape: list(TEXT), example: '[sent, opened]' })
  measures?: readonly string[];
}

export class ArmSettings {
  @Key('The variant, as the marts call it; a control group too.', { example: 'B' })
  @Text()
  variant_id: string;

  @Key('Its part of the members, beside those of the other arms.', { example: '0.5' })
  @Numeric()
  share: number;
}

/** A campaign whose members were not shared out equally: the check of its arms knows how. */
export class ExperimentSettings {
  @OptionalKey('The system, as the marts call it. Absent: any.', { example: 'braze' })
  @Text()
  source?: string;

  @Key('The campaign.')
  @Text()
  campaign_id: string;

  @Key('Its arms.', { shape: list(one(ArmSettings)) })
  arms: readonly ArmSettings[];
}

export class SuppressionSettings {
  @OptionalKey('The least count above zero that is shown; the CMS rule hides 1 to 10. `0` shows all.')
  @Count()
  threshold: number = 11;

  @OptionalKey(
    'Tables broken down by one of these hide small counts, and whatever would tell them. Empty: none does.',
    {
      shape: list(word(['region', 'segment'])),
      example: '[region, segment]',
    },
  )
  dimensions: readonly ('region' | 'segment')[] = ['region', 'segment'];
}

export class ReportSettings {
  @Key('The destination in which the marts are built; every fact must come from a connection to it.', {
    example: 'warehouse',
  })
  @Name()
  destination: string;

  @OptionalKey('When months are complete.', { shape: one(MonthsSettings) })
  months: MonthsSettings = new MonthsSettings();

  @OptionalKey('Channels beside those of the list.', { shape: list(TEXT), example: '[kiosk]' })
  channels?: readonly string[];

  @OptionalKey(
    'Standard names of regions and how else they are written, whatever the case: `West` is also what `W` says. Others stay.',
    { shape: keyed(list(TEXT)), example: '{ West: [W, west region] }' },
  )
  regions?: Record<string, readonly string[]>;

  @OptionalKey('Standard names of member segments, in the same way.', { shape: keyed(list(TEXT)) })
  segments?: Record<string, readonly string[]>;

  @OptionalKey("One's own measures, which facts map under `measures`.", { shape: named(one(OwnMeasureSettings)) })
  measures?: Record<string, OwnMeasureSettings>;

  @OptionalKey("One's own dimensions, which facts map under `dimensions`.", { shape: named(one(OwnDimensionSettings)) })
  dimensions?: Record<string, OwnDimensionSettings>;

  @OptionalKey('Which fact counts where several have the same campaign of the same source.', {
    shape: list(one(AuthoritySettings)),
  })
  authority?: readonly AuthoritySettings[];

  @OptionalKey('Which small counts of members are hidden.', { shape: one(SuppressionSettings) })
  suppression: SuppressionSettings = new SuppressionSettings();

  @OptionalKey('How members were shared out among the arms of campaigns; of others the arms are to be equal.', {
    shape: list(one(ExperimentSettings)),
  })
  experiments?: readonly ExperimentSettings[];

  @OptionalKey('Sends each month by e-mail, with its charts.', { shape: one(MailSettings) })
  mail?: MailSettings;

  @OptionalKey('Lets other pages show the report by signed links.', { shape: one(EmbedSettings) })
  embed?: EmbedSettings;

  @OptionalKey('Who may read the views for other programs.', { shape: one(ViewsSettings) })
  views?: ViewsSettings;

  @OptionalKey('One campaign over systems and history: the ids that it had, each with its days.', {
    shape: list(one(CrosswalkSettings)),
  })
  crosswalk?: readonly CrosswalkSettings[];

  @OptionalKey('Days on which figures changed their meaning; each month that is compared over one says so.', {
    shape: list(one(DefinitionSettings)),
  })
  definitions?: readonly DefinitionSettings[];

  @Key('How raw streams become the canonical facts.', { shape: list(one(FactSettings)) })
  facts: readonly FactSettings[];
}
