import type pg from 'pg';
import { VERSIONS, type TrueTable, type Version } from './world/rows.js';

export type ConnectionName = 'exports' | 'events';
/** The version that each connection must hold; one that is left out was never synced. */
export type Expected = Readonly<Partial<Record<ConnectionName, Version>>>;
export type TruthOf = (connection: ConnectionName, version: Version) => Readonly<Record<string, TrueTable>>;

export const CONNECTIONS: readonly ConnectionName[] = ['exports', 'events'];

/** Puts the truth into tables of its own beside those that are loaded, `truth.CONNECTION_VERSION_STREAM`. */
export async function storeTruth(client: pg.Pool, truthOf: TruthOf): Promise<void> {
  await client.query('DROP SCHEMA IF EXISTS truth CASCADE; CREATE SCHEMA truth');
  for (const connection of CONNECTIONS)
    for (const version of VERSIONS)
      for (const [stream, { columns, rows }] of Object.entries(truthOf(connection, version))) {
        const names = Object.keys(columns);
        const table = `truth.${connection}_${version}_${stream}`;
        await client.query(`CREATE TABLE ${table} (${names.map((name) => `${name} ${columns[name]}`).join(', ')})`);
        await client.query(
          `INSERT INTO ${table} SELECT ${names.map((name, index) => `(r ->> ${index})::${columns[name]}`).join(', ')}
             FROM jsonb_array_elements($1::jsonb) AS r`,
          [JSON.stringify(rows)],
        );
      }
}

/** What differs between the tables with their marts and the truth, as sentences; nothing if all is right. */
export async function differences(client: pg.Pool, expected: Expected, truthOf: TruthOf): Promise<readonly string[]> {
  const found: string[] = [];
  for (const connection of CONNECTIONS) {
    const version = expected[connection];
    if (version === undefined) continue;
    for (const [stream, { columns }] of Object.entries(truthOf(connection, version))) {
      const names = Object.keys(columns).join(', ');
      found.push(
        ...(await compare(
          client,
          `raw_${connection}.${stream}`,
          `SELECT ${names} FROM raw_${connection}.${stream}`,
          `SELECT ${names} FROM truth.${connection}_${version}_${stream}`,
        )),
      );
    }
  }
  const { daily, responses } = trueMarts(expected);
  const month = (rows: string, key: string, sums: readonly string[]) =>
    `SELECT ${key}, date_trunc('month', date)::date, ${sums.map((sum) => `sum(${sum})`).join(', ')}
       FROM (${rows}) d GROUP BY ${key}, date_trunc('month', date)`;
  const pairs = [
    ['campaign_daily', `SELECT ${KEY}, date, ${MEASURES.join(', ')}, campaign_name FROM report.campaign_daily`, daily],
    [
      'campaign_monthly',
      `SELECT ${KEY}, month, ${MEASURES.join(', ')} FROM report.campaign_monthly`,
      month(daily, KEY, MEASURES),
    ],
    ['response_daily', `SELECT ${RESPONSE_KEY}, date, responded FROM report.response_daily`, responses],
    [
      'response_monthly',
      `SELECT ${RESPONSE_KEY}, month, responded FROM report.response_monthly`,
      month(responses, RESPONSE_KEY, ['responded']),
    ],
  ] as const;
  for (const [mart, built, truth] of pairs) found.push(...(await compare(client, `report.${mart}`, built, truth)));
  return found;
}

const KEY = 'fact, source, campaign_id, channel, variant_id, region, segment, is_control';
const RESPONSE_KEY = `${KEY}, response_type, is_primary`;
const MEASURES = ['targeted', 'sent', 'opened', 'clicked', 'cost', 'revenue'];

/** The marts by plain SQL from the truth alone: one GROUP BY a fact. */
function trueMarts(expected: Expected) {
  const daily: string[] = [];
  const responses: string[] = [];
  const add = (
    [connection, stream]: readonly [ConnectionName, string],
    { day, campaign = 'campaign_id', name = campaign, ...given }: Readonly<Record<string, string>>,
  ) => {
    const version = expected[connection];
    if (version === undefined) return;
    const source = connection === 'events' ? 'api' : 'exports';
    const { channel = `''`, variant = `''`, region = `''`, from = '' } = given;
    const key = `'${connection}.${stream}', '${source}', ${campaign}, ${channel}, ${variant}, ${region}, '', false`;
    const rows = `FROM truth.${connection}_${version}_${stream} t ${from.replace('VERSION', String(version))}`;
    const grain = `GROUP BY ${[day, campaign, channel, variant, region, name].filter((part) => !part!.startsWith("'")).join(', ')}`;
    const measures = MEASURES.map((measure) => `${given[measure] ?? 'NULL'}::numeric`);
    daily.push(`SELECT ${key}, ${day}, ${measures.join(', ')}, ${name} ${rows} ${grain}`);
    if (given['responded'] !== undefined)
      responses.push(`SELECT ${key}, 'opened_twice', true, ${day}, ${given['responded']}::numeric ${rows} ${grain}`);
  };
  add(['exports', 'engagement'], {
    day: 'day',
    variant: `coalesce(variant, '(unknown)')`,
    region: 'region',
    sent: 'sum(sent)',
    opened: 'sum(opened)',
    revenue: 'sum(revenue)',
    responded: 'count(*) FILTER (WHERE opened = 2)',
  });
  add(['exports', 'sends'], { day: 'day', channel: 'channel', targeted: 'sum(targeted)' });
  add(['exports', 'members'], { day: 'joined_on', campaign: `'membership'`, targeted: 'count(*)' });
  add(['events', 'daily'], {
    day: 'day',
    name: 'coalesce(c.name, campaign_id)',
    from: 'LEFT JOIN truth.events_VERSION_campaigns c ON c.id = campaign_id',
    sent: 'sum(sent)',
    opened: 'sum(opened)',
  });
  add(['events', 'clicks'], { day: `(at AT TIME ZONE 'America/Chicago')::date`, clicked: 'count(*)' });
  add(['events', 'assets'], { day: 'day', cost: 'sum(cost)' });
  const named = (rows: readonly string[], columns: string, mart: string) =>
    rows.length === 0
      ? `SELECT ${columns} FROM report.${mart} WHERE false`
      : `SELECT * FROM (${rows.join(' UNION ALL ')}) AS t(${columns})`;
  return {
    daily: named(daily, `${KEY}, date, ${MEASURES.join(', ')}, campaign_name`, 'campaign_daily'),
    responses: named(responses, `${RESPONSE_KEY}, date, responded`, 'response_daily'),
  };
}

/** Both ways and with repetitions, so that neither a loss nor a double goes by. */
async function compare(client: pg.Pool, what: string, found: string, truth: string): Promise<readonly string[]> {
  const sides = [
    ['has', found, truth],
    ['lacks', truth, found],
  ] as const;
  const sentences: string[] = [];
  for (const [verb, left, right] of sides) {
    try {
      const { rows } = await client.query<{ n: string; example: string }>(
        `SELECT count(*) AS n, min(d::text) AS example FROM (${left} EXCEPT ALL ${right}) d`,
      );
      const { n, example } = rows[0]!;
      if (Number(n) > 0) sentences.push(`${what} ${verb} ${n} rows, such as ${example}`);
    } catch (error) {
      return [`${what} cannot be compared: ${(error as Error).message}`];
    }
  }
  return sentences;
}
