import { defaultApiKey, routes, startBrazeSimulator, type BrazeSimulator } from '../../../simulators/braze/server.js';
import { ask, now } from './client.js';

/** As Braze's pages have it: what a path needs, and how many days a call may ask for. ID stands for a thing of that world. */
const ENDPOINTS: readonly (readonly [path: string, permission: string, query: string, longest?: number])[] = [
  ['/campaigns/list', 'campaigns.list', ''],
  ['/campaigns/details', 'campaigns.details', 'campaign_id=CAMPAIGN'],
  ['/campaigns/data_series', 'campaigns.data_series', 'campaign_id=CAMPAIGN&length=7', 100],
  ['/sends/data_series', 'sends.data_series', 'campaign_id=API_CAMPAIGN&send_id=send-2026-11-20&length=7', 100],
  ['/canvas/list', 'canvas.list', ''],
  ['/canvas/details', 'canvas.details', 'canvas_id=CANVAS'],
  ['/canvas/data_series', 'canvas.data_series', 'canvas_id=CANVAS&ending_at=2026-11-20T00:00:00Z&length=7', 14],
  ['/canvas/data_summary', 'canvas.data_summary', 'canvas_id=CANVAS&ending_at=2026-11-20T00:00:00Z&length=7', 14],
  ['/segments/list', 'segments.list', ''],
  ['/segments/data_series', 'segments.data_series', 'segment_id=SEGMENT&length=7', 100],
  ['/events/list', 'events.list', ''],
  ['/events/data_series', 'events.data_series', 'event=form_completed&length=7', 100],
  ['/kpi/dau/data_series', 'kpi.dau.data_series', 'length=7', 100],
  ['/kpi/mau/data_series', 'kpi.mau.data_series', 'length=7', 100],
  ['/kpi/new_users/data_series', 'kpi.new_users.data_series', 'length=7', 100],
  ['/kpi/uninstalls/data_series', 'kpi.uninstalls.data_series', 'length=7', 100],
  ['/sessions/data_series', 'sessions.data_series', 'length=7', 100],
  ['/purchases/product_list', 'purchases.product_list', ''],
  ['/purchases/quantity_series', 'purchases.quantity_series', 'length=7', 100],
  ['/purchases/revenue_series', 'purchases.revenue_series', 'length=7', 100],
];
/** The one that is no GET. */
const EXPORT = '/users/export/segment';
const LESS = 'less';

let simulator: BrazeSimulator;
beforeAll(async () => {
  simulator = await startBrazeSimulator({
    now,
    start: '2025-09-01',
    campaigns: 14,
    canvases: 5,
    keys: [defaultApiKey, ...['users.export.segment', ...ENDPOINTS.map(([, permission]) => permission)].map(lacking)],
  });
});
afterAll(() => simulator.close());

/** A key that may do all but one thing. */
const lacking = (permission: string) => ({
  name: `${LESS} ${permission}`,
  key: `${LESS}-${permission}`,
  scopes: defaultApiKey.scopes.filter((scope) => scope !== permission),
});

function addressed(query: string): string {
  const { world } = simulator;
  const at = Date.parse(now);
  const campaigns = world.campaignsAt(at);
  return query
    .replace('API_CAMPAIGN', campaigns.find(({ isApiCampaign }) => isApiCampaign)!.id)
    .replace('CAMPAIGN', campaigns[0]!.id)
    .replace('CANVAS', world.canvasesAt(at).find(({ entry }) => !entry.isDeleted)!.id)
    .replace('SEGMENT', world.workspace.segments[0]!.id);
}

test('every endpoint of the simulator is one of these, with its permission', () => {
  expect(
    Object.entries(routes)
      .map(([path, { scope }]) => [path, scope])
      .filter(([path]) => path !== EXPORT)
      .toSorted(),
  ).toEqual(ENDPOINTS.map(([path, permission]) => [path, permission]).toSorted());
});

