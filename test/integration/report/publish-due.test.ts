import { performance } from 'node:perf_hooks';
import type { Installation } from '../../../core/app/installation.js';
import { loadMonth } from '../../../core/app/monthly-report.js';
import { publishAside } from '../../../core/app/publishing-thread.js';
import { publish, publishDue } from '../../../core/app/releases.js';
import { ConnectorError } from '../../../core/sdk/index.js';
import { dialectOf } from '../../../destinations/sql/index.js';
import { NOTHING_OWN } from '../../../report/facts/own.js';
import { layoutOf } from '../../../report/release/breakdowns.js';
import { ensureReleases } from '../../../report/release/tables.js';
import { postgres } from '../../../destinations/postgres/postgres.destination.js';
import { openSqlSession } from '../../../destinations/postgres/sql-session.js';
import { stopTestServer } from '../../support/postgres.js';
import { facts, loadSmallMonth, publishSmallMonth, restate } from './small-month.js';
import { openWarehouse, type Warehouse } from './warehouse.js';

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openWarehouse();
});
afterEach(() => warehouse.close());
afterAll(stopTestServer);

const signal = new AbortController().signal;

const reach = () => ({
  connector: 'postgres',
  config: postgres.config.parse({ url: warehouse.database.url }) as Record<string, unknown>,
  baseFolder: '.',
});

/** As a host has it; `closeAfter` decides whether March 2026 is over. */
const installation = (closeAfter: string, missing_days = 'allow') =>
  ({
    configuration: {
      settings: {
        project: { name: 'Outreach', timezone: 'America/Chicago' },
        connections: {},
        destinations: { warehouse: { connector: 'postgres' } },
        report: {
          destination: 'warehouse',
          months: { close_after: closeAfter, missing_days },
          suppression: { threshold: 11, dimensions: ['region', 'segment'] },
          facts: [],
        },
      },
    },
    sql: async (_name: string, { readOnly }: { readonly readOnly: boolean }) =>
      openSqlSession(warehouse.database.url, { readOnly }),
    metadataSchema: async () => 'tributary',
    destinationPlugin: async () => reach(),
  }) as unknown as Installation;

test('a host releases a month, makes it final when it is due, and restates it when its figures moved, each once', async () => {
  let known: string | undefined;
  const due = async (closeAfter: string) => {
    const { built, published } = await publishDue(installation(closeAfter), { known, signal });
    known = built;
    return published.map(({ release: { month, version, state } }) => `${month} ${version} ${state}`);
  };
  expect(await due('8d')).toEqual([]);
  await loadSmallMonth(warehouse);
  expect(await due('9000d')).toEqual(['2026-03 1 preliminary']);
  expect(await due('9000d')).toEqual([]);
  expect(await due('8d')).toEqual(['2026-03 2 final']);
  expect(await due('8d')).toEqual([]);
  await restate(
    warehouse,
    '00000000-0000-4000-8000-00000000000b',
    'UPDATE raw_daily.series SET opened = 90 WHERE id = 1',
  );
  expect(await due('8d')).toEqual(['2026-03 3 restated']);
  expect(await due('8d')).toEqual([]);
});

test('who looks at a month that was never released releases it, and a later look shows what moved meanwhile', async () => {
  await loadSmallMonth(warehouse);
  const host = installation('8d');
  const look = async () => {
    const { status, totals } = await loadMonth(host, { month: '2026-03', signal });
    return [status.state, status.release?.version, totals.opened];
  };
  expect(await look()).toEqual(['final', 1, 40]);
  await restate(
    warehouse,
    '00000000-0000-4000-8000-00000000000b',
    'UPDATE raw_daily.series SET opened = 90 WHERE id = 1',
  );
  expect(await look()).toEqual(['restated', 2, 90]);
  expect(await look()).toEqual(['restated', 2, 90]);
  expect((await loadMonth(host, { month: '2026-03', signal, release: 1 })).totals.opened).toBe(40);
});

test('of many who look at once at a month that was never released one publishes it', async () => {
  await loadSmallMonth(warehouse);
  const host = installation('8d');
  let published = 0;
  const counted: Installation = {
    ...host,
    sql: (name, options) => {
      if (!options.readOnly) published++;
      return host.sql(name, options);
    },
  };
  const looks = Array.from({ length: 5 }, () => loadMonth(counted, { month: '2026-03', signal }));
  expect((await Promise.all(looks)).map(({ status }) => status.release?.version)).toEqual([1, 1, 1, 1, 1]);
  expect(published).toBe(1);
});

