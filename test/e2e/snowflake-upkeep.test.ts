import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultApiKey, startBrazeSimulator, type BrazeSimulator } from '../simulators/braze/server.js';
import { defaultUser, startSnowflakeSimulator, type SnowflakeSimulator } from '../simulators/snowflake/server.js';
import { runCli } from '../support/cli.js';
import { parseByForeignGrammars } from '../support/snowflake-grammar.js';
import { connectSnowflake, type SnowflakeSession } from '../support/snowflake.js';
import { stopTestServer, testDatabase, type TestDatabase } from '../support/postgres.js';

/** What keeps a warehouse right over the years, in Snowflake: `verify`, retention, `erase`. */

const DAYS = ['--from', '2026-10-05', '--to', '2026-10-25'];

let folder: string;
let store: TestDatabase;
let account: SnowflakeSimulator;
let braze: BrazeSimulator;
let warehouse: SnowflakeSession;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-upkeep-'));
  store = await testDatabase();
  account = await startSnowflakeSimulator();
  braze = await startBrazeSimulator({
    now: '2026-10-27T15:00:00Z',
    start: '2026-10-01',
    campaigns: 3,
    keys: [defaultApiKey],
  });
  await writeFile(
    join(folder, 'tributary.yaml'),
    `version: 1
project: { name: upkeep, timezone: America/Chicago }
store: ${store.url}
keys: { member_key: '\${env:MEMBER_KEY}' }
#former
destinations:
  warehouse: { connector: snowflake, config: { account: ${account.account}, endpoint: '${account.url}', username: ${defaultUser.name}, password: '\${env:PASSWORD}', warehouse: LOADING, database: ANALYTICS } }
sources:
  braze:
    connector: braze
    config: { endpoint: ${braze.url}, api_key: ${defaultApiKey.key}, start_date: 2026-10-01, time_zone: America/Chicago }
  lists: { connector: local, config: { files: [ { stream: members, path: ./lists/*.csv, format: csv, primary_key: [member, day], columns: { day: date, sent: integer } }, { stream: visits, path: ./visits.csv, format: csv, primary_key: [id], columns: { day: date, sent: integer } } ] } }
connections:
  visits: { source: lists, destination: warehouse, schema: visits, streams: { visits: { retention: { by: day, keep: 60d } } } }
  lists:
    source: lists
    destination: warehouse
    schema: lists
    streams: { members: { phi: true } }
    error_budget: { records: 100%, or: 100 }
    protect: { members: { member: { tokenize: member_key }, email: { encrypt: member_key }, day: keep, sent: keep } }
  daily:
    source: braze
    destination: warehouse
    schema: raw
    streams: { campaign_data_series: { lookback: 1d } }
report:
  destination: warehouse
  facts:
    - from: daily.campaign_data_series
      as: { date: time, campaign_id: campaign_id, channel: channel, sent: sent, revenue: revenue }
    - from: visits.visits
      as: { date: day, campaign_id: campaign, sent: sent }
`,
  );
  await mkdir(join(folder, 'lists'));
  await writeFile(
    join(folder, 'lists/1.csv'),
    `member,day,email,sent\n${['ann', 'bob', 'eve'].map((name, at) => `${name},2026-0${at + 7}-01,${name}@example.org,1\n`).join('')}ann,2026-10-20,ann@example.org,1\nann,2026-10-21,ann@example.org,many\n`,
  );
  const today = new Date().toISOString().slice(0, 10);
  await writeFile(
    join(folder, 'visits.csv'),
    `id,day,campaign,sent\n1,2020-01-15,spring,5\n2,2020-02-16,spring,7\n3,${today},spring,9\n`,
  );
  await run(['sync', 'visits']);
  await run(['sync', 'lists'], [0, 7]);
  await run(['sync', 'daily']);
  warehouse = await connectSnowflake(account);
});
afterAll(async () => {
  await warehouse.close();
  // Whatever these verbs have sent is Snowflake's grammar, not only the double's. Of long chains one foreign parser gives up.
  const isLong = (sql: string) => sql.split('DISTINCT FROM').length > 20;
  for (const sql of new Set(account.statements.map((statement) => statement.sql)))
    if (!isLong(sql)) parseByForeignGrammars(sql);
  await account.close();
  await braze.close();
  await store.drop();
  await rm(folder, { recursive: true, force: true });
  await stopTestServer();
});

async function run(args: readonly string[], codes: readonly number[] = [0], key = 'member-key-number-one-0001') {
  const env = {
    MEMBER_KEY: key,
    FORMER_KEY: 'member-key-number-one-0001',
    PASSWORD: String(defaultUser.password),
    TRIBUTARY_HOME: join(folder, 'home'),
  };
  const end = await runCli([...args, '--json', '--config', join(folder, 'tributary.yaml')], { env });
  if (!codes.includes(end.code ?? -1)) throw new Error(`exit code ${end.code}: ${end.stdout}${end.stderr}`);
  return { ...end, data: end.stdout === '' ? undefined : JSON.parse(end.stdout).data };
}

