import { dayNumber, dayText } from '../../../simulators/braze/calendar.js';
import { defaultApiKey, type BrazeSimulator } from '../../../simulators/braze/server.js';
import { ask, now, withSimulator } from './client.js';

const idsOf = async (simulator: BrazeSimulator, query: string): Promise<string[]> =>
  (await ask(simulator, `/campaigns/list?${query}`)).body.campaigns.map(({ id }: { id: string }) => id);
const named = ({ world }: BrazeSimulator, part: string) => {
  const found = world.truthCampaigns(now).find(({ name }) => name.includes(part));
  if (found === undefined) throw new Error(`No campaign named ${part}`);
  return found;
};
const series = async (simulator: BrazeSimulator, id: string, query = 'length=100'): Promise<any[]> =>
  (await ask(simulator, `/campaigns/data_series?campaign_id=${id}&${query}`)).body.data;

describe('keys', () => {
  const keys = [{ name: 'list only', key: 'k1', scopes: ['campaigns.list'] }];

  test('an unknown, a missing and a misplaced key are refused with 401', () =>
    withSimulator({ keys }, async (simulator) => {
      expect((await ask(simulator, '/campaigns/list', { key: 'wrong' })).status).toBe(401);
      expect((await ask(simulator, '/campaigns/list', { key: null })).status).toBe(401);
      expect((await ask(simulator, '/campaigns/list?api_key=k1', { key: 'k1' })).status).toBe(401);
    }));

  test('a key without the permission is refused with 403 that names it', () =>
    withSimulator({ keys }, async (simulator) => {
      expect((await ask(simulator, '/campaigns/list', { key: 'k1' })).status).toBe(200);
      const refused = await ask(simulator, '/campaigns/details?campaign_id=x', { key: 'k1' });
      expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining('campaigns.details')]);
    }));

  test('the log names the key and never holds it', () =>
    withSimulator({ keys }, async (simulator) => {
      await ask(simulator, '/campaigns/list?page=0', { key: 'k1' });
      await ask(simulator, '/campaigns/list?api_key=k1', { key: null });
      expect(simulator.requests.list()).toEqual([
        {
          method: 'GET',
          path: '/campaigns/list',
          query: { page: '0' },
          status: 200,
          key_name: 'list only',
          fault: null,
        },
        {
          method: 'GET',
          path: '/campaigns/list',
          query: { api_key: '(hidden)' },
          status: 401,
          key_name: null,
          fault: null,
        },
      ]);
    }));
});

describe('refusals', () => {
  test.each([
    ['/campaigns/list?page=-1', 'page'],
    ['/campaigns/list?page=one', 'page'],
    ['/campaigns/list?sort_direction=up', 'sort_direction'],
    ['/campaigns/list?include_archived=yes', 'include_archived'],
    ['/campaigns/list?last_edit.time%5Bgt%5D=2026-01-01', 'last_edit.time[gt]'],
    ['/campaigns/list?include_archive=true', 'include_archive'],
    ['/campaigns/list?page=0&page=1', 'page'],
    ['/campaigns/details', 'campaign_id'],
    ['/campaigns/details?campaign_id=nobody', 'Invalid Campaign ID'],
    ['/campaigns/data_series?length=7', 'campaign_id'],
    ['/campaigns/data_series?campaign_id=nobody&length=7', 'Invalid Campaign ID'],
    ['/campaigns/data_series?campaign_id=ID', 'length'],
    ['/campaigns/data_series?campaign_id=ID&length=0', 'length'],
    ['/campaigns/data_series?campaign_id=ID&length=101', 'length'],
    ['/campaigns/data_series?campaign_id=ID&length=7.5', 'length'],
    ['/campaigns/data_series?campaign_id=ID&length=7&ending_at=2026-11-20', 'ending_at'],
    ['/campaigns/data_series?campaign_id=ID&length=7&ending_at=2026-02-30T00:00:00Z', 'ending_at'],
    ['/campaigns/data_series?campaign_id=ID&length=7&ending_at=2026-11-20T00:00:00', 'ending_at'],
    // The "+" was not encoded, and arrives as a space.
    ['/campaigns/data_series?campaign_id=ID&length=7&ending_at=2026-11-20T00:00:00+01:00', 'ending_at'],
    ['/campaigns/data_series?campaign_id=ID&length=7&starting_at=2026-11-20T00:00:00Z', 'starting_at'],
  ])('400 for %s names what is wrong', (path, culprit) =>
    withSimulator({}, async (simulator) => {
      const { status, body } = await ask(simulator, path.replace('ID', named(simulator, 'Midwest').id));
      expect([status, body.message]).toEqual([400, expect.stringContaining(culprit)]);
      expect(body.errors).toHaveLength(1);
    }),
  );

  test('404 for a route Braze does not have here, 405 for a wrong method', () =>
    withSimulator({}, async (simulator) => {
      expect((await ask(simulator, '/campaigns')).status).toBe(404);
      const refused = await ask(simulator, '/campaigns/list', { method: 'POST' });
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET']);
    }));

  test('length 1 and 100 and the offset of Braze’s own examples are accepted', () =>
    withSimulator({}, async (simulator) => {
      const { id } = named(simulator, 'Adherence - Northeast');
      expect(await series(simulator, id, 'length=1')).toHaveLength(1);
      const data = await series(simulator, id, 'length=100&ending_at=2026-06-28T23:59:59-5:00');
      expect([data.length, data[99].time]).toEqual([100, '2026-06-28']);
    }));
});

