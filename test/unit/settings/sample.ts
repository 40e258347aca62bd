import { parseSettings, SettingsError, type LoadedSettings } from '../../../core/settings/index.js';

/** A small configuration that is right; tests spoil one line of it. */
export const SAMPLE = `version: 1
project:
  name: outreach
  timezone: America/Chicago
keys:
  member_key: \${env:MEMBER_KEY}
sources:
  braze:
    connector: braze
    config:
      api_key: \${env:BRAZE_API_KEY}
destinations:
  warehouse:
    connector: postgres
    config:
      url: embedded
connections:
  daily:
    source: braze
    destination: warehouse
    streams:
      campaigns: {}
      series:
        sync: incremental
        write: merge
        lookback: 14d
    on_schema_change: evolve
    map:
      series:
        - drop: [spam]
        - rename: { a: b }
    expect:
      series:
        - range: { sent: { min: 0, max: 9 } }
    protect:
      series:
        email: drop
        member: { tokenize: member_key }
    error_budget: { records: 1%, or: 1000 }
    unstorable_text: replace
report:
  destination: warehouse
  months: { close_after: 8d }
  facts:
    - from: daily.series
      time_zone: America/Chicago
      join:
        campaigns: { campaign_id: id }
      as:
        date: time
        campaign_id: campaign_id
        campaign_name: campaigns.name
        is_control: is_control
        sent: sent
      responses:
        scheduled: { from: conversions, primary: true, basis: event_day }
      dimensions:
        region: { column: campaigns.tags, tag: "region:(.*)" }
`;

export const SECRETS = { MEMBER_KEY: 'not-a-real-key-0123456789', BRAZE_API_KEY: 'braze-canary-5f2e' };

export function parseText(
  text: string,
  env: Readonly<Record<string, string | undefined>> = SECRETS,
  files: Readonly<Record<string, string>> = {},
): LoadedSettings {
  return parseSettings(text, {
    file: 'c.yaml',
    env,
    readFile(path) {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return content;
    },
  });
}

/** The sample with one piece of text, which must be in it, put in place of another. */
export function spoiled(from: string, to: string): string {
  if (!SAMPLE.includes(from)) throw new Error(`the sample has no "${from}"`);
  return SAMPLE.replace(from, () => to);
}

/** The lines of the error that the text leads to. */
export function errorsOf(text: string, env?: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    parseText(text, env);
  } catch (error) {
    if (error instanceof SettingsError && error.kind === 'config') return error.message.split('\n');
    throw error;
  }
  return [];
}
