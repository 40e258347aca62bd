import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { ensureMetadata } from '../../destinations/postgres/metadata.js';
import { openPool } from '../../destinations/postgres/connection.js';
import { openSqlSession } from '../../destinations/postgres/sql-session.js';
import { publishAside } from '../../core/app/publishing-thread.js';
import { postgres } from '../../destinations/postgres/postgres.destination.js';
import { buildMarts, shownSection, shownTable } from '../../report/index.js';
import { openDatabases } from '../load/databases.js';
import { generateWorld, worldFacts } from './world.js';

/**
 * `npm run bench -- report`: figures of years are generated in the warehouse; then the marts are built as a whole and after a
 * day has changed, the last months are released, and the page's data and its filters are asked for. Fails over its limits.
 */
const { values } = parseArgs({
  options: {
    years: { type: 'string', default: '5' },
    campaigns: { type: 'string', default: '5000' },
    days: { type: 'string', default: '7' },
    asks: { type: 'string', default: '60' },
  },
});
const size = {
  years: Number(values.years),
  campaigns: Number(values.campaigns),
  days: Number(values.days),
  regions: 10,
  segments: 8,
};
const UNTIL = '2026-10-20';
const RUNNING = '2026-10';
const FINAL = '2026-09';
const LIMIT_MS = 300;
/** Asks are judged from so many on: of fewer, 95 of 100 cannot be told from the slowest, which is the first, before anything is kept. */
const JUDGED_ASKS = 20;
const INCREMENTAL_LIMIT_MS = 10_000;

const databases = await openDatabases();
let isFast = true;
try {
  const url = await databases.fresh('empty', async () => undefined);
  const pool = openPool({ url, max: 1, applicationName: 'bench' });
  await ensureMetadata(pool, 'tributary');
  await pool.end();
  const sql = openSqlSession(url, { readOnly: false });
  const facts = worldFacts();
  const now = new Date(`${UNTIL}T12:00:00Z`);
  const options = {
    project: { name: 'Bench', timezone: 'UTC' },
    closeAfter: '8d',
    now,
    suppression: { threshold: 11, dimensions: ['region', 'segment'] as const },
  };
  const timed = async <T>(what: string, work: () => Promise<T>, limitMs?: number): Promise<T> => {
    const began = performance.now();
    const result = await work();
    told(what, [performance.now() - began], limitMs);
    return result;
  };
  await timed('world generated', () => generateWorld(sql, size, UNTIL));
  const build = () => buildMarts(sql, facts, { metadataSchema: 'tributary', now });
  await timed('marts built as a whole', build);
  const [rows] = await sql.query('SELECT count(*) AS daily FROM report.campaign_daily');
  console.log(`${String(rows!['daily'])} rows of days`);
  await sql.query(`UPDATE raw_daily.series SET opened = opened + 1 WHERE day >= DATE '${UNTIL}' - 1`);
  await sql.query(
    `INSERT INTO tributary.dirty (fact, day, campaign, run_id, marked_at)
     SELECT 'daily.series', day, campaign, gen_random_uuid(), now() FROM raw_daily.series WHERE day >= DATE '${UNTIL}' - 1 GROUP BY day, campaign`,
  );
  await timed('marts built after two days changed', build, INCREMENTAL_LIMIT_MS);
  for (const month of [FINAL, RUNNING]) {
    const lag = monitorEventLoopDelay({ resolution: 10 });
    lag.enable();
    // As a host does it.
    const { release } = await timed(`${month} released`, () =>
      publishAside(
        {
          reach: { connector: 'postgres', config: postgres.config.parse({ url }), baseFolder: '.' },
          options: {
            ...options,
            month,
            as: month === FINAL ? 'final' : 'preliminary',
            by: 'bench',
            facts,
            metadataSchema: 'tributary',
          },
        },
        new AbortController().signal,
      ),
    );
    lag.disable();
    console.log(`${release.hidden} counts are hidden, checksum ${release.checksum}`);
    console.log(`the process answers nobody meanwhile for ${Math.round(lag.max / 1e6)} ms at most`);
  }
  const kept = new Map();
  const asks = Number(values.asks);
  const repeat = async (what: string, ask: (turn: number) => Promise<object>) => {
    const times: number[] = [];
    for (let turn = 0; turn < asks; turn++) {
      const began = performance.now();
      JSON.stringify(await ask(turn));
      times.push(performance.now() - began);
    }
    told(what, times, LIMIT_MS);
  };
  for (const month of [FINAL, RUNNING])
    await repeat(`page of ${month}, its data`, () => shownSection(sql, { ...options, month, withHidden: false, kept }));
  const filters = [
    ['campaign_region', { region: 'region 3' }],
    ['campaign_segment', { segment: 'segment 2' }],
    ['region_segment', { region: 'region 7' }],
    ['channel_region', { channel: 'email' }],
    ['channel_date', { channel: 'sms' }],
    ['campaign_date', { source: 'braze', campaign_id: `c${size.campaigns}` }],
    ['send', { source: 'braze', campaign_id: `c${size.campaigns}` }],
    ['campaign_channel', { channel: 'push' }],
    ['response_type_date', { response_type: 'answered' }],
    ['response_type_region', { region: 'region 3' }],
  ] as const;
  for (const month of [FINAL, RUNNING])
    await repeat(`filter of ${month}`, (turn) => {
      const [table, filter] = filters[turn % filters.length]!;
      return shownTable(sql, { ...options, month, table, filter, withHidden: false, limit: 1_000 });
    });
  await sql.close();
} finally {
  await databases.close();
}
if (!isFast) process.exitCode = 1;

function told(what: string, times: readonly number[], limitMs?: number): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1]!);
  const isJudged = times.length === 1 || times.length >= JUDGED_ASKS;
  const isOver = limitMs !== undefined && at(0.95) > limitMs;
  isFast &&= !isOver || !isJudged;
  const judgement = isJudged ? (isOver ? 'NOT reached' : 'reached') : `too few to judge: from ${JUDGED_ASKS} asks on`;
  const limit = limitMs === undefined ? '' : `, limit ${limitMs} ms: ${judgement}`;
  console.log(
    times.length === 1
      ? `${what}: ${at(1)} ms${limit}`
      : `${what}: first ${Math.round(times[0]!)} ms, median ${at(0.5)} ms, p95 ${at(0.95)} ms${limit}`,
  );
}
