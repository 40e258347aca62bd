import { defaultApiKey } from '../../../simulators/braze/server.js';
import type { WorkspaceMeasure } from '../../../simulators/braze/workspace.js';
import { differences, now, read, withSimulator } from './reading.js';

const start_date = '2026-07-20';

const keyWithout = (missing: string) => ({
  ...defaultApiKey,
  scopes: defaultApiKey.scopes.filter((scope) => scope !== missing),
});

test.each<[stream: string, measure: WorkspaceMeasure, column: string, key: string]>([
  ['segment_data_series', 'size', 'size', 'segment_id'],
  ['custom_event_data_series', 'count', 'count', 'event'],
  ['kpi_dau', 'dau', 'dau', ''],
  ['kpi_mau', 'mau', 'mau', ''],
  ['kpi_new_users', 'new_users', 'new_users', ''],
  ['kpi_uninstalls', 'uninstalls', 'uninstalls', ''],
  ['session_data_series', 'sessions', 'sessions', ''],
  ['purchase_quantity_series', 'purchase_quantity', 'quantity', 'product'],
  ['purchase_revenue_series', 'revenue', 'revenue', 'product'],
])('%s equals the truth', (stream, measure, column, key) =>
  withSimulator({ campaigns: 0 }, async (simulator) => {
    const { workspace } = simulator.world;
    const things = {
      segment_id: workspace.segments.filter(({ isTracked }) => isTracked).map(({ id }) => id),
      event: workspace.customEvents,
      product: workspace.products,
      '': [''],
    }[key]!;
    const { rows, warnings } = await read(simulator, stream, { config: { start_date } });
    expect(warnings).toEqual([]);
    const expected = things.flatMap((of) =>
      workspace
        .truth(measure, of, Date.parse(now))
        .filter(({ date }) => date >= start_date)
        .map(({ date, value }) => ({ ...(key === '' ? {} : { [key]: of }), time: date, [column]: value })),
    );
    expect(expected.length).toBe(things.length * 128);
    const sorted = (list: readonly object[]) => list.map((each) => JSON.stringify(each)).toSorted();
    expect(sorted(rows)).toEqual(sorted(expected));
    // Two windows; nothing is asked for that Braze refuses.
    const asked = simulator.requests.list().filter(({ path }) => path.endsWith('series'));
    expect(asked.map(({ status }) => status)).toEqual(Array.from({ length: 2 * things.length }, () => 200));
  }),
);

test('segments, custom events and products come whole', () =>
  withSimulator({ campaigns: 0 }, async (simulator) => {
    const { segments, customEvents, products } = simulator.world.workspace;
    expect((await read(simulator, 'segments')).rows).toEqual(
      segments.map(({ id, name, isTracked, tags }) => ({ id, name, analytics_tracking_enabled: isTracked, tags })),
    );
    expect((await read(simulator, 'custom_events')).rows).toEqual(customEvents.map((name) => ({ name })));
    expect((await read(simulator, 'products')).rows).toEqual(products.map((id) => ({ id })));
  }));

test('a configured send has a series of its own, and one that Braze does not know is named', () =>
  withSimulator({ campaigns: 14 }, async (simulator) => {
    const campaign_id = simulator.world.truthCampaigns(now).find(({ is_api_campaign }) => is_api_campaign)!.id;
    const sends = [
      { campaign_id, send_id: 'send-2026-11-18' },
      { campaign_id, send_id: 'nobody' },
    ];
    const { rows, warnings } = await read(simulator, 'send_data_series', { config: { start_date, sends } });
    const truth = simulator.world.truthSend(campaign_id, 'send-2026-11-18', now);
    expect(truth.reduce((sum, { sent }) => sum + (sent ?? 0), 0)).toBeGreaterThan(0);
    expect(differences(rows, truth)).toEqual([]);
    expect(new Set(rows.map(({ send_id }) => send_id))).toEqual(new Set(['send-2026-11-18']));
    expect(warnings).toEqual([`Braze does not know send nobody of campaign ${campaign_id}; it was left out.`]);
  }));

