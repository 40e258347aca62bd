import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

let project: Project;

beforeEach(async () => {
  project = await newProject(`sources:
  exports:
    connector: local
    config:
      files:
        - { stream: engagement, path: ./data/*.csv, format: csv, primary_key: [id], columns: { date: date, sent: integer, clicked: integer } }
connections:
  daily:
    source: exports
    destination: warehouse
    schema: raw
    streams: { engagement: {} }
    map: { engagement: [ { where: 'channel != "test"' } ] }
    expect:
      engagement:
        - { compare: "clicked <= sent", severity: warn }
        - { unique: [date, campaign], severity: fail }
        - { volume: weekly_pattern }
report:
  destination: warehouse
  facts: [ { from: daily.engagement, as: { date: date, campaign_id: campaign, channel: { const: email }, sent: sent } } ]
`);
  await project.write(
    'data/1.csv',
    'id,date,campaign,channel,sent,clicked\n1,2026-03-01,spring,email,100,7\n2,2026-03-01,x,test,1,0\n',
  );
});
afterEach(() => project.remove());
afterAll(stopTestServer);

const days = () => project.rows(`SELECT date::text AS day, sent::int AS sent FROM report.campaign_daily ORDER BY date`);

test('a broken expectation on a stream as a whole ends a run with 9, and marts and releases wait until a run passes', async () => {
  const first = await project.run(['sync', 'daily']);
  expect({ code: first.code, days: await days() }).toEqual({ code: 0, days: [{ day: '2026-03-01', sent: 100 }] });
  expect(first.stdout).toContain('steps of engagement: map.where(channel != "test") 1');

  const released = await project.run(['report', 'publish', '--month', '2026-03', '--incomplete', 'a short file']);
  expect(released).toMatchObject({ code: 0 });

  await project.write(
    'data/2.csv',
    'id,date,campaign,channel,sent,clicked\n3,2026-03-02,spring,email,50,60\n4,2026-03-02,spring,email,50,1\n',
  );
  const { code, stderr } = await project.run(['sync', 'daily']);
  expect(code).toBe(9);
  expect(stderr).toContain('expectation of engagement: expect.compare(clicked <= sent) is broken (warn): 1 record');
  expect(stderr).toContain('breaks expect.unique(date, campaign): 1 rows repeat another one.');
  expect(await project.rows('SELECT id FROM raw.engagement')).toHaveLength(3);
  const status = await project.run(['status']);
  expect(status.stdout).toContain('daily: engagement: expect.unique(date, campaign) is broken (fail)');
  const [{ id }] = await project.data<any[]>(['runs', 'list', '--limit', '1']);
  expect((await project.data<any>(['runs', 'show', id])).streams.engagement.expectations).toEqual([
    { rule: 'expect.compare(clicked <= sent)', severity: 'warn', broken: 1 },
    { rule: 'expect.unique(date, campaign)', severity: 'fail', broken: 1, found: '1 rows repeat another one' },
    { rule: 'expect.volume(weekly_pattern)', severity: 'warn', broken: 0 },
  ]);

  // Whoever builds them: the marts stay as they are, nothing is released, and what was released is there.
  const build = await project.run(['report', 'build', '--month', '2026-03', '--out', 'out']);
  expect(build.stderr).toContain('the marts wait: the last run of "daily" broke an expectation');
  expect(build).toMatchObject({ code: 0 });
  expect(await days()).toEqual([{ day: '2026-03-01', sent: 100 }]);
  const publish = await project.run(['report', 'publish', '--month', '2026-03']);
  expect(publish.code).toBe(9);

  await project.write(
    'data/2.csv',
    'id,date,campaign,channel,sent,clicked\n3,2026-03-02,spring,email,50,6\n4,2026-03-02,fall,email,50,1\n',
  );
  expect((await project.run(['sync', 'daily'])).code).toBe(0);
  expect(await days()).toHaveLength(3);
});
