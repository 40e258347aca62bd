import { Choice, Flag, Name, Text } from './fields.js';
import { Key, OptionalKey, Rule, TEXT, keyed, list, one } from './shape.js';

export class RatioSettings {
  @Key('What is counted: a measure, own or built in, or `responded`.', { example: 'appointments_kept' })
  @Name()
  of: string;

  @Key('What it is divided by.', { example: 'sent' })
  @Name()
  per: string;

  @OptionalKey(
    '`percent`: of two counts, the first a part of the second; it has an interval. `number`: such as money per response.',
  )
  @Choice('percent', 'number')
  as: 'percent' | 'number' = 'percent';
}

/** A figure of one's own: added up over rows as facts map it, or the ratio of two others. */
@Rule<OwnMeasureSettings>(({ type, ratio }) =>
  type === 'amount' && ratio !== undefined ? { key: 'type', message: 'belongs to what is added up' } : undefined,
)
export class OwnMeasureSettings {
  @Key('Its name for readers.', { example: 'Appointments kept' })
  @Text()
  title: string;

  @Key('What it is, in a sentence for the reader of the report.')
  @Text()
  definition: string;

  @OptionalKey('What it is counted in; stands beside its name.', { example: 'USD' })
  @Text()
  unit?: string;

  @OptionalKey(
    '`count`: whole numbers of members or messages, of which small ones are hidden. `amount`: two decimals, as money.',
  )
  @Choice('count', 'amount')
  type: 'count' | 'amount' = 'count';

  @OptionalKey(
    'The ratio of two measures, over the campaigns that measure both. Absent: it is a sum, which facts map.',
    {
      shape: one(RatioSettings),
      example: '{ of: appointments_kept, per: sent }',
    },
  )
  ratio?: RatioSettings;
}

/** What figures are broken down by beside region and member segment. */
export class OwnDimensionSettings {
  @Key('Its name for readers.', { example: 'Plan type' })
  @Text()
  title: string;

  @OptionalKey('What it is, in a sentence for the reader of the report.')
  @Text()
  definition?: string;

  @OptionalKey('Standard names and how else they are written, whatever the case, as under `regions`. Others stay.', {
    shape: keyed(list(TEXT)),
    example: '{ HMO: [hmo, health maintenance] }',
  })
  values?: Record<string, readonly string[]>;

  @OptionalKey('What stands where a row has no value. Absent: `(unknown)`.', { example: 'none' })
  @Text()
  default?: string;

  @OptionalKey(
    'Its tables hide small counts, as those by region do. `false` for what tells of campaigns, not of members.',
  )
  @Flag()
  suppress: boolean = true;
}
