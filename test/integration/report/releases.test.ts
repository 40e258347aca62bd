import {
  buildMarts,
  listReleases,
  loadSection,
  releasedSection,
  renderHtml,
  restatedSince,
  type Section,
} from '../../../report/index.js';
import { stopTestServer } from '../../support/postgres.js';
import { FACTS } from './raw-changes.js';
import { build, commit, loadSmallMonth, publishSmallMonth, restate } from './small-month.js';
import { factsFrom, openWarehouse, type Warehouse } from './warehouse.js';

const RUN = '00000000-0000-4000-8000-00000000000a';
const NOW = new Date();
const LATER = new Date(NOW.getTime() + 60_000);

let warehouse: Warehouse;
beforeEach(async () => {
  warehouse = await openWarehouse();
  await loadSmallMonth(warehouse);
});
afterEach(() => warehouse.close());
afterAll(stopTestServer);

const publish = (now: Date, more = {}) => publishSmallMonth(warehouse, now, more);
const released = (version: number) => releasedSection(warehouse.sql, '2026-03', version);
const totals = ({ totals: { sent, opened, responded } }: Section) => [sent, opened, responded];
const later = `UPDATE raw_daily.series SET opened = 90 WHERE id = 1`;

test('a final month stays as it was published, and what moves later is a version that says what and why', async () => {
  const first = await publish(NOW);
  expect(first).toMatchObject({ isNew: true, moves: [], release: { version: 1, state: 'final', published_by: 'ana' } });
  expect(await publish(NOW)).toMatchObject({ isNew: false, release: { version: 1 } });

  await restate(warehouse, RUN, later);
  const second = await publish(LATER);
  expect(second.release).toMatchObject({
    version: 2,
    state: 'restated',
    causes: [{ kind: 'run', id: RUN, connection: 'daily', sources: ['out/late.csv'] }],
  });
  expect(
    second.moves.map(({ breakdown, at, figure, before, after }) => [
      breakdown,
      ...Object.values(at),
      figure,
      before,
      after,
    ]),
  ).toEqual(
    [
      ['total'],
      ['date', '2026-03-01'],
      ['source', 'braze'],
      ['channel', 'email'],
      ['campaign', 'braze', 'a'],
      ['region', 'West'],
      ['segment', 'none'],
      ['region_segment', 'West', 'none'],
      ['channel_region', 'email', 'West'],
      ['channel_segment', 'email', 'none'],
      ['campaign_region', 'braze', 'a', 'West'],
      ['campaign_segment', 'braze', 'a', 'none'],
      ['channel_date', '2026-03-01', 'email'],
      ['campaign_date', '2026-03-01', 'braze', 'a'],
      ['campaign_channel', 'braze', 'a', 'email'],
      ['campaign_variant', 'braze', 'a', 'x'],
      ['send', '2026-03-01', 'braze', 'a', 'x'],
    ].map((place) => [...place, 'opened', '40', '90']),
  );

  expect(totals(await released(1))).toEqual([400, 40, 2]);
  const restated = await released(2);
  expect(totals(restated)).toEqual([400, 90, 2]);
  expect(restated.status).toMatchObject({ state: 'restated', release: { version: 2, is_live: false } });
  expect(restated.releases.map(({ version, state }) => [version, state])).toEqual([
    [2, 'restated'],
    [1, 'final'],
  ]);
  const html = renderHtml(restated);
  expect(html).toContain('Restated, version 2');
  expect(html).toContain('out/late.csv');
  expect(html).toContain('<td><data value="40">40</data></td><td><data value="90">90</data></td>');
  expect((await restatedSince(warehouse.sql, NOW)).map(({ month, version }) => [month, version])).toEqual([
    ['2026-03', 2],
  ]);
  expect(await restatedSince(warehouse.sql, LATER)).toEqual([]);
});

