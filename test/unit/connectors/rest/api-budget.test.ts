import { Headers } from '../../../../connectors/rest/requests/answer.js';
import { apiBudget } from '../../../../connectors/rest/requests/api-budget.js';

const START = Date.parse('2024-03-10T12:00:07Z');

/** A clock that goes on to the next who wakes, once nobody else has anything to do. */
function standingClock() {
  let time = START;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    now: () => new Date(time),
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ at: time + ms, wake });
      }),
    async run(until: () => boolean) {
      while (!until()) {
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        if (until()) return;
        sleepers.sort((a, b) => a.at - b.at);
        time = Math.max(time, sleepers[0]!.at);
        while (sleepers.length > 0 && sleepers[0]!.at <= time) sleepers.shift()!.wake();
      }
    },
  };
}

test.each([
  ['MovingWindowCallRatePolicy', { rates: [{ type: 'Rate', limit: 3, interval: 'PT1M' }] }],
  ['FixedWindowCallRatePolicy', { call_limit: 3, period: 'PT1M' }],
])('of many who ask at once, a %s lets so many through as it allows', async (type, fields) => {
  const clock = standingClock();
  const node = { type: 'HTTPAPIBudget', policies: [{ type, ...fields, matchers: [] }] };
  const budget = apiBudget(node, { config: {}, parameters: {} }, clock);
  const request = { method: 'GET', url: new URL('https://api.example/a'), headers: {} };
  const times: number[] = [];
  const signal = new AbortController().signal;
  for (let call = 0; call < 10; call += 1)
    void budget.take(request, signal).then(() => times.push(clock.now().getTime() - START));
  await clock.run(() => times.length === 10);
  const minute = type.startsWith('Fixed')
    ? (turn: number) => (turn === 0 ? 0 : turn * 60_000 - 7_000)
    : (turn: number) => turn * 60_000;
  expect(times).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3].map(minute));
});

test.each(["{{ config['calls'] }}", '0'])('a limit of calls that gives no number is refused (%s)', (limit) => {
  const policies = [
    { type: 'MovingWindowCallRatePolicy', rates: [{ type: 'Rate', limit, interval: 'PT1M' }], matchers: [] },
  ];
  const node = { type: 'HTTPAPIBudget', policies };
  expect(() => apiBudget(node, { config: {}, parameters: {} }, standingClock())).toThrow('no number of calls');
});

test.each([
  ['in ten minutes', String(600), 600_000],
  ['in a day', String(86_400), 3_600_000],
])(
  'what an API that is used up says of its next calls is kept to for an hour at most: %s',
  async (_when, reset, expected) => {
    const clock = standingClock();
    const policies = [{ type: 'UnlimitedCallRatePolicy', matchers: [] }];
    const budget = apiBudget({ type: 'HTTPAPIBudget', policies }, { config: {}, parameters: {} }, clock);
    const request = { method: 'GET', url: new URL('https://api.example/a'), headers: {} };
    budget.answered(request, { status: 429, headers: new Headers({ 'ratelimit-reset': reset }) } as never);
    let waited: number | undefined;
    void budget.take(request, new AbortController().signal).then(() => {
      waited = clock.now().getTime() - START;
    });
    await clock.run(() => waited !== undefined);
    expect(waited).toBe(expected);
  },
);
