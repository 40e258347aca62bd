import { connect } from '../../../../connectors/rest/connected.js';
import type { State } from '../../../../connectors/rest/cursors/cursor.js';
import { restConfig } from '../../../../connectors/rest/rest.config.js';
import { rest } from '../../../../connectors/rest/rest.source.js';
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
  /** What it waited is put here too, for readings that fail. */
  readonly waits?: number[];
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
  waits = [],
}: Case): Promise<Read> {
  const api = await scriptedApi(script);
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

const signal = new AbortController().signal;

export const openSource = (options: object, baseFolder = folder) =>
  rest.open(restConfig.parse(options), { signal, baseFolder } as never);

type Stream = { read(request: object): AsyncIterable<unknown> };

export const streamsOf = async (source: Awaited<ReturnType<typeof openSource>>) =>
  (await source.streams(undefined as never)) as unknown as Readonly<Record<string, Stream>>;

/** Reads a stream as a run does. */
export async function readStream(stream: Stream, request: object = {}) {
  const warnings: string[] = [];
  let states = 0;
  let records = 0;
  let fault: unknown;
  const warn = (text: string) => warnings.push(text);
  try {
    for await (const step of stream.read({ state: undefined, signal, warn, ...request }))
      if (Array.isArray(step)) records += step.length;
      else states += 1;
  } catch (error) {
    fault = error;
  }
  return { records, states, warnings, fault };
}

/** Opens a source and reads streams of it, up to a fault. */
export async function syncedSource(
  options: object,
  {
    baseFolder,
    names = ['sends'],
    request,
  }: { readonly baseFolder?: string; readonly names?: readonly string[]; readonly request?: object } = {},
) {
  const source = await openSource(options, baseFolder);
  try {
    const streams = await streamsOf(source);
    const all = { records: 0, states: 0, warnings: [] as string[], fault: undefined as unknown };
    for (const name of names) {
      const { records, states, warnings, fault } = await readStream(streams[name]!, request);
      all.records += records;
      all.states += states;
      all.warnings.push(...warnings);
      all.fault = fault;
      if (fault !== undefined) break;
    }
    return all;
  } finally {
    await source.close();
  }
}
