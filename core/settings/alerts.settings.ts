import { ALERT_KINDS, SEVERITIES, type AlertKind, type Severity } from '../protocol/index.js';
import { Choice, Count, MinutesText, Pattern, Text, TimeZone } from './fields.js';
import { BlackoutSettings, coversWeek } from './schedule.settings.js';
import { ExactlyOneOf, Key, OptionalKey, Rule, TEXT, list, named, one, word } from './shape.js';

const MAIL_ADDRESS = /^[^\s@<>,]+@[^\s@<>,]+$/;
/** Loose: the server that takes the mail knows better. */
export const isMailAddress = (text: string): boolean => MAIL_ADDRESS.test(text);
const URL_RULE = 'must be an address that begins with https:// (http:// only to this machine)';
/** In plain text an alert, and the secret in the address, could be read on the way. */
const SAFE_URL = /^(https:\/\/[^\s/]+|http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$))\S*$/;
/** In JSON Schema. */
const bothOrNeither = (a: string, b: string) => ({
  anyOf: [{ required: [a, b] }, { not: { anyOf: [{ required: [a] }, { required: [b] }] } }],
});
/** What is of no connection. */
const WITHOUT_CONNECTION: readonly AlertKind[] = ['worker_lost', 'release_restated', 'break_glass'];
const Address = () => Pattern(SAFE_URL, URL_RULE);

@Rule<SmtpSettings>(
  ({ username, password }) =>
    (username === undefined) === (password === undefined)
      ? undefined
      : { message: 'needs both username and password, or neither' },
  bothOrNeither('username', 'password'),
)
@Rule<SmtpSettings>(
  ({ tls, password }) =>
    tls === 'none' && password !== undefined
      ? { key: 'password', message: 'would go over the wire unprotected with tls: none; remove one of them' }
      : undefined,
  { not: { properties: { tls: { const: 'none' } }, required: ['tls', 'password'] } },
)
export class SmtpSettings {
  @Key('The mail server.', { example: 'smtp.example.org' })
  @Text()
  host: string;

  @OptionalKey('Its port.')
  @Count()
  port: number = 587;

  @OptionalKey(
    '`starttls` asks for it and sends nothing without, `implicit` speaks TLS from the start (port 465), `none` is for a relay on this machine.',
  )
  @Choice('starttls', 'implicit', 'none')
  tls: 'starttls' | 'implicit' | 'none' = 'starttls';

  @OptionalKey('Name to log in with.')
  @Text()
  username?: string;

  @OptionalKey('Password to log in with; a reference.', { example: '"${env:SMTP_PASSWORD}"' })
  @Text()
  password?: string;

  @Key('Who the mail is from.', { example: 'tributary@example.org' })
  @Pattern(MAIL_ADDRESS, 'must be a mail address')
  from: string;
}

export class PagerDutySettings {
  @Key('Integration key of an Events API v2 integration; a reference.', { example: '"${env:PAGERDUTY_ROUTING_KEY}"' })
  @Text()
  routing_key: string;

  @OptionalKey('Where events go; `https://events.eu.pagerduty.com/v2/enqueue` for accounts in the EU.')
  @Address()
  endpoint: string = 'https://events.pagerduty.com/v2/enqueue';
}

export class ChatSettings {
  @Key('Address of the incoming webhook, which is a secret; a reference.', { example: '"${env:CHAT_WEBHOOK_URL}"' })
  @Address()
  url: string;
}

export class WebhookSettings {
  @Key('Where alerts are posted to.', { example: 'https://hooks.example.org/tributary' })
  @Address()
  url: string;

  @Key('Secret that signs each post; a reference of at least 16 characters.', { example: '"${env:WEBHOOK_SECRET}"' })
  @Pattern(/^.{16,}$/s, 'must have at least 16 characters')
  secret: string;
}

/** A channel has exactly one of these. */
export const CHANNEL_KINDS = ['email', 'pagerduty', 'slack', 'teams', 'webhook'] as const;

@Rule<QuietSettings>((quiet) =>
  coversWeek([quiet]) ? { key: 'to', message: 'leaves no time of the week in which anything may be told' } : undefined,
)
export class QuietSettings extends BlackoutSettings {
  @OptionalKey("IANA time zone. Absent: the project's.", { example: 'America/Chicago' })
  @TimeZone()
  timezone?: string;

  @OptionalKey('What is told at any time. Absent: `[critical]`.', {
    shape: list(word(SEVERITIES)),
    example: '[critical, error]',
  })
  except?: readonly Severity[];
}

export class DigestSettings {
  @Key('Local time at which it is sent, every day.', { example: '"08:00"' })
  @Pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a local time from 00:00 to 23:59, like "08:00"')
  at: string;

  @OptionalKey("IANA time zone. Absent: the project's.", { example: 'America/Chicago' })
  @TimeZone()
  timezone?: string;

  @OptionalKey('What is told in it, and not at once. Absent: `[warning, info]`.', {
    shape: list(word(SEVERITIES)),
    example: '[warning, info]',
  })
  severities?: readonly Severity[];
}

