import { byKey, differences, now, read, withSimulator } from './reading.js';

/** Fourteen months, several times over, on a machine that may have other work. */
const LONG_MS = 240_000;

const later = (days: number) => new Date(Date.parse(now) + days * 86_400_000).toISOString();

test(
  'the series equal the truth, cell by cell, over 14 months',
  () =>
    withSimulator({}, async (simulator) => {
      const { rows } = await read(simulator, 'campaign_data_series');
      const { cells } = simulator.world.truth(now);
      expect(cells.length).toBeGreaterThan(15_000);
      expect(new Set(cells.map(({ channel }) => channel)).size).toBe(6);
      expect(differences(rows, cells)).toEqual([]);
    }),
  LONG_MS,
);

test(
  'reading the lookback again follows what came late',
  () =>
    withSimulator({}, async (simulator) => {
      const table = byKey((await read(simulator, 'campaign_data_series')).rows);
      const stale = [...table.values()];
      for (const [day, frontier] of [
        [1, '2026-11-24'],
        [2, '2026-11-25'],
        [5, '2026-11-26'],
      ] as const) {
        simulator.setNow(later(day));
        // The longest conversion window of the simulator's world is 30 days.
        const { rows } = await read(simulator, 'campaign_data_series', { frontier, lookback: '35d' });
        for (const [key, row] of byKey(rows)) table.set(key, row);
        const { cells } = simulator.world.truth(simulator.now());
        expect(differences(table.values(), cells)).toEqual([]);
        expect(differences(stale, cells)).not.toEqual([]);
      }
    }),
  LONG_MS,
);
