import type { WorkspaceMeasure } from '../../../simulators/braze/workspace.js';
import { differences, now, read, withSimulator } from './reading.js';

const start_date = '2026-07-20';

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