test('a month that lacks days does not become final by time, and the host says what is missing', async () => {
  await loadSmallMonth(warehouse);
  const due = (known?: string) => publishDue(installation('8d', 'hold'), { known, signal });
  const first = await due();
  expect(first.published.map(({ release }) => [release.month, release.state])).toEqual([['2026-03', 'preliminary']]);
  const again = await due(first.built);
  expect(again).toMatchObject({
    published: [],
    held: [
      '2026-03 stays preliminary: braze lacks 2026-03-03, 2026-03-04, 2026-03-05, 2026-03-06, 2026-03-07 and 24 more days',
    ],
  });
  await restate(
    warehouse,
    '00000000-0000-4000-8000-00000000000b',
    `INSERT INTO raw_daily.series SELECT 100 + d, '2026-03-01T18:00Z'::timestamptz + d * interval '1 day', 'a', 'EML', 'x', 1, 0, NULL, NULL
       FROM generate_series(2, 30) d`,
  );
  const { published, held } = await due(again.built);
  expect([published.map(({ release }) => release.state), held]).toEqual([['final'], []]);
});

test.each([
  ['what breaks a rule of the table', `RAISE check_violation USING MESSAGE = 'not this month'`, /23514/],
  ['a connection that breaks off', 'PERFORM pg_terminate_backend(pg_backend_pid())', /57P01/],
])('a month that cannot be published keeps no other one from it, and is tried again: %s', async (_, fault, told) => {
  await loadSmallMonth(warehouse);
  await restate(
    warehouse,
    '00000000-0000-4000-8000-00000000000b',
    `INSERT INTO raw_daily.series VALUES (3, '2026-04-01T18:00Z', 'a', 'EML', 'x', 100, 40, true, NULL)`,
  );
  const { sql } = warehouse;
  const months = async (options: { known?: string; failed?: ReadonlyMap<string, ConnectorError> }) => {
    const found = await publishDue(installation('8d'), { known: undefined, signal, ...options });
    return { ...found, published: found.published.map(({ release }) => release.month) };
  };
  await ensureReleases(sql, dialectOf(sql), layoutOf(NOTHING_OWN));
  await sql.query(`CREATE FUNCTION report.refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.month = '2026-03-01' THEN ${fault}; END IF; RETURN NEW; END $$`);
  await sql.query(
    'CREATE TRIGGER broken BEFORE INSERT ON report.release FOR EACH ROW EXECUTE FUNCTION report.refuse()',
  );
  const first = await months({});
  expect([first.published, [...first.failed.keys()]]).toEqual([['2026-04'], ['2026-03']]);
  expect(first.failed.get('2026-03')!.message).toMatch(told);
  await sql.query('DROP TRIGGER broken ON report.release');
  const second = await months({ known: first.built, failed: first.failed });
  expect([second.published, second.failed.size]).toEqual([['2026-03'], 0]);
});

test('while a month of many campaigns by region and segment is published, the process is there for others', async () => {
  await loadSmallMonth(warehouse);
  await warehouse.sql.query(
    `INSERT INTO report.campaign_monthly
     SELECT (jsonb_populate_record(m, jsonb_build_object('campaign_id', 'c' || c, 'region', 'r' || r, 'segment', 's' || s))).*
       FROM report.campaign_monthly m, generate_series(1, 100) c, generate_series(1, 4) r, generate_series(1, 4) s
      WHERE campaign_id = 'a'`,
  );
  const before = performance.eventLoopUtilization();
  const { release } = await publish(installation('8d'), { month: '2026-03', as: 'due', by: 'ana' }, signal);
  // In this thread it would be all of the time.
  expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
  expect(release).toMatchObject({ version: 1, state: 'final', published_by: 'ana' });
});

test('a thread publishes the same bytes, tells its faults, and ends when it is not wanted any more', async () => {
  await loadSmallMonth(warehouse);
  const options = {
    month: '2026-03',
    project: { name: 'Outreach', timezone: 'America/Chicago' },
    closeAfter: '8d',
    missingDays: 'allow' as const,
    now: new Date('2026-05-01T12:00:00Z'),
    as: 'final' as const,
    by: 'ana',
    suppression: { threshold: 11, dimensions: ['region', 'segment'] },
    facts,
    metadataSchema: 'tributary',
  };
  const aside = await publishAside({ reach: reach(), options }, signal);
  for (const table of ['release', 'release_value']) await warehouse.sql.query(`DELETE FROM report.${table}`);
  const here = await publishSmallMonth(warehouse, options.now, { suppression: options.suppression });
  expect(aside).toEqual(here);
  await expect(
    publishAside({ reach: reach(), options: { ...options, month: '2020-01' } }, signal),
  ).rejects.toMatchObject({
    kind: 'config',
    message: 'There are no figures for 2020-01.',
    details: { hint: 'Months with figures: 2026-03.' },
  });
  const ending = new AbortController();
  const ended = publishAside({ reach: reach(), options }, ending.signal);
  ending.abort(new Error('not wanted'));
  await expect(ended).rejects.toThrow('not wanted');
});
