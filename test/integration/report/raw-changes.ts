import pg from 'pg';
import type { TableSpec } from '../../../core/sdk/index.js';
import { dirtyWriter } from '../../../destinations/postgres/merge.js';
import { marksFor, type CompiledFact } from '../../../report/index.js';

const RUN = '00000000-0000-4000-8000-000000000001';

/** The raw tables of the tests, as the destination makes them; marks are written by the destination's own code. */
export const SERIES: Pick<TableSpec, 'name' | 'fields' | 'key'> = {
  name: 'series',
  key: ['id'],
  fields: [
    { name: 'id', type: 'integer', nullable: false },
    { name: 'at', type: 'timestamptz', nullable: true },
    { name: 'campaign', type: 'string', nullable: true },
    { name: 'channel', type: 'string', nullable: true },
    { name: 'arm', type: 'string', nullable: true },
    { name: 'sent', type: 'integer', nullable: true },
    { name: 'opened', type: 'integer', nullable: true },
    { name: 'answered', type: 'boolean', nullable: true },
    { name: 'spend', type: 'number', nullable: true },
  ],
};
export const CAMPAIGNS: Pick<TableSpec, 'name' | 'fields' | 'key'> = {
  name: 'campaigns',
  key: ['id'],
  fields: [
    { name: 'id', type: 'string', nullable: false },
    { name: 'name', type: 'string', nullable: true },
    { name: 'tags', type: 'json', nullable: true },
  ],
};

export const CREATE_SERIES = `CREATE TABLE raw_daily.series (id bigint PRIMARY KEY, at timestamptz, campaign text, channel text,
  arm text, sent bigint, opened bigint, answered boolean, spend double precision)`;
export const CREATE_CAMPAIGNS = 'CREATE TABLE raw_daily.campaigns (id text PRIMARY KEY, name text, tags jsonb)';

export interface RawTables {
  /** Changes rows and marks what they were and what they are, in one transaction, as a checkpoint does. */
  change(table: 'series' | 'campaigns', where: string, sql: string): Promise<void>;
  close(): Promise<void>;
}

export async function rawTables(url: string, facts: readonly CompiledFact[]): Promise<RawTables> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async change(name, where, sql) {
      const spec = name === 'series' ? SERIES : CAMPAIGNS;
      const table: TableSpec = {
        ...spec,
        connection: 'daily',
        stream: name,
        schema: 'raw_daily',
        fromFiles: false,
        keySources: spec.key,
        write: 'merge',
        marks: marksFor(facts, 'daily', name),
      };
      const dirty = dirtyWriter(client, 'tributary', RUN, table);
      await client.query('BEGIN');
      await dirty.ofTarget(`FROM raw_daily.${name} t WHERE ${where}`);
      await client.query(sql);
      await dirty.ofTarget(`FROM raw_daily.${name} t WHERE ${where}`);
      await client.query('COMMIT');
    },
    close: () => client.end(),
  };
}

export const FACTS = `
- from: daily.series
  join: { campaigns: { campaign: id } }
  as:
    date: at
    campaign_id: campaign
    campaign_name: campaigns.name
    channel: { column: channel, map: { EML: email, TXT: sms }, default: other }
    variant_id: arm
    is_control: { where: { arm: [control, holdout] } }
    targeted: { count: true }
    sent: { sum: sent, where: { arm: { not: [control, holdout] } } }
    opened: opened
    revenue: spend
  responses:
    answered: { from: answered, primary: true }
    large: { count: true, where: { sent: [100, 200], answered: true }, basis: send_day }
  dimensions:
    region: { column: campaigns.tags, tag: "region:(.*)" }
    segment: { column: campaigns.tags, tag: "^seg=([a-z]+)", default: none }
`;
