import { connect } from '../../../../connectors/rest/connected.js';
import type { State } from '../../../../connectors/rest/cursors/cursor.js';
import { restConfig } from '../../../../connectors/rest/rest.config.js';
import { scriptedApi, type Script, type ScriptedApi } from '../../../support/scripted-api.js';

export interface Case {
  /** The file of the manifest in test/fixtures/manifests, or a text that stands for one. */
  readonly manifest: string;
  readonly script: Script;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  /** States by stream. */
  readonly states?: Readonly<Record<string, State>>;
  readonly now?: string;
}

export interface Read {
  readonly records: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly states: Readonly<Record<string, State>>;
  readonly bad: number;
  readonly api: ScriptedApi;
  /** `GET /path?query`, as they came. */
  readonly requests: readonly string[];
  readonly waits: readonly number[];
}

const folder = 'test/fixtures/manifests';

/** Reads all streams of a manifest from a scripted API, without waiting where it would. */
export async function read({
  manifest,
  script,
  config = {},
  options = {},
  states = {},
  now = '2024-03-10T12:00:00Z',
}: Case): Promise<Read> {
  const api = await scriptedApi(script);
  const waits: number[] = [];
  let time = Date.parse(now);
  const clock = {
    now: () => new Date(time),
    sleep: async (ms: number) => {
      waits.push(ms);
      time += ms;
    },
  };
  const connecting = connect(
    restConfig.parse({
      manifest,
      manifest_config: { endpoint: api.url, ...config },
      allow: ['loopback'],
      ...options,
    }),
    { signal: new AbortController().signal, baseFolder: folder, clock, random: () => 0.5 },
  );
  try {
    const source = await connecting;
    const records: Record<string, Record<string, unknown>[]> = {};
    const ends: Record<string, State> = {};
    let bad = 0;
    for (const [name, stream] of await source.streams()) {
      records[name] = [];
      for await (const step of stream.read({ state: states[name], isConcurrent: true }))
        if (step.kind === 'state') ends[name] = step.state;
        else {
          records[name].push(...step.page.records);
          bad += step.page.bad.length;
        }
    }
    const requests = api.seen.map(({ method, path, query }) => {
      const text = query.map(([key, value]) => `${key}=${value}`).join('&');
      return `${method} ${path}${text === '' ? '' : `?${text}`}`;
    });
    return { records, states: ends, bad, api, requests, waits };
  } finally {
    await connecting.then(
      (source) => source.close(),
      () => undefined,
    );
    await api.close();
  }
}