describe('/campaigns/list', () => {
  test('pages by 100 from page 0, oldest first, and ends with an empty page', () =>
    withSimulator({ campaigns: 250 }, async (simulator) => {
      const pages = await Promise.all(
        [0, 1, 2, 3].map((page) => idsOf(simulator, `page=${page}&include_archived=true`)),
      );
      expect(pages.map(({ length }) => length)).toEqual([100, 100, 50, 0]);
      const all = pages.flat();
      expect(new Set(all).size).toBe(250);
      expect(await idsOf(simulator, 'sort_direction=desc&include_archived=true')).toEqual(
        all.toReversed().slice(0, 100),
      );
      expect(await idsOf(simulator, 'include_archived=true')).toEqual(pages[0]);
    }));

  test('hides archived campaigns unless asked', () =>
    withSimulator({}, async (simulator) => {
      const archived = simulator.world.truthCampaigns(now).filter((each) => each.archived);
      expect(archived.length).toBeGreaterThan(0);
      const shown = await idsOf(simulator, '');
      expect(archived.filter(({ id }) => shown.includes(id))).toEqual([]);
      expect(await idsOf(simulator, 'include_archived=true')).toHaveLength(14);
    }));

  test('filters by edit, and so drops a campaign that still sends', () =>
    withSimulator({}, async (simulator) => {
      const { id } = named(simulator, 'Adherence - Northeast');
      const recent = await idsOf(simulator, 'last_edit.time%5Bgt%5D=2026-01-01T00:00:00');
      expect(recent).not.toContain(id);
      expect(recent.length).toBeGreaterThan(0);
      expect((await series(simulator, id, 'length=3'))[0].messages.email[0].sent).toBeGreaterThan(0);
    }));

  test('shows a campaign only from its creation on', () =>
    withSimulator({}, async (simulator) => {
      simulator.setNow('2025-12-01T00:00:00Z');
      const early = await idsOf(simulator, 'include_archived=true');
      expect(early.length).toBeGreaterThan(0);
      expect(early.length).toBeLessThan(14);
      expect((await ask(simulator, `/campaigns/details?campaign_id=${named(simulator, 'Draft').id}`)).status).toBe(400);
    }));

  test('lists the deleted campaign, whose details and series are gone', () =>
    withSimulator({}, async (simulator) => {
      const gone = named(simulator, 'Superseded').id;
      expect(await idsOf(simulator, '')).toContain(gone);
      expect((await ask(simulator, `/campaigns/details?campaign_id=${gone}`)).status).toBe(400);
      expect((await ask(simulator, `/campaigns/data_series?length=1&campaign_id=${gone}`)).status).toBe(400);
    }));
});

