import { jest } from '@jest/globals';
import { watchLimits } from '../../../../core/sdk/http/limit-waits.js';
import { bearer, countCalls, type HttpClient } from '../../../../core/sdk/http/index.js';
import { limitStateOf } from '../../../../core/sdk/http/limit-headers.js';
import { rateBudget } from '../../../../core/sdk/http/rate-budget.js';
import { failureOf, fakeClock, json, START, withApi, type Answer } from './local-api.js';

const refusedTimes =
  (times: number, headers: Record<string, string>): Answer =>
  (_seen, response, nth) =>
    nth <= times ? json(response, {}, headers, 429) : json(response, { nth });
const epoch = (afterMs: number): string => String((START + afterMs) / 1000);

describe('what headers say', () => {
  const now = new Date(START);
  test.each([
    ['Retry-After in seconds', { 'retry-after': '7' }, { retryAfterMs: 7_000 }],
    ['Retry-After as a date', { 'retry-after': new Date(START + 9_000).toUTCString() }, { retryAfterMs: 9_000 }],
    ['a Retry-After that has passed', { 'retry-after': new Date(START - 9_000).toUTCString() }, { retryAfterMs: 0 }],
    ['a Retry-After that is nonsense', { 'retry-after': 'soon' }, {}],
    [
      'a reset in epoch seconds',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(30_000) },
      { remaining: 0, resetMs: 30_000 },
    ],
    ['a reset in epoch milliseconds', { 'x-ratelimit-reset': String(START + 30_000) }, { resetMs: 30_000 }],
    [
      'the fields of the older draft',
      { 'ratelimit-remaining': '3', 'ratelimit-reset': '20' },
      { remaining: 3, resetMs: 20_000 },
    ],
    ['the field of the newer draft', { ratelimit: '"default";r=5;t=40' }, { remaining: 5, resetMs: 40_000 }],
    [
      'a server whose clock is an hour ahead',
      { date: new Date(START + 3_600_000).toUTCString(), 'x-ratelimit-reset': epoch(3_610_000) },
      { resetMs: 10_000 },
    ],
  ])('%s', (_name, headers, state) => {
    expect(limitStateOf(headers, now)).toEqual(state);
  });
});

describe('a refusal by a rate limit', () => {
  test.each([
    ['Retry-After in seconds', { 'retry-after': '40' }, 40_000],
    ['Retry-After as a date', { 'retry-after': new Date(START + 60_000).toUTCString() }, 60_000],
    ['a reset', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(1_800_000) }, 1_800_000],
  ])('waits as %s asks for', (_name, headers, waitMs) =>
    withApi(refusedTimes(1, headers), async ({ client, clock }) => {
      expect(await client().get('/x')).toEqual({ nth: 2 });
      expect(clock.sleptMs()).toBe(waitMs);
    }),
  );

  test('is seen by whoever watches, from its second second on and as long as it lasts', () =>
    withApi(refusedTimes(1, { 'retry-after': '40' }), async ({ client, clock }) => {
      const watch = watchLimits();
      const told: boolean[] = [];
      let now = Date.now();
      const real = jest.spyOn(Date, 'now').mockImplementation(() => now);
      const sleep = async (ms: number, signal?: AbortSignal) => {
        await Promise.resolve();
        told.push(watch.isWaiting());
        now += 1_000;
        told.push(watch.isWaiting());
        return clock.sleep(ms, signal);
      };
      try {
        const asked = client({ clock: { ...clock, sleep } });
        await watch.during(() => asked.get('/x'));
        expect([told, watch.isWaiting()]).toEqual([[false, true], false]);
      } finally {
        real.mockRestore();
      }
    }));

  test('uses up no attempts', () =>
    withApi(refusedTimes(12, { 'retry-after': '1' }), async ({ client }) => {
      expect(await client({ retry: { attempts: 2 } }).get('/x')).toEqual({ nth: 13 });
    }));

  test('that lasts longer than a request may wait is a rate_limit error which says how long', () =>
    withApi(refusedTimes(1, { 'retry-after': '900' }), async ({ client, clock }) => {
      const error = await failureOf(client({ retry: { totalMs: 60_000 } }).get('/x'));
      expect(error).toMatchObject({
        kind: 'rate_limit',
        message: expect.stringContaining('answered 429, to be asked again in 900 s'),
        details: { retryAfterMs: 900_000 },
      });
      expect(clock.slept).toEqual([]);
    }));

  test('that says "at once" for ever ends within the total limit', () =>
    withApi(refusedTimes(Number.POSITIVE_INFINITY, { 'retry-after': '0' }), async ({ client, clock, seen }) => {
      const error = await failureOf(client({ random: () => 0, retry: { totalMs: 60_000 } }).get('/x'));
      expect(error.kind).toBe('rate_limit');
      expect(clock.sleptMs()).toBeLessThanOrEqual(60_000);
      expect(seen.length).toBeLessThan(20);
    }));
});