test('verify finds by day and campaign what somebody changed, and repairs it', async () => {
  const rows = await warehouse.values(
    `SELECT campaign_id, TO_CHAR(time), variation_id FROM raw.campaign_data_series WHERE time BETWEEN '2026-10-05' AND '2026-10-25' AND sent > 0
      ORDER BY time, campaign_id, variation_id, channel`,
  );
  const [first, second, third] = [rows[0], rows[Math.floor(rows.length / 2)], rows.at(-1)];
  const at = ([campaign, day, variant]: (string | null)[] = []) =>
    `campaign_id = '${campaign}' AND time = '${day}' AND variation_id = '${variant}'`;
  const figures = () =>
    warehouse.values('SELECT date, campaign_id, channel, sent, revenue FROM report.campaign_daily ORDER BY 1, 2, 3');
  const right = await figures();
  await warehouse.run(`UPDATE raw.campaign_data_series SET sent = sent + 5 WHERE ${at(first)}`);
  await warehouse.run(`DELETE FROM raw.campaign_data_series WHERE ${at(second)}`);
  await warehouse.run(`UPDATE raw.campaign_data_series SET campaign_id = 'made-up' WHERE ${at(third)}`);

  const before = account.statements.length;
  const found = await run(['verify', 'daily', ...DAYS], [9]);
  // No Fail-safe keeps what it reads for a week.
  const made = account.statements.slice(before).flatMap(({ sql }) => /^CREATE .*SCHEMA .*/.exec(sql) ?? []);
  expect(made).toEqual(['CREATE TRANSIENT SCHEMA "TRIBUTARY_VERIFY_DAILY"']);
  for (const sql of made) parseByForeignGrammars(sql);
  expect(found.data.streams).toMatchObject([{ by: { day: 'time', campaign: 'campaign_id' }, missing: 2, extra: 1 }]);
  const sent = found.data.streams[0].differences.find(
    ({ day, campaign, column }: any) => day === first![1] && campaign === first![0] && column === 'sent',
  );
  expect(Number(sent.warehouse) - Number(sent.source)).toBe(5);
  const repaired = await run(['verify', 'daily', ...DAYS, '--repair', '--yes']);
  expect(repaired.data).toMatchObject({ differs: false, repairs: [{ deletes: 1 }] });
  expect(await figures()).toEqual(right);
  expect(
    await warehouse.values(`SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE '%VERIFY%'`),
  ).toEqual([]);
});

test('old rows go, and figures stay, also when all are built anew', async () => {
  const figures = () =>
    warehouse.values(`SELECT month, sent FROM report.campaign_monthly WHERE fact = 'visits.visits' ORDER BY 1`);
  const before = await figures();
  expect((await run(['retention', 'visits', '--yes'])).data).toMatchObject({ streams: [{ rows: 2, undated: 0 }] });
  expect(await warehouse.values('SELECT id FROM visits.visits')).toEqual([['3']]);
  await warehouse.run(`UPDATE report.fact SET hash = 'another' WHERE fact = 'visits.visits'`);
  await run(['sync', 'visits', '--full-refresh']);
  expect(await figures()).toEqual(before);
  expect(before.length).toBe(3);
});

test('tokens are brought to a new key, and a member is anonymised and erased, by an older token too', async () => {
  const members = () => warehouse.values('SELECT member, email, day FROM lists.members ORDER BY day');
  const config = join(folder, 'tributary.yaml');
  const [[old] = []] = await members();
  await writeFile(
    config,
    (await readFile(config, 'utf8')).replace('#former', "former_keys: { member_key: { 1: '${env:FORMER_KEY}' } }"),
  );
  const next = (...args: string[]) => run([...args, '--yes'], [0], 'member-key-number-two-0002');
  expect((await next('keys', 'rotate-tokens', 'member_key')).data).toMatchObject({ columns: [{ tokens: 3, rows: 4 }] });
  const rotated = await members();
  expect(rotated.map(([member]) => member!.slice(0, 6))).toEqual(['tok_2_', 'tok_2_', 'tok_2_', 'tok_2_']);

  const eve = await next('erase', '--member', rotated[2]![0]!, '--anonymise');
  expect(eve.data).toMatchObject({ tokens: 2, crosswalk: 1, streams: [{ rows: 1, quarantined: 0, sealed: 0 }] });
  expect((await members())[2]).toEqual([expect.stringMatching(/^erased_/), null, expect.any(String)]);
  const ann = await next('erase', '--member', old!);
  expect(ann.data).toMatchObject({ tokens: 2, crosswalk: 1, streams: [{ rows: 2, quarantined: 1, sealed: 0 }] });
  expect((await members()).length).toBe(2);
  expect(await warehouse.values('SELECT COUNT(*) FROM tributary.quarantine_lists')).toEqual([['0']]);
  expect(
    await warehouse.values(
      "SELECT SUM(inserted) - SUM(deleted), SUM(updated) FROM tributary.ledger WHERE stream = 'members'",
    ),
  ).toEqual([['2', '1']]);
});
