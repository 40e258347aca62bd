import { checkFault, type Fault } from '../../../simulators/braze/faults.js';
import { defaultApiKey, type BrazeSimulator } from '../../../simulators/braze/server.js';
import { ask, withSimulator } from './client.js';

const list = '/campaigns/list';
const raw = ({ url }: BrazeSimulator, signal?: AbortSignal): Promise<Response> =>
  fetch(url + list, { headers: { authorization: `Bearer ${defaultApiKey.key}` }, signal });
const statuses = async (simulator: BrazeSimulator, count: number): Promise<number[]> => {
  const seen = [];
  for (let request = 0; request < count; request += 1) seen.push((await ask(simulator, list)).status);
  return seen;
};

describe('a fault', () => {
  test.each<[Partial<Fault>, number[]]>([
    [{}, [500, 200, 200, 200, 200, 200]],
    [{ nth: 3 }, [200, 200, 500, 200, 200, 200]],
    [{ nth: 2, times: 3 }, [200, 500, 500, 500, 200, 200]],
    [{ every: 2 }, [200, 500, 200, 500, 200, 500]],
    [{ every: 2, times: 1 }, [200, 500, 200, 200, 200, 200]],
    [{ route: '/campaigns/details' }, [200, 200, 200, 200, 200, 200]],
    [{ route: '*', nth: 6 }, [200, 200, 200, 200, 200, 500]],
  ])('set as %j hits when it should', (fault, expected) =>
    withSimulator({ faults: [{ route: list, kind: '500', ...fault }] }, async (simulator) => {
      expect(await statuses(simulator, 6)).toEqual(expected);
    }),
  );

  test.each<[Fault['kind'], number, string]>([
    ['429', 429, 'Rate limit exceeded'],
    ['503', 503, 'Service is temporarily unavailable'],
    ['expired401', 401, 'Invalid API key'],
    ['forbidden403', 403, 'This key has no permission for this'],
    ['queued202', 202, 'queued'],
    ['error200', 200, 'Service is temporarily unavailable'],
  ])('%s answers %d', (kind, status, message) =>
    withSimulator({ faults: [{ route: list, kind }] }, async (simulator) => {
      const answer = await ask(simulator, list);
      expect([answer.status, answer.body.message]).toEqual([status, message]);
      expect(answer.body).not.toHaveProperty('campaigns');
      expect(simulator.requests.list()[0]).toMatchObject({ status, fault: kind });
    }),
  );

  test('429 tells a reset in the future', () =>
    withSimulator(
      { faults: [{ route: list, kind: '429', reset_s: 2 }], wallClock: () => 5_000_500 },
      async (simulator) => {
        const { headers } = await ask(simulator, list);
        expect([headers.get('x-ratelimit-reset'), headers.get('x-ratelimit-remaining')]).toEqual(['5003', '0']);
      },
    ));

  test('can be for one campaign alone', () =>
    withSimulator({}, async (simulator) => {
      const [first, second] = simulator.world.truthCampaigns(simulator.now()).filter(({ deleted }) => !deleted);
      simulator.faults.set({ route: '/campaigns/data_series', kind: 'forbidden403', campaign_id: second.id, every: 1 });
      const read = async (id: string) =>
        (await ask(simulator, `/campaigns/data_series?length=1&campaign_id=${id}`)).status;
      expect([await read(first.id), await read(second.id), await read(second.id)]).toEqual([200, 403, 403]);
      simulator.faults.clear();
      expect(await read(second.id)).toBe(200);
    }));

  test('html200 is a page of a proxy', () =>
    withSimulator({ faults: [{ route: list, kind: 'html200' }] }, async (simulator) => {
      const response = await raw(simulator);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
    }));

  test('warned200 gives the data with errors beside them', () =>
    withSimulator({ faults: [{ route: list, kind: 'warned200' }] }, async (simulator) => {
      const { body } = await ask(simulator, list);
      expect([body.message, body.errors.length]).toEqual(['success', 1]);
      expect(body.campaigns.length).toBeGreaterThan(0);
    }));

  test('truncated is a whole HTTP message with half a JSON', () =>
    withSimulator({ faults: [{ route: list, kind: 'truncated' }] }, async (simulator) => {
      const text = await (await raw(simulator)).text();
      expect(text.startsWith('{"message":"success"')).toBe(true);
      expect(() => JSON.parse(text)).toThrow(SyntaxError);
    }));

  test('disconnect breaks in the body, reset before it', () =>
    withSimulator(
      {
        faults: [
          { route: list, kind: 'disconnect' },
          { route: list, kind: 'reset', nth: 2 },
        ],
      },
      async (simulator) => {
        await expect(raw(simulator).then((response) => response.text())).rejects.toThrow();
        await expect(raw(simulator)).rejects.toThrow();
        expect((await raw(simulator)).status).toBe(200);
      },
    ));

  test('timeout never answers, and ends with the simulator or the client', () =>
    withSimulator({ faults: [{ route: list, kind: 'timeout', times: 2 }] }, async (simulator) => {
      await expect(raw(simulator, AbortSignal.timeout(100))).rejects.toThrow(/timeout/);
      expect(simulator.requests.list()).toMatchObject([{ status: 0, fault: 'timeout' }]);
      const waiting = raw(simulator);
      await Promise.all([expect(waiting).rejects.toThrow(), simulator.close()]);
    }));

  test('slow gives the same answer later', () =>
    withSimulator({}, async (simulator) => {
      const { body } = await ask(simulator, list);
      simulator.faults.set({ route: list, kind: 'slow', delay_ms: 300 });
      const started = performance.now();
      expect((await ask(simulator, list)).body).toEqual(body);
      expect(performance.now() - started).toBeGreaterThan(250);
    }));

  test.each([
    [{ kind: '500' }, 'route'],
    [{ route: '/x', kind: '501' }, 'kind'],
    [{ route: '/x', kind: '500', nth: 0 }, 'nth'],
    [{ route: '/x', kind: '500', nth: 1, every: 1 }, 'nth or every'],
    [{ route: '/x', kind: '500', time: 1 }, 'time'],
  ])('%j is refused, since it would never fire', (fault, culprit) => {
    expect(() => checkFault(fault)).toThrow(culprit);
  });
});

