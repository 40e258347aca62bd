import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { local } from '../../connectors/local/local.source.js';
import { sftp } from '../../connectors/sftp/sftp.source.js';
import { runConnection } from '../../core/engine/index.js';
import { planColumns } from '../../core/middleware/index.js';
import { ConnectorError } from '../../core/sdk/index.js';
import { postgres } from '../../destinations/postgres/postgres.destination.js';
import { EVENT_FIELDS } from '../data/event-export.js';
import { CHAINS } from '../data/typical-rules.js';
import { pages } from './pages.source.js';
import type { EngineReply, EngineTask } from './task.js';

/** The loading process: one run of the engine, as the host does it. Its task comes as an argument, its reply on stdout. */
const task = JSON.parse(process.argv[2] ?? '{}') as EngineTask;
const KEY = ['event_id'];

const fileConfig = (format: 'csv' | 'jsonl') => ({
  files: [
    {
      stream: 'events',
      path: basename(task.input),
      format,
      primary_key: KEY,
      ...(task.pgpKey === undefined ? {} : { pgp: { private_key: task.pgpKey } }),
      columns: Object.fromEntries(EVENT_FIELDS.map(({ name, type }) => [name, type])),
    },
  ],
});

function openSource(signal: AbortSignal) {
  const context = { signal, baseFolder: dirname(task.input) };
  if (task.format === 'pages') return pages.open(pages.config.parse({ endpoint: task.input }), context);
  if (task.sftp !== undefined)
    return sftp.open(sftp.config.parse({ ...task.sftp, ...fileConfig(task.format) }), context);
  return local.open(local.config.parse(fileConfig(task.format)), context);
}

async function load(): Promise<EngineReply> {
  globalThis.gc?.();
  await sleep(100);
  const idleBytes = process.memoryUsage.rss();
  const { signal } = new AbortController();
  const cpu = process.cpuUsage();
  const started = process.hrtime.bigint();
  let stagedAt: bigint | undefined;
  let merging = started;
  let mergeSeconds = 0;
  const destination = await postgres.connect(postgres.config.parse({ url: task.url }), {
    signal,
    baseFolder: '/',
    probe: (point) => {
      if (point === 'after_staging') merging = process.hrtime.bigint();
      if (point === 'after_commit') mergeSeconds = Number(process.hrtime.bigint() - merging) / 1e9;
      if (!task.stopsAfterStaging || point !== 'after_staging') return;
      stagedAt = process.hrtime.bigint();
      throw new ConnectorError('config', 'Staged, and no further.');
    },
  });
  const source = await openSource(signal);
  const rules = CHAINS[task.rules ?? 'none'];
  const outcome = await runConnection({
    run: { id: randomUUID(), connection: 'bench' },
    source,
    destination,
    schema: 'raw',
    streams: [
      {
        name: 'events',
        // Whole, so that a file that was read before is read again.
        sync: 'full_refresh',
        write: 'merge',
        lookback: undefined,
        onSchemaChange: 'stop',
        planColumns: (fields, key) => planColumns(fields, rules, key),
        marks: [{ fact: 'bench.events', day: { column: 'send_date' }, campaign: { column: 'campaign_id' } }],
      },
    ],
    errorBudget: { share: 0.02, records: Number.MAX_SAFE_INTEGER },
    unstorableText: 'replace',
    startedAt: new Date(),
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
  });
  await source.close();
  await destination.close();
  const ended = stagedAt ?? process.hrtime.bigint();
  if (stagedAt === undefined && outcome.state !== 'succeeded')
    throw new Error(`The run ended as ${outcome.state}: ${outcome.error?.message ?? 'no reason given'}`);
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: Number(ended - started) / 1e9,
    mergeSeconds,
    cpuSeconds: (user + system) / 1e6,
    idleBytes,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    ledger: outcome.ledger,
  };
}

console.log(JSON.stringify(await load()));
