import { dayNumber, dayText } from '../../../simulators/braze/calendar.js';
import type { BrazeSimulator } from '../../../simulators/braze/server.js';
import type { TruthCell } from '../../../simulators/braze/truth.js';
import { ask, withSimulator } from './client.js';

type Cell = Partial<TruthCell>;

const translations: Record<string, Record<string, string>> = {
  ios_push: { total_opens: 'opens', body_clicks: 'clicks' },
  android_push: { total_opens: 'opens', body_clicks: 'clicks' },
};
const stated = [
  'enrolled',
  'sent',
  'delivered',
  'opens',
  'unique_opens',
  'machine_open',
  'direct_opens',
  'clicks',
  'unique_clicks',
  'bounces',
  'unsubscribes',
  'reported_spam',
  'impressions',
  'rejected',
  'delivery_failed',
  'opt_out',
  'errors',
  'unique_recipients',
  'revenue',
  ...['', '1', '2', '3'].flatMap((order) => [`conversions${order}`, `conversions${order}_by_send_time`]),
];

/** Reads everything there is through the API alone, as a plain client would, in windows that overlap. */
const walk = async (simulator: BrazeSimulator): Promise<Map<string, Cell>> => {
  const cells = new Map<string, Cell>();
  for (let page = 0; ; page += 1) {
    const { campaigns } = (await ask(simulator, `/campaigns/list?include_archived=true&page=${page}`)).body;
    if (campaigns.length === 0) return cells;
    for (const { id } of campaigns) {
      const details = await ask(simulator, `/campaigns/details?campaign_id=${id}`);
      if (details.status !== 200) continue;
      for (let end = dayNumber('2025-11-01'); end < dayNumber('2026-12-20'); end += 99) {
        const query = `campaign_id=${id}&length=100&ending_at=${dayText(end)}T18:00:00Z`;
        const { body } = await ask(simulator, `/campaigns/data_series?${query}`);
        for (const day of body.data)
          for (const [channel, elements] of Object.entries<any>(day.messages))
            for (const element of elements) {
              const cell: Record<string, unknown> = {
                campaign_id: id,
                date: day.time,
                channel,
                variation_id: element.variation_api_id,
              };
              cell.variation_name = element.variation_name;
              cell.is_control = details.body.messages[element.variation_api_id].type === 'control';
              for (const name of stated) cell[name] = null;
              for (const [name, value] of Object.entries(element)) {
                const as = translations[channel]?.[name] ?? name;
                if (stated.includes(as)) cell[as] = value;
              }
              cells.set(`${day.time} ${element.variation_api_id}`, cell as Cell);
            }
      }
    }
  }
};

const keyed = (cells: readonly TruthCell[]): Map<string, Cell> =>
  new Map(cells.map((cell) => [`${cell.date} ${cell.variation_id}`, cell]));

describe('the truth', () => {
  test.each(['2026-11-24T15:00:00Z', '2026-11-25T06:30:00Z', '2026-12-03T04:00:00Z'])(
    'equals, cell by cell, what the API shows at %s',
    (at) =>
      withSimulator({ campaigns: 40, now: at, start: '2025-09-01' }, async (simulator) => {
        const seen = await walk(simulator);
        const { cells } = simulator.world.truth(at);
        expect(seen.size).toBe(cells.length);
        expect(seen).toEqual(keyed(cells));
      }),
  );

  test('adds up to the day level of the API', () =>
    withSimulator({}, async (simulator) => {
      const { id } = simulator.world
        .truthCampaigns(simulator.now())
        .find(({ name }) => name.includes('Wellness Visit - South'))!;
      const { data } = (await ask(simulator, `/campaigns/data_series?length=60&campaign_id=${id}`)).body;
      const cells = simulator.world.truthCells(id, simulator.now());
      for (const day of data) {
        const total = (name: keyof TruthCell) =>
          cells.filter(({ date }) => date === day.time).reduce((sum, cell) => sum + Number(cell[name] ?? 0), 0);
        expect([day.conversions, day.conversions1, day.conversions_by_send_time]).toEqual([
          total('conversions'),
          total('conversions1'),
          total('conversions_by_send_time'),
        ]);
        expect(day.revenue).toBeCloseTo(total('revenue'), 6);
        expect(day.unique_recipients).toBeLessThanOrEqual(total('sent'));
      }
      expect(data.reduce((sum: number, { revenue }: { revenue: number }) => sum + revenue, 0)).toBeGreaterThan(0);
    }));

  test('changes past days in the API when the clock moves on', () =>
    withSimulator({}, async (simulator) => {
      const { id } = simulator.world
        .truthCampaigns(simulator.now())
        .find(({ name }) => name.includes('Adherence - Northeast'))!;
      const read = async () =>
        (await ask(simulator, `/campaigns/data_series?length=1&ending_at=2026-11-21T18:00:00Z&campaign_id=${id}`)).body
          .data[0];
      const before = await read();
      simulator.setNow('2026-12-10T15:00:00Z');
      const after = await read();
      expect(after.messages.email[0].unique_opens).toBeGreaterThan(before.messages.email[0].unique_opens);
      expect(after.conversions_by_send_time).toBeGreaterThan(before.conversions_by_send_time);
      expect(after.messages.email[0].sent).toBe(before.messages.email[0].sent);
    }));
});
