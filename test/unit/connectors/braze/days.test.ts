import { endOfDay, instant } from '../../../../connectors/braze/braze.days.js';
import { braze } from '../../../../connectors/braze/braze.source.js';

test.each([
  ['America/Chicago', '2026-03-07', '-06:00'],
  ['America/Chicago', '2026-03-08', '-05:00'],
  ['America/Chicago', '2026-10-31', '-05:00'],
  ['America/Chicago', '2026-11-01', '-06:00'],
  ['Asia/Kolkata', '2026-06-28', '+05:30'],
  ['UTC', '2026-06-28', '+00:00'],
  ['Pacific/Kiritimati', '2026-06-28', '+14:00'],
  // The clock goes back at midnight: the last hour of the day comes twice.
  ['America/Havana', '2026-10-31', '-04:00'],
  // The clock goes forward at midnight, and the next day begins at one.
  ['Africa/Cairo', '2026-04-23', '+02:00'],
])('the day of %s that is %s ends at %s', (zone, day, offset) => {
  expect(endOfDay(day, zone)).toBe(`${day}T23:59:59${offset}`);
});

test.each([
  ['2026-06-28T13', '2026-06-28T13:00:00Z'],
  ['2026-06-28', '2026-06-28T00:00:00Z'],
  ['2026-06-28T13:05:09.123-05:00', '2026-06-28T13:05:09.123-05:00'],
  ['2026-06-28 13:05 +0000', '2026-06-28T13:05:00+0000'],
  [null, null],
  ['soon', 'soon'],
])('the instant %p is read as %p', (text, read) => {
  expect(instant(text)).toBe(read);
});

const config = {
  endpoint: 'https://rest.iad-05.braze.com',
  api_key: 'k',
  start_date: '2024-01-01',
  time_zone: 'America/Chicago',
};

test('a configuration with four keys is enough', () => {
  expect(braze.config.parse(config)).toEqual({
    ...config,
    inactive_after_days: 90,
    sends: [],
    apps: [],
    users: [],
    events_by_segment: [],
  });
});

test.each([
  [{ endpoint: 'rest.iad-05.braze.com' }, 'Invalid URL'],
  [{ endpoint: 'https://dashboard-05.braze.com' }, 'the REST endpoint begins with rest.'],
  [{ endpoint: 'https://sdk.iad-05.braze.com' }, 'the REST endpoint begins with rest.'],
  [{ api_key: '' }, 'Too small'],
  [{ start_date: '2024-02-30' }, 'Invalid ISO date'],
  [{ time_zone: 'Chicago' }, 'is not an IANA time zone'],
  [{ inactive_after_days: 7 }, 'Too small'],
  [{ bodies: true }, 'bodies'],
])('the configuration %j is refused', (change, message) => {
  expect(() => braze.config.parse({ ...config, ...change })).toThrow(message);
});
