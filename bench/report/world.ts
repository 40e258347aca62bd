import { parseSettings } from '../../core/settings/index.js';
import type { SqlSession } from '../../core/sdk/index.js';
import { compileFacts, type CompiledFact } from '../../report/index.js';

export interface WorldSize {
  readonly years: number;
  readonly campaigns: number;
  readonly regions: number;
  readonly segments: number;
  /** On which a campaign has figures. */
  readonly days: number;
}

const FACTS = [
  {
    from: 'daily.series',
    as: {
      date: 'day',
      campaign_id: 'campaign',
      channel: 'channel',
      variant_id: 'arm',
      sent: 'sent',
      delivered: 'delivered',
      opened: 'opened',
      clicked: 'clicked',
    },
    responses: {
      answered: { from: 'answered', primary: true },
      enrolled: { from: 'enrolled', primary: true },
      looked: { from: 'looked' },
    },
    dimensions: { region: 'region', segment: 'segment' },
  },
];

export function worldFacts(): readonly CompiledFact[] {
  const text = JSON.stringify({
    version: 1,
    project: { name: 'Bench', timezone: 'UTC' },
    sources: { braze: { connector: 'braze' } },
    destinations: { warehouse: { connector: 'postgres' } },
    connections: { daily: { source: 'braze', destination: 'warehouse', streams: { series: {} } } },
    report: { destination: 'warehouse', facts: FACTS },
  });
  const { report } = parseSettings(text, { file: 'bench.yaml', env: {}, readFile: () => '' }).settings;
  return compileFacts(report!.facts.map((fact) => ({ fact, schema: 'raw_daily', source: 'braze', timeZone: 'UTC' })));
}

/** Campaigns that begin one after the other up to `until`, each for some days in every region and segment. */
export async function generateWorld(sql: SqlSession, size: WorldSize, until: string): Promise<void> {
  const { years, campaigns, regions, segments, days } = size;
  await sql.query('CREATE SCHEMA raw_daily');
  // A row's numbers follow from its place, so that the same world comes each time.
  const noise = (salt: number, most: number) =>
    `(abs(hashint4(c * 1009 + r * 101 + s * 11 + d * 7 + ${salt})) % ${most})`;
  await sql.query(
    `CREATE TABLE raw_daily.series AS
     SELECT day, 'c' || c AS campaign, (ARRAY['email', 'sms', 'push'])[1 + c % 3] AS channel,
            CASE WHEN c % 10 = 0 THEN (ARRAY['A', 'B'])[1 + s % 2] ELSE '' END AS arm,
            'region ' || r AS region, 'segment ' || s AS segment, sent, sent - sent / 40 AS delivered,
            sent * (20 + ${noise(3, 20)}) / 100 AS opened, sent * ${noise(5, 8)} / 100 AS clicked, sent * ${noise(7, 5)} / 100 AS answered,
            sent * ${noise(9, 3)} / 100 AS enrolled, sent * ${noise(11, 30)} / 100 AS looked
       FROM (SELECT c, r, s, d, DATE '${until}' - (${campaigns} - c) * ${years * 365 - days} / ${campaigns} - ${days} + 1 + d AS day,
                    5 + ${noise(1, 240)} AS sent
               FROM generate_series(1, ${campaigns}) c, generate_series(1, ${regions}) r,
                    generate_series(1, ${segments}) s, generate_series(0, ${days - 1}) d) w`,
  );
  await sql.query('CREATE INDEX ON raw_daily.series (day)');
  await sql.query('ANALYZE raw_daily.series');
}
