import { AccessSettings, AuditSettings } from './access.settings.js';
import { AlertsSettings } from './alerts.settings.js';
import { ConnectionSettings } from './connection.settings.js';
import { Exactly, Pattern, Text, TimeZone } from './fields.js';
import { NewSourcesSettings } from './new-sources.settings.js';
import { ReportSettings } from './report.settings.js';
import { RetentionSettings } from './retention.settings.js';
import { FOREIGN, Key, OptionalKey, TEXT, keyed, named, one } from './shape.js';

export class ProjectSettings {
  @Key('Name of the project, as it stands on the report.', { example: 'outreach' })
  @Text()
  name: string;

  @Key('IANA time zone in which days and months are told, unless a source or fact says otherwise.', {
    example: 'America/Chicago',
  })
  @TimeZone()
  timezone: string;
}

/** A configured source or destination. */
export class PluginSettings {
  @Key('A built-in name, a path that begins with `./` (from the folder of this file), or an npm package.', {
    example: 'braze',
  })
  @Pattern(/^(\.{0,2}\/|@?[A-Za-z0-9]).*$/, 'must be a built-in name, a path like ./plugins/mine, or an npm package')
  connector: string;

  @OptionalKey("The connector's own options; `tributary connectors spec NAME` lists them.", { shape: FOREIGN })
  config: Record<string, unknown> = {};
}

/** The whole file. */
export class Settings {
  @Key('Version of this file format.', { example: '1' })
  @Exactly(1)
  version: 1;

  @Key('What the installation is called and which clock it lives by.', { shape: one(ProjectSettings) })
  project: ProjectSettings;

  @OptionalKey("The host's own database: `embedded`, or a postgres:// URL.", { example: 'embedded' })
  @Pattern(/^(embedded|postgres(ql)?:\/\/.+)$/, 'must be "embedded" or a postgres:// URL')
  store: string = 'embedded';

  @OptionalKey('Keys for `protect`, each a reference to a secret of at least 16 characters, never the secret itself.', {
    shape: named(TEXT),
    example: '{ member_key: "${env:MEMBER_KEY}" }',
  })
  keys: Record<string, string> = {};

  @OptionalKey(
    'Keys that were replaced, by name and version (1 is the first; the one under `keys` follows the last): what they sealed stays readable, and tokens are made by way of them.',
    { shape: named(keyed(TEXT)), example: '{ phi_key: { "1": "${env:PHI_KEY_1}" } }' },
  )
  former_keys: Record<string, Record<string, string>> = {};

  @OptionalKey('How long the host keeps its history.', { shape: one(RetentionSettings) })
  retention: RetentionSettings = new RetentionSettings();

  @OptionalKey('Who may reach the host; without it the host needs no login and answers on this machine only.', {
    shape: one(AccessSettings),
  })
  access?: AccessSettings;

  @OptionalKey('The log of who did what.', { shape: one(AuditSettings) })
  audit: AuditSettings = new AuditSettings();

  @Key('Where data come from, by name.', { shape: named(one(PluginSettings)) })
  sources: Record<string, PluginSettings>;

  @Key('Where data go, by name.', { shape: named(one(PluginSettings)) })
  destinations: Record<string, PluginSettings>;

  @Key('Which streams of a source go to which destination, by name.', { shape: named(one(ConnectionSettings)) })
  connections: Record<string, ConnectionSettings>;

  @OptionalKey('Sources that admins try and add from the pages.', { shape: one(NewSourcesSettings) })
  new_sources: NewSourcesSettings = new NewSourcesSettings();

  @OptionalKey('Who is told when something goes wrong.', { shape: one(AlertsSettings) })
  alerts?: AlertsSettings;

  @OptionalKey('How raw streams become the figures of the report.', { shape: one(ReportSettings) })
  report?: ReportSettings;
}
