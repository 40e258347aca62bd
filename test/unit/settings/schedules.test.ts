import { SAMPLE, errorsOf, parseText } from './sample.js';

const scheduled = (schedule: string, more = '') =>
  SAMPLE.replace('    streams:\n      campaigns', `    schedule: ${schedule}\n    streams:\n      campaigns`).replace(
    'report:\n',
    `${more}report:\n`,
  );
const another = (name: string, after: string) =>
  `  ${name}:\n    source: braze\n    destination: warehouse\n    schedule: { after: ${after} }\n    streams: { campaigns: {} }\n`;
const FIELDS = 'as *, a value, a range a-b, with a step */n or a-b/n, or a list of these';

test('a schedule is read with its defaults', () => {
  const schedule = (text: string) => parseText(scheduled(text)).settings.connections['daily']?.schedule;
  expect(schedule('{ cron: "15 5 * * *" }')).toMatchObject({ cron: '15 5 * * *', catch_up: 'coalesce' });
  expect(schedule('{ every: 6h, catch_up: skip, grace: 10m, jitter: 90s }')).toMatchObject({ every: '6h' });
  expect(
    schedule(
      '{ every: 6h, blackout: [ { from: 22:00, to: "02:00", days: [sat, sun] }, { from: "12:00", to: "24:00" } ] }',
    ),
  ).toMatchObject({ blackout: [{ from: '22:00', days: ['sat', 'sun'] }, { to: '24:00' }] });
  for (const cron of ['*/5 0-6/2,8 1,15 JAN-mar,12 Mon-Fri', '0 0 29 2 *', '0 0 30 2 mon', '0 0 * * 7'])
    expect(schedule(`{ cron: "${cron}" }`)).toMatchObject({ cron });
});

test.each([
  [
    '{ cron: "0 25 * * *" }',
    `21:23: connections.daily.schedule.cron: is wrong in field 2, the hour: 0 to 23, ${FIELDS}`,
  ],
  [
    '{ cron: "60 5 * * *" }',
    `21:23: connections.daily.schedule.cron: is wrong in field 1, the minute: 0 to 59, ${FIELDS}`,
  ],
  [
    '{ cron: "0 5 * 13 *" }',
    `21:23: connections.daily.schedule.cron: is wrong in field 4, the month: 1 to 12 or jan to dec, ${FIELDS}`,
  ],
  [
    '{ cron: "0 5 * * fri-mon" }',
    `21:23: connections.daily.schedule.cron: is wrong in field 5, the day of the week: 0 to 7 or sun to sat, ${FIELDS}`,
  ],
  [
    '{ cron: "5/15 * * * *" }',
    `21:23: connections.daily.schedule.cron: is wrong in field 1, the minute: 0 to 59, ${FIELDS}`,
  ],
  [
    '{ cron: "*/0 * * * *" }',
    `21:23: connections.daily.schedule.cron: is wrong in field 1, the minute: 0 to 59, ${FIELDS}`,
  ],
  [
    '{ cron: "0 0 5 * * *" }',
    '21:23: connections.daily.schedule.cron: must be a cron of five fields: minute, hour, day of the month, month, day of the week',
  ],
  ['{ cron: 5 }', '21:23: connections.daily.schedule.cron: must be a cron like "15 5 * * *"'],
  [
    '{ cron: "0 0 30 2 *" }',
    '21:23: connections.daily.schedule.cron: never fires: none of these months has such a day',
  ],
  [
    '{ cron: "0 0 31 4,6,9,11 *" }',
    '21:23: connections.daily.schedule.cron: never fires: none of these months has such a day',
  ],
  ['{ every: 30s }', '21:24: connections.daily.schedule.every: must be a duration of at least 1m, like 15m or 6h'],
  ['{ every: often }', '21:24: connections.daily.schedule.every: must be a duration of at least 1m, like 15m or 6h'],
  ['{ every: 6h, jitter: 5 }', '21:36: connections.daily.schedule.jitter: must be a duration like 14d, 36h or 15m'],
  ['{}', '21:15: connections.daily.schedule: needs exactly one of cron, every, after'],
  ['{ cron: "0 5 * * *", every: 6h }', '21:15: connections.daily.schedule: needs exactly one of cron, every, after'],
  [
    '{ every: 6h, catch_up: skp }',
    '21:38: connections.daily.schedule.catch_up: must be one of coalesce, skip; did you mean "skip"?',
  ],
  [
    '{ every: 6h, timezone: "+05:00" }',
    '21:38: connections.daily.schedule.timezone: must be an IANA time zone like America/Chicago or UTC',
  ],
  [
    '{ every: 6h, blackout: [ { from: "25:00", to: "02:00" } ] }',
    '21:48: connections.daily.schedule.blackout[0].from: must be a local time from 00:00 to 24:00, like "22:00"',
  ],
  [
    '{ every: 6h, blackout: [ { from: "02:00", to: "02:00" } ] }',
    '21:57: connections.daily.schedule.blackout[0].to: must differ from `from`; a whole day is from: "00:00", to: "24:00"',
  ],
  [
    '{ every: 6h, blackout: [ { from: "02:00", to: "03:00", days: [sat, sunday] } ] }',
    '21:82: connections.daily.schedule.blackout[0].days[1]: must be one of sun, mon, tue, wed, thu, fri, sat',
  ],
  [
    '{ every: 6h, blackout: [ { from: "02:00", to: "14:00" }, { from: "13:00", to: "02:00" } ] }',
    '21:28: connections.daily.schedule.blackout: leaves no time of the week in which a run may begin',
  ],
  ['{ after: dayly }', '21:24: connections.daily.schedule.after: no such connection; none is defined'],
  [
    '{ after: daily }',
    '21:24: connections.daily.schedule.after: is this connection itself; it would wait for its own run',
  ],
])('%s is refused with its place', (schedule, error) => {
  expect(errorsOf(scheduled(schedule))).toEqual([`c.yaml:${error}`]);
});

test('what has no effect beside after is refused', () => {
  for (const beside of [
    'timezone: UTC',
    'catch_up: skip',
    'grace: 1h',
    'jitter: 1m',
    'blackout: [{ from: "01:00", to: "02:00" }]',
  ])
    expect(
      errorsOf(scheduled(`{ after: other, ${beside} }`, another('other', 'third') + another('third', 'fourth'))),
    ).toEqual([
      expect.stringMatching(
        /^c\.yaml:21:\d+: connections\.daily\.schedule\.\w+: has no effect beside after; remove it$/,
      ),
      expect.stringContaining('third.schedule.after: no such connection'),
    ]);
});

test('a circle is told at each connection in it, and not at one that only leads there', () => {
  expect(errorsOf(scheduled('{ after: b }', another('b', 'c') + another('c', 'b')))).toEqual([
    expect.stringContaining(
      'connections.b.schedule.after: goes in a circle: b after c after b; none of them would ever run',
    ),
    expect.stringContaining(
      'connections.c.schedule.after: goes in a circle: c after b after c; none of them would ever run',
    ),
  ]);
});
