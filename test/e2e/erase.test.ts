import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

let project: Project;
const env = { MEMBER_KEY: 'member-key-number-one-0001' };

beforeAll(async () => {
  project = await newProject(`keys: { member_key: "\${env:MEMBER_KEY}" }
sources:
  exports:
    connector: local
    config:
      files: [ { stream: sends, path: ./data/*.csv, format: csv, primary_key: [id], columns: { date: date, sent: integer } } ]
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { sends: {} }
    error_budget: { records: 100%, or: 100 }
    expect: { sends: [ { set: { channel: [email] } } ] }
    protect: { sends: { member: { tokenize: member_key } } }
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
  await project.run(['sync', 'daily'], { env });
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

test('a member is erased from table and quarantine, the marts follow, and the audit log has no token', async () => {
  const [{ token }] = await project.rows(`SELECT member AS token FROM raw.sends WHERE id = '1'`);
  const erase = (...more: string[]) => project.data(['erase', '--member', token, ...more], { env });
  const counts = { connection: 'daily', stream: 'sends', table: 'raw.sends', rows: 2, quarantined: 1, sealed: 0 };
  expect(await erase('--dry-run')).toEqual({ applied: false, streams: [counts] });
  expect(await project.rows('SELECT count(*)::int AS n FROM raw.sends')).toEqual([{ n: 3 }]);
  expect((await project.run(['erase', '--member', token], { env })).code).toBe(3);

  const { stderr, stdout } = await project.run(['erase', '--member', token, '--yes', '--json'], { env });
  expect(JSON.parse(stdout).data).toEqual({ applied: true, streams: [counts] });
  expect(stderr).toContain('not reached: the source');
  expect(await project.rows('SELECT id FROM raw.sends')).toEqual([{ id: '2' }]);
  expect(await project.rows('SELECT count(*)::int AS n FROM tributary.quarantine')).toEqual([{ n: 1 }]);
  expect(await project.rows(`SELECT date::text AS day, sent::int FROM report.campaign_daily`)).toEqual([
    { day: '2026-03-01', sent: 1 },
  ]);
  const log = (await project.run(['audit', 'list', '--json'], { env })).stdout;
  expect(log).toContain('erase.done');
  expect(log).not.toContain(token);
});
