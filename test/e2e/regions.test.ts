import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { join } from 'node:path';
// Before the host: jest does not let nest-winston require a module that is being imported.
import '../../core/api/index.js';
import { loadConfiguration } from '../../core/app/configuration.js';
import { openInstallation, type Installation } from '../../core/app/installation.js';
import type { Host } from '../../core/app/main.js';
import { ask, type Answer } from '../support/host.js';
import { stopTestServer } from '../support/postgres.js';
import { newProject, type Project } from './project.js';

/** Who may see one region, in all that a host answers. */

const CONFIG = `access: { public_url: "http://localhost:8080" }
sources: { exports: { connector: local, config: { files: [ { stream: days, path: ./data/*.csv, format: csv, columns: { date: date, sent: integer, opened: integer } } ] } } }
connections: { daily: { source: exports, destination: warehouse, schema: raw, streams: { days: {} } } }
report:
  destination: warehouse
  facts:
    - from: daily.days
      as: { date: date, campaign_id: campaign, channel: { const: email }, sent: sent, opened: opened }
      responses: { booked: { from: booked, primary: true } }
      dimensions: { region: region, segment: segment }
`;
/** Numbers that occur nowhere by chance. */
const ROWS = `date,campaign,region,segment,sent,opened,booked
2026-03-01,spring,South,a,111111,44441,3101
2026-03-01,spring,North,a,222223,88882,6203
2026-03-02,summer,East,b,333337,99991,7307
2026-04-01,spring,North,a,555557,11119,1103
`;
/** What tells of others: their names and numbers, and totals over all, with and without one's own. */
const OTHERS = /North|East|222223|333337|555560|666671|555557|88882|99991|188873|233314|6203|7307|13510|16611|summer/;

