import { readFile } from 'node:fs/promises';
import { openStore } from '../../core/persistence/index.js';
import { defaultApiKey, startBrazeSimulator, type BrazeSimulator } from '../simulators/braze/server.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** What lies in the warehouse is held against the source: changed, removed and added rows, and a source that changed late. */

const DAYS = ['--from', '2026-10-05', '--to', '2026-10-25'];
const WITHOUT_ROWS = `SELECT count(*)::int AS n FROM information_schema.schemata WHERE schema_name LIKE 'tributary_verify%'`;

let braze: BrazeSimulator;
let project: Project;

beforeAll(async () => {
  braze = await startBrazeSimulator({
    now: '2026-10-27T15:00:00Z',
    start: '2026-10-01',
    campaigns: 4,
    keys: [defaultApiKey],
  });
  project = await newProject(`sources:
  braze:
    connector: braze
    config: { endpoint: ${braze.url}, api_key: ${defaultApiKey.key}, start_date: 2026-10-01, time_zone: America/Chicago }
connections:
  daily:
    source: braze
    destination: warehouse
    schema: raw
    streams: { campaigns: {}, campaign_data_series: { lookback: 1d } }
report:
  destination: warehouse
  facts:
    - from: daily.campaign_data_series
      as: { date: time, campaign_id: campaign_id, channel: channel, sent: sent }
`);
  await project.data(['sync', 'daily']);
});
afterAll(async () => {
  await braze.close();
  await project.remove();
  await stopTestServer();
});

const verify = async (...more: string[]) => {
  const { code, stdout, stderr } = await project.run(['verify', 'daily', ...DAYS, ...more, '--json']);
  if (code !== 0 && code !== 9) throw new Error(`exit code ${code}: ${stdout}${stderr}`);
  return { code, data: JSON.parse(stdout).data };
};
const metadata = async () => {
  const counts = ['fence', 'bookmark', 'ledger', 'quarantine', 'dirty'].map(
    (table) => `(SELECT coalesce(string_agg(t::text, ',' ORDER BY t::text), '') FROM tributary.${table} t) AS ${table}`,
  );
  return project.rows(`SELECT ${counts.join(', ')}`);
};

test('a row changed, removed and added in the warehouse is found by day and campaign, and repaired; nothing else is touched', async () => {
  const before = await metadata();
  expect(await verify()).toMatchObject({ code: 0, data: { differs: false, repairs: [], runs: [] } });

  const rows = await project.rows<{ id: string; campaign_id: string; day: string; sent: number }>(
    `SELECT ctid::text AS id, campaign_id, time::text AS day, sent::int AS sent FROM raw.campaign_data_series
      WHERE time BETWEEN '2026-10-05' AND '2026-10-25' AND sent > 0 ORDER BY time, campaign_id, sent`,
  );
  const [changed, removed, copied] = [rows[0]!, rows[Math.floor(rows.length / 2)]!, rows.at(-1)!];
  const wasRight = await project.rows(`SELECT * FROM report.campaign_daily ORDER BY date, campaign_id, channel`);
  await project.rows(`UPDATE raw.campaign_data_series SET sent = sent + 5 WHERE ctid = '${changed.id}'`);
  await project.rows(`DELETE FROM raw.campaign_data_series WHERE ctid = '${removed.id}'`);
  await project.rows(`INSERT INTO raw.campaign_data_series
    SELECT (jsonb_populate_record(t, '{"campaign_id": "made-up"}')).* FROM raw.campaign_data_series t WHERE ctid = '${copied.id}'`);

  const found = await verify('--stream', 'campaign_data_series');
  expect(found.code).toBe(9);
  const [stream] = found.data.streams;
  expect(stream).toMatchObject({ by: { day: 'time', campaign: 'campaign_id' }, missing: 1, extra: 1, differing: 3 });
  expect(stream.differences).toEqual(
    expect.arrayContaining([
      {
        day: changed.day,
        campaign: changed.campaign_id,
        column: 'sent',
        source: expect.any(String),
        warehouse: expect.any(String),
      },
      {
        day: removed.day,
        campaign: removed.campaign_id,
        column: 'rows',
        source: expect.any(String),
        warehouse: expect.any(String),
      },
      { day: copied.day, campaign: 'made-up', column: 'rows', source: '0', warehouse: '1' },
    ]),
  );
  const { source, warehouse } = stream.differences.find(
    ({ day, campaign, column }: any) => day === changed.day && campaign === changed.campaign_id && column === 'sent',
  );
  expect(Number(warehouse) - Number(source)).toBe(5);

  // Neither the reading nor a dry run has changed anything, and no schema is left.
  const planned = await verify('--repair', '--dry-run');
  expect(planned).toMatchObject({
    code: 9,
    data: { runs: [], repairs: [{ stream: 'campaign_data_series', deletes: 1 }] },
  });
  expect(await metadata()).toEqual(before);
  expect(await project.run(['verify', 'daily', ...DAYS, '--repair'])).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^ *day +campaign +column +source +warehouse$[^]*--yes/m),
  });
  expect(await project.rows(WITHOUT_ROWS)).toEqual([{ n: 0 }]);

  const repaired = await verify('--repair', '--yes');
  expect(repaired).toMatchObject({ code: 0, data: { differs: false } });
  expect(repaired.data.runs.length).toBeGreaterThan(1);
  expect(await verify()).toMatchObject({ code: 0, data: { differs: false } });
  expect(
    await project.rows(`SELECT sum(deleted)::int AS deleted FROM tributary.ledger WHERE slice LIKE 'removal%'`),
  ).toEqual([{ deleted: 1 }]);
  const isRight = await project.rows(`SELECT * FROM report.campaign_daily ORDER BY date, campaign_id, channel`);
  const figures = (all: any[]) => all.map(({ updated_at: _, ...rest }) => rest);
  expect(figures(isRight)).toEqual(figures(wasRight));
});

