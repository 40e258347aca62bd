import { connect } from '../../../../connectors/rest/connected.js';
import { restConfig } from '../../../../connectors/rest/rest.config.js';
import type { StreamStep } from '../../../../connectors/rest/streams/declarative-stream.js';
import { campaignApi } from '../../../support/campaign-api.js';
import { scriptedApi, type Script } from '../../../support/scripted-api.js';

interface Run {
  readonly steps: readonly StreamStep[];
  readonly asked: readonly string[];
  /** Requests that were on their way together, at most. */
  readonly most: number;
}

async function steps(manifest: string, script: Script, isConcurrent: boolean, state?: object): Promise<Run> {
  let now = 0;
  let most = 0;
  const api = await scriptedApi(async (request, seen) => {
    now += 1;
    most = Math.max(most, now);
    const answer = await script(request, seen);
    now -= 1;
    return answer;
  });
  const source = await connect(
    restConfig.parse({
      manifest,
      manifest_config: { endpoint: api.url, start_date: '2024-03-02' },
      allow: ['loopback'],
    }),
    {
      signal: new AbortController().signal,
      baseFolder: 'test/fixtures/manifests',
      clock: { now: () => new Date('2024-03-10T12:00:00Z'), sleep: async () => undefined },
    },
  );
  try {
    const made: StreamStep[] = [];
    for (const stream of (await source.streams()).values())
      for await (const step of stream.read({ state: state as never, isConcurrent })) made.push(structuredClone(step));
    const asked = api.seen.map(({ path, query }) => `${path}?${query.map(String).join('&')}`).toSorted();
    return { steps: made, asked, most };
  } finally {
    await source.close();
    await api.close();
  }
}

/** Answers after some turns of the loop, by a seed, so that later questions are often answered first. */
function scrambled(seed: number): Script {
  let random = seed;
  return async (request, seen) => {
    const answer = campaignApi(request, seen);
    random = (random * 48271) % 2147483647;
    for (let turn = random % 40; turn > 0; turn -= 1) await new Promise(setImmediate);
    return answer;
  };
}

test.each([
  ['substream-incremental.yaml', 4],
  ['substream-parent-state.yaml', 3],
  ['substream-global-cursor.yaml', 4],
  ['datetime-cursor-steps.yaml', 4],
  ['list-partitions.yaml', 2],
  ['grouped-partitions.yaml', 3],
])(
  '%s: slices that are read at once give the same pages and states, in the same order, as one after the other',
  async (manifest, level) => {
    const alone = await steps(manifest, campaignApi, false);
    expect(alone.most).toBe(1);
    const mosts: number[] = [];
    for (const seed of [7, 11, 13]) {
      const together = await steps(manifest, scrambled(seed), true);
      expect(together.steps).toEqual(alone.steps);
      expect(together.asked).toEqual(alone.asked);
      mosts.push(together.most);
    }
    // A parent is asked beside its children.
    expect(Math.max(...mosts)).toBeGreaterThan(1);
    expect(Math.max(...mosts)).toBeLessThanOrEqual(level + 1);
    // Whatever state was reached last, all that came after it comes again.
    const states = alone.steps.flatMap((step, at) => (step.kind === 'state' ? [{ at, state: step.state }] : []));
    const idsOf = (list: readonly StreamStep[]) =>
      list.flatMap((step) => (step.kind === 'page' ? step.page.records.map(({ id }) => id) : []));
    for (const { at, state } of states.slice(0, -1)) {
      if ('__ab_no_cursor_state_message' in state) continue;
      const again = new Set(idsOf((await steps(manifest, scrambled(at + 1), true, state)).steps));
      expect(idsOf(alone.steps.slice(at)).filter((id) => !again.has(id))).toEqual([]);
    }
  },
);

test.each([
  [{ concurrency: 8 }, { slices: 8, jobs: 1 }],
  [{}, { slices: 1, jobs: 1 }],
])('the short form with %j reads %j at once', async (more, expected) => {
  const source = await connect(
    restConfig.parse({ api: { endpoint: 'https://api.example', streams: { a: { path: '/a' } }, ...more } }),
    { signal: new AbortController().signal, baseFolder: '.' },
  );
  expect(source.settings.atOnce).toEqual(expected);
  await source.close();
});

test.each([
  [{}, { slices: 3, jobs: 2 }],
  [{ workers: 2 }, { slices: 2, jobs: 2 }],
])('the level of a manifest may be an option, up to its most: %j gives %j', async (more, expected) => {
  const source = await connect(
    restConfig.parse({ manifest: 'async-job.yaml', manifest_config: { endpoint: 'https://api.example', ...more } }),
    { signal: new AbortController().signal, baseFolder: 'test/fixtures/manifests' },
  );
  expect(source.settings.atOnce).toEqual(expected);
  await source.close();
});

test('a level that is no number is refused by its name', async () => {
  const config = restConfig.parse({
    manifest: 'async-job.yaml',
    manifest_config: { endpoint: 'https://api.example', workers: 'many' },
  });
  const options = { signal: new AbortController().signal, baseFolder: 'test/fixtures/manifests' };
  await expect(connect(config, options)).rejects.toMatchObject({
    kind: 'config',
    message: '`default_concurrency` of the manifest is "many".',
  });
});
