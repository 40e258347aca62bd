import type { FaultKind } from '../../../simulators/braze/faults.js';
import { defaultApiKey, type BrazeSimulator, type BrazeSimulatorOptions } from '../../../simulators/braze/server.js';
import { hasActivity } from '../../../simulators/braze/truth.js';
import { fakeClock } from '../../../unit/sdk/http/local-api.js';
import { differences, now, open, read, readOf, withSimulator, type ReadOptions } from './reading.js';

const SERIES = '/campaigns/data_series';
const DETAILS = '/campaigns/details';
const LIST = '/campaigns/list';

/** A small world, and of it the last three months: one window. */
const small = (options: Partial<BrazeSimulatorOptions>, run: (simulator: BrazeSimulator) => Promise<void>) =>
  withSimulator({ campaigns: 14, ...options }, run);
const from = '2026-08-20';
/** Only where an answer never comes: by a clock that runs, a busy machine would be taken for a dead server. */
const IMPATIENT = { timeouts: { idleMs: 300 } };
const readSeries = (simulator: BrazeSimulator, options: ReadOptions = {}) =>
  read(simulator, 'campaign_data_series', { ...options, config: { start_date: from, ...options.config } });
const truth = ({ world }: BrazeSimulator) => world.truth(now, { from }).cells;
const deletedId = ({ world }: BrazeSimulator) => world.truthCampaigns(now).find(({ deleted }) => deleted)!.id;

describe.each(['429', '500', '503', 'truncated', 'html200', 'timeout', 'reset', 'disconnect', 'queued202', 'error200'])(
  '%s passes',
  (name) => {
    const kind = name as FaultKind;
    const http = kind === 'timeout' ? IMPATIENT : {};
    test.each([
      [SERIES, { nth: 4 }],
      [LIST, { nth: 1 }],
    ])('in %s', (route, when) =>
      small({ faults: [{ route, kind, ...when }] }, async (simulator) => {
        const { rows, warnings } = await readSeries(simulator, { http });
        expect(differences(rows, truth(simulator))).toEqual([]);
        expect(warnings).toHaveLength(1);
        expect(simulator.requests.list().filter(({ fault }) => fault === kind)).toHaveLength(1);
      }),
    );

    test('in the details', () =>
      small({ faults: [{ route: DETAILS, kind, nth: 2 }] }, async (simulator) => {
        const { rows } = await read(simulator, 'campaign_details', { http });
        expect(rows).toHaveLength(13);
      }));
  },
);

test.each<[FaultKind, string, string]>([
  ['429', 'rate_limit', 'answered 429'],
  ['500', 'transient', 'answered 500'],
  ['queued202', 'transient', 'answered 202'],
  ['error200', 'transient', 'answered 200 with "Service is temporarily unavailable" instead of "success"'],
  ['html200', 'source', 'text/html'],
  ['truncated', 'source', 'broken'],
])('%s without end is an error of kind %s', (fault, kind, message) =>
  small({ faults: [{ route: SERIES, kind: fault, every: 1 }] }, async (simulator) => {
    await expect(readSeries(simulator)).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
  }),
);

test.each<[FaultKind, string]>([
  ['expired401', 'Check `api_key`, and that `endpoint` is the REST host of your own instance'],
  ['forbidden403', 'The key lacks the permission `campaigns.data_series`'],
])('%s in the middle ends the stream with what to do', (kind, hint) =>
  small({ faults: [{ route: SERIES, kind, nth: 5, times: 1000 }] }, async (simulator) => {
    const error = await readSeries(simulator).catch((caught) => caught);
    expect(error).toMatchObject({ kind: 'auth', details: { hint: expect.stringContaining(hint) } });
    // A key that is good for other streams ends this one only.
    expect(error.details.fault).toBe(kind === 'forbidden403' ? 'permission' : undefined);
  }),
);

test('a right to the details that is lost in the middle ends the series, and does not pass for campaigns that cannot be seen', () =>
  small({ faults: [{ route: DETAILS, kind: 'forbidden403', nth: 5, times: 1000 }] }, async (simulator) => {
    await expect(readSeries(simulator)).rejects.toMatchObject({
      kind: 'auth',
      message: 'Braze refuses /campaigns/details with 403',
      details: { fault: 'permission', hint: expect.stringContaining('`campaigns.details`') },
    });
  }));

