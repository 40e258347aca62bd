import { describe, expect, test } from '@jest/globals';
import { column, oneFromBytes, oneFromObject, planOf } from './rows.js';
import { both, objects, type Case } from './value-cases.js';

const T = '!not_a_timestamp';

describe('date', () => {
  both('date', 'date', [
    ['', null],
    ['1970-01-01', '1970-01-01'],
    ['2000-02-29', '2000-02-29'],
    ['2024-02-29', '2024-02-29'],
    ['0001-01-01', '0001-01-01'],
    ['9999-12-31', '9999-12-31'],
    ['1900-02-29', '!not_a_date'],
    ['2023-02-30', '!not_a_date'],
    ['2023-04-31', '!not_a_date'],
    ['2023-13-01', '!not_a_date'],
    ['2023-00-10', '!not_a_date'],
    ['0000-00-00', '!not_a_date'],
    ['10000-01-01', '!not_a_date'],
    ['2023-1-1', '!not_a_date'],
    ['2023-01-01T00:00:00Z', '!not_a_date'],
    ['20230101', '!not_a_date'],
  ]);
  const formats: readonly (readonly [string, readonly Case[]])[] = [
    [
      'MM/DD/YYYY',
      [
        ['02/29/2024', '2024-02-29'],
        ['2/29/2024', '!not_a_date'],
        ['29/02/2024', '!not_a_date'],
        ['02-29-2024', '!not_a_date'],
      ],
    ],
    [
      'DD.MM.YYYY',
      [
        ['31.12.1999', '1999-12-31'],
        ['31.11.1999', '!not_a_date'],
        ['31.12.1999 ', '!not_a_date'],
      ],
    ],
    [
      'YYYYMMDD',
      [
        ['20240229', '2024-02-29'],
        ['20230229', '!not_a_date'],
        ['2024022', '!not_a_date'],
        ['202402291', '!not_a_date'],
      ],
    ],
    [
      'M/D/YYYY',
      [
        ['1/2/2024', '2024-01-02'],
        ['11/22/2024', '2024-11-22'],
        ['011/2/2024', '!not_a_date'],
        ['//2024', '!not_a_date'],
      ],
    ],
    [
      'YYYY-MM',
      [
        ['2024-02', '2024-02-01'],
        ['2024-13', '!not_a_date'],
        ['2024-02-03', '!not_a_date'],
      ],
    ],
    [
      'M/YYYY',
      [
        ['2/2024', '2024-02-01'],
        ['/2024', '!not_a_date'],
      ],
    ],
  ];
  for (const [format, cases] of formats) both('date', format, cases, { formats: { v: format } });
  objects('date', [
    [20240229, '!not_a_date'],
    [true, '!not_a_date'],
    ['２024-01-01', '!not_a_date'],
  ]);
  objects('date', [[20240229, '2024-02-29']], { formats: { v: 'YYYYMMDD' } });
  test.each([
    'MM/DD',
    'YYYY',
    'YYYY-DD',
    'MYYYY',
    'YYYY-MM-MM',
    'YYYY-MM-DD HH',
    'MDYYYY',
    'YYYY-MM-DD-DD',
    'DD/MMM/YYYY',
    '',
  ])('refuses the format "%s"', (format) => {
    const plan = planOf([column('v', 'date')], { parsing: { formats: { v: format } } });
    expect(() => oneFromBytes(plan, '1')).toThrow(/format .* of field "v" is unknown/);
  });
});

describe('time', () => {
  both('time', 'time', [
    ['', null],
    ['00:00', '00:00:00'],
    ['23:59:59.999999', '23:59:59.999999'],
    ['12:34:56.1234567', '12:34:56.123456'],
    ['24:00:00', '!not_a_time'],
    ['12:60:00', '!not_a_time'],
    ['12:00:60', '!not_a_time'],
    ['12', '!not_a_time'],
    ['12:00:00Z', '!not_a_time'],
  ]);
});

describe('timestamp', () => {
  both('timestamp', 'timestamp', [
    ['', null],
    ['2024-02-29', '2024-02-29 00:00:00'],
    ['2024-02-29T23:59:59', '2024-02-29 23:59:59'],
    ['2024-02-29 23:59', '2024-02-29 23:59:00'],
    ['1969-12-31T23:59:59.999999', '1969-12-31 23:59:59.999999'],
    ['0001-01-01T00:00:00.000001', '0001-01-01 00:00:00.000001'],
    ['9999-12-31T23:59:59.999999', '9999-12-31 23:59:59.999999'],
    ['2024-01-01T00:00:00.123456789', '2024-01-01 00:00:00.123456'],
    ['2024-01-01T00:00:00Z', '!unexpected_zone'],
    ['2024-01-01T00:00:60', T],
    ['2024-02-30T00:00:00', T],
    ['0000-00-00 00:00:00', T],
    ['2024-01-01T', T],
    ['2024-01-01T00', T],
    ['2024-01-01x00:00:00', T],
    ['2024-01-01T00:00:00.', T],
    ['2024-01-01T00:00:00.0123456789', T],
  ]);
  both('timestamp', 'a widened day', [['02/29/2024', '2024-02-29 00:00:00']], { formats: { v: 'MM/DD/YYYY' } });
});