describe('/campaigns/details', () => {
  test('keys the messages by variation, marks the control group, and gives windows in seconds', () =>
    withSimulator({}, async (simulator) => {
      const { id, tags } = named(simulator, 'A1C Test Reminder - Midwest');
      const { body } = await ask(simulator, `/campaigns/details?campaign_id=${id}`);
      expect(body).toMatchObject({ message: 'success', tags, archived: false, draft: false, channels: ['email'] });
      expect(Object.values<any>(body.messages).filter(({ type }) => type === 'control')).toEqual([
        { type: 'control', channel: 'email' },
      ]);
      expect(body.conversion_behaviors[0]).toEqual({
        type: 'Performs Custom Event',
        custom_event_name: 'a1c_test_scheduled',
        window: 604_800,
      });
      const [day] = await series(simulator, id, 'length=1');
      expect(Object.keys(body.messages)).toEqual(day.messages.email.map((each: any) => each.variation_api_id));
    }));

  test('says that a draft was never sent', () =>
    withSimulator({}, async (simulator) => {
      const { id } = named(simulator, 'Draft');
      const { body } = await ask(simulator, `/campaigns/details?campaign_id=${id}`);
      expect(body).toMatchObject({ draft: true, enabled: false, first_sent: null, last_sent: null });
      expect(await series(simulator, id)).toEqual([]);
    }));

  test('names the in-app channel differently from the series', () =>
    withSimulator({}, async (simulator) => {
      const { id } = named(simulator, 'In-App');
      expect((await ask(simulator, `/campaigns/details?campaign_id=${id}`)).body.channels).toEqual(['in-app_message']);
      const [element] = (await series(simulator, id, 'length=1'))[0].messages.trigger_in_app_message;
      expect(element).not.toHaveProperty('sent');
      expect(element).toHaveProperty('impressions');
    }));
});

describe('/campaigns/data_series', () => {
  test('gives the control group its own element without sends', () =>
    withSimulator({}, async (simulator) => {
      const data = await series(simulator, named(simulator, 'A1C Test Reminder - Midwest').id);
      const control = data.map(({ messages }) =>
        messages.email.find((each: any) => each.variation_name === 'Control Group'),
      );
      expect(control.every((each) => !('sent' in each) && !('opens' in each))).toBe(true);
      expect(control.reduce((sum, each) => sum + each.enrolled, 0)).toBeGreaterThan(0);
      expect(control.reduce((sum, each) => sum + each.conversions, 0)).toBeGreaterThan(0);
    }));

  test('cuts the window at the days of the company, on a clock change too', () =>
    withSimulator({}, async (simulator) => {
      const { id } = named(simulator, 'Adherence - Northeast');
      const lastDay = async (endingAt: string) =>
        (await series(simulator, id, `length=2&ending_at=${endingAt}`)).map(({ time }) => time);
      expect(await lastDay('2026-11-02T05:59:59Z')).toEqual(['2026-10-31', '2026-11-01']);
      expect(await lastDay('2026-11-02T06:00:00Z')).toEqual(['2026-11-01', '2026-11-02']);
      expect(await lastDay('2026-03-09T04:59:59Z')).toEqual(['2026-03-07', '2026-03-08']);
      expect(await lastDay('2026-03-09T05:00:00Z')).toEqual(['2026-03-08', '2026-03-09']);
    }));

  test('returns no day of the future', () =>
    withSimulator({}, async (simulator) => {
      const data = await series(
        simulator,
        named(simulator, 'Adherence - Northeast').id,
        'length=10&ending_at=2026-11-30T00:00:00Z',
      );
      expect(data.map(({ time }) => time)).toEqual([
        '2026-11-20',
        '2026-11-21',
        '2026-11-22',
        '2026-11-23',
        '2026-11-24',
      ]);
    }));

  test('can return days before the first send, or no zero days at all', async () => {
    const count = async (zeroDays: 'after_first_send' | 'all' | 'left_out') => {
      let days = 0;
      await withSimulator({ quirks: { zeroDays } }, async (simulator) => {
        const { id } = named(simulator, 'Flu Shot - Northeast');
        const [first] = simulator.world.truthCells(id, now);
        const endingAt = `${dayText(dayNumber(first.date) + 49)}T18:00:00Z`;
        days = (await series(simulator, id, `length=100&ending_at=${endingAt}`)).length;
      });
      return days;
    };
    expect([await count('after_first_send'), await count('all')]).toEqual([50, 100]);
    expect(await count('left_out')).toBeLessThan(50);
  });

  test('can come unsorted, without names, with strangers, with empty messages and without the last day', () =>
    withSimulator(
      {
        quirks: {
          order: 'shuffled',
          variationName: 'missing',
          inAppVariationId: 'missing',
          unknownMetric: true,
          unknownChannel: true,
          emptyMessages: true,
          endingDay: 'left_out',
        },
      },
      async (simulator) => {
        const data = await series(simulator, named(simulator, 'Adherence - Northeast').id);
        const times = data.map(({ time }) => time);
        expect(times).not.toEqual(times.toSorted());
        expect([times.length, times.toSorted().at(-1)]).toEqual([100, '2026-11-23']);
        expect(data[0].messages.email[0]).toHaveProperty('predicted_reads');
        expect(data[0].messages.email[0]).not.toHaveProperty('variation_name');
        expect(data[0].messages).toHaveProperty('line');
        expect(
          (await series(simulator, named(simulator, 'In-App').id))[0].messages.trigger_in_app_message[0],
        ).not.toHaveProperty('variation_api_id');
        expect(
          (await series(simulator, named(simulator, 'Flu Shot').id)).filter(
            ({ messages }) => Object.keys(messages).length === 0,
          ).length,
        ).toBeGreaterThan(0);
      },
    ));
});

