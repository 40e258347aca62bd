import type { RecordData } from '../../../../core/protocol/index.js';
import type { BrazeSimulator } from '../../../simulators/braze/server.js';
import type { Quirks } from '../../../simulators/braze/series.js';
import { byKey, differences, now, read, withSimulator } from './reading.js';

const from = '2026-08-20';
const withQuirks = (quirks: Quirks, run: (simulator: BrazeSimulator) => Promise<void>) =>
  withSimulator({ campaigns: 14, quirks }, run);
const rowsOf = async (simulator: BrazeSimulator) =>
  (await read(simulator, 'campaign_data_series', { config: { start_date: from } })).rows;
const truth = ({ world }: BrazeSimulator) => world.truth(now, { from }).cells;

test.each<[Quirks]>([
  [{ order: 'shuffled' }],
  [{ endingDay: 'left_out' }],
  [{ endingDay: 'left_out', order: 'shuffled' }],
  [{ unknownMetric: true }],
])('%j changes nothing', (quirks) =>
  withQuirks(quirks, async (simulator) => {
    expect(differences(await rowsOf(simulator), truth(simulator))).toEqual([]);
  }),
);

test('windows meet without a gap, whichever day Braze ends with', async () => {
  for (const endingDay of ['included', 'left_out'] as const)
    await withQuirks({ endingDay }, async (simulator) => {
      // Five windows.
      const { rows } = await read(simulator, 'campaign_data_series');
      expect(differences(rows, simulator.world.truth(now).cells)).toEqual([]);
    });
});

/** Days without any activity, which some answers lack: in the truth all is 0 or null. */
const isActive = (row: Readonly<Record<string, unknown>>) =>
  Object.values(row).some((value) => typeof value === 'number' && value !== 0);
const activeDays = (rows: readonly Readonly<Record<string, unknown>>[]) =>
  new Set(rows.filter(isActive).map((row) => `${row['campaign_id']} ${row['time'] ?? row['date']}`));

test.each<[Quirks]>([[{ zeroDays: 'left_out' }], [{ emptyMessages: true }]])(
  '%j: only days on which nothing happened are missing',
  (quirks) =>
    withQuirks(quirks, async (simulator) => {
      const cells = truth(simulator);
      const active = activeDays(cells.map((cell) => ({ ...cell })));
      const expected = cells.filter(({ campaign_id, date }) => active.has(`${campaign_id} ${date}`));
      expect(expected.length).toBeLessThan(cells.length);
      expect(differences(await rowsOf(simulator), expected)).toEqual([]);
    }),
);

test('days before the first send come as nothing', () =>
  withQuirks({ zeroDays: 'all' }, async (simulator) => {
    const cells = truth(simulator);
    const first = new Map<string, string>();
    for (const { campaign_id, date } of simulator.world.truth(now).cells)
      if (!(date >= (first.get(campaign_id) ?? '9'))) first.set(campaign_id, date);
    const rows = await rowsOf(simulator);
    const isBefore = ({ campaign_id, time }: RecordData) => String(time) < (first.get(String(campaign_id)) ?? '9');
    expect(rows.filter(isBefore).filter(isActive)).toEqual([]);
    expect(
      differences(
        rows.filter((row) => !isBefore(row)),
        cells,
      ),
    ).toEqual([]);
  }));

test('an unknown metric is kept beside the columns, an unknown channel is a row of its own', () =>
  withQuirks({ unknownMetric: true, unknownChannel: true }, async (simulator) => {
    const rows = await rowsOf(simulator);
    const lines = rows.filter(({ channel }) => channel === 'line');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines)
      expect(line).toMatchObject({ sent: 5, opens: null, variation_name: 'LINE', other_metrics: { reads: 2 } });
    expect(rows.find(({ channel, sent }) => channel === 'email' && sent !== null)).toMatchObject({
      other_metrics: { predicted_reads: 3 },
    });
    expect(
      differences(
        rows.filter(({ channel }) => channel !== 'line'),
        truth(simulator),
      ),
    ).toEqual([]);
  }));

test('without names, and in-app without ids, the numbers are the same under keys that hold', () =>
  withQuirks({ variationName: 'missing', inAppVariationId: 'missing' }, async (simulator) => {
    const rows = await rowsOf(simulator);
    expect(byKey(rows).size).toBe(rows.length);
    const inApp = rows.filter(({ channel }) => channel === 'trigger_in_app_message');
    expect(inApp.length).toBeGreaterThan(0);
    for (const { variation_id } of inApp) expect(variation_id).toMatch(/^#[1-9]$/);
    expect(new Set(rows.map(({ variation_name }) => variation_name))).toEqual(new Set([null]));
    const rest = truth(simulator).filter(({ channel }) => channel !== 'trigger_in_app_message');
    const nameless = rest.map((cell) => ({ ...cell, variation_name: null as unknown as string }));
    expect(
      differences(
        rows.filter((row) => !inApp.includes(row)),
        nameless,
      ),
    ).toEqual([]);
  }));
