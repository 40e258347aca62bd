import { addMonths, dayIn, daysBetween, lastDayOf, startOfDay } from '../../../report/section/calendar.js';

test('months end where they do', () => {
  expect(['2024-02', '2025-02', '2025-12'].map(lastDayOf)).toEqual(['2024-02-29', '2025-02-28', '2025-12-31']);
  expect([addMonths('2025-01', -1), addMonths('2025-12', 1), addMonths('2024-02', -12)]).toEqual([
    '2024-12',
    '2026-01',
    '2023-02',
  ]);
  expect(daysBetween('2024-02-28', '2024-03-01')).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
});

test('a day begins at midnight of its zone, on days when clocks change too', () => {
  expect(startOfDay('2025-03-09', 'America/Chicago').toISOString()).toBe('2025-03-09T06:00:00.000Z');
  expect(startOfDay('2025-03-10', 'America/Chicago').toISOString()).toBe('2025-03-10T05:00:00.000Z');
  expect(startOfDay('2025-11-03', 'America/Chicago').toISOString()).toBe('2025-11-03T06:00:00.000Z');
  expect(startOfDay('2025-06-01', 'Asia/Kathmandu').toISOString()).toBe('2025-05-31T18:15:00.000Z');
  expect(startOfDay('2025-06-01', 'UTC').toISOString()).toBe('2025-06-01T00:00:00.000Z');
  expect(dayIn('America/Chicago', new Date('2025-06-01T04:59:59Z'))).toBe('2025-05-31');
});
