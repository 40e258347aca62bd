import type { SyncMode, WriteMode } from '../protocol/index.js';
import { Choice, Count, Flag, DurationText, Name, Pattern, Text } from './fields.js';
import { ExpectStep, MapStep, PROTECT_RULE, type ProtectRule } from './middleware.settings.js';
import { ScheduleSettings } from './schedule.settings.js';
import { Key, OptionalKey, Rule, keyed, list, named, one } from './shape.js';

export type SchemaChangePolicy = 'evolve' | 'freeze' | 'stop';
export type UnstorableText = 'replace' | 'quarantine';

const SCHEMA_RULE =
  'must be a name of small letters, digits and _, and not report, tributary, information_schema or pg_…';

/** Rows older than this are deleted from the table. */
export class StreamRetentionSettings {
  @Key('The column, as it lands, with the day or instant that tells how old a row is; rows without one stay.')
  @Text()
  by: string;

  @Key(
    'Days before this one (`400d`), or whole months before this one (`25mo`), by the time zone of the report’s facts.',
  )
  @Pattern(/^[1-9][0-9]{0,4}(d|mo)$/, 'must be a number of days or months like 400d or 25mo')
  keep: string;

  @OptionalKey('True: of an adopted table also rows that no run has loaded. Absent: they stay.')
  @Flag()
  adopted: boolean = false;
}

@Rule<StreamSettings>(
  ({ sync, write }) =>
    sync === 'incremental' && write === 'overwrite'
      ? {
          key: 'write',
          message:
            'overwrite needs sync: full_refresh; an incremental run sees only what changed and would delete the rest',
        }
      : undefined,
  {
    not: {
      properties: { sync: { const: 'incremental' }, write: { const: 'overwrite' } },
      required: ['sync', 'write'],
    },
  },
)
@Rule<StreamSettings>(
  ({ adopt, write }) =>
    adopt && write === 'overwrite'
      ? {
          key: 'write',
          message: 'overwrite would delete the rows that were in an adopted table before; use merge or append',
        }
      : undefined,
  { not: { properties: { adopt: { const: true }, write: { const: 'overwrite' } }, required: ['adopt', 'write'] } },
)
@Rule<StreamSettings>(
  ({ sync, lookback }) =>
    sync === 'full_refresh' && lookback !== undefined
      ? { key: 'lookback', message: 'has no effect with sync: full_refresh, which reads everything; remove it' }
      : undefined,
  { not: { properties: { sync: { const: 'full_refresh' } }, required: ['sync', 'lookback'] } },
)
@Rule<StreamSettings>(
  ({ retention, write }) =>
    retention !== undefined && write === 'overwrite'
      ? { key: 'retention', message: 'has no effect with write: overwrite, which brings back what the source has' }
      : undefined,
  { not: { properties: { write: { const: 'overwrite' } }, required: ['retention', 'write'] } },
)
export class StreamSettings {
  @OptionalKey('How it is read. Absent: `incremental` if the stream has a cursor, else `full_refresh`.')
  @Choice('full_refresh', 'incremental')
  sync?: SyncMode;

  @OptionalKey(
    'How it is written. Absent: `merge` if the stream has a key, else `append`. `overwrite` needs `sync: full_refresh`.',
  )
  @Choice('append', 'merge', 'overwrite')
  write?: WriteMode;

  @OptionalKey("How far behind the bookmark to read again. Absent: the connector's own.", { example: '14d' })
  @DurationText()
  lookback?: string;

  @OptionalKey("What to do when the stream's columns change. Absent: as the connection says.")
  @Choice('evolve', 'freeze', 'stop')
  on_schema_change?: SchemaChangePolicy;

  @OptionalKey(
    'True: its table is one that somebody else has made; its rows and columns stay, and new records extend it. `tributary check` shows what would be done.',
  )
  @Flag()
  adopt: boolean = false;

  @OptionalKey('True: its records are about persons, so that a column without a rule under `protect` stops the stream.')
  @Flag()
  phi: boolean = false;

  @OptionalKey('How long its rows are kept. Absent: for ever. Figures of the report stay as they were.', {
    shape: one(StreamRetentionSettings),
    example: '{ by: sent_at, keep: 25mo }',
  })
  retention?: StreamRetentionSettings;
}

export class ErrorBudgetSettings {
  @OptionalKey('Share of the records read that may go to quarantine.')
  @Pattern(/^(100|[0-9]{1,2}(\.[0-9]+)?)%$/, 'must be a percentage like 1% or 0.5%')
  records: string = '1%';

  @OptionalKey('Number of records that may go to quarantine. The stream fails past either limit.')
  @Count()
  or: number = 1000;
}

export class ConnectionSettings {
  @Key('Name of a source.', { example: 'braze' })
  @Name()
  source: string;

  @Key('Name of a destination.', { example: 'warehouse' })
  @Name()
  destination: string;

  @OptionalKey('Schema in which its tables lie. Absent: `raw_` and the name of the connection.')
  @Pattern(/^(?!pg_|(report|tributary|information_schema)$)[a-z][a-z0-9_]{0,62}$/, SCHEMA_RULE)
  schema: string;

  @Key('Streams to sync; `name: {}` takes every default.', { shape: named(one(StreamSettings), { least: 1 }) })
  streams: Record<string, StreamSettings>;

  @OptionalKey('When it runs by itself. Absent: only when somebody asks for it.', { shape: one(ScheduleSettings) })
  schedule?: ScheduleSettings;

  @OptionalKey(
    "What to do when a stream's columns change: `evolve` the table, `freeze` it (new columns are left out), or `stop` the stream.",
  )
  @Choice('evolve', 'freeze', 'stop')
  on_schema_change: SchemaChangePolicy = 'evolve';

  @OptionalKey('Steps that change the columns of a stream, in their order.', { shape: named(list(one(MapStep))) })
  map: Record<string, readonly MapStep[]> = {};

  @OptionalKey('What each record of a stream must fulfil; one that does not goes to quarantine.', {
    shape: named(list(one(ExpectStep))),
  })
  expect: Record<string, readonly ExpectStep[]> = {};

  @OptionalKey(
    'Rules for columns with personal data, by stream and column: `drop`, `keep`, or one of the forms below.',
    {
      shape: named(keyed(PROTECT_RULE)),
      example: '{ members: { email: drop, member_id: { tokenize: member_key } } }',
    },
  )
  protect: Record<string, Record<string, ProtectRule>> = {};

  @OptionalKey('How many records of one stream may go to quarantine in a run.', { shape: one(ErrorBudgetSettings) })
  error_budget: ErrorBudgetSettings = new ErrorBudgetSettings();

  @OptionalKey(
    'Text that the destination cannot hold (NUL, lone surrogates): `replace` by U+FFFD, or `quarantine` the record.',
  )
  @Choice('replace', 'quarantine')
  unstorable_text: UnstorableText = 'replace';
}

/** The budget in numbers: the share of the records read (0 to 1), and the number; past either the stream fails. */
export function errorBudgetOf(settings: ErrorBudgetSettings): { readonly share: number; readonly records: number } {
  return { share: Number(settings.records.slice(0, -1)) / 100, records: settings.or };
}
