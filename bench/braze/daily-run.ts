import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { braze } from '../../connectors/braze/braze.source.js';
import { runConnection } from '../../core/engine/index.js';
import { planColumns } from '../../core/middleware/index.js';
import type { ApiCalls, Ledger } from '../../core/protocol/index.js';
import { countCalls } from '../../core/sdk/http/index.js';
import { postgres } from '../../destinations/postgres/postgres.destination.js';
import { defaultApiKey } from '../../test/simulators/braze/server.js';
import { FIRST_DAY, TIME_ZONE } from './workspace.js';

export interface RunTask {
  readonly endpoint: string;
  readonly url: string;
  /** The instant of the simulated workspace. */
  readonly startedAt: string;
}

export interface RunReply {
  readonly calls: readonly ApiCalls[];
  readonly seconds: number;
  readonly idleBytes: number;
  readonly peakBytes: number;
  readonly ledger: Ledger;
}

const STREAMS = [
  'campaigns',
  'campaign_details',
  'campaign_data_series',
  'canvases',
  'canvas_details',
  'canvas_data_series',
];

/** One run of campaigns and Canvases into Postgres, as the host does it. Its task comes as an argument, its reply on stdout. */
async function run({ endpoint, url, startedAt }: RunTask): Promise<RunReply> {
  globalThis.gc?.();
  await sleep(100);
  const idleBytes = process.memoryUsage.rss();
  const { signal } = new AbortController();
  const started = performance.now();
  const destination = await postgres.connect(postgres.config.parse({ url }), {
    signal,
    baseFolder: '/',
    probe: () => undefined,
  });
  const config = { endpoint, api_key: defaultApiKey.key, start_date: FIRST_DAY, time_zone: TIME_ZONE };
  const source = await braze.open(braze.config.parse(config), { signal, baseFolder: '/' });
  const count = countCalls();
  const outcome = await count.during(() =>
    runConnection({
      run: { id: randomUUID(), connection: 'bench' },
      source,
      destination,
      schema: 'raw',
      streams: STREAMS.map((name) => {
        const rules = { stream: name, map: [], expect: [], protect: {} };
        return {
          name,
          sync: undefined,
          write: 'merge',
          lookback: '14d',
          onSchemaChange: 'stop',
          planColumns: (fields, key) => planColumns(fields, rules, key),
          marks: [],
        };
      }),
      errorBudget: { share: 0, records: 0 },
      unstorableText: 'replace',
      startedAt: new Date(startedAt),
      fullRefresh: false,
      signal,
      clock: {
        now: () => new Date(),
        sleep: (ms) => sleep(ms),
        id: () => randomUUID(),
        random: () => Math.random(),
      },
      on: () => undefined,
      probe: () => undefined,
    }),
  );
  await source.close();
  await destination.close();
  if (outcome.state !== 'succeeded')
    throw new Error(`The run ended as ${outcome.state}: ${JSON.stringify(outcome.error ?? outcome.streams)}`);
  return {
    calls: count.calls(),
    seconds: (performance.now() - started) / 1000,
    idleBytes,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    ledger: outcome.ledger,
  };
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as RunTask)));