describe('control over HTTP', () => {
  const post = ({ url }: BrazeSimulator, path: string, body: unknown, method = 'POST') =>
    fetch(url + path, { method, body: method === 'POST' ? JSON.stringify(body) : undefined });

  test('states the truth, filtered, at any instant and without a key', () =>
    withSimulator({}, async (simulator) => {
      const at = '2026-06-01T00:00:00.000Z';
      const { body } = await ask(simulator, `/_simulator/truth?at=${at}`, { key: null });
      expect(body).toEqual(simulator.world.truth(at));
      const { id } = simulator.world.truthCampaigns(at)[0];
      const part = await ask(simulator, `/_simulator/truth?at=${at}&campaign_id=${id}&from=2026-02-01&to=2026-02-02`, {
        key: null,
      });
      expect(part.body).toEqual(simulator.world.truth(at, { campaignId: id, from: '2026-02-01', to: '2026-02-02' }));
      expect(part.body.cells.length).toBeGreaterThan(0);
      expect((await ask(simulator, '/_simulator/truth?at=soon', { key: null })).status).toBe(400);
    }));

  test('moves the clock', () =>
    withSimulator({}, async (simulator) => {
      const moved = await post(simulator, '/_simulator/clock', { now: '2026-12-01T00:00:00Z' });
      expect(await moved.json()).toEqual({ now: '2026-12-01T00:00:00.000Z', time_zone: 'America/Chicago' });
      expect(simulator.now()).toBe('2026-12-01T00:00:00.000Z');
      expect((await post(simulator, '/_simulator/clock', { now: 'soon' })).status).toBe(400);
      expect((await post(simulator, '/_simulator/clock', null)).status).toBe(400);
    }));

  test('sets, shows and clears faults, and shows and clears the requests', () =>
    withSimulator({}, async (simulator) => {
      await post(simulator, '/_simulator/faults', [{ route: list, kind: '500', times: 5 }]);
      expect(await statuses(simulator, 1)).toEqual([500]);
      expect((await ask(simulator, '/_simulator/faults')).body).toEqual([
        { route: list, kind: '500', times: 5, hits: 1 },
      ]);
      expect((await post(simulator, '/_simulator/faults', { route: list, kind: '999' })).status).toBe(400);
      await post(simulator, '/_simulator/faults', undefined, 'DELETE');
      expect(await statuses(simulator, 1)).toEqual([200]);
      expect((await ask(simulator, '/_simulator/requests')).body).toMatchObject([
        { status: 500, fault: '500' },
        { status: 200 },
      ]);
      await post(simulator, '/_simulator/requests', undefined, 'DELETE');
      expect(simulator.requests.list()).toEqual([]);
      expect((await ask(simulator, '/_simulator/anything')).status).toBe(404);
    }));
});
