import type { RecordData } from '../../../../core/protocol/index.js';
import { hasActivity } from '../../../simulators/braze/truth.js';
import { differences, now, open, read, readOf, withSimulator } from './reading.js';

test('campaigns come from all pages, archived ones and drafts too, each once', () =>
  withSimulator({ campaigns: 250 }, async (simulator) => {
    const { rows, warnings } = await read(simulator, 'campaigns');
    const truth = simulator.world.truthCampaigns(now);
    expect(truth.filter(({ archived }) => archived).length).toBeGreaterThan(0);
    expect(rows.map(({ id, name, tags, is_api_campaign }) => ({ id, name, tags, is_api_campaign }))).toEqual(
      truth.map(({ id, name, tags, is_api_campaign }) => ({ id, name, tags, is_api_campaign })),
    );
    for (const { last_edited } of rows) expect(Date.parse(String(last_edited))).toBeLessThanOrEqual(Date.parse(now));
    expect(warnings).toEqual([]);
    // Three pages and the empty one.
    expect(simulator.requests.list().map(({ query }) => query)).toEqual(
      ['0', '1', '2', '3'].map((page) => ({ include_archived: 'true', sort_direction: 'asc', page })),
    );
  }));

test('details hold state, variations and conversion events, and no word of a message', () =>
  withSimulator({}, async (simulator) => {
    const { rows } = await read(simulator, 'campaign_details');
    const truth = simulator.world.truthCampaigns(now).filter(({ deleted }) => !deleted);
    expect(
      rows.map(({ campaign_id, name, tags, archived, draft }) => ({ campaign_id, name, tags, archived, draft })),
    ).toEqual(truth.map(({ id, name, tags, archived, draft }) => ({ campaign_id: id, name, tags, archived, draft })));
    const cells = simulator.world.truth(now).cells;
    for (const { campaign_id, variations, conversion_behaviors, draft } of rows) {
      const known = new Map(
        cells.filter((cell) => cell.campaign_id === campaign_id).map((cell) => [cell.variation_id, cell.is_control]),
      );
      const found = variations as { id: string; is_control: boolean }[];
      if (draft === false) expect(new Map(found.map(({ id, is_control }) => [id, is_control]))).toEqual(known);
      const events = truth.find(({ id }) => id === campaign_id)!.conversion_events;
      expect(
        (conversion_behaviors as { custom_event_name?: string }[]).map((each) => each.custom_event_name ?? null),
      ).toEqual(events);
    }
    const text = JSON.stringify(rows);
    for (const word of ['Hello', 'pharmacy.example.org', 'X-Token', 'care@example.org', 'A reminder'])
      expect(text).not.toContain(word);
  }));

test('the variations of each campaign are rows too, with the channel by which events find theirs', () =>
  withSimulator({}, async (simulator) => {
    const { rows } = await read(simulator, 'campaign_variations');
    const found = new Map(rows.map((row) => [`${row['campaign_id']} ${row['variation_id']}`, row]));
    expect(found.size).toBe(rows.length);
    for (const { campaign_id, variation_id, channel, is_control } of simulator.world.truth(now).cells)
      expect(found.get(`${campaign_id} ${variation_id}`)).toMatchObject({
        channel: channel === 'trigger_in_app_message' ? 'in-app_message' : channel,
        is_control,
      });
  }));

test.each([
  ['campaign_details', 'campaign_variations', 'campaign_data_series'],
  ['campaign_data_series', 'campaign_variations', 'campaign_details'],
])('details are asked for once a run, by whichever stream is first: %s', (...streams) =>
  withSimulator({ campaigns: 14, deletedCampaign: false }, async (simulator) => {
    const config = { start_date: '2026-08-20' };
    const source = await open(simulator, { config });
    const shared: Record<string, readonly RecordData[]> = {};
    for (const name of streams) shared[name] = (await readOf(source, simulator, name)).rows;
    await source.close();
    const asked = simulator.requests.list().filter(({ path }) => path === '/campaigns/details');
    const { campaigns } = simulator.world.truth(now);
    expect(asked.map(({ query }) => query['campaign_id']).toSorted()).toEqual(campaigns.map(({ id }) => id).toSorted());
    for (const name of streams) {
      const { rows } = await read(simulator, name, { config });
      expect(rows.length).toBeGreaterThan(10);
      expect(shared[name]).toEqual(rows);
    }
  }),
);