describe('the budget of a credential', () => {
  test('no window sees more requests than allowed, and the quota is used', async () => {
    const clock = fakeClock();
    const budget = rateBudget({ requests: 100, per: '1m' });
    const started: number[] = [];
    for (let count = 0; count < 500; count += 1) {
      await budget.take(clock, Number.POSITIVE_INFINITY);
      started.push(clock.now().getTime());
    }
    for (const from of started)
      expect(started.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(100);
    expect((started.at(-1) ?? 0) - START).toBeLessThan(7 * 60_000);
  });

  test('clients with the same credential share it, another credential has its own', () =>
    withApi(
      (_seen, response) => json(response, {}),
      async ({ client, clock }) => {
        const rateLimit = { requests: 5, per: '1m' };
        await client({ auth: bearer('same'), rateLimit }).get('/x');
        await client({ auth: bearer('other'), rateLimit }).get('/x');
        expect(clock.sleptMs()).toBe(0);
        await client({ auth: bearer('same'), rateLimit }).get('/x');
        expect(clock.sleptMs()).toBe(15_000);
      },
    ));

  test('a share of its own is counted apart', () =>
    withApi(
      (_seen, response) => json(response, {}),
      async ({ client, clock }) => {
        const api = client({ auth: bearer('shares'), rateLimit: { requests: 5, per: '1m' } });
        await api.get('/x');
        await api.get('/series', {}, { rateLimit: { requests: 5, per: '1m', share: 'series' } });
        expect(clock.sleptMs()).toBe(0);
      },
    ));

  test('a response with nothing left lets all sharers wait for the reset', () =>
    withApi(
      (_seen, response, nth) =>
        json(response, { nth }, nth === 1 ? { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': epoch(45_000) } : {}),
      async ({ client, clock, seen }) => {
        const auth = (): Parameters<typeof client>[0] => ({ auth: bearer('drained') });
        const [first, second]: HttpClient[] = [client(auth()), client(auth())] as [HttpClient, HttpClient];
        await first!.get('/x');
        expect(clock.sleptMs()).toBe(0);
        await second!.get('/x');
        expect(clock.sleptMs()).toBe(45_000);
        expect(seen).toHaveLength(2);
      },
    ));

  test('a refusal lets all sharers wait', () =>
    withApi(refusedTimes(1, { 'retry-after': '50' }), async ({ client, clock, seen }) => {
      const auth = bearer('refused');
      await failureOf(client({ auth, retry: { totalMs: 1_000 } }).get('/x'));
      await client({ auth }).get('/x');
      expect(clock.sleptMs()).toBe(50_000);
      expect(seen).toHaveLength(2);
    }));

  test('a remaining count from the API is believed when it is lower', async () => {
    const clock = fakeClock();
    const budget = rateBudget({ requests: 600, per: '1m' });
    budget.remaining(clock, 1);
    await budget.take(clock, 0);
    expect((await failureOf(budget.take(clock, 0))).kind).toBe('rate_limit');
  });

  test('a wait that is too long fails at once and gives its turn back', async () => {
    const clock = fakeClock();
    const budget = rateBudget({ requests: 5, per: '1m' });
    await budget.take(clock, 0);
    for (let count = 0; count < 10; count += 1) {
      const error = await failureOf(budget.take(clock, 10_000));
      expect(error).toMatchObject({ kind: 'rate_limit', details: { retryAfterMs: 15_000 } });
    }
    expect(await budget.take(clock, 15_000)).toBe(15_000);
  });

  test('a clock that is set back stops nobody', async () => {
    const clock = fakeClock();
    const budget = rateBudget({ requests: 100, per: '1m' });
    await budget.take(clock, 0);
    await budget.take({ ...clock, now: () => new Date(START - 3_600_000) }, 0);
  });

  test('a reset in the far future does not stop a host for longer than a day', async () => {
    const clock = fakeClock();
    const budget = rateBudget();
    budget.pause(clock, 10 ** 12);
    expect(await budget.take(clock, Number.POSITIVE_INFINITY)).toBe(24 * 3_600_000);
  });

  test('an abort ends the wait for a turn', async () => {
    const { systemClock } = await import('../../../../core/sdk/http/clock.js');
    const stop = new AbortController();
    const budget = rateBudget();
    budget.pause(systemClock, 600_000);
    const failure = failureOf(budget.take(systemClock, 700_000, stop.signal));
    stop.abort(new Error('Ctrl-C'));
    expect((await failure).message).toBe('Ctrl-C');
  });

  test('a limit that makes no sense is refused', () => {
    expect(() => rateBudget({ requests: 0, per: '1h' })).toThrow('makes no sense');
    expect(() => rateBudget({ requests: 5, per: 'hour' })).toThrow('makes no sense');
  });
});

test('calls are counted by host and quota, each that goes out, with what the API says is left', () =>
  withApi(
    (_seen, response, nth) =>
      nth === 2
        ? json(response, {}, { 'retry-after': '1' }, 429)
        : nth === 3
          ? json(response, {}, {}, 500)
          : json(response, { nth }, { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': String(100 - nth) }),
    async ({ client, url }) => {
      const common = { requests: 80, per: '1m' };
      const api = client({ rateLimit: common });
      await api.get('/uncounted');
      const one = countCalls();
      const other = countCalls();
      await one.during(async () => {
        await api.get('/x');
        await other.during(() => api.get('/y'));
        await api.get('/z', undefined, { rateLimit: { requests: 8, per: '1h', share: 'own' } });
      });
      const { host } = new URL(url);
      expect(one.calls()).toEqual([
        { host, sent: 3, refused: 1, budget: common, limit: 100, remaining: 96 },
        { host, share: 'own', sent: 1, refused: 0, budget: { requests: 8, per: '1h' }, limit: 100, remaining: 94 },
      ]);
      expect(other.calls()).toMatchObject([{ sent: 1, refused: 0, remaining: 95 }]);
    },
  ));
