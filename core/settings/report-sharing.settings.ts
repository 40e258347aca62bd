import { isMailAddress, SmtpSettings } from './alerts.settings.js';
import { Count, Pattern, SigningKey } from './fields.js';
import { Key, OptionalKey, Rule, TEXT, list, one } from './shape.js';

@Rule<MailSettings>(
  ({ to }) =>
    (to ?? []).length > 0 && (to ?? []).every(isMailAddress)
      ? undefined
      : { key: 'to', message: 'must be mail addresses like managers@example.org, one at least' },
  { properties: { to: { minItems: 1 } } },
)
@Rule<MailSettings>(
  ({ day }) =>
    day === undefined || (day >= 1 && day <= 28)
      ? undefined
      : { key: 'day', message: 'must be a day that every month has, 1 to 28' },
  { properties: { day: { minimum: 1, maximum: 28 } } },
)
export class MailSettings {
  @Key('Who gets it.', { shape: list(TEXT), example: '[managers@example.org]' })
  to: readonly string[];

  @Key('The server that takes the mail.', { shape: one(SmtpSettings) })
  smtp: SmtpSettings;

  @OptionalKey(
    "The day of the next month on which a month is sent as it was last released, in the project's time zone. Absent: once it is final.",
  )
  @Count()
  day?: number;

  @OptionalKey('Address under which readers reach the host; the mail then links to the month.', {
    example: 'https://tributary.example.org',
  })
  @Pattern(/^https?:\/\/\S+$/, 'must be an address that begins with https:// or http://')
  link?: string;
}

const ORIGIN = /^https?:\/\/[a-z0-9.-]+(:\d+)?$/i;

@Rule<EmbedSettings>(
  ({ ancestors }) =>
    (ancestors ?? []).every((one) => ORIGIN.test(one))
      ? undefined
      : { key: 'ancestors', message: 'must be origins like https://portal.example.org, without a path' },
  { properties: { ancestors: { items: { pattern: ORIGIN.source } } } },
)
export class EmbedSettings {
  @Key(
    'Secret by which links are signed; a reference of at least 32 characters. With another one no earlier link holds.',
    {
      example: '"${env:TRIBUTARY_EMBED_KEY}"',
    },
  )
  @SigningKey()
  key: string;

  @Key('Origins of the pages that may show the report in a frame.', {
    shape: list(TEXT),
    example: '[https://portal.example.org]',
  })
  ancestors: readonly string[];
}

const ROLE = /^[A-Za-z_][A-Za-z0-9_$]{0,62}$/;

@Rule<ViewsSettings>(
  ({ readers }) =>
    (readers ?? []).every((one) => ROLE.test(one))
      ? undefined
      : { key: 'readers', message: 'must be names of roles of the database' },
  { properties: { readers: { items: { pattern: ROLE.source } } } },
)
export class ViewsSettings {
  @Key('Roles of the database that may read the views `report.v_*`, and nothing else of the report.', {
    shape: list(TEXT),
    example: '[powerbi]',
  })
  readers: readonly string[];
}
