import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

const CONFIG = `sources:
  exports:
    connector: local
    config:
      files:
        - { stream: engagement, path: ./engagement.csv, format: csv, primary_key: [id] }
        - { stream: members, path: ./members.csv, format: csv, primary_key: [member] }
connections:
  daily: { source: exports, destination: warehouse, schema: raw, streams: { engagement: {}, members: {} } }
report:
  destination: warehouse
  facts:
    - from: daily.engagement
      join: { members: { member: member } }
      as:
        date: day
        campaign_id: { const: spring }
        is_control: { where: { members.arm: control } }
        sent: sent
`;

let project: Project;

beforeAll(async () => {
  project = await newProject(CONFIG);
  await project.write('engagement.csv', 'id,day,member,sent\n1,2026-03-01,a,10\n2,2026-03-01,b,20\n');
  await project.write('members.csv', 'member,arm\na,treated\nb,control\n');
});
afterAll(async () => {
  await project.remove();
  await stopTestServer();
});

test('a fact that cannot tell its control group yet has no rows, and the sync says what it waits for', async () => {
  const first = await project.run(['sync', 'daily', '--stream', 'engagement']);
  expect({ code: first.code, stderr: first.stderr }).toEqual({
    code: 0,
    stderr: 'fact daily.engagement has no rows until members is synced too: run `tributary sync daily`\n',
  });
  expect(await project.rows('SELECT * FROM report.campaign_daily')).toEqual([]);

  expect((await project.run(['sync', 'daily'])).stderr).toBe('');
  expect(await project.rows('SELECT is_control, sent FROM report.campaign_daily ORDER BY 1')).toEqual([
    { is_control: false, sent: '10' },
    { is_control: true, sent: '20' },
  ]);
});
