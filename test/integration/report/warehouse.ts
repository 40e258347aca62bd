import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { loadSettings, type Settings } from '../../../core/settings/index.js';
import { openPool } from '../../../destinations/postgres/connection.js';
import { ensureMetadata } from '../../../destinations/postgres/metadata.js';
import { openSqlSession } from '../../../destinations/postgres/sql-session.js';
import type { SqlSession } from '../../../core/sdk/index.js';
import { compileFacts, ownFigures, type CompiledFact, type FactDefinition } from '../../../report/index.js';
import { parseSettings } from '../../../core/settings/index.js';
import { testDatabase, type TestDatabase } from '../../support/postgres.js';

const folder = fileURLToPath(new URL('../../../config/', import.meta.url));

export interface Warehouse {
  readonly database: TestDatabase;
  readonly sql: SqlSession;
  /** Another session of the same database. */
  another(): SqlSession;
  close(): Promise<void>;
}

/** A database with the metadata schema of the Postgres destination. */
export async function openWarehouse(): Promise<Warehouse> {
  const database = await testDatabase();
  const pool = openPool({ url: database.url, max: 1, applicationName: 'test' });
  await ensureMetadata(pool, 'tributary');
  await pool.end();
  const sessions: SqlSession[] = [];
  const another = () => {
    sessions.push(openSqlSession(database.url, { readOnly: false }));
    return sessions.at(-1)!;
  };
  return {
    database,
    sql: another(),
    another,
    close: async () => {
      for (const session of sessions) await session.close();
      await database.drop();
    },
  };
}

export function factsOf(settings: Settings): readonly CompiledFact[] {
  const { regions, segments, channels, authority = [], crosswalk = [], facts } = settings.report!;
  const schemas = Object.fromEntries(Object.entries(settings.connections).map(([name, { schema }]) => [name, schema]));
  return compileFacts(
    facts.map((fact) => {
      const { schema, source } = settings.connections[fact.from.split('.')[0]!]!;
      const timeZone = fact.time_zone ?? settings.project.timezone;
      return {
        fact,
        schema,
        schemas,
        source,
        timeZone,
        standards: { regions, segments, channels },
        authority,
        crosswalk,
        own: ownFigures(settings.report!),
      };
    }),
  );
}

export async function demoFacts(): Promise<readonly CompiledFact[]> {
  return factsOf((await loadSettings(`${folder}demo.yaml`, { env: {} })).settings);
}

/** Facts as a user writes them in YAML, over streams of the connection `braze_daily`. */
export function factsFrom(yaml: string, streams: readonly string[] = ['series', 'campaigns']): readonly CompiledFact[] {
  return reportOf({ facts: parse(yaml) as FactDefinition[] }, { daily: streams });
}

/** All of `report` but its destination, over streams of the connections `daily` and `files`. */
export function factsIn(yaml: string): readonly CompiledFact[] {
  const daily = ['sent', 'bounces', 'opens', 'answers', 'series', 'sends', 'campaigns', 'region_names'];
  return reportOf(parse(yaml) as object, { daily, files: ['members'] });
}

function reportOf(report: object, connections: Readonly<Record<string, readonly string[]>>): readonly CompiledFact[] {
  const text = JSON.stringify({
    version: 1,
    project: { name: 'Test', timezone: 'America/Chicago' },
    sources: { braze: { connector: 'braze' } },
    destinations: { warehouse: { connector: 'postgres' } },
    connections: Object.fromEntries(
      Object.entries(connections).map(([name, streams]) => [
        name,
        {
          source: 'braze',
          destination: 'warehouse',
          streams: Object.fromEntries(streams.map((stream) => [stream, {}])),
        },
      ]),
    ),
    report: { destination: 'warehouse', ...report },
  });
  return factsOf(parseSettings(text, { file: 'test.yaml', env: {}, readFile: () => '' }).settings);
}

/** The experiment's file as plain text, for a COPY by hand. */
export async function loadHillstrom(sql: SqlSession): Promise<void> {
  const lines = gunzipSync(await readFile(`${folder}data/hillstrom_email_campaign_2008.csv.gz`))
    .toString()
    .trim()
    .split('\n')
    .slice(1);
  await sql.query('CREATE SCHEMA raw_hillstrom');
  await sql.query(
    `CREATE TABLE raw_hillstrom.customers (recency bigint, history_segment text, history numeric, mens bigint, womens bigint,
       zip_code text, newbie bigint, channel text, treatment text, conversion bigint, visit bigint, spend numeric)`,
  );
  const rows = lines.map((line) => line.replaceAll(/"([^"]*)"/g, (_, text: string) => text.replaceAll(',', ';')));
  await sql.query(
    `INSERT INTO raw_hillstrom.customers
       SELECT p[1]::bigint, replace(p[2], ';', ','), p[3]::numeric, p[4]::bigint, p[5]::bigint, p[6], p[7]::bigint, p[8], p[9],
              p[10]::bigint, p[11]::bigint, p[12]::numeric
         FROM unnest($1::text[]) AS line, string_to_array(trim(E'\\r' from line), ',') AS p`,
    [rows],
  );
}