@ExactlyOneOf(...CHANNEL_KINDS)
@Rule<ChannelSettings>(
  ({ pagerduty, digest }) =>
    pagerduty !== undefined && digest !== undefined
      ? { key: 'digest', message: 'has no meaning for pagerduty, which takes incidents one by one; remove it' }
      : undefined,
  { not: { required: ['pagerduty', 'digest'] } },
)
@Rule<ChannelSettings>(
  ({ email, smtp }) =>
    (email === undefined) === (smtp === undefined)
      ? undefined
      : { key: email === undefined ? 'smtp' : 'email', message: 'email and smtp need each other' },
  bothOrNeither('email', 'smtp'),
)
@Rule<ChannelSettings>(
  ({ email }) =>
    (email ?? []).every((address) => MAIL_ADDRESS.test(address))
      ? undefined
      : { key: 'email', message: 'must be mail addresses like ops@example.org' },
  { properties: { email: { items: { pattern: MAIL_ADDRESS.source } } } },
)
export class ChannelSettings {
  @OptionalKey('Mail addresses; needs `smtp`.', { shape: list(TEXT), example: '[ops@example.org]' })
  email?: readonly string[];

  @OptionalKey('The server that takes the mail.', { shape: one(SmtpSettings) })
  smtp?: SmtpSettings;

  @OptionalKey('A service of PagerDuty; incidents resolve by themselves.', { shape: one(PagerDutySettings) })
  pagerduty?: PagerDutySettings;

  @OptionalKey('An incoming webhook of Slack.', { shape: one(ChatSettings) })
  slack?: ChatSettings;

  @OptionalKey('A webhook of a Microsoft Teams workflow.', { shape: one(ChatSettings) })
  teams?: ChatSettings;

  @OptionalKey('Any program of yours; posts are signed.', { shape: one(WebhookSettings) })
  webhook?: WebhookSettings;

  @OptionalKey('Local times in which nothing is told; what comes up is told at their end.', {
    shape: one(QuietSettings),
    example: '{ from: "22:00", to: "06:00" }',
  })
  quiet?: QuietSettings;

  @OptionalKey('One message a day for what can wait.', { shape: one(DigestSettings), example: '{ at: "08:00" }' })
  digest?: DigestSettings;
}

export class EscalateSettings {
  @Key('How long after the alert began.', { example: '30m' })
  @MinutesText()
  after: string;

  @Key('Channels that are told then.', { shape: list(TEXT), example: '[pager]' })
  to: readonly string[];
}

@Rule<AlertRuleSettings>(
  ({ when, budget_used }) =>
    budget_used !== undefined && when !== undefined && when !== 'quarantine_growth'
      ? { key: 'budget_used', message: 'has a meaning only with when: quarantine_growth; remove it' }
      : undefined,
  { anyOf: [{ not: { required: ['budget_used'] } }, { properties: { when: { const: 'quarantine_growth' } } }] },
)
@Rule<AlertRuleSettings>(
  ({ when, older_than }) =>
    older_than !== undefined && when !== undefined && when !== 'stale_data'
      ? { key: 'older_than', message: 'has a meaning only with when: stale_data; remove it' }
      : undefined,
  { anyOf: [{ not: { required: ['older_than'] } }, { properties: { when: { const: 'stale_data' } } }] },
)
@Rule<AlertRuleSettings>(
  ({ when, connections }) =>
    connections !== undefined && WITHOUT_CONNECTION.includes(when)
      ? { key: 'connections', message: `has no meaning with when: ${when}; remove it` }
      : undefined,
  { not: { required: ['connections'], properties: { when: { enum: [...WITHOUT_CONNECTION] } } } },
)
export class AlertRuleSettings {
  @Key(
    'What happened. `auth`, `run_interrupted`, `integrity_mismatch` and `disk` are failures too: where no rule names them, `run_failed` tells of them (`run_partial` where streams came in).',
  )
  @Choice(...ALERT_KINDS)
  when: AlertKind;

  @OptionalKey('How bad it is.')
  @Choice(...SEVERITIES)
  severity: Severity = 'error';

  @OptionalKey('Only these connections. Absent: all.', { shape: list(TEXT), example: '[braze_daily]' })
  connections?: readonly string[];

  @Key('Channels that are told.', { shape: list(TEXT), example: '[pager, ops]' })
  to: readonly string[];

  @OptionalKey(
    'For `quarantine_growth`: tells once more than this share of the error budget is used; `0%` for any record. Absent: `50%`.',
  )
  @Pattern(/^(100|[0-9]{1,2})%$/, 'must be a whole percentage like 50%')
  budget_used?: string;

  @OptionalKey('For `stale_data`: tells once the last success is older. Absent: `2d`.', { example: '36h' })
  @MinutesText()
  older_than?: string;

  @OptionalKey('Who is told too, where the alert is neither acknowledged nor over by then.', {
    shape: one(EscalateSettings),
    example: '{ after: 30m, to: [pager] }',
  })
  escalate?: EscalateSettings;
}

/** Who is told when something goes wrong. */
export class AlertsSettings {
  @OptionalKey('Address under which people reach the host; alerts then link to the run.', {
    example: 'https://tributary.example.org',
  })
  @Pattern(/^https?:\/\/\S+$/, 'must be an address that begins with https:// or http://')
  link?: string;

  @Key('Ways to reach people, by name; each has exactly one kind.', {
    shape: named(one(ChannelSettings), { least: 1 }),
  })
  channels: Record<string, ChannelSettings>;

  @Key('What is told to whom.', { shape: list(one(AlertRuleSettings)) })
  rules: readonly AlertRuleSettings[];
}
