import { dayNumber } from '../../../simulators/braze/calendar.js';
import type { TruthCell } from '../../../simulators/braze/truth.js';
import { createWorld } from '../../../simulators/braze/world.js';

const now = '2026-11-24T15:00:00Z';
const hourMs = 3_600_000;
const day = (text: string, timeZone: string) => {
  const { calendar } = createWorld({ now, timeZone, campaigns: 0 });
  return { hours: (calendar.startOf(dayNumber(text) + 1) - calendar.startOf(dayNumber(text))) / hourMs, calendar };
};
const counts = Object.keys(createWorld({ now, campaigns: 1 }).truth(now).cells[0]).filter(
  (name) => !/_id$|_name$|^date$|^channel$|^is_/.test(name),
) as (keyof TruthCell)[];

describe('the calendar of a company', () => {
  test('cuts 23 and 25 hours on the days of a clock change', () => {
    expect(day('2026-03-08', 'America/Chicago').hours).toBe(23);
    expect(day('2026-11-01', 'America/Chicago').hours).toBe(25);
    expect(day('2026-11-02', 'America/Chicago').hours).toBe(24);
  });

  test('gives an instant to the local day, not to the UTC one', () => {
    const { calendar } = day('2026-03-08', 'America/Chicago');
    expect(calendar.dayOf(Date.parse('2026-03-08T05:59:59Z'))).toBe(dayNumber('2026-03-07'));
    expect(calendar.dayOf(Date.parse('2026-03-08T06:00:00Z'))).toBe(dayNumber('2026-03-08'));
    expect(calendar.dayOf(Date.parse('2026-03-09T05:00:00Z'))).toBe(dayNumber('2026-03-09'));
  });

  test('begins a day with the clock change where midnight is skipped', () => {
    const { calendar, hours } = day('2024-09-08', 'America/Santiago');
    expect(hours).toBe(23);
    expect(new Date(calendar.startOf(dayNumber('2024-09-08'))).toISOString()).toBe('2024-09-08T04:00:00.000Z');
  });
});

