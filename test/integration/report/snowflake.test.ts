import { buildMarts, ensureViews, loadSection, publishMonth, shownSection, shownTable } from '../../../report/index.js';
import { inOneState } from '../../../report/section/one-state.js';
import type { SqlSession } from '../../../core/sdk/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { openAccount, type AccountBench } from '../destinations/snowflake/account.js';
import { FACTS_BEFORE, loadWorld, MONTH, NOW, OWN, OWN_FACTS, simulate, truthBy } from './own-world.js';
import { openWarehouse, type Warehouse } from './warehouse.js';

/** The same configuration gives the same figures in Snowflake as in Postgres, also where measures and dimensions come later. */

const WORLD = simulate(7, 400);
const BUILD = { metadataSchema: 'tributary', now: NOW };

let account: AccountBench;
let postgres: Warehouse;
let snowflake: SqlSession;
beforeAll(async () => {
  [account, postgres] = await Promise.all([openAccount(), openWarehouse()]);
  await (await account.session()).close();
  snowflake = await account.sql();
});
afterAll(async () => {
  await snowflake.close();
  await account.close();
  await postgres.close();
  await stopTestServer();
});

const MARTS = ['campaign_daily', 'campaign_monthly', 'response_daily', 'response_monthly'];
const VIEWS = ['region', 'plan_type', 'order', 'region_segment', 'campaign'];

/** Rows without when they were built, in an order that no database gives. */
async function rowsOf(sql: SqlSession, table: string): Promise<readonly string[]> {
  const rows = await sql.query(`SELECT * FROM report.${table}`);
  const texts = rows.map((row) =>
    JSON.stringify(Object.entries(row).toSorted(([one], [other]) => (one < other ? -1 : 1))),
  );
  return texts.map((text) => text.replaceAll(/\["(updated|built|published)_at",[^\]]*\],?/g, '')).toSorted();
}
const everyRow = async (sql: SqlSession, tables: readonly string[]) => {
  const found: Record<string, readonly string[]> = {};
  for (const table of tables) found[table] = await rowsOf(sql, table);
  return found;
};

/** What is seen of the figures while measures and dimensions come, rows change, and one goes. */
async function story(sql: SqlSession, readers: readonly string[]) {
  const told: unknown[] = [];
  const tell = async (own: typeof OWN | undefined) => {
    const options = { ...MONTH, ...(own === undefined ? {} : { own }) };
    const section = await shownSection(sql, { ...options, withHidden: false });
    told.push(section, await everyRow(sql, MARTS));
    return section;
  };
  const publish = async (facts: typeof OWN_FACTS, own: typeof OWN | undefined) => {
    const { release, isNew, moves } = await publishMonth(sql, {
      ...MONTH,
      ...(own === undefined ? {} : { own }),
      as: 'final',
      by: 'ana',
      facts,
      metadataSchema: 'tributary',
    });
    // A checksum goes by the order of rows.
    const causes = release.causes.map(({ kind, id }) => `${kind} ${id}`);
    told.push(isNew, moves, { ...release, causes, checksum: '' });
  };
  await loadWorld(sql, WORLD);
  await buildMarts(sql, FACTS_BEFORE, BUILD);
  await publish(FACTS_BEFORE, undefined);
  await tell(OWN);
  told.push((await buildMarts(sql, OWN_FACTS, BUILD)).marts);
  await publish(OWN_FACTS, OWN);
  await tell(OWN);
  await sql.query(
    `UPDATE raw_daily.series SET sent = sent + 1, kept = kept + 1, plan = 'HMO' WHERE at = '2026-03-05' OR id = 3`,
  );
  await sql.query(
    `INSERT INTO tributary.dirty (${sql.dialect === 'snowflake' ? 'id, ' : ''}fact, day, campaign, run_id, marked_at)
     SELECT ${sql.dialect === 'snowflake' ? 'UUID_STRING(), ' : ''}'daily.series', at, campaign, '11111111-1111-4111-8111-111111111111', CURRENT_TIMESTAMP
       FROM raw_daily.series WHERE at = '2026-03-05' OR id = 3`,
  );
  const { marts, facts } = await buildMarts(sql, OWN_FACTS, BUILD);
  told.push(marts, facts);
  await publish(OWN_FACTS, OWN);
  await ensureViews(sql, { readers, own: OWN });
  told.push(
    await everyRow(
      sql,
      VIEWS.map((name) => `v_${name}`),
    ),
  );
  told.push(
    await shownTable(sql, {
      ...MONTH,
      own: OWN,
      table: 'region_plan_type',
      filter: { plan_type: 'HMO' },
      withHidden: true,
      limit: 50,
    }),
  );
  const section = await tell(OWN);
  // What is named no more is empty, and stays.
  await buildMarts(sql, FACTS_BEFORE, BUILD);
  told.push(await everyRow(sql, MARTS));
  return { told, section };
}

test('step by step', async () => {
  const [there, here] = [await story(snowflake, ['analyst']), await story(postgres.sql, [])];
  expect(there.told.length).toBe(here.told.length);
  for (const [step, told] of there.told.entries()) expect([step, told]).toEqual([step, here.told[step]]);
  const march = WORLD.filter(({ day }) => day.startsWith('2026-03')).map((row) => ({
    ...row,
    ...(row.day === '2026-03-05' || row.id === 3
      ? { sent: row.sent + 1, kept: row.kept === null ? null : row.kept + 1, plan: 'HMO' }
      : {}),
  }));
  const truth = truthBy(march, 'total').get('')!;
  expect(there.section.totals).toMatchObject({
    sent: truth.sent,
    own: { appointments_kept: truth.kept, talk: (truth.talk! / 100).toFixed(2) },
  });
  expect(
    there.section.by_dimension.map(({ dimension, rows }) => [dimension, rows.map(({ value }) => value).toSorted()]),
  ).toEqual([
    ['plan_type', [...truthBy(march, 'plan_type').keys()].toSorted()],
    ['order', [...truthBy(march, 'order').keys()].toSorted()],
  ]);
  expect(there.section.suppression!.hidden).toBeGreaterThan(5);
});

