import { braze, brazeSource } from '../../../../connectors/braze/braze.source.js';
import { cutWindows } from '../../../../core/engine/windows.js';
import type { OpenSource, ReadRequest, RecordData, SourceStream, Window } from '../../../../core/protocol/index.js';
import type { HttpClientOptions } from '../../../../core/sdk/http/index.js';
import {
  defaultApiKey,
  startBrazeSimulator,
  type BrazeSimulator,
  type BrazeSimulatorOptions,
} from '../../../simulators/braze/server.js';
import { mayBeMissing, type TruthCell } from '../../../simulators/braze/truth.js';
import { fakeClock } from '../../../unit/sdk/http/local-api.js';

export const now = '2026-11-24T15:00:00Z';
/** First day of the world that the simulator makes for this instant. */
export const start = '2025-09-01';

/** Runs a test against a simulator of its own. */
export async function withSimulator(
  options: Partial<BrazeSimulatorOptions>,
  run: (simulator: BrazeSimulator) => Promise<void>,
): Promise<void> {
  const simulator = await startBrazeSimulator({ now, start, ...options });
  try {
    await run(simulator);
  } finally {
    await simulator.close();
  }
}

export const configOf = ({ url, world }: BrazeSimulator, changes: Record<string, unknown> = {}) =>
  braze.config.parse({
    endpoint: url,
    api_key: defaultApiKey.key,
    start_date: start,
    time_zone: world.calendar.timeZone,
    ...changes,
  });

export interface ReadOptions {
  readonly config?: Record<string, unknown>;
  readonly http?: Partial<HttpClientOptions>;
  /** Incremental: where the bookmark stands, and how far behind it to read again. */
  readonly frontier?: string;
  readonly lookback?: string;
  readonly signal?: AbortSignal;
}

export interface ReadResult {
  readonly rows: readonly RecordData[];
  readonly warnings: readonly string[];
}

/** Opens the source as a run does; pauses between attempts take no time. */
export const open = (simulator: BrazeSimulator, { config, http, signal }: ReadOptions = {}) =>
  brazeSource({ clock: fakeClock(), ...http }).open(configOf(simulator, config), {
    signal: signal ?? new AbortController().signal,
    baseFolder: '.',
  });

/** Reads a stream to its end, in the slices that the engine would cut at the simulator's instant. */
export async function read(simulator: BrazeSimulator, name: string, options: ReadOptions = {}): Promise<ReadResult> {
  const source = await open(simulator, options);
  try {
    return await readOf(source, simulator, name, options);
  } finally {
    await source.close();
  }
}

/** The same of a source that is open: what it has learnt, it knows. */
export async function readOf(
  source: OpenSource,
  simulator: BrazeSimulator,
  name: string,
  options: ReadOptions = {},
): Promise<ReadResult> {
  const stream = (await source.streams(() => undefined))[name]!;
  const rows: RecordData[] = [];
  const warnings: string[] = [];
  const rest = {
    signal: options.signal ?? new AbortController().signal,
    warn: (message: string) => void warnings.push(message),
  };
  if (stream.kind === 'files' || stream.kind === 'stateful') throw new Error(`Stream ${name} is one of files`);
  for (const slice of slicesOf(stream, simulator, options))
    for await (const page of stream.read({ slice, ...rest } as ReadRequest<Window>)) rows.push(...page);
  // As a run tells them: each once.
  return { rows, warnings: [...new Set(warnings)] };
}

function slicesOf(stream: SourceStream, simulator: BrazeSimulator, { frontier, lookback }: ReadOptions) {
  if (stream.kind !== 'incremental') return [{ id: 'all' }];
  return cutWindows({
    cursor: stream.cursor,
    isDaily: true,
    frontier,
    lookback: lookback ?? stream.cursor.lookback,
    runStart: new Date(simulator.now()),
  });
}

/** What is the same thing in a row and in a cell of the truth. */
const keyOf = (row: Readonly<Record<string, unknown>>): string =>
  [row['campaign_id'], row['time'] ?? row['date'], row['channel'], row['variation_id']].join(' ');

/** Rows by key; two rows with one key are an error of the reader. */
export function byKey(rows: readonly RecordData[]): Map<string, RecordData> {
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  if (found.size !== rows.length) throw new Error(`${rows.length} rows have ${found.size} keys`);
  return found;
}

/** The most that a failing test needs to show. */
const SHOWN = 5;

/** What differs between rows and truth, as sentences, and how often; the same measures on both sides are compared, one by one. */
export function differences(rows: Iterable<RecordData>, cells: readonly TruthCell[]): string[] {
  const left = byKey([...rows]);
  const found: string[] = [];
  const isDispensable = mayBeMissing(cells);
  for (const cell of cells) {
    const key = keyOf({ ...cell });
    const row = left.get(key);
    left.delete(key);
    if (row === undefined) {
      if (!isDispensable(cell)) found.push(`missing: ${key}`);
    } else
      for (const [name, value] of Object.entries(cell)) {
        const is = name === 'date' ? row['time'] : row[name];
        if (is !== value) found.push(`${key}: ${name} is ${String(is)} instead of ${String(value)}`);
      }
  }
  for (const key of left.keys()) found.push(`not in the truth: ${key}`);
  return found.length <= SHOWN ? found : [...found.slice(0, SHOWN), `and ${found.length - SHOWN} more`];
}
