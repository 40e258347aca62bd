import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { loadConfiguration } from '../../core/app/configuration.js';
import { eraseMember } from '../../core/app/erasure.js';
import { openInstallation } from '../../core/app/installation.js';
import { openStore } from '../../core/persistence/index.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

let project: Project;
const env = { MEMBER_KEY: 'member-key-number-one-0001' };

beforeAll(async () => {
  project =
    await newProject(`  outbox: { connector: files, config: { local: true, folder: out, state_folder: state, format: csv } }
keys: { member_key: "\${env:MEMBER_KEY}" }
sources:
  exports:
    connector: local
    config:
      files: [ { stream: sends, path: ./data/*.csv, format: csv, primary_key: [id], columns: { date: date, sent: integer } } ]
  lists: { connector: local, config: { files: [ { stream: members, path: ./lists/*.csv, format: csv, primary_key: [member, day] } ] } }
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { sends: {} }
    error_budget: { records: 100%, or: 100 }
    expect: { sends: [ { set: { channel: [email] } } ] }
    protect: { sends: { member: { tokenize: member_key } } }
  lists:
    source: lists
    destination: warehouse
    schema: lists
    streams: { members: { phi: true } }
    error_budget: { records: 100%, or: 100 }
    map: { members: [ { trim: [member] }, { cast: { age: integer } } ] }
    protect: { members: { member: { tokenize: member_key }, email: { encrypt: member_key }, plan: keep, age: keep, day: keep } }
  delivery:
    source: lists
    destination: outbox
    streams: { members: {} }
    protect: { members: { member: { tokenize: member_key }, email: drop } }
report:
  destination: warehouse
  facts:
    - from: daily.sends
      as: { date: date, campaign_id: campaign, channel: channel, sent: sent }
`);
  await project.write(
    'data/1.csv',
    'id,date,campaign,channel,member,sent\n1,2026-03-01,spring,email,ann,1\n2,2026-03-01,spring,email,bob,1\n3,2026-03-02,spring,email,ann,1\n4,2026-03-02,spring,fax,ann,1\n5,2026-03-02,spring,fax,bob,1\n',
  );
  await project.write(
    'lists/1.csv',
    'member,day,email,plan,age\nann,2026-03-01,ann@example.org,gold,41\nann,2026-03-02,ann@example.org,gold,41\nbob,2026-03-01,bob@example.org,gold,50\n ann ,2026-03-03,ann@example.org,gold,old\nbob,2026-03-03,bob@example.org,gold,old\n',
  );
  await project.run(['sync', 'daily'], { env });
  expect(await project.run(['sync', 'lists'], { env })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

test('a member is erased from table and quarantine, the marts follow, and the audit log has no token', async () => {
  const [{ token }] = await project.rows(`SELECT member AS token FROM raw.sends WHERE id = '1'`);
  const erase = (...more: string[]) => project.data(['erase', '--member', token, ...more], { env });
  const counts = { connection: 'daily', stream: 'sends', table: 'raw.sends', rows: 2, quarantined: 1, sealed: 0 };
  // The second is under a seal, which the member's value opens.
  const listed = { connection: 'lists', stream: 'members', table: 'lists.members', rows: 2, quarantined: 1, sealed: 0 };
  const found = {
    anonymised: false,
    tokens: 1,
    crosswalk: 0,
    streams: [counts, listed],
    unreached: [{ connection: 'delivery', stream: 'members', destination: 'outbox' }],
    unsearched: [],
  };
  expect(await erase('--dry-run')).toEqual({ applied: false, ...found });
  expect(await project.rows('SELECT count(*)::int AS n FROM raw.sends')).toEqual([{ n: 3 }]);
  expect((await project.run(['erase', '--member', token], { env })).code).toBe(3);

  // What a killed `verify` has left is a copy of the tables.
  await project.rows('CREATE SCHEMA tributary_verify_daily');
  await project.rows('CREATE TABLE tributary_verify_daily.sends AS SELECT * FROM raw.sends');
  const { stderr, stdout } = await project.run(['erase', '--member', token, '--yes', '--json'], { env });
  expect(await project.rows(`SELECT 1 FROM pg_namespace WHERE nspname LIKE 'tributary_verify%'`)).toEqual([]);
  expect(JSON.parse(stdout).data).toEqual({ applied: true, ...found });
  expect(stderr).toMatch(/not reached: the source.* backups.* Time Travel/);
  expect(stderr).toContain('not reached: what delivery.members has delivered to "outbox"');
  expect(await project.rows('SELECT id FROM raw.sends')).toEqual([{ id: '2' }]);
  expect(await project.rows('SELECT count(*)::int AS n FROM tributary.quarantine')).toEqual([{ n: 2 }]);
  expect(await project.rows('SELECT day::text FROM lists.members')).toEqual([{ day: '2026-03-01' }]);
  expect(await project.rows(`SELECT date::text AS day, sent::int FROM report.campaign_daily`)).toEqual([
    { day: '2026-03-01', sent: 1 },
  ]);
  const log = (await project.run(['audit', 'list', '--json'], { env })).stdout;
  expect(log).toContain('erase.done');
  expect(log).not.toContain(token);
});

test('an id in place of its token is told as such, with the way to the token, and nothing is begun', async () => {
  const { code, stdout, stderr } = await project.run(['erase', '--member', 'bob', '--yes'], { env });
  expect({ code, stdout }).toEqual({ code: 3, stdout: expect.stringMatching(/nothing was changed\n$/) });
  expect(stderr).toContain('nothing was found');
  expect(stderr).toContain('`tributary keys token CONNECTION STREAM COLUMN`');
  const gone = await project.run(['erase', '--member', `tok_1_${'x'.repeat(43)}`, '--dry-run'], { env });
  expect(gone).toMatchObject({ code: 0, stderr: expect.stringContaining('was erased before, or was never there') });
  const rows = await project.rows('SELECT member FROM lists.members');
  expect(await project.data(['keys', 'token', 'lists', 'members', 'member', 'bob'], { env })).toEqual([rows[0].member]);
  const refused = await project.run(['keys', 'token', 'lists', 'members', 'email', 'x'], { env });
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('Of its columns these are: member.') });
  const log = (await project.run(['audit', 'list', '--json'], { env })).stdout;
  expect(log).toContain('lists members member');
  expect(log).not.toContain('bob');
});

test('anonymised, the rows stay those of one unknown member, and figures as they were', async () => {
  const figures = () => project.rows('SELECT date, sent::int FROM report.campaign_daily ORDER BY 1');
  const [{ token }] = await project.rows('SELECT member AS token FROM lists.members');
  const before = await figures();
  const { streams } = await project.data(['erase', '--member', token, '--anonymise', '--yes'], { env });
  expect(streams.map(({ rows }: any) => rows)).toEqual([1, 1]);
  expect(await figures()).toEqual(before);
  expect(await project.rows('SELECT member, email, plan, age::int FROM lists.members')).toEqual([
    { member: expect.stringMatching(/^erased_/), email: null, plan: 'gold', age: 50 },
  ]);
  expect(await project.rows(`SELECT count(*)::int AS n FROM raw.sends WHERE member LIKE 'erased%'`)).toEqual([
    { n: 1 },
  ]);
  expect(await project.rows('SELECT count(*)::int AS n FROM tributary.quarantine')).toEqual([{ n: 0 }]);
});

test('a token of before a rotation finds the rows of after it, and the crosswalk forgets it', async () => {
  await project.write('data/2.csv', 'id,date,campaign,channel,member,sent\n9,2026-03-09,spring,email,eve,1\n');
  await project.run(['sync', 'daily'], { env });
  const [{ token }] = await project.rows(`SELECT member AS token FROM raw.sends WHERE id = '9'`);
  await project.configure(
    (await readFile(project.config, 'utf8'))
      .replace(/^[^]*?(?= {2}outbox)/, '')
      .replace('sources:', 'former_keys: { member_key: { 1: "${env:MEMBER_KEY}" } }\nsources:')
      .replace('keys: { member_key: "${env:MEMBER_KEY}" }', 'keys: { member_key: "${env:NEW_KEY}" }'),
  );
  const rotatedEnv = { ...env, NEW_KEY: 'member-key-number-two-0002' };
  await project.data(['keys', 'rotate-tokens', 'member_key', '--yes'], { env: rotatedEnv });
  const erasure = await project.data(['erase', '--member', token, '--yes'], { env: rotatedEnv });
  expect(erasure).toMatchObject({ tokens: 2, crosswalk: 1, streams: [{ rows: 1 }, { rows: 0 }] });
  expect(await project.rows(`SELECT count(*)::int AS n FROM tributary.token_crosswalk WHERE old = '${token}'`)).toEqual(
    [{ n: 0 }],
  );
});

test('rows that a run brings after they were counted go too', async () => {
  process.env['NEW_KEY'] = 'member-key-number-two-0002';
  const loaded = { ...process.env, ...env, WAREHOUSE_URL: project.warehouseUrl };
  const installation = openInstallation(await loadConfiguration(project.config, loaded), () => undefined);
  try {
    const store = await installation.store();
    // Asked for between the counting and the fence.
    let isThere = false;
    const list: typeof store.backfills.list = async (...args) => {
      if (!isThere)
        await project.rows(
          `INSERT INTO raw.sends SELECT (jsonb_populate_record(t, '{"id": 99, "member": "tok_2_late"}')).* FROM raw.sends t LIMIT 1`,
        );
      isThere = true;
      return store.backfills.list(...args);
    };
    const late = { ...installation, store: async () => ({ ...store, backfills: { ...store.backfills, list } }) };
    const wish = { token: 'tok_2_late', how: 'delete', on: () => undefined, note: () => undefined } as const;
    const { streams } = await eraseMember(late, { ...wish, signal: new AbortController().signal });
    expect(streams.find(({ stream }) => stream === 'sends')).toMatchObject({ rows: 1 });
    expect(await project.rows(`SELECT 1 FROM raw.sends WHERE id = 99`)).toEqual([]);
  } finally {
    await installation.close();
  }
});

test('while a run, a backfill or a verification of a connection goes on, nothing of it is erased', async () => {
  const store = await openStore(project.storeUrl);
  try {
    const [days] = [{ from: '2026-03-01', to: '2026-03-02' }];
    const backfill = { id: randomUUID(), connection: 'daily', ...days, parts: [{ ...days, id: randomUUID() }] };
    await store.backfills.add(backfill);
    const rotatedEnv = { ...env, NEW_KEY: 'member-key-number-two-0002' };
    const erase = () => project.run(['erase', '--member', `tok_1_${'x'.repeat(43)}`, '--yes'], { env: rotatedEnv });
    expect(await erase()).toMatchObject({ code: 8, stderr: expect.stringContaining('backfill') });
    await store.backfills.cancel(backfill.id);
    const run = { id: randomUUID(), connection: 'lists', trigger: 'manual', startedAt: new Date().toISOString() };
    await store.runs.begin(run);
    expect(await erase()).toMatchObject({ code: 8 });
    await store.runs.interrupt(run.id);
    const release = await store.locks.take('verify lists');
    expect(await erase()).toMatchObject({ code: 8, stderr: expect.stringContaining('being verified') });
    await release!();
    // What was begun and is not whole is written down too, with where it ended.
    const audited: any[] = await project.data(['audit', 'list'], { env: rotatedEnv });
    const ends = audited.filter(({ action }) => action === 'erase.done').map(({ detail }) => detail);
    const begun = ends.filter(({ interrupted_at: at }) => at !== null);
    expect(begun.map(({ interrupted_at: at }) => at).toSorted()).toEqual(['daily', 'lists', 'lists']);
    expect(begun.find(({ interrupted_at: at }) => at === 'lists')).toMatchObject({ rows: { 'daily.sends': 0 } });
    expect(await erase()).toMatchObject({ code: 0 });
  } finally {
    await store.close();
  }
});