test('a row that goes and one that comes are told, and each version is rebuilt from the differences', async () => {
  await publish(NOW, { as: 'preliminary' });
  await restate(warehouse, RUN, `DELETE FROM raw_daily.series WHERE id = 2`);
  expect(await publish(NOW, { as: 'preliminary' })).toMatchObject({ release: { version: 2, state: 'preliminary' } });
  await restate(
    warehouse,
    RUN,
    `INSERT INTO raw_daily.series VALUES (3, '2026-03-05T18:00Z', 'b', 'TXT', 'x', 7, NULL, NULL, NULL)`,
  );
  const third = await publish(NOW);
  expect(third.release).toMatchObject({ version: 3, state: 'final' });
  expect(third.moves).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        breakdown: 'date',
        at: { date: '2026-03-05' },
        figure: 'sent',
        before: null,
        after: '7',
      }),
    ]),
  );
  expect([totals(await released(1)), totals(await released(2)), totals(await released(3))]).toEqual([
    [400, 40, 2],
    [100, 40, 1],
    [107, 40, 1],
  ]);
  expect((await listReleases(warehouse.sql, '2026-03')).map(({ state }) => state)).toEqual([
    'final',
    'preliminary',
    'preliminary',
  ]);
});

test('a nightly version is stored as what differs from the one before, and its section is the same as it was', async () => {
  await publish(NOW, { as: 'preliminary' });
  await restate(warehouse, RUN, later);
  await publish(LATER, { as: 'preliminary' });
  await restate(warehouse, RUN, `UPDATE raw_daily.series SET opened = 95 WHERE id = 1`);
  await publish(new Date(LATER.getTime() + 60_000), { as: 'preliminary' });
  await publish(new Date(LATER.getTime() + 120_000), { as: 'final' });
  const stored = await warehouse.sql.query<{ length: number; is_change: boolean }>(
    `SELECT length(section) AS length, section LIKE '{"schema":"section_change/1"%' AS is_change
       FROM report.release ORDER BY version`,
  );
  expect(stored.map(({ is_change }) => is_change)).toEqual([false, true, true, false]);
  const [first, second, third] = stored.map(({ length }) => Number(length));
  expect(Math.max(second!, third!)).toBeLessThan(first! * 0.8);
  const sections = [await released(1), await released(2), await released(3), await released(4)];
  expect(sections.map(totals)).toEqual([40, 90, 95, 95].map((opened) => [400, opened, 2]));
  const { days, by_campaign, cards, heading } = sections[3]!;
  expect(sections[2]).toMatchObject({ days, by_campaign, cards, heading, status: { state: 'preliminary' } });
  // Each stands on the one before: what is changed in the first is found in the third.
  await warehouse.sql.query(
    `UPDATE report.release SET section = replace(section, '"heading":"Real', '"heading":"Unreal') WHERE version = 1`,
  );
  await expect(released(3)).rejects.toThrow('Release 3 of 2026-03 is not what was published.');
});

test('what was published cannot be changed unnoticed, and a release that is not there is refused by name', async () => {
  await publish(NOW);
  await warehouse.sql.query(`UPDATE report.release_value SET sent = sent + 1 WHERE breakdown = 'region'`);
  await expect(released(1)).rejects.toThrow('Release 1 of 2026-03 is not what was published.');
  await expect(released(7)).rejects.toMatchObject({ kind: 'config', details: { hint: 'Its releases: 1.' } });
});

test('of two who publish at once one makes the version; who dies before the commit leaves nothing', async () => {
  const dead = publish(NOW, {
    probe: () => {
      throw new Error('killed');
    },
  });
  await expect(dead).rejects.toThrow('killed');
  expect(await listReleases(warehouse.sql)).toEqual([]);
  const both = await Promise.all([
    publishSmallMonth({ sql: warehouse.another() }, NOW),
    publishSmallMonth({ sql: warehouse.another() }, NOW),
  ]);
  expect(both.map(({ isNew }) => isNew).toSorted()).toEqual([false, true]);
  const live = await loadSection(warehouse.sql, {
    month: '2026-03',
    project: { name: 'Outreach', timezone: 'America/Chicago' },
    closeAfter: '8d',
    now: NOW,
  });
  expect(totals(await released(1))).toEqual(totals(live));
});

test('a month with missing days is final only with a reason, which its release keeps', async () => {
  await expect(publish(NOW, { missingDays: 'hold' })).rejects.toMatchObject({
    kind: 'expectation',
    message: expect.stringMatching(/^2026-03 cannot be final: braze lacks 2026-03-03, .* and 24 more days\.$/),
    details: { hint: expect.stringContaining('--incomplete') },
  });
  const { release } = await publish(NOW, { missingDays: 'hold', incomplete: 'the vendor lost them' });
  expect(release).toMatchObject({
    state: 'final',
    causes: [{ kind: 'incomplete', id: 'the vendor lost them', sources: [expect.stringContaining('braze lacks')] }],
  });
  const section = await released(1);
  expect(section.status).toMatchObject({ state: 'final', is_held: false });
  expect(section.notes[0]).toMatchObject({
    title: 'Incomplete',
    text: expect.stringContaining('the vendor lost them'),
  });
  expect(renderHtml(section)).toContain('the vendor lost them');
});