describe('the world', () => {
  test('is the same for the same seed and another for another', () => {
    const truth = (seed: number) => createWorld({ now, seed, campaigns: 6 }).truth(now);
    expect(truth(1)).toEqual(truth(1));
    expect(truth(1).cells).not.toEqual(truth(2).cells);
  });

  test('does not change when it is made later in the same month or with a given start', () => {
    const made = (later: string, start?: string) => createWorld({ now: later, start }).truth(now);
    expect(made('2026-11-29T15:00:00Z')).toEqual(made(now));
    expect(made('2027-02-01T15:00:00Z', '2025-09-01')).toEqual(made(now));
  });

  test('never takes a count back, and does add to past days', () => {
    const world = createWorld({ now, campaigns: 14 });
    const from = '2026-09-20';
    let before = new Map<string, TruthCell>();
    const grown = new Set<string>();
    const start = Date.parse('2026-11-10T03:00:00Z');
    for (let step = 0; step < 40; step += 1) {
      const { cells } = world.truth(start + step * 11 * hourMs, { from });
      const seen = new Map(cells.map((cell) => [`${cell.date} ${cell.variation_id}`, cell]));
      for (const [key, old] of before) {
        const fresh = seen.get(key);
        for (const name of counts) {
          const difference = Number(fresh?.[name] ?? -1) - Number(old[name] ?? -1);
          if (difference < 0) throw new Error(`${name} of ${key} fell by ${-difference}`);
          const isPast = old.date < new Date(start + (step - 1) * 11 * hourMs - 48 * hourMs).toISOString().slice(0, 10);
          if (difference > 0 && isPast) grown.add(name);
        }
      }
      before = seen;
    }
    expect([...grown]).toEqual(expect.arrayContaining(['opens', 'unique_opens', 'clicks', 'conversions_by_send_time']));
    expect(grown.has('sent')).toBe(false);
  });

  test('settles: a day does not change after the last window has ended', () => {
    const world = createWorld({ now, campaigns: 14 });
    const filter = { to: '2026-09-30' };
    expect(world.truth('2026-12-30T00:00:00Z', filter).cells).toEqual(
      world.truth('2026-11-20T00:00:00Z', filter).cells,
    );
  });

  test('shows the day of the observer in part', () => {
    const world = createWorld({ now, campaigns: 40 });
    const sent = (at: string) =>
      world.truth(at, { from: '2026-11-24', to: '2026-11-24' }).cells.reduce((sum, cell) => sum + (cell.sent ?? 0), 0);
    expect(sent('2026-11-24T07:00:00Z')).toBe(0);
    expect(sent('2026-11-24T18:00:00Z')).toBeGreaterThan(0);
    expect(sent('2026-11-25T06:00:00Z')).toBeGreaterThan(sent('2026-11-24T18:00:00Z'));
  });

  test('keeps the order of the metrics in every cell', () => {
    const mails = createWorld({ now })
      .truth(now)
      .cells.filter(({ channel, is_control }) => channel === 'email' && !is_control);
    const rows = mails
      .map((cell) => counts.map((name) => [name, Number(cell[name] ?? 0)]))
      .map((pairs) => Object.fromEntries(pairs));
    expect(rows.length).toBeGreaterThan(1_000);
    expect(
      rows.filter(({ unique_opens, opens, machine_open }) => machine_open > unique_opens || unique_opens > opens),
    ).toEqual([]);
    expect(rows.filter(({ unique_clicks, clicks }) => unique_clicks > clicks)).toEqual([]);
    expect(rows.filter(({ sent, delivered, bounces }) => delivered + bounces > sent)).toEqual([]);
  });

  test('dates the same conversions by the event and by the send', () => {
    const world = createWorld({ now });
    for (const { id } of world.truthCampaigns(now)) {
      const cells = world.truthCells(id, now);
      for (const order of ['', '1', '2', '3'] as const) {
        const total = (name: keyof TruthCell) => cells.reduce((sum, cell) => sum + Number(cell[name] ?? 0), 0);
        expect(total(`conversions${order}_by_send_time`)).toBe(total(`conversions${order}`));
      }
    }
  });

  test('holds every trap', () => {
    const world = createWorld({ now });
    const campaigns = world.truthCampaigns(now);
    const made = world.campaignsAt(Date.parse(now));
    expect(campaigns).toHaveLength(40);
    expect(campaigns.filter(({ archived }) => archived).length).toBeGreaterThanOrEqual(2);
    expect(campaigns.filter(({ draft }) => draft)).toHaveLength(1);
    expect(campaigns.filter(({ deleted }) => deleted)).toHaveLength(1);
    expect(campaigns.filter(({ is_api_campaign }) => is_api_campaign)).toHaveLength(1);
    expect(new Set(campaigns.flatMap(({ channels }) => channels))).toEqual(
      new Set(['email', 'ios_push', 'android_push', 'sms', 'webhook', 'trigger_in_app_message']),
    );
    expect(campaigns.some(({ tags }) => !tags.some((tag) => tag.startsWith('region:')))).toBe(true);
    expect(made.some(({ elements }) => elements.some(({ isControl }) => isControl))).toBe(true);
    // Edited a year ago, and still sending.
    const yearAgo = Date.parse(now) - 365 * 24 * hourMs;
    const old = made.filter(
      ({ editedAt, archivedAt, lastDay }) => editedAt < yearAgo && archivedAt === null && lastDay === null,
    );
    const recent = old.flatMap(({ id }) => world.truthCells(id, now, { from: '2026-11-17' }));
    expect(recent.some(({ sent }) => (sent ?? 0) > 0)).toBe(true);
    // History of archived campaigns.
    const archived = campaigns.filter((each) => each.archived).flatMap(({ id }) => world.truthCells(id, now));
    expect(archived.reduce((sum, { sent }) => sum + (sent ?? 0), 0)).toBeGreaterThan(1_000);
  });

  test('refuses an instant that is none and a number of campaigns it cannot have', () => {
    expect(() => createWorld({ now: 'yesterday' })).toThrow(RangeError);
    expect(() => createWorld({ now, campaigns: 2_501 })).toThrow(RangeError);
    expect(() => createWorld({ now, campaigns: 1 }).truth('soon')).toThrow(RangeError);
  });
});
