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
const LESS = 'less';

let simulator: BrazeSimulator;
beforeAll(async () => {
  simulator = await startBrazeSimulator({
    now,
    start: '2025-09-01',
    campaigns: 14,
    canvases: 5,
    keys: [defaultApiKey, ...ENDPOINTS.map(([, permission]) => lacking(permission))],
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
