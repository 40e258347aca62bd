import { loadConfiguration } from '../../core/app/configuration.js';
import { openInstallation } from '../../core/app/installation.js';
import { applyRetention, startRetention } from '../../core/app/stream-retention.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** Old rows go, and what the report says of their days and months stays as it was. */

let project: Project;
const TODAY = new Date().toISOString().slice(0, 10);

const settings = (region = '', by = 'day') => `sources:
  exports:
    connector: local
    config:
      files: [ { stream: sends, path: ./data/*.csv, format: csv, primary_key: [id], columns: { day: date, sent: integer } } ]
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    error_budget: { records: 100%, or: 100 }
    streams: { sends: { retention: { by: ${by}, keep: 2mo } } }
report:
  destination: warehouse
  facts:
    - from: daily.sends
      as: { date: day, campaign_id: campaign, channel: channel, sent: sent }
      dimensions: { ${region} }
`;
const figures = () =>
  project.rows(
    `SELECT date::text AS day, region, sent::int FROM report.campaign_daily UNION ALL
     SELECT month::text, region, sent::int FROM report.campaign_monthly ORDER BY 1, 2, 3`,
  );
const days = async () =>
  (await project.rows<{ day: string | null }>('SELECT day::text FROM raw.sends ORDER BY 1')).map(({ day }) => day);

beforeAll(async () => {
  project = await newProject(settings());
  await project.write(
    'data/1.csv',
    `id,day,campaign,channel,state,sent\n1,2020-01-15,spring,email,Ohio,5\n2,2020-01-16,spring,email,Ohio,7\n3,${TODAY},spring,email,Ohio,9\n4,,spring,email,Ohio,1\n6,2020-01-17,spring,email,Ohio,many\n7,${TODAY},spring,email,Ohio,many\n`,
  );
  await project.data(['sync', 'daily']);
  await project.rows(`UPDATE tributary.quarantine SET last_seen = '2020-01-17' WHERE record_key = '6'`);
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

test('rows that are too old are counted, and deleted when somebody says so; figures stay', async () => {
  const before = await figures();
  const dry = await project.data(['retention', '--dry-run']);
  const counted = {
    connection: 'daily',
    stream: 'sends',
    table: 'raw.sends',
    by: 'day',
    rows: 2,
    undated: 1,
    quarantined: 1,
  };
  expect(dry).toMatchObject({ applied: false, streams: [counted] });
  expect(await days()).toEqual(['2020-01-15', '2020-01-16', TODAY, null]);
  const inQuarantine = () => project.rows('SELECT record_key AS key FROM tributary.quarantine ORDER BY 1');
  expect(await inQuarantine()).toEqual([{ key: '6' }, { key: '7' }]);
  expect(await project.data(['retention', 'daily', '--yes'])).toMatchObject({ applied: true, streams: [counted] });
  expect(await days()).toEqual([TODAY, null]);
  expect(await inQuarantine()).toEqual([{ key: '7' }]);
  expect(await figures()).toEqual(before);
  expect(before.length).toBe(5);
  const { stdout } = await project.run(['audit', 'list', '--json']);
  const done = JSON.parse(stdout).data.find(({ action }: any) => action === 'retention.done');
  expect(done).toMatchObject({
    object: 'daily.sends',
    detail: { by: 'command line', column: 'day', rows: 2, quarantined: 1 },
  });
  // The ledger knows it, so that the next run balances; and what is gone is no difference to the files.
  expect((await project.run(['sync', 'daily', '--full-refresh'])).code).toBe(0);
  expect(await project.data(['verify', 'daily'])).toMatchObject({ differs: false });
});

test('neither what is read again nor another definition changes days that are kept, and a fact that goes leaves them', async () => {
  const old = async () => (await figures()).filter(({ day }) => day < '2021');
  const before = await old();
  await project.write('data/2.csv', 'id,day,campaign,channel,state,sent\n5,2020-01-15,spring,email,Ohio,100\n');
  await project.data(['sync', 'daily']);
  expect(await old()).toEqual(before);
  await project.configure(settings('region: state'));
  await project.data(['sync', 'daily', '--full-refresh']);
  expect(await old()).toEqual(before);
  expect((await figures()).filter(({ day }) => day >= '2021').map(({ region }) => region)).toEqual(['Ohio', 'Ohio']);
  await project.configure(settings('region: state').replace('- from:', '- name: renamed\n      from:'));
  await project.data(['sync', 'daily', '--full-refresh']);
  expect(await old()).toEqual(before);
});

test('a host deletes what is due, once a day or month', async () => {
  await project.configure(settings());
  const installation = openInstallation(
    await loadConfiguration(project.config, { ...process.env, WAREHOUSE_URL: project.warehouseUrl }),
    () => undefined,
  );
  try {
    await project.rows(`UPDATE raw.sends SET day = '2020-02-01' WHERE id = '4'`);
    const store = await installation.store();
    await store.retentions.note('daily', 'sends', '2020-02-01');
    let tell: (text: string) => void = () => undefined;
    const told = new Promise<string>((resolve) => (tell = resolve));
    const running = startRetention(installation, tell, 0);
    expect(await told).toMatch(/^retention: \d rows? of raw.sends before /);
    await running.close();
    expect(await days()).toEqual([TODAY]);
    const wish = { isDry: false, onlyDue: true, by: 'host', now: new Date(), on: () => undefined } as const;
    const signal = new AbortController().signal;
    expect(await applyRetention(installation, { ...wish, signal, note: () => undefined })).toEqual([]);
  } finally {
    await installation.close();
  }
});

test('a column by which no figure takes its days is refused, with what would be right', async () => {
  await project.configure(settings('', 'state'));
  expect(await project.run(['validate'])).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/retention\.by: must be "day", from which fact "daily\.sends" takes its days/),
  });
});