describe('timestamptz', () => {
  both('timestamptz', 'timestamptz', [
    ['2024-02-29T23:59:59.5Z', '2024-02-29 23:59:59.5'],
    ['2024-03-01T01:00:00+02:00', '2024-02-29 23:00:00'],
    ['2024-03-01T01:00:00 +0530', '2024-02-29 19:30:00'],
    ['2024-02-29T20:00:00-05', '2024-03-01 01:00:00'],
    ['0001-01-01T00:00:00Z', '0001-01-01 00:00:00'],
    ['0001-01-01T00:00:00+01:00', T],
    ['9999-12-31T23:59:59Z', '9999-12-31 23:59:59'],
    ['9999-12-31T23:59:59-01:00', T],
    ['2016-12-31T23:59:60Z', T],
    ['2024-01-01T00:00:00+1', T],
    ['2024-01-01T00:00:00+05:', T],
    ['2024-01-01T00:00:00+05:3', T],
    ['2024-01-01T00:00:00+05:60', T],
    ['2024-01-01T00:00:00+19:00', T],
    ['2024-01-01T00:00:00Zulu', T],
    ['2024-01-01T00:00:00', '!no_zone'],
    ['2024-01-01', '!no_zone'],
  ]);
  both(
    'timestamptz',
    'a clock in Chicago',
    [
      ['2024-01-15T12:00:00', '2024-01-15 18:00:00'],
      ['2024-07-15 12:00:00', '2024-07-15 17:00:00'],
      ['2024-03-10T01:59:59', '2024-03-10 07:59:59'],
      ['2024-03-10T02:30:00', '2024-03-10 08:30:00'],
      ['2024-03-10T03:00:00', '2024-03-10 08:00:00'],
      ['2024-11-03T00:59:59', '2024-11-03 05:59:59'],
      ['2024-11-03T01:30:00', '2024-11-03 06:30:00'],
      ['2024-11-03T02:00:00', '2024-11-03 08:00:00'],
      ['2024-07-15T12:00:00Z', '2024-07-15 12:00:00'],
    ],
    { timeZone: 'America/Chicago' },
  );
  both('timestamptz', 'Kathmandu, by quarters of an hour', [['2024-01-15T12:00:00', '2024-01-15 06:15:00']], {
    timeZone: 'Asia/Kathmandu',
  });
  both(
    'timestamptz',
    'epoch_seconds',
    [
      ['0', '1970-01-01 00:00:00'],
      ['1700000000', '2023-11-14 22:13:20'],
      ['1700000000.123456789', '2023-11-14 22:13:20.123456'],
      ['-0.5', '1969-12-31 23:59:59.5'],
      ['-1', '1969-12-31 23:59:59'],
      ['253402300799.999999', '9999-12-31 23:59:59.999999'],
      ['253402300800', T],
      ['1700000000000', T],
      ['1e9', T],
      ['.5', T],
      ['1.', T],
      ['-', T],
    ],
    { formats: { v: 'epoch_seconds' } },
  );
  both(
    'timestamptz',
    'epoch_millis',
    [
      ['1700000000123', '2023-11-14 22:13:20.123'],
      ['1700000000123.4567', '2023-11-14 22:13:20.123456'],
      ['-1', '1969-12-31 23:59:59.999'],
      ['12a', T],
    ],
    { formats: { v: 'epoch_millis' } },
  );
  objects(
    'timestamptz',
    [
      [1_700_000_000.25, '2023-11-14 22:13:20.25'],
      [1_700_000_000n, '2023-11-14 22:13:20'],
      ['', T],
      [[], T],
      [true, T],
    ],
    {
      formats: { v: 'epoch_seconds' },
    },
  );
  objects('timestamptz', [
    [1_700_000_000, T],
    [new Date(0), T],
  ]);
  both(
    'timestamptz',
    "a vendor's clock without daylight saving, of twelve hours",
    [
      ['7/15/2026 12:00:00 AM', '2026-07-15 06:00:00'],
      ['7/15/2026 12:00:00 PM', '2026-07-15 18:00:00'],
      ['11/1/2026 1:05:09 pm', '2026-11-01 19:05:09'],
      ['07/05/2026 09:05:09 AM', '2026-07-05 15:05:09'],
      ['7/15/2026 13:00:00 PM', T],
      ['7/15/2026 0:00:00 AM', T],
      ['7/15/2026 1:60:00 AM', T],
      ['7/15/2026 1:00:00 XM', T],
      ['7/15/2026 1:00:00', T],
      ['2/30/2026 1:00:00 AM', T],
      ['7/15/2026 1:00:00 AMx', T],
      ['2026-07-15T01:00:00', T],
    ],
    { formats: { v: 'M/D/YYYY h:mm:ss A' }, timeZone: 'Etc/GMT+6' },
  );
  both('timestamptz', 'of 24 hours without seconds', [['15.07.2026 23:59', '2026-07-15 23:59:00']], {
    formats: { v: 'DD.MM.YYYY HH:mm' },
    timeZone: 'UTC',
  });
  test.each(['M/D/YYYY h:mm', 'M/D/YYYY H:mm A', 'M/D/YYYY hmm A', 'M/D/YYYY H:mm H', 'D/YYYY H:mm'])(
    'refuses the format "%s" of instants',
    (format) => {
      const plan = planOf([column('v', 'timestamptz')], { parsing: { formats: { v: format } } });
      expect(() => oneFromBytes(plan, '1')).toThrow(/format .* of field "v" is unknown/);
    },
  );
  test('refuses a time zone and a format that nobody knows', () => {
    const zone = planOf([column('v', 'timestamptz')], { parsing: { timeZone: 'Mars/Olympus' } });
    expect(() => oneFromBytes(zone, '1')).toThrow(/time zone "Mars\/Olympus" is unknown/);
    const format = planOf([column('v', 'timestamptz')], { parsing: { formats: { v: 'stardate' } } });
    expect(() => oneFromObject(format, '1')).toThrow(/format "stardate" of field "v" is unknown/);
  });
});