let project: Project;
let installation: Installation;
let host: Host;
let permissionOf: Readonly<Record<string, string>>;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  project = await newProject(CONFIG);
  await project.write('data/a.csv', ROWS);
  const env = { WAREHOUSE_URL: project.warehouseUrl, TRIBUTARY_HOME: join(project.folder, 'home') };
  await project.data(['sync', 'daily'], { env });
  const create = async (name: string, ...options: string[]) => {
    tokens[name] = (await project.data(['tokens', 'create', name, ...options], { env })).token;
  };
  await create('all', '--role', 'analyst');
  await create('viewer', '--role', 'viewer');
  await create('south', '--role', 'analyst', '--region', 'South');
  await create('two', '--role', 'analyst', '--region', 'South', '--region', 'North');
  installation = openInstallation(await loadConfiguration(project.config, env), () => undefined);
  const { startHost } = await import('../../core/app/main.js');
  host = await startHost(installation, { host: '127.0.0.1', port: 0, worker: 0 });
  permissionOf = Object.fromEntries(
    Object.entries<any>(JSON.parse((await as('viewer', '/api/openapi.json')).body).paths).flatMap(([path, item]) =>
      Object.entries<any>(item).map(([method, operation]) => [
        `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        operation['x-permission'],
      ]),
    ),
  );
});
afterAll(async () => {
  await host?.close();
  await installation?.close();
  await project?.remove();
  await stopTestServer();
});

const as = (name: string, path: string, method = 'GET'): Promise<Answer> =>
  ask(host.url + path, {
    method,
    headers: { authorization: `Bearer ${tokens[name]}`, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: '{}' }),
  });
const section = async (name: string): Promise<any> => JSON.parse((await as(name, '/api/report/2026-03')).body);

it('sees the rows of its region, and their sum as the total', async () => {
  const all = await section('all');
  expect(all.totals.sent).toBe(666671);
  const south = await section('south');
  const row = all.by_region.find(({ region }: any) => region === 'South');
  expect(row.sent).toBe(111111);
  expect(south.by_region).toEqual([row]);
  expect(south.by_region_segment.map(({ region }: any) => region)).toEqual(['South']);
  expect(south.totals).toEqual(Object.fromEntries(Object.keys(south.totals).map((name) => [name, row[name]])));
  expect(south.cards.find(({ key }: any) => key === 'sent')).toMatchObject({ value: 111111, previous_month: null });
  expect((await section('two')).totals).toMatchObject({ sent: 333334, responded: 9304 });
});

it('is told of no other region by any route, in any form', async () => {
  const tables: string[] = (await section('all')).tables.map(({ table }: any) => table);
  expect(tables).toContain('region_segment');
  const forms = ['html', 'json', 'csv', 'xlsx'];
  const asked = host.routes
    .filter((route) => permissionOf[route] === 'report:read')
    .map((route) => route.slice(4).replace(':month', '2026-03'))
    .flatMap((path) => (path.includes(':format') ? forms.map((form) => path.replace(':format', form)) : [path]))
    .map((path) => path.replace(':chart/:form', 'trend/svg'))
    .flatMap((path) => (path.includes(':table') ? tables.map((table) => path.replace(':table', table)) : [path]));
  expect(asked.length).toBeGreaterThan(4);
  let figures = 0;
  for (const path of asked) {
    const { status, body } = await as('south', path);
    expect({ path, status, others: OTHERS.exec(body)?.[0] }).toMatchObject({ path, others: undefined });
    expect({ path, isFault: status >= 500 }).toEqual({ path, isFault: false });
    if (/111,?111/.test(body)) figures += 1;
  }
  expect(figures).toBeGreaterThan(2);
});

it('is named in a review of access where no figure has it', async () => {
  const { reviewAccess } = await import('../../core/app/access-review.js');
  const { configuration } = installation;
  const grants = { west: { roles: ['analyst'], regions: ['South', 'Norht'] } };
  const settings = { ...configuration.settings, access: { ...configuration.settings.access, oidc: { grants } } } as any;
  const asked = Object.assign(Object.create(installation), {
    configuration: Object.assign(Object.create(configuration), { settings }),
  });
  const { groups, reviewed } = await reviewAccess(asked, new Date());
  expect(groups).toMatchObject([{ group: 'west', notes: ['no figure has its region "Norht"; did you mean "North"?'] }]);
  expect(reviewed.find(({ name }) => name === 'token:two')!.notes.join()).not.toContain('region');
});
it('may ask a table for its own regions only', async () => {
  const rows = async (name: string, search = '') => {
    const { status, body } = await as(name, `/api/report/2026-03/tables/region${search}`);
    return [status, (JSON.parse(body).rows ?? []).map(({ at, sent }: any) => `${at.region} ${sent}`)];
  };
  expect(await rows('south')).toEqual([200, ['South 111111']]);
  expect(await rows('two')).toEqual([200, ['South 111111', 'North 222223']]);
  expect(await rows('south', '?region=North')).toEqual([403, []]);
});

it('is refused by every route that is not of the report', async () => {
  for (const route of host.routes.filter((one) => !['report:read', 'self', undefined].includes(permissionOf[one]))) {
    const [method, path] = route.split(' ') as [string, string];
    const { status, body } = await as('south', path.replaceAll(/:\w+/g, 'daily'), method);
    expect({ route, status, others: OTHERS.exec(body)?.[0] }).toEqual({ route, status: 403, others: undefined });
  }
});

it.each([
  [
    ['--role', 'analyst', '--region', 'Suoth'],
    /No figure of the report has the region "Suoth"\.\n.*Did you mean "South"\?/,
  ],
  [['--role', 'operator', '--region', 'South'], /A token of a region sees the report and nothing else/],
  [['--role', 'analyst', '--region', 'South', '--connection', 'daily'], /A token of a region sees the report/],
])('is not given by %j', async (options, told) => {
  const { code, stderr } = await project.run(['tokens', 'create', 'wrong', ...options]);
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(told) });
});