test('the series need one call per campaign and window, and ask for nothing that Braze refuses', () =>
  withSimulator({ campaigns: 14, deletedCampaign: false }, async (simulator) => {
    await read(simulator, 'campaign_data_series', { config: { start_date: '2026-05-08' } });
    const log = simulator.requests.list();
    expect(log.filter(({ status }) => status !== 200)).toEqual([]);
    const count = (path: string) => log.filter((request) => request.path === path).length;
    const series = log.filter(({ path }) => path === '/campaigns/data_series');
    const campaigns = simulator.world.truthCampaigns(now).length;
    // The list, with the empty page that ends it, and the details that tell when each was active, once for all windows.
    expect([count('/campaigns/list'), count('/campaigns/details')]).toEqual([2, campaigns]);
    // 201 days are three windows, and no campaign is asked for where nothing can be.
    const { cells } = simulator.world.truth(now, { from: '2026-05-08' });
    const active = new Set(cells.filter(hasActivity).map(({ campaign_id }) => campaign_id));
    expect(series.length).toBeGreaterThanOrEqual(active.size);
    expect(series.length).toBeLessThan(3 * campaigns);
    expect([...new Set(series.map(({ query }) => `${query['length']} ${query['ending_at']}`))]).toEqual([
      '100 2026-08-15T23:59:59-05:00',
      '100 2026-11-22T23:59:59-06:00',
      '4 2026-11-25T23:59:59-06:00',
    ]);
  }));

test('an offset east of Greenwich arrives as it was meant', () =>
  withSimulator({ campaigns: 14, timeZone: 'Asia/Kolkata' }, async (simulator) => {
    const { rows } = await read(simulator, 'campaign_data_series', { config: { start_date: '2026-11-20' } });
    expect(new Set(rows.map(({ time }) => time)).size).toBe(5);
    expect(simulator.requests.list().find(({ path }) => path === '/campaigns/data_series')).toMatchObject({
      query: { ending_at: '2026-11-25T23:59:59+05:30' },
      status: 200,
    });
  }));

test('a quota that is used up is waited for, holds up nothing that counts against the other, and lets go', () =>
  withSimulator(
    {
      campaigns: 14,
      deletedCampaign: false,
      // The first page of the list and the details take all that there is for the hour; the second page can only wait.
      rateLimits: { shared: { requests: 15, windowMs: 3_600_000 }, data_series: { requests: 8, windowMs: 1_000 } },
    },
    async (simulator) => {
      // The quotas are of the real clock, and so are the pauses.
      const source = await open(simulator, { http: { clock: undefined } });
      try {
        const stream = (await source.streams(() => undefined))['campaign_data_series']!;
        if (stream.kind !== 'incremental') throw new Error(stream.kind);
        const slice = { id: 's', from: '2026-11-01', to: '2026-11-25', days: 24 };
        const rows: RecordData[] = [];
        const request = { slice, signal: new AbortController().signal, warn: () => undefined };
        const { cells } = simulator.world.truth(now, { from: slice.from });
        for await (const page of stream.read(request)) {
          rows.push(...page);
          if (differences(rows, cells).length === 0) break;
        }
        expect(differences(rows, cells)).toEqual([]);
        const refused = simulator.requests.list().filter(({ status }) => status === 429);
        // No more than were under way when the quota ended.
        expect(refused.length).toBeLessThan(12);
      } finally {
        await source.close();
      }
    },
  ));

test('a daily run asks for the campaigns that were active, and not for those that were edited', () =>
  withSimulator({ campaigns: 60, deletedCampaign: false }, async (simulator) => {
    const day = '2026-11-24';
    await read(simulator, 'campaign_data_series', { frontier: day });
    const asked = new Set(
      simulator.requests
        .list()
        .flatMap(({ path, query }) => (path === '/campaigns/data_series' ? [query['campaign_id']] : [])),
    );
    const lastSend = new Map<string, string>();
    for (const { campaign_id, date, sent, impressions } of simulator.world.truth(now).cells)
      if ((sent ?? 0) + (impressions ?? 0) > 0 && date > (lastSend.get(campaign_id) ?? ''))
        lastSend.set(campaign_id, date);
    // 14 days of lookback and 90 of silence: well inside and well outside of that border.
    const recent = [...lastSend].filter(([, date]) => date >= '2026-08-20').map(([id]) => id);
    const old = [...lastSend].filter(([, date]) => date < '2026-08-01').map(([id]) => id);
    expect(old.length).toBeGreaterThan(5);
    expect(recent.filter((id) => !asked.has(id))).toEqual([]);
    expect(old.filter((id) => asked.has(id))).toEqual([]);
  }));