test('a measure that is text in the warehouse, or is not there, is told as not compared', async () => {
  const alter = (action: string) => project.rows(`ALTER TABLE raw.campaign_data_series ${action}`);
  await alter('ALTER COLUMN sent TYPE text USING sent::text');
  await alter('RENAME COLUMN revenue TO taken_away');
  try {
    const { stdout } = await project.run(['verify', 'daily', ...DAYS]);
    expect(stdout).toContain(
      'no difference in what was compared; not compared: sent (string there), revenue (not in the warehouse)',
    );
    const { data } = await verify();
    expect(data.streams[0].uncompared).toEqual([
      { column: 'sent', warehouse: 'string' },
      { column: 'revenue', warehouse: null },
    ]);
  } finally {
    await alter('RENAME COLUMN taken_away TO revenue');
    await alter('ALTER COLUMN sent TYPE bigint USING sent::bigint');
  }
});

test('a stream without days is compared whole, when no days are given', async () => {
  await project.rows(`DELETE FROM raw.campaigns WHERE ctid = (SELECT min(ctid) FROM raw.campaigns)`);
  const { code, stdout, stderr } = await project.run([
    'verify',
    'daily',
    '--stream',
    'campaigns',
    '--repair',
    '--json',
  ]);
  expect(code).toBe(9);
  expect(JSON.parse(stdout).data.streams).toMatchObject([
    { stream: 'campaigns', by: { day: null, campaign: null }, missing: 1, extra: 0 },
  ]);
  expect(stderr).toContain(
    'campaigns is not read by days: `tributary sync daily --stream campaigns --full-refresh` reads all of it again',
  );
  expect((await project.run(['sync', 'daily', '--stream', 'campaigns', '--full-refresh'])).code).toBe(0);
  expect((await project.run(['verify', 'daily', '--stream', 'campaigns'])).code).toBe(0);
});

test('a source that has changed since it was read is found, and repaired', async () => {
  const days = (data: any) => data.streams.flatMap(({ differences }: any) => differences.map(({ day }: any) => day));
  braze.setNow('2026-11-20T15:00:00Z');
  const late = await verify();
  expect(late.code).toBe(9);
  expect(days(late.data).toSorted()[0] >= '2026-10-05').toBe(true);
  expect((await verify('--repair', '--yes')).code).toBe(0);
});

test('of two at once the second is told, and touches nothing of the first', async () => {
  const store = await openStore(project.storeUrl);
  try {
    const release = await store.locks.take('verify daily');
    expect(release).toBeDefined();
    expect(await store.locks.take('verify daily')).toBeUndefined();
    expect(await project.run(['verify', 'daily', ...DAYS])).toMatchObject({
      code: 8,
      stderr: expect.stringContaining('is being verified already'),
    });
    await release!();
  } finally {
    await store.close();
  }
  expect(await verify()).toMatchObject({ code: 0 });
});

test('a record that the rules reject now is told, and the row of its version before is not deleted', async () => {
  const rows = () => project.rows(`SELECT count(*)::int AS n FROM raw.campaign_data_series`);
  const before = await rows();
  const text = (await readFile(project.config, 'utf8')).replace(/^[^]*?(?=sources:)/, '');
  await project.configure(
    text.replace(
      'schema: raw\n',
      `schema: raw
    error_budget: { records: 100%, or: 100000 }
    expect: { campaign_data_series: [ { range: { sent: { max: 0 } } } ] }
`,
    ),
  );
  const found = await verify('--repair', '--dry-run');
  const [stream] = found.data.streams;
  expect(stream.rejected).toBeGreaterThan(0);
  expect(stream.extra).toBe(stream.rejected);
  expect(found.data.repairs).toMatchObject([{ stream: 'campaign_data_series', deletes: 0 }]);
  const { code, stderr } = await project.run(['verify', 'daily', ...DAYS, '--repair', '--yes']);
  expect({ code, stderr }).toEqual({ code: 9, stderr: expect.stringContaining('no row is deleted') });
  expect(await rows()).toEqual(before);
});
