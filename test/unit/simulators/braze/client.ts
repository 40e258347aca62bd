import {
  defaultApiKey,
  startBrazeSimulator,
  type BrazeSimulator,
  type BrazeSimulatorOptions,
} from '../../../simulators/braze/server.js';

export const now = '2026-11-24T15:00:00Z';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

/** Asks as a careful client does; `key` null sends none. */
export const ask = async (
  { url }: BrazeSimulator,
  path: string,
  {
    key = defaultApiKey.key,
    method = 'GET',
    signal,
  }: { key?: string | null; method?: string; signal?: AbortSignal } = {},
): Promise<Answer> => {
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(url + path, { method, headers, signal });
  return { status: response.status, headers: response.headers, body: await response.json() };
};

/** Runs a test against a simulator of its own. */
export const withSimulator = async (
  options: Partial<BrazeSimulatorOptions>,
  run: (simulator: BrazeSimulator) => Promise<void>,
): Promise<void> => {
  const simulator = await startBrazeSimulator({ now, campaigns: 14, ...options });
  try {
    await run(simulator);
  } finally {
    await simulator.close();
  }
};
