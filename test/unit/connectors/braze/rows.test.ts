import { rowsOf } from '../../../../connectors/braze/braze.metrics.js';
import { parseJson } from '../../../../core/sdk/http/index.js';

const FROM = '2026-06-01';
const TO = '2026-06-03';

/** One day of a series whose e-mail channel has this list of elements, as text so that numbers keep their form. */
const rows = (messages: string, day = '') =>
  rowsOf('c', parseJson(`{"data":[{"time":"2026-06-01","messages":${messages}${day}}]}`), FROM, TO);
const email = (...elements: string[]) => rows(`{"email":[${elements.join()}]}`);

test('numbers keep every digit, whole floats are whole, and null stays null', () => {
  const [row] = email(
    `{"variation_api_id":"v","sent":9007199254740993,"delivered":12.0,"opens":12345678901234567.0,"clicks":null,` +
      `"revenue":1234567890123456.78,"unheard_of":0.5}`,
  );
  expect(row).toMatchObject({
    sent: 9007199254740993n,
    delivered: 12,
    opens: '12345678901234567',
    clicks: null,
    bounces: null,
    revenue: '1234567890123456.78',
    other_metrics: { unheard_of: 0.5 },
  });
});

test.each([
  ['an id', ['{"variation_api_id":"v1","variation_name":"A"}', '{"variation_api_id":"v2"}'], ['v1', 'v2']],
  ['a name alone', ['{"variation_name":"A"}', '{"variation_name":"B"}'], ['name:A', 'name:B']],
  ['neither', ['{"sent":1}', '{"sent":2}'], ['#1', '#2']],
  ['an empty id', ['{"variation_api_id":"","variation_name":""}'], ['#1']],
  ['the same id twice', ['{"variation_api_id":"v"}', '{"variation_api_id":"v"}'], ['v', 'v#2']],
])('variations with %s have keys of their own', (_case, elements, ids) => {
  expect(email(...elements).map(({ variation_id }) => variation_id)).toEqual(ids);
});

test('the control group is known without its name, and a variation that only has the name is none', () => {
  const flags = email(
    '{"enrolled":0,"conversions":1}',
    '{"variation_name":"Control Group","conversions":1}',
    '{"variation_name":"Control Group","sent":0}',
    '{"sent":3,"enrolled":5}',
    '{"impressions":3}',
  ).map(({ is_control }) => is_control);
  expect(flags).toEqual([true, true, false, false, false]);
});

test('a metric under two names gives one number to the column and keeps the other beside it', () => {
  expect(email('{"machine_opens":4}')[0]).toMatchObject({ machine_open: 4, other_metrics: null });
  for (const both of ['{"machine_opens":4,"machine_open":5}', '{"machine_open":5,"machine_opens":4}'])
    expect(email(both)[0]).toMatchObject({ machine_open: 5, other_metrics: { machine_opens: 4 } });
});

test('channels nobody has heard of pass, and WhatsApp and content cards find their columns', () => {
  const found = rows(
    `{"line":[{"sent":5,"reads":2}],"whats_app":[{"sent":9,"delivered":8,"read":7,"failed":1}],` +
      `"content_cards":[{"sent":9,"total_clicks":3,"total_impressions":6,"unique_impressions":5}],"rcs":null}`,
  );
  expect(found).toMatchObject([
    { channel: 'line', sent: 5, other_metrics: { reads: 2 } },
    { channel: 'whats_app', sent: 9, delivered: 8, opens: 7, delivery_failed: 1, other_metrics: null },
    { channel: 'content_cards', sent: 9, clicks: 3, impressions: 6, other_metrics: { unique_impressions: 5 } },
  ]);
});

test('conversions of the day are read only where no variation has any', () => {
  const day = ',"conversions":7,"conversions1":null,"unique_recipients":50,"revenue":12.5';
  expect(rows('{"email":[{"variation_api_id":"v","conversions":0}]}', day)).toMatchObject([
    { variation_id: 'v', conversions: 0 },
  ]);
  expect(rows('{"email":[{"variation_api_id":"v","sent":9}]}', day)).toMatchObject([
    { variation_id: 'v', sent: 9, conversions: null },
    { channel: '', variation_id: '', conversions: 7, conversions1: null, unique_recipients: 50, revenue: 12.5 },
  ]);
  expect(rows('{}', ',"conversions":0')).toEqual([]);
});

test('days beside the window are left out', () => {
  const data = ['2026-05-31', '2026-06-01', '2026-06-02', '2026-06-03'].map((time) => ({
    time,
    messages: { email: [{ sent: 1 }] },
  }));
  expect(rowsOf('c', { data }, FROM, TO).map(({ time }) => time)).toEqual(['2026-06-01', '2026-06-02']);
});

test.each([
  ['no list', {}, 'The series of campaign c has no list of days'],
  ['a day without its date', { data: [{ messages: {} }] }, 'The series of campaign c has a day without "time"'],
  ['a day that is null', { data: [null] }, 'The series of campaign c has a day without "time"'],
])('an answer with %s is an error of the source, not an empty series', (_case, body, message) => {
  expect(() => rowsOf('c', body, FROM, TO)).toThrow(expect.objectContaining({ kind: 'source', message }));
});