test.each<[stream: string, measure: WorkspaceMeasure, column: string]>([
  ['app_kpi_dau', 'dau', 'dau'],
  ['app_kpi_mau', 'mau', 'mau'],
  ['app_kpi_new_users', 'new_users', 'new_users'],
  ['app_kpi_uninstalls', 'uninstalls', 'uninstalls'],
  ['app_session_data_series', 'sessions', 'sessions'],
])(
  '%s equals the truth of each configured app, and an app that Braze does not know is named',
  (stream, measure, column) =>
    withSimulator({ campaigns: 0 }, async (simulator) => {
      const { workspace } = simulator.world;
      const config = { start_date: '2026-11-01', apps: [...workspace.apps, 'nobody'] };
      const { rows, warnings } = await read(simulator, stream, { config });
      expect(warnings).toEqual(['Braze does not know app nobody; it was left out.']);
      expect(rows).toEqual(
        workspace.apps.flatMap((app_id) =>
          workspace
            .truth(measure, '', Date.parse(now), { app_id })
            .filter(({ date }) => date >= '2026-11-01')
            .map(({ date, value }) => ({ app_id, time: date, [column]: value })),
        ),
      );
      expect(rows).toHaveLength(48);
    }),
);

test('configured events are counted by each tracked segment', () =>
  withSimulator({ campaigns: 0 }, async (simulator) => {
    const { workspace } = simulator.world;
    const events_by_segment = ['a1c_test_scheduled', 'form_completed'];
    const { rows, warnings } = await read(simulator, 'custom_event_segment_series', {
      config: { start_date: '2026-11-01', events_by_segment },
    });
    expect(warnings).toEqual([]);
    expect(rows).toEqual(
      events_by_segment.flatMap((event) =>
        workspace.segments
          .filter(({ isTracked }) => isTracked)
          .flatMap(({ id: segment_id }) =>
            workspace
              .truth('count', event, Date.parse(now), { segment_id })
              .filter(({ date }) => date >= '2026-11-01')
              .map(({ date, value }) => ({ event, segment_id, time: date, count: value })),
          ),
      ),
    );
  }));

test.each<[string, { readonly keys?: (typeof defaultApiKey)[] }, string, number]>([
  ['by the list', {}, ' Did you mean "form_completed"?', 0],
  ['by what the series answers, if the key may not read the list', { keys: [keyWithout('events.list')] }, '', 3],
])(
  'a configured event that Braze does not know is told %s and left out; if it knows none, that is an error',
  (_, options, suggestion, calls) =>
    withSimulator({ campaigns: 0, ...options }, async (simulator) => {
      const reading = (...events_by_segment: string[]) =>
        read(simulator, 'custom_event_segment_series', { config: { start_date: '2026-11-01', events_by_segment } });
      const { rows, warnings } = await reading('form_complete', 'form_completed');
      expect(warnings).toEqual([
        `Braze does not know the event "form_complete" of \`events_by_segment\`; it was left out.${suggestion}`,
      ]);
      const asked = simulator.requests.list().filter(({ query }) => query['event'] === 'form_complete');
      expect(asked).toHaveLength(calls);
      expect(asked.every(({ status }) => status === 400)).toBe(true);
      expect(rows).toEqual((await reading('form_completed')).rows);
      expect(rows.length).toBeGreaterThan(0);
      await expect(reading('form_complete')).rejects.toMatchObject({
        kind: 'config',
        details: { hint: expect.stringContaining('`custom_events`') },
      });
    }),
);

test('an event that is refused for some segments and forbidden for the others lacks a right, and is not unknown', () =>
  withSimulator({ campaigns: 0, keys: [keyWithout('events.list')] }, async (simulator) => {
    simulator.faults.set({ route: '/events/data_series', kind: 'forbidden403', nth: 2, times: 1000 });
    await expect(
      read(simulator, 'custom_event_segment_series', {
        config: { start_date: '2026-11-01', events_by_segment: ['form_complete'] },
      }),
    ).rejects.toMatchObject({ kind: 'auth', details: { fault: 'permission' } });
  }));

test.each([
  ['app_kpi_dau', 'kpi.dau.data_series', { apps: ['an-app'] }],
  ['custom_event_segment_series', 'events.data_series', { events_by_segment: ['form_completed'] }],
  ['send_data_series', 'sends.data_series', { sends: [{ campaign_id: 'a', send_id: 'b' }] }],
  ['purchase_revenue_series', 'purchases.revenue_series', {}],
  ['kpi_mau', 'kpi.mau.data_series', {}],
])('%s without the permission %s is an error that names it', (stream, scope, more) =>
  withSimulator({ campaigns: 0, keys: [keyWithout(scope)] }, async (simulator) => {
    await expect(read(simulator, stream, { config: { start_date, ...more } })).rejects.toMatchObject({
      kind: 'auth',
      details: { fault: 'permission', hint: expect.stringContaining(`\`${scope}\``) },
    });
  }),
);
