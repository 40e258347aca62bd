import { stopTestServer } from '../support/postgres.js';
import { scriptedApi, type ScriptedApi } from '../support/scripted-api.js';
import { newProject, type Project } from './project.js';

/** A table with the history of years, made by hand, is the stream's from now on: the report has its months, and nothing of it goes unasked. */

const RESULTS = [
  { id: 10, day: '2024-02-01', campaign: 'spring', member: 'ann', sent: 3 },
  { id: 11, day: '2024-02-02', campaign: 'spring', member: 'bob', sent: 4 },
];
const env = { MEMBER_KEY: 'member-key-number-one-0001' };

let api: ScriptedApi;
let project: Project;
const settings = (stream = 'adopt: true') => `keys: { member_key: "\${env:MEMBER_KEY}" }
sources:
  dashboard:
    connector: rest
    config:
      api:
        endpoint: ${api.url}
        streams:
          results:
            path: /results
            records: data
            primary_key: id
            cursor: { field: day, format: "%Y-%m-%d", start: "2024-01-01", from: from, to: to }
            fields: { id: integer, day: date, campaign: string, member: string, sent: integer }
      allow: [loopback]
connections:
  daily:
    source: dashboard
    destination: warehouse
    schema: raw
    streams: { results: { ${stream} } }
    protect: { results: { member: { tokenize: member_key } } }
report:
  destination: warehouse
  facts:
    - from: daily.results
      as: { date: day, campaign_id: campaign, channel: { const: email }, sent: sent }
`;
const months = () =>
  project.rows(`SELECT month::text, sum(sent)::int AS sent FROM report.campaign_monthly GROUP BY 1 ORDER BY 1`);
const data = (...args: string[]) => project.data(args, { env });

beforeAll(async () => {
  api = await scriptedApi(({ query }) => {
    const { from = '', to = '9' } = Object.fromEntries(query);
    return { body: { data: RESULTS.filter(({ day }) => day >= from && day <= to) } };
  });
  project = await newProject(settings(''));
  await project.rows(`CREATE SCHEMA raw`);
  await project.rows(
    `CREATE TABLE raw.results (row_number serial PRIMARY KEY, id bigint, day date NOT NULL, campaign text, member text, sent bigint, source text DEFAULT 'hand')`,
  );
  // The last one lies in a time that the source still has, and does not hold it any more.
  await project.rows(
    `INSERT INTO raw.results (id, day, campaign, sent) VALUES (1, '2023-01-10', 'winter', 100), (2, '2023-02-10', 'winter', 50), (3, '2024-02-02', 'spring', 7)`,
  );
});
afterAll(async () => {
  await project.remove();
  await api.close();
  await stopTestServer();
});

test('without a word it is refused; with it `check` shows what a sync would do, and does nothing', async () => {
  const refused = await project.run(['sync', 'daily'], { env });
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('give the stream `adopt: true`') });
  await project.configure(settings());
  const { code, stdout, stderr } = await project.run(['check', '--json'], { env });
  expect({ code, table: JSON.parse(stdout).data.at(-1) }).toEqual({
    code: 0,
    table: {
      kind: 'table',
      name: 'daily.results',
      ok: true,
      adoption: {
        table: 'raw.results',
        rows: 3,
        added: ['"_loaded_at" timestamp with time zone', '"_run_id" uuid'],
        kept: ['row_number', 'source'],
        index: 'CREATE UNIQUE INDEX ON "raw"."results" ("id")',
      },
    },
  });
  expect(stderr).toContain('table of "daily.results": a sync would adopt raw.results with its 3 rows; added: ');
  expect(await project.rows('SELECT * FROM raw.results LIMIT 1')).toEqual([
    expect.not.objectContaining({ _run_id: null }),
  ]);
});

test('the sync extends the series, the report has the months of before, and the audit log says who adopted it', async () => {
  const { code, stderr } = await project.run(['sync', 'daily'], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('adopted raw.results with its 3 rows') });
  expect(await months()).toEqual([
    { month: '2023-01-01', sent: 100 },
    { month: '2023-02-01', sent: 50 },
    { month: '2024-02-01', sent: 14 },
  ]);
  const adopted = (await data('audit', 'list')).filter(({ action }: any) => action === 'table.adopt');
  expect(adopted).toMatchObject([
    { object: 'daily.results', outcome: 'allowed', detail: { table: 'raw.results', rows: 3 } },
  ]);
  // Once is enough, and what is read again finds its rows.
  expect((await project.run(['sync', 'daily', '--full-refresh'], { env })).stderr).not.toContain('adopted');
  expect((await data('check')).at(-1)).toEqual({ kind: 'table', name: 'daily.results', ok: true });
  expect(await project.rows(`SELECT id::int, source FROM raw.results ORDER BY id`)).toEqual(
    [1, 2, 3, 10, 11].map((id) => ({ id, source: 'hand' })),
  );
});

test('rows of before are no difference to the source; a member is erased from them too; retention leaves them, unless told', async () => {
  expect(await data('verify', 'daily')).toMatchObject({ differs: false });
  await project.rows(`UPDATE raw.results SET member = (SELECT member FROM raw.results WHERE id = 10) WHERE id = 1`);
  const [{ token }] = await project.rows(`SELECT member AS token FROM raw.results WHERE id = 1`);
  expect(await data('erase', '--member', token, '--yes')).toMatchObject({ streams: [{ rows: 2 }] });
  const before = await months();
  await project.configure(settings('adopt: true, retention: { by: day, keep: 2mo }'));
  expect(await data('retention', '--yes')).toMatchObject({ applied: true, streams: [{ rows: 1, adopted: 2 }] });
  expect(await project.rows(`SELECT id::int FROM raw.results ORDER BY id`)).toEqual([{ id: 2 }, { id: 3 }]);
  await project.configure(settings('adopt: true, retention: { by: day, keep: 2mo, adopted: true }'));
  expect(await data('retention', '--yes')).toMatchObject({ streams: [{ rows: 2, adopted: 0 }] });
  expect(await project.rows(`SELECT id FROM raw.results`)).toEqual([]);
  expect(await months()).toEqual(before);
});