const RIGHT_OF_STREAMS: readonly (readonly [path: string, stream: string, right: string])[] = [
  [DETAILS, 'campaign_details', 'campaigns.details'],
  [DETAILS, 'campaign_data_series', 'campaigns.details'],
  [SERIES, 'campaign_data_series', 'campaigns.data_series'],
  ['/canvas/details', 'canvas_details', 'canvas.details'],
  ['/canvas/details', 'canvas_data_series', 'canvas.details'],
  ['/canvas/details', 'canvas_data_summary', 'canvas.details'],
  ['/canvas/data_series', 'canvas_data_series', 'canvas.data_series'],
  ['/canvas/data_summary', 'canvas_data_summary', 'canvas.data_summary'],
];
const permissionError = (path: string, right: string) => ({
  kind: 'auth',
  message: `Braze refuses ${path} with 403`,
  details: { fault: 'permission', hint: expect.stringContaining(`\`${right}\``) },
});

describe.each(RIGHT_OF_STREAMS)('without the right to %s', (path, stream, right) => {
  const clock = { ...fakeClock(), now: () => new Date(now) };
  const reading = (simulator: BrazeSimulator) =>
    read(simulator, stream, { config: { start_date: from }, http: { clock } });

  test(`${stream} is refused to a key that lacks its scope`, () =>
    small(
      {
        canvases: 8,
        keys: [{ ...defaultApiKey, scopes: defaultApiKey.scopes.filter((scope) => scope !== right) }],
      },
      (simulator) => expect(reading(simulator)).rejects.toMatchObject(permissionError(path, right)),
    ));

  test(`${stream} is refused where each call is`, () =>
    small({ canvases: 8, faults: [{ route: path, kind: 'forbidden403', every: 1 }] }, (simulator) =>
      expect(reading(simulator)).rejects.toMatchObject(permissionError(path, right)),
    ));
});

test('where nothing can be read, one refusal for want of a right is a right that is missing, whatever else is refused', () =>
  small({ faults: [{ route: DETAILS, kind: 'forbidden403', nth: 3, times: 1000 }] }, async (simulator) => {
    (simulator.world as { campaign: unknown }).campaign = () => undefined;
    await expect(readSeries(simulator)).rejects.toMatchObject(permissionError(DETAILS, 'campaigns.details'));
  }));

test('campaigns that the key may not see are no missing right, if they are all that is asked for in a window', () =>
  small({}, async (simulator) => {
    const config = {
      start_date: simulator.world
        .truth(now)
        .cells.map(({ date }) => date)
        .toSorted()[0]!,
    };
    await readSeries(simulator, { config });
    const calls = simulator.requests.list().filter(({ path }) => path === SERIES);
    const idsOf = (ending: unknown) =>
      calls.flatMap(({ query }) => (query['ending_at'] === ending ? [query['campaign_id']!] : []));
    const hidden = new Set(idsOf(calls[0]!.query['ending_at']));
    simulator.faults.set(
      ...[...hidden].map((campaign_id) => ({ route: SERIES, kind: 'forbidden403', campaign_id, every: 1 }) as const),
    );
    const { rows, warnings } = await readSeries(simulator, { config });
    const { cells } = simulator.world.truth(now, { from: config.start_date });
    const rest = cells.filter(({ campaign_id }) => !hidden.has(campaign_id));
    expect(rest.some(hasActivity)).toBe(true);
    expect(differences(rows, rest)).toEqual([]);
    expect(warnings.filter((warning) => warning.includes('may not read'))).toHaveLength(hidden.size);
  }));

test('errors beside a success are said, and the data loaded', () =>
  small(
    {
      deletedCampaign: false,
      faults: [
        { route: LIST, kind: 'warned200' },
        { route: SERIES, kind: 'warned200' },
      ],
    },
    async (simulator) => {
      const { rows, warnings } = await readSeries(simulator);
      expect(differences(rows, truth(simulator))).toEqual([]);
      expect(warnings).toEqual([
        expect.stringContaining('/campaigns/list with 1 error(s)'),
        expect.stringMatching(/data_series of campaign [-\da-f]{36} with 1 error\(s\)/),
      ]);
    },
  ));

