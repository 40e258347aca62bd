import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { exportFiles } from './exports.js';
import type { Cell, Version } from './rows.js';

const PLUGIN = fileURLToPath(new URL('./event-api.source.ts', import.meta.url));

const quoted = (cell: Cell) => {
  const text = String(cell ?? '');
  return /[",\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Writes a version of the files and the configuration beside them, and gives the configuration's path. */
export function writeWorld(folder: string, version: Version, apiUrl: string, firstDay: string): string {
  for (const { name, header, rows, modifiedAt } of exportFiles(version)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    const text = [header, ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(text, { level: 1 }) : text);
    utimesSync(path, modifiedAt, modifiedAt);
  }
  const config = join(folder, 'tributary.yaml');
  writeFileSync(config, yaml(version, apiUrl, firstDay));
  return config;
}

/** Both versions are one configuration, but for the type of `score`. Databases come from the environment. */
const yaml = (version: Version, apiUrl: string, firstDay: string) => `
version: 1
project: { name: Faults, timezone: America/Chicago }
store: \${env:STORE_URL}
sources:
  exports:
    connector: local
    config:
      files:
        - stream: engagement
          path: data/engagement_*.csv*
          format: csv
          primary_key: [event_id]
          columns: { score: ${version === 1 ? 'integer' : 'decimal'}, revenue: decimal, note: string }
        - { stream: sends, path: data/sends_*.csv, format: csv }
        - { stream: members, path: data/members.csv, format: csv, primary_key: [member_id] }
  api:
    connector: ${PLUGIN}
    config: { endpoint: ${apiUrl}, start_date: ${firstDay} }
destinations:
  warehouse: { connector: postgres, config: { url: "\${env:WAREHOUSE_URL}" } }
connections:
  exports:
    source: exports
    destination: warehouse
    streams:
      engagement: {}
      sends: {}
      members: { sync: full_refresh, write: overwrite }
  events:
    source: api
    destination: warehouse
    streams:
      campaigns: {}
      daily: {}
      clicks: { write: append }
      assets: { sync: full_refresh, write: overwrite }
report:
  destination: warehouse
  facts:
    - from: exports.engagement
      as: { date: day, campaign_id: campaign_id, variant_id: variant, sent: sent, opened: opened, revenue: revenue }
      responses: { opened_twice: { count: true, where: { opened: 2 }, primary: true } }
      dimensions: { region: region }
    - from: exports.sends
      as: { date: day, campaign_id: campaign_id, channel: channel, targeted: targeted }
    - from: exports.members
      as: { date: joined_on, campaign_id: { const: membership }, targeted: { count: true } }
    - from: events.daily
      time_zone: UTC
      join: { campaigns: { campaign_id: id } }
      as: { date: day, campaign_id: campaign_id, campaign_name: campaigns.name, sent: sent, opened: opened }
    - from: events.clicks
      as: { date: at, campaign_id: campaign_id, clicked: { count: true } }
    - from: events.assets
      as: { date: day, campaign_id: campaign_id, cost: cost }
`;
