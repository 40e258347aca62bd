import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { eventExport, type ExportRequest } from '../data/event-export.js';
import { openDatabases, type Databases } from './databases.js';
import { EXTRA_LIMIT_BYTES, memoryOf } from './memory.js';
import { inProcess } from './processes.js';
import { SCENARIOS, type Scenario } from './scenarios.js';
import type { EngineReply } from './task.js';
import { runTurns, type Pair } from './turns.js';

/**
 * Loads through the engine against SQL alone, by turns. `npm run bench -- [--rows 2000000] [--pairs 3] [NAME …]`; names
 * are those of `scenarios.ts`, and `memory`.
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '2000000' },
    pairs: { type: 'string', default: '3' },
    'memory-rows': { type: 'string', multiple: true, default: ['200000', '2000000', '10000000'] },
  },
});
const rows = wholeNumber('rows', options.rows, 4);
const pairs = wholeNumber('pairs', options.pairs, 1);
/** Limits are of 2 million rows: of a short load the start of a process is a good part. */
const isJudged = rows >= 2_000_000;
const memoryRows = options['memory-rows'].map((text) => wholeNumber('memory-rows', text, 4));

function wholeNumber(option: string, text: string, multipleOf: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0 && value % multipleOf === 0) return value;
  console.error(`--${option} is ${text}; give a whole number above 0${multipleOf > 1 ? ', a multiple of 4' : ''}.`);
  process.exit(2);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]] as [number, number];
  return (middle[0] + middle[1]) / 2;
}
const thousands = (rate: number) => `${Math.round(rate / 1000)}k`;
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

const COLUMNS = [44, 9, 9, 21, 7, 13, 9, 9, 9];
const line = (...cells: readonly string[]) =>
  console.log(
    cells.map((cell, at) => (at === 0 ? cell.padEnd(COLUMNS[0] ?? 0) : cell.padStart(COLUMNS[at] ?? 0))).join(' '),
  );

/** CPU seconds per million rows, of client + server: what is left of a comparison when the machine is busy with others. */
const cpu = (costs: readonly (readonly [number, number])[]) =>
  [0, 1].map((side) => median(costs.map((cost) => cost[side] as number)).toFixed(1)).join('+');

function report({ summary, limit, isDemanded }: Scenario, done: readonly Pair[]): boolean {
  const ratios = done.map(({ ours, sql }) => ours / sql);
  const ratio = median(ratios);
  const isReached = ratio >= limit;
  const span = `${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
  const extra = Math.max(...done.map(({ extraBytes }) => extraBytes));
  line(
    summary,
    thousands(median(done.map(({ ours }) => ours))),
    thousands(median(done.map(({ sql }) => sql))),
    span,
    `${isDemanded ? '≥' : '≈'} ${limit.toFixed(1)}`,
    isReached ? 'reached' : isDemanded && isJudged ? 'NOT REACHED' : 'below',
    `+${megabytes(extra)}`,
    cpu(done.map(({ oursCpu }) => oursCpu)),
    cpu(done.map(({ sqlCpu }) => sqlCpu)),
  );
  return isReached || !isDemanded || !isJudged;
}

async function compare(wanted: readonly Scenario[], databases: Databases): Promise<boolean> {
  const files = new Map<string, string>();
  const file = (request: Omit<ExportRequest, 'folder'>) => {
    const name = JSON.stringify([request.rows, request.kind, request.delivery ?? 'first', request.format ?? 'csv']);
    const path = files.get(name) ?? eventExport({ folder: databases.folder, ...request });
    files.set(name, path);
    return path;
  };
  line('scenario', 'ours /s', 'SQL /s', 'ratio (min–max)', 'limit', '', 'memory', 'CPU ours', 'CPU SQL');
  let isGood = true;
  for (const scenario of wanted)
    isGood = report(scenario, await runTurns(scenario, rows, pairs, databases, file)) && isGood;
  return isGood;
}

/** The engine against itself: a first load with a chain of rules and without, by turns. */
async function measureRules(databases: Databases): Promise<void> {
  const input = eventExport({ folder: databases.folder, rows });
  const load = async (rules?: 'typical' | 'sealed') => {
    const url = await databases.fresh('rules', () => Promise.resolve());
    const task = { url, format: 'csv', input, stopsAfterStaging: false, ...(rules === undefined ? {} : { rules }) };
    return inProcess<EngineReply>('engine-side', task);
  };
  const turns: (readonly [EngineReply, EngineReply, EngineReply])[] = [];
  for (let turn = 0; turn < pairs; turn += 1) turns.push([await load(), await load('typical'), await load('sealed')]);
  ['without rules', 'three maps, six expectations', 'one token, one encryption'].forEach((name, at) => {
    const own = turns.map((turn) => turn[at] as EngineReply);
    const share = median(turns.map((turn) => turn[0].seconds / (turn[at] as EngineReply).seconds));
    const peak = Math.max(...own.map(({ idleBytes, peakBytes }) => peakBytes - idleBytes));
    console.log(
      `first load, ${name}: ${thousands(rows / median(own.map(({ seconds }) => seconds)))} rows/s, ` +
        `${share.toFixed(2)} of that without, +${megabytes(peak)}, CPU ${median(own.map(({ cpuSeconds }) => (cpuSeconds * 1e6) / rows)).toFixed(1)} s per million`,
    );
  });
}

async function measureMemory(databases: Databases): Promise<boolean> {
  let isGood = true;
  for (const count of memoryRows) {
    const { idleBytes, peakBytes, rowsPerSecond } = await memoryOf(count, databases);
    const isReached = peakBytes - idleBytes <= EXTRA_LIMIT_BYTES;
    isGood &&= isReached;
    console.log(
      `memory, first load of ${(count / 1e6).toFixed(1)}M rows: idle ${megabytes(idleBytes)}, peak ${megabytes(peakBytes)}, ` +
        `+${megabytes(peakBytes - idleBytes)} (≤ +${megabytes(EXTRA_LIMIT_BYTES)}: ${isReached ? 'reached' : 'NOT REACHED'}), ${thousands(rowsPerSecond)} rows/s`,
    );
  }
  return isGood;
}

const names = [...SCENARIOS.map(({ name }) => name), 'rules_load', 'memory'];
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no part "${unknown.join('", "')}"; there are: ${names.join(', ')}.`);
  process.exit(2);
}
const isWanted = (name: string) => positionals.length === 0 || positionals.includes(name);
const wanted = SCENARIOS.filter(({ name }) => isWanted(name));
const databases = await openDatabases();
try {
  console.log(
    `${(rows / 1e6).toFixed(1)}M rows of 14 columns, ${pairs} pairs by turns; Node ${process.versions.node}, ` +
      `PostgreSQL ${databases.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB\n`,
  );
  const isFast = wanted.length === 0 || (await compare(wanted, databases));
  if (isWanted('rules_load')) await measureRules(databases);
  const isSmall = !isWanted('memory') || (await measureMemory(databases));
  if (!isFast || !isSmall) process.exitCode = 1;
} finally {
  await databases.close();
}