test('a campaign that was deleted meanwhile is named and left out', () =>
  small({}, async (simulator) => {
    for (const stream of ['campaign_details', 'campaign_data_series']) {
      const { rows, warnings } = await read(simulator, stream, { config: { start_date: from } });
      expect(warnings).toEqual([expect.stringContaining(`Campaign ${deletedId(simulator)} is listed`)]);
      expect(rows.filter(({ campaign_id }) => campaign_id === deletedId(simulator))).toEqual([]);
      expect(rows.length).toBeGreaterThan(0);
    }
  }));

test('it is named once a run, whichever streams miss it', () =>
  small({}, async (simulator) => {
    const source = await open(simulator, { config: { start_date: from } });
    try {
      const warnings: string[] = [];
      for (const stream of ['campaign_details', 'campaign_variations', 'campaign_data_series'])
        warnings.push(...(await readOf(source, simulator, stream)).warnings);
      expect(warnings).toEqual([expect.stringContaining(`Campaign ${deletedId(simulator)} is listed`)]);
    } finally {
      await source.close();
    }
  }));

test.each([
  [DETAILS, 'campaign_details'],
  [DETAILS, 'campaign_data_series'],
  [SERIES, 'campaign_data_series'],
])('a campaign that the key may not see in %s is named and left out of %s', (route, stream) =>
  small({}, async (simulator) => {
    const hidden = truth(simulator).findLast(hasActivity)!.campaign_id;
    simulator.faults.set({ route, kind: 'forbidden403', campaign_id: hidden, every: 1 });
    const { rows, warnings } = await read(simulator, stream, { config: { start_date: from } });
    expect(warnings).toContain(
      `Campaign ${hidden} is listed, but this key may not read its ${route}. It was left out.`,
    );
    const rest = truth(simulator).filter(({ campaign_id }) => campaign_id !== hidden);
    if (stream === 'campaign_data_series') expect(differences(rows, rest)).toEqual([]);
    else expect(rows.some(({ campaign_id }) => campaign_id === hidden)).toBe(false);
  }),
);

test('a refusal for every campaign is an error and not an empty table', () =>
  small({}, async (simulator) => {
    // All that are listed are gone when they are asked for.
    (simulator.world as { campaign: unknown }).campaign = () => undefined;
    await expect(readSeries(simulator)).rejects.toMatchObject({
      kind: 'source',
      message: 'Braze lists 14 campaigns and refuses /campaigns/details for every one of them',
    });
  }));

describe('check', () => {
  const checking = (simulator: BrazeSimulator, options: ReadOptions = {}) =>
    open(simulator, options).then((source) => source.check().finally(() => source.close()));

  test('passes with a key that may do all', () =>
    small({}, async (simulator) => {
      await checking(simulator);
      expect(simulator.requests.list().map(({ path }) => path)).toEqual([LIST, DETAILS, SERIES]);
    }));

  test('a wrong key is an error of access that shows no key', () =>
    small({}, async (simulator) => {
      const error = await checking(simulator, { config: { api_key: 'a-wrong-key' } }).catch((caught) => caught);
      expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining('answered 401') });
      expect(JSON.stringify([error.message, error.details])).not.toContain('a-wrong-key');
    }));

  test.each(['campaigns.list', 'campaigns.details', 'campaigns.data_series'])(
    'a key without %s is told so',
    (missing) =>
      small(
        { keys: [{ ...defaultApiKey, scopes: defaultApiKey.scopes.filter((scope) => scope !== missing) }] },
        async (simulator) => {
          await expect(checking(simulator)).rejects.toMatchObject({
            kind: 'auth',
            details: { hint: expect.stringContaining(`\`${missing}\``) },
          });
        },
      ),
  );

  test('a host that is no Braze is an error of the configuration', () =>
    small({}, async (simulator) => {
      await expect(checking(simulator, { config: { endpoint: `${simulator.url}/rest` } })).rejects.toMatchObject({
        kind: 'config',
        details: { hint: expect.stringContaining('Check `api_key`, and that `endpoint`') },
      });
    }));
});

test('an abort ends reading at once, with its reason', () =>
  small({ faults: [{ route: SERIES, kind: 'timeout', nth: 3 }] }, async (simulator) => {
    const stop = new AbortController();
    const reading = readSeries(simulator, { signal: stop.signal, http: { timeouts: {} } });
    const settled = expect(reading).rejects.toThrow('Ctrl-C');
    while (!simulator.requests.list().some(({ fault }) => fault === 'timeout'))
      await new Promise((resolve) => void setImmediate(resolve));
    stop.abort(new Error('Ctrl-C'));
    await settled;
  }));
