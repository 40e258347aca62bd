import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseIso, parseMoment } from '../../../../connectors/rest/time/format.js';

const read = (value: string | number, format: string) => parseMoment(value, format)?.text('T');

/** As the reference reads them: numbers lose what is less than a unit, texts with a point fit no whole number. */
test.each([
  ['%s', 1700000000.9, '2023-11-14T22:13:20+00:00'],
  ['%s', -1.5, '1969-12-31T23:59:59+00:00'],
  ['%s', 1700000000, '2023-11-14T22:13:20+00:00'],
  ['%s', ' 17 ', '1970-01-01T00:00:17+00:00'],
  ['%s', '1700000000.5', undefined],
  ['%s', '', undefined],
  ['%s', '1e3', undefined],
  ['%s', 1e30, undefined],
  ['%ms', 1700000000123.9, '2023-11-14T22:13:20.123000+00:00'],
  ['%epoch_microseconds', 1700000000000001.5, '2023-11-14T22:13:20.000001+00:00'],
  ['%s_as_float', 1700000000.5, '2023-11-14T22:13:20.500000+00:00'],
  ['%s_as_float', '1700000000.5', '2023-11-14T22:13:20.500000+00:00'],
  ['%s_as_float', '1.7e9', '2023-11-14T22:13:20+00:00'],
  ['%s_as_float', ' 17. ', '1970-01-01T00:00:17+00:00'],
  ['%s_as_float', -0.5, '1969-12-31T23:59:59.500000+00:00'],
  ['%s_as_float', '', undefined],
  ['%s_as_float', ' ', undefined],
  ['%s_as_float', '.', undefined],
  ['%s_as_float', '0x10', undefined],
  ['%s_as_float', 'Infinity', undefined],
  ['%s_as_float', 'nan', undefined],
  ['%s_as_float', '1e30', undefined],
])('%s reads %j as %s', (format, value, expected) => {
  expect(read(value, format)).toBe(expected);
});

test('formats that come from data are forgotten', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = () => {
    // V8 itself keeps the code of patterns for some turns of the collector.
    for (let turn = 0; turn < 10; turn += 1) collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  for (let at = 0; at < 5000; at += 1) expect(read('x', `${at}${'x'.repeat(1000)}%Y`)).toBeUndefined();
  expect(used() - before).toBeLessThan(40_000_000);
});

test.each([
  ['2026-02-28', '2026-02-28T00:00:00+00:00'],
  ['2024-02-29T10:00:00Z', '2024-02-29T10:00:00+00:00'],
  ['2026-02', '2026-02-01T00:00:00+00:00'],
  ['2026-02-30', undefined],
  ['2026-02-29', undefined],
  ['20260431', undefined],
  ['2026-04-31T10:00:00+02:00', undefined],
  ['2026-04-00', undefined],
])('%s is read as ISO 8601: %s', (text, expected) => {
  expect(parseIso(text)?.text('T')).toBe(expected);
});
