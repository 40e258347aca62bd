import { Choice, Count, DurationText, Name, Numeric, Text } from './fields.js';
import { ExactlyOneOf, Key, OptionalKey, Rule, TEXT, keyed, list, one, word, wordOr, type Shape } from './shape.js';

export const COLUMN_TYPES = [
  'string',
  'integer',
  'number',
  'decimal',
  'boolean',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'json',
] as const;

export class LookupSettings {
  @Key('Value as it comes to value as it lands.', { shape: keyed(TEXT), example: '{ E: email, S: sms }' })
  values: Record<string, string>;

  @OptionalKey('A value that is not in the table: `quarantine` the record, `keep` the value, or make it `null`.')
  @Choice('quarantine', 'keep', 'null')
  otherwise: 'quarantine' | 'keep' | 'null' = 'quarantine';
}

@ExactlyOneOf('rename', 'drop', 'trim', 'case', 'nulls', 'lookup', 'cast', 'time_zone', 'set', 'where')
export class MapStep {
  @OptionalKey('Old column name to new.', { shape: keyed(TEXT), example: '{ variation_id: variant_id }' })
  rename?: Record<string, string>;

  @OptionalKey('Columns that do not land.', { shape: list(TEXT), example: '[email, phone]' })
  drop?: readonly string[];

  @OptionalKey('Columns whose texts lose blanks at both ends.', { shape: list(TEXT), example: '[region]' })
  trim?: readonly string[];

  @OptionalKey('Columns whose texts become `lower` or `upper` case.', {
    shape: keyed(word(['lower', 'upper'])),
    example: '{ state: upper }',
  })
  case?: Record<string, 'lower' | 'upper'>;

  @OptionalKey('Texts that mean null, by column.', { shape: keyed(list(TEXT)), example: '{ region: ["N/A", "-"] }' })
  nulls?: Record<string, readonly string[]>;

  @OptionalKey('Tables in which values are looked up, by column.', { shape: keyed(one(LookupSettings)) })
  lookup?: Record<string, LookupSettings>;

  @OptionalKey('The type as which a column is read and lands; a value that is none goes to quarantine.', {
    shape: keyed(word(COLUMN_TYPES)),
    example: '{ sent: integer }',
  })
  cast?: Record<string, (typeof COLUMN_TYPES)[number]>;

  @OptionalKey('The zone of times that come without one, by column of type `timestamptz`.', {
    shape: keyed(TEXT),
    example: '{ opened_at: America/Chicago }',
  })
  time_zone?: Record<string, string>;

  @OptionalKey(
    'Columns, new ones or those that are there, by an expression of CEL over columns. A new one is text until it is cast.',
    {
      shape: keyed(TEXT),
      example: '{ engaged: "unique_opens + unique_clicks" }',
    },
  )
  set?: Record<string, string>;

  @OptionalKey('Only records for which this expression of CEL is true go on; the others are left out, and counted.', {
    example: '\'channel != "test"\'',
  })
  @Text()
  where?: string;
}

@Rule<RangeSettings>(
  ({ min, max }) => {
    if (min === undefined && max === undefined) return { message: 'needs min, max or both' };
    if (min !== undefined && max !== undefined && min > max) return { key: 'max', message: 'must not be below min' };
    return undefined;
  },
  { anyOf: [{ required: ['min'] }, { required: ['max'] }] },
)
export class RangeSettings {
  @OptionalKey('Least value allowed.', { example: '0' })
  @Numeric()
  min?: number;

  @OptionalKey('Greatest value allowed.')
  @Numeric()
  max?: number;
}

/** What is expected of the records of a stream. */
@ExactlyOneOf('not_null', 'range', 'set', 'pattern', 'compare', 'unique', 'min_rows', 'freshness', 'volume')
@Rule<ExpectStep>((step) =>
  step.severity === 'quarantine' && (step.unique ?? step.min_rows ?? step.freshness ?? step.volume) !== undefined
    ? { key: 'severity', message: 'must be warn or fail: a stream as a whole cannot be put aside' }
    : undefined,
)
@Rule<ExpectStep>(({ column, freshness }) =>
  column !== undefined && freshness === undefined
    ? { key: 'column', message: 'belongs to freshness; name columns under the rule itself' }
    : undefined,
)
export class ExpectStep {
  @OptionalKey('Columns that must have a value.', { shape: list(TEXT), example: '[campaign_id, time]' })
  not_null?: readonly string[];

  @OptionalKey('Bounds of numeric columns.', { shape: keyed(one(RangeSettings)), example: '{ sent: { min: 0 } }' })
  range?: Record<string, RangeSettings>;

  @OptionalKey('The values that a column may have.', {
    shape: keyed(list(TEXT)),
    example: '{ channel: [email, sms] }',
  })
  set?: Record<string, readonly string[]>;

  @OptionalKey('Patterns (RE2) that the whole text of a column must match.', {
    shape: keyed(TEXT),
    example: '{ state: "[A-Z]{2}" }',
  })
  pattern?: Record<string, string>;

  @OptionalKey('An expression of CEL over columns that must be true; one over a null passes.', {
    example: 'unique_clicks <= clicks',
  })
  @Text()
  compare?: string;

  @OptionalKey('Columns, as they land, in which no two rows of the table may have the same values.', {
    shape: list(TEXT),
    example: '[member_id, send_id]',
  })
  unique?: readonly string[];

  @OptionalKey('Rows that a run must bring at least.', { example: '1' })
  @Count()
  min_rows?: number;

  @OptionalKey('How old the newest value of `column` may be at the end of a run.', { example: '36h' })
  @DurationText()
  freshness?: string;

  @OptionalKey('The column of `freshness`, a day or an instant, as it lands. Absent: when rows were last loaded.')
  @Text()
  column?: string;

  @OptionalKey('That a run reads as much as those of the same weekday and hour before; needs four weeks of runs.')
  @Choice('weekly_pattern')
  volume?: 'weekly_pattern';

  @OptionalKey(
    'What becomes of a record that breaks it: `quarantine` (absent); `warn`: it lands and is counted; `fail`: the stream fails, and nothing of what was being read is committed. Of `unique`, `min_rows`, `freshness` and `volume`: `warn` (absent), or `fail`: the data stay, marts and releases wait.',
  )
  @Choice('quarantine', 'warn', 'fail')
  severity?: 'quarantine' | 'warn' | 'fail';
}

@ExactlyOneOf('tokenize', 'encrypt', 'hash', 'mask', 'generalise')
export class ProtectRuleSettings {
  @OptionalKey('Name of a key under `keys`; the value is replaced by its keyed token.', { example: 'member_key' })
  @Name()
  tokenize?: string;

  @OptionalKey('Name of a key under `keys`; the value is replaced by its ciphertext (AES-256-GCM).', {
    example: 'phi_key',
  })
  @Name()
  encrypt?: string;

  @OptionalKey('Name of a key under `keys`; the value is replaced by its keyed hash, to join by.', {
    example: 'join_key',
  })
  @Name()
  hash?: string;

  @OptionalKey('How many of the last characters are shown; the rest becomes stars.', { example: '4' })
  @Count()
  mask?: number;

  @OptionalKey(
    'What HIPAA Safe Harbor leaves: the year of a `date`, of a `birth_date`, an `age` up to 89, three digits of a `zip`.',
  )
  @Choice('date', 'birth_date', 'age', 'zip')
  generalise?: 'date' | 'birth_date' | 'age' | 'zip';
}

export type ProtectRule = 'drop' | 'keep' | ProtectRuleSettings;
export const PROTECT_RULE: Shape = wordOr(['drop', 'keep'], one(ProtectRuleSettings));