describe.each(ENDPOINTS.map((endpoint) => [endpoint[0], endpoint] as const))(
  '%s',
  (path, [, permission, query, longest]) => {
    const at = (more = '', rest = query) => `${path}?${addressed(rest)}${more}`;

    test('answers what Braze answers', async () => {
      expect(await ask(simulator, at())).toMatchObject({ status: 200, body: { message: 'success' } });
    });

    test.each(['&length_days=7', '&lenght=7', '&api_key=x', '&page=0&page=0'])('refuses %s', async (more) => {
      const { status, body } = await ask(simulator, at(more));
      expect(status).toBe(more.includes('api_key') ? 401 : 400);
      expect(body.message).not.toBe('success');
    });

    test('refuses another method', async () => {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const { status, headers } = await ask(simulator, at(), { method });
        expect([status, headers.get('allow')]).toEqual([405, 'GET']);
      }
    });

    test('refuses an unknown key, none, and one without the permission', async () => {
      expect(await ask(simulator, at(), { key: 'unknown' })).toMatchObject({ status: 401 });
      expect(await ask(simulator, at(), { key: null })).toMatchObject({ status: 401 });
      expect(await ask(simulator, at(), { key: `${LESS}-${permission}` })).toMatchObject({
        status: 403,
        body: { message: expect.stringContaining(permission) },
      });
    });

    if (longest !== undefined)
      test(`takes a length of 1 to ${longest} and no other`, async () => {
        const of = (length: string) => ask(simulator, at('', query.replace('length=7', `length=${length}`)));
        expect(await of('1')).toMatchObject({ status: 200 });
        expect(await of(String(longest))).toMatchObject({ status: 200 });
        for (const length of ['0', String(longest + 1), '-1', '7.5', 'week', ''])
          expect(await of(length)).toMatchObject({ status: 400, body: { message: expect.stringContaining('length') } });
        expect(await ask(simulator, at('', query.replace(/&?length=7/, '')))).toMatchObject({ status: 400 });
      });

    if (query.includes('='))
      test('refuses to go without what it needs', async () => {
        const names = Array.from(query.matchAll(/(\w+)=/g), ([, name]) => name!).filter((name) => name !== 'ending_at');
        for (const name of names) {
          const rest = query
            .split('&')
            .filter((pair) => !pair.startsWith(`${name}=`))
            .join('&');
          expect(await ask(simulator, at('', rest))).toMatchObject({ status: 400 });
        }
      });
  },
);

describe(EXPORT, () => {
  const post = async (body: unknown, { key = defaultApiKey.key, query = '' } = {}) => {
    const answer = await fetch(`${simulator.url}${EXPORT}${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const segment = (order: number) => simulator.world.workspace.segments[order]!.id;
  const good = (order: number) => ({ segment_id: segment(order), fields_to_export: ['external_id'] });

  test('begins one export of a segment at a time, which its storage gives out when it is made', async () => {
    const { status, body } = await post({ ...good(0), custom_attributes_to_export: ['Region'], output_format: 'zip' });
    expect([status, body]).toEqual([
      200,
      { message: 'success', object_prefix: expect.any(String), url: expect.stringContaining('/_archives/') },
    ]);
    expect((await fetch(String(body['url']))).status).toBe(403);
    expect((await fetch(`${simulator.url}/_archives/nobody.zip`)).status).toBe(404);
    expect(await post(good(0))).toMatchObject({ status: 400, body: { message: expect.stringContaining('under way') } });
    expect((await post(good(1))).status).toBe(200);
  });

  test.each<[string, (body: Record<string, unknown>) => unknown]>([
    ['no JSON', () => '{'],
    ['a list', () => []],
    ['an unknown segment', (body) => ({ ...body, segment_id: 'nobody' })],
    ['no segment', ({ segment_id: _, ...body }) => body],
    ['no fields', ({ fields_to_export: _, ...body }) => body],
    ['an empty list of fields', (body) => ({ ...body, fields_to_export: [] })],
    ['a text in place of fields', (body) => ({ ...body, fields_to_export: 'email' })],
    ['an unknown field', (body) => ({ ...body, fields_to_export: ['shoe_size'] })],
    ['an unknown parameter', (body) => ({ ...body, segment: 'x' })],
    ['more than 500 attributes', (body) => ({ ...body, custom_attributes_to_export: Array(501).fill('a') })],
  ])('refuses %s', async (_, change) => {
    const { status, body } = await post(change(good(3)));
    expect([status, body['message'] === 'success']).toEqual([400, false]);
  });

  test('refuses another method, a query, an unknown key, and one without the permission', async () => {
    const { status, headers } = await ask(simulator, EXPORT);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
    expect((await post(good(3), { query: '?segment_id=x' })).status).toBe(400);
    expect((await post(good(3), { key: 'unknown' })).status).toBe(401);
    expect((await post(good(3), { key: `${LESS}-users.export.segment` })).status).toBe(403);
  });
});
