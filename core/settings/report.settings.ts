import { FactSettings } from './fact.settings.js';
import { DurationText, Name } from './fields.js';
import { Key, OptionalKey, TEXT, keyed, list, one } from './shape.js';

export class MonthsSettings {
  @OptionalKey('How long after its end a month counts as preliminary.')
  @DurationText()
  close_after: string = '8d';
}

/** A campaign that several of these facts have is counted by the first of them, and is null in the others. */
export class AuthoritySettings {
  @Key('Facts by name, the one that counts first.', {
    shape: list(TEXT),
    example: '[events, braze_daily.campaign_data_series]',
  })
  facts: readonly string[];

  @OptionalKey('Measures and types of responses. Absent: all.', { shape: list(TEXT), example: '[sent, opened]' })
  measures?: readonly string[];
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

  @OptionalKey('Which fact counts where several have the same campaign of the same source.', {
    shape: list(one(AuthoritySettings)),
  })
  authority?: readonly AuthoritySettings[];

  @Key('How raw streams become the canonical facts.', { shape: list(one(FactSettings)) })
  facts: readonly FactSettings[];
}