test('the views may be read by whom the configuration names, and by nobody else', async () => {
  const readers = () =>
    snowflake.query<{ grantee: string; table_name: string }>(
      `SELECT grantee, table_name FROM information_schema.table_privileges WHERE privilege_type = 'SELECT'`,
    );
  const named = await readers();
  expect(named).toEqual(expect.arrayContaining([{ grantee: 'ANALYST', table_name: 'V_ORDER' }]));
  expect(named.every(({ grantee, table_name: name }) => grantee === 'ANALYST' && name.startsWith('V_'))).toBe(true);
  await ensureViews(snowflake, { readers: [] });
  expect((await readers()).filter(({ table_name: name }) => name === 'V_REGION')).toEqual([]);
});

test('a column that another build gives the marts at the same time is no fault', async () => {
  const later = OWN_FACTS.map((fact) => ({
    ...fact,
    own: { ...OWN, dimensions: [...OWN.dimensions, { name: 'brand_line', title: 'Line', isProtected: false }] },
  }));
  /** Another build is always a little faster. */
  const slow = (sql: SqlSession): SqlSession => ({
    ...sql,
    query: async (text, parameters) => {
      if (text.includes('ADD COLUMN')) await snowflake.query(text);
      return sql.query(text, parameters);
    },
    transaction: (work) => sql.transaction((inside) => work(slow(inside))),
  });
  await buildMarts(slow(snowflake), later, BUILD);
  const added = account.account.statements.filter(({ sql }) => sql.includes('ADD COLUMN "BRAND_LINE" VARCHAR'));
  expect(added.map(({ error }) => error === undefined)).toEqual(Array.from({ length: 4 }, () => [true, false]).flat());
  const [row] = await snowflake.query(`SELECT count(*) AS n FROM report.campaign_daily WHERE brand_line = ''`);
  expect(Number(row!['n'])).toBeGreaterThan(0);
});

/** Does something after a query of this form, as often as `times`. */
function disturbed(sql: SqlSession, form: RegExp, disturb: () => Promise<unknown>, times = 1): SqlSession {
  let left = times;
  const between = (session: SqlSession): SqlSession => ({
    ...session,
    query: async (text, parameters) => {
      const rows = await session.query(text, parameters);
      if (form.test(text) && left-- > 0) await disturb();
      return rows as never;
    },
    transaction: (work) => session.transaction((inside) => work(between(inside))),
  });
  return between(sql);
}

test('a section that is read while the marts are built is of one state', async () => {
  await loadWorld(snowflake, WORLD);
  await buildMarts(snowflake, FACTS_BEFORE, { ...BUILD, rebuildAll: true });
  const before = await loadSection(snowflake, MONTH);
  let builds = 0;
  const build = async () => {
    builds += 1;
    await snowflake.query(`UPDATE raw_daily.series SET sent = sent + 1, channel = 'new' WHERE at >= '2026-03-01'`);
    await buildMarts(snowflake, FACTS_BEFORE, { ...BUILD, now: new Date(NOW.getTime() + 1), rebuildAll: true });
  };
  // The sum of all comes before that of regions, and that of segments after it.
  const read = await loadSection(disturbed(snowflake, /GROUP BY "?REGION"?$/i, build), MONTH);
  expect(builds).toBe(1);
  expect(read.totals.sent).toBe(read.by_segment.reduce((sum, { sent }) => sum + sent!, 0));
  expect(read.totals.sent).toBeGreaterThan(before.totals.sent!);
  expect(read).toEqual(await loadSection(snowflake, MONTH));

  let at = NOW.getTime() + 1;
  const built = () =>
    snowflake.query(
      `UPDATE report.builder SET started_at = CAST('${new Date((at += 1)).toISOString()}' AS TIMESTAMP_TZ(6)) WHERE id = 1`,
    );
  await expect(
    inOneState(disturbed(snowflake, /^SELECT 1/, built, Infinity), (sql) => sql.query('SELECT 1 AS one')),
  ).rejects.toMatchObject({ kind: 'locked', message: 'The marts were built 5 times while they were read.' });
});

test('of two that publish a month at once each makes a version of its own, or none', async () => {
  const publish = (sql: SqlSession, by: string) =>
    publishMonth(sql, {
      ...MONTH,
      suppression: { threshold: 0, dimensions: [] },
      as: 'final',
      by,
      facts: FACTS_BEFORE,
      metadataSchema: 'tributary',
    });
  const first = () => publish(snowflake, 'bob');
  await publish(snowflake, 'eve');
  await snowflake.query(`UPDATE raw_daily.series SET sent = sent + 1 WHERE at >= '2026-03-01'`);
  await buildMarts(snowflake, FACTS_BEFORE, { ...BUILD, rebuildAll: true });
  const both = disturbed(snowflake, /FROM report\.release WHERE[^]*ORDER BY/, first);
  await publish(both, 'ana');
  const versions = await snowflake.query<{ version: number }>('SELECT version FROM report.release ORDER BY version');
  expect(versions.map(({ version }) => Number(version))).toEqual(versions.map((_, index) => index + 1));
});