describe('rate limits', () => {
  test('are told in lower-case headers, apart for the series and the rest', () =>
    withSimulator({}, async (simulator) => {
      const list = await ask(simulator, '/campaigns/list');
      expect([list.headers.get('x-ratelimit-limit'), list.headers.get('x-ratelimit-remaining')]).toEqual([
        '250000',
        '249999',
      ]);
      const data = await ask(simulator, `/campaigns/data_series?length=1&campaign_id=${named(simulator, 'Draft').id}`);
      expect([data.headers.get('x-ratelimit-limit'), data.headers.get('x-ratelimit-remaining')]).toEqual([
        '50000',
        '49999',
      ]);
      expect(Number(data.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000 - 1);
    }));

  test('answer 429 with a reset in the future, and start again with the next window', async () => {
    let clock = 1_000_000_000_500;
    const rateLimits = { shared: { requests: 2, windowMs: 1_000 } };
    await withSimulator({ rateLimits, wallClock: () => clock }, async (simulator) => {
      const statuses = [];
      for (let request = 0; request < 3; request += 1) statuses.push((await ask(simulator, '/campaigns/list')).status);
      expect(statuses).toEqual([200, 200, 429]);
      const refused = await ask(simulator, `/campaigns/details?campaign_id=${named(simulator, 'Draft').id}`);
      expect([
        refused.status,
        refused.headers.get('x-ratelimit-remaining'),
        refused.headers.get('x-ratelimit-reset'),
      ]).toEqual([429, '0', '1000000001']);
      expect(
        (await ask(simulator, `/campaigns/data_series?length=1&campaign_id=${named(simulator, 'Draft').id}`)).status,
      ).toBe(200);
      clock = 1_000_000_001_000;
      expect((await ask(simulator, '/campaigns/list')).status).toBe(200);
    });
  });

  test('are not used up by strangers', () =>
    withSimulator({}, async (simulator) => {
      await ask(simulator, '/campaigns/list', { key: defaultApiKey.key.slice(1) });
      expect((await ask(simulator, '/campaigns/list')).headers.get('x-ratelimit-remaining')).toBe('249999');
    }));
});