test('the other day of a type moves no figure, and a version after one that knew nothing of it names it', async () => {
  await publish(NOW);
  const facts = factsFrom(
    `${FACTS}  also: [{ from: daily.series, responses: { answered: { from: answered, basis: send_day } } }]\n`,
  );
  const build = () => buildMarts(warehouse.sql, facts, { metadataSchema: 'tributary', now: NOW, rebuildAll: true });
  await build();
  expect(
    await warehouse.sql.query(
      `SELECT sum(responded)::int AS n FROM report.response_monthly WHERE response_type = 'answered'`,
    ),
  ).toEqual([{ n: 4 }]);
  expect(await publish(LATER, { facts })).toMatchObject({ isNew: false, release: { version: 1 } });

  await warehouse.sql.query(later);
  await build();
  const { release, moves } = await publish(LATER, { facts });
  expect(release).toMatchObject({ version: 2, state: 'restated' });
  expect(release.causes.map(({ kind, id }) => [kind, id])).toEqual([
    ['definition', 'daily.series'],
    ['definition', 'responses by type'],
  ]);
  expect(new Set(moves.map(({ figure }) => figure))).toEqual(new Set(['opened']));
});

test('a version names a run that had committed before the version before, whose marts were built after it', async () => {
  await commit(warehouse, RUN, later);
  expect(await publish(new Date())).toMatchObject({ isNew: true, release: { version: 1 } });
  await build(warehouse);
  expect((await publish(new Date())).release).toMatchObject({
    version: 2,
    causes: [{ kind: 'run', id: RUN, connection: 'daily' }],
  });
});

test('a version names a run whose checkpoint began before the version before was built, and committed after it', async () => {
  await warehouse.another().transaction(async (checkpoint) => {
    await commit({ sql: checkpoint }, RUN, later);
    await restate(
      warehouse,
      '00000000-0000-4000-8000-00000000000b',
      'UPDATE raw_daily.series SET sent = 301 WHERE id = 2',
    );
    expect(await publish(new Date())).toMatchObject({ isNew: true, release: { version: 1 } });
  });
  await build(warehouse);
  expect((await publish(new Date())).release).toMatchObject({
    version: 2,
    causes: [{ kind: 'run', id: RUN, connection: 'daily', sources: ['out/late.csv'] }],
  });
});

test('what is hidden is decided again only where a figure moved, or by what else it would be decided', async () => {
  const points: string[] = [];
  const decided = async (threshold: number) => {
    points.length = 0;
    const suppression = { threshold, dimensions: ['region', 'segment'] };
    const found = await publish(LATER, { suppression, probe: (point: string) => points.push(point) });
    return { ...found, isDecided: points.includes('release_before_hiding') };
  };
  expect(await decided(11)).toMatchObject({ isDecided: true, isNew: true });
  expect(await decided(11)).toMatchObject({ isDecided: false, isNew: false, release: { version: 1 } });
  expect(await decided(1_000)).toMatchObject({ isDecided: true, isNew: false });
  await restate(warehouse, RUN, later);
  const { release, ...moved } = await decided(1_000);
  expect(moved).toMatchObject({ isDecided: true, isNew: true });
  expect(release.causes.map(({ id }) => id)).toEqual(['small counts', RUN]);
  expect(await decided(1_000)).toMatchObject({ isDecided: false, isNew: false, release: { version: 2 } });
  // By another suppressor, which may have left something open.
  await warehouse.sql.query(
    `UPDATE report.release SET definitions = replace(definitions, 'suppressor 1', 'suppressor 0')`,
  );
  expect(await decided(1_000)).toMatchObject({ isDecided: true, isNew: false });
  // A release of before knows nothing of it, and is held against what is decided now.
  await warehouse.sql.query(`UPDATE report.release SET definitions = '{}', built_at = NULL`);
  expect(await decided(1_000)).toMatchObject({ isDecided: true, isNew: false });
});
