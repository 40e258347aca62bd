import type { RunEvent, RunStore } from '../persistence/run-store.js';
import type { EngineEvent, Ledger } from '../protocol/index.js';

export const LOG_LEVELS = ['info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line of a run's log: an event as a sentence. */
export interface LogLine extends Pick<RunEvent, 'seq' | 'at' | 'type'> {
  readonly level: LogLevel;
  readonly message: string;
  readonly data: unknown;
}

const EVENTS_PER_READ = 1_000;

/** Lines of this level or a graver one after an event, as many as asked for or all there are. */
export async function readLog(
  runs: Pick<RunStore, 'events'>,
  run: string,
  { after = 0, level = 'info', limit }: { readonly after?: number; readonly level?: LogLevel; readonly limit: number },
): Promise<readonly LogLine[]> {
  const lines: LogLine[] = [];
  for (let last = after; ;) {
    const events = await runs.events(run, last, EVENTS_PER_READ);
    for (const event of events) {
      const line = lineOf(event);
      if (line !== undefined && LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(level)) lines.push(line);
      if (lines.length === limit) return lines;
    }
    if (events.length < EVENTS_PER_READ) return lines;
    last = events.at(-1)!.seq;
  }
}

function lineOf({ seq, at, type, data }: RunEvent): LogLine | undefined {
  const said = sentenceOf({ type, ...(data as object) } as KeptEvent);
  return said === undefined ? undefined : { seq, at, level: said[0], message: said[1], type, data };
}

/** What a run keeps: what the engine tells, and lines of the host about the run. */
type KeptEvent = EngineEvent | { readonly type: 'log'; readonly level: LogLevel; readonly message: string };

/** Undefined for what only moves a progress bar. */
function sentenceOf(event: KeptEvent): readonly [LogLevel, string] | undefined {
  switch (event.type) {
    case 'log':
      return [event.level, event.message];
    case 'run_started':
      return ['info', `The run started, with epoch ${event.epoch}.`];
    case 'stream_started':
      return ['info', `Stream "${event.stream}" started (${event.sync}, ${event.write}).`];
    case 'files_listed':
      return ['info', `Stream "${event.stream}" has ${event.files} files to read, ${event.bytes} bytes.`];
    case 'slice_started':
      return ['info', `Slice "${event.slice}" of "${event.stream}" started.`];
    case 'slice_completed':
      return ['info', `Slice "${event.slice}" of "${event.stream}" is complete.`];
    case 'checkpoint_committed':
      return ['info', `A checkpoint of "${event.stream}" was committed: ${countsOf(event.ledger)}.`];
    case 'expectations_judged': {
      const broken = event.results.filter((result) => result.broken > 0);
      if (broken.length === 0) return ['info', `All ${event.results.length} expectations of "${event.stream}" hold.`];
      const each = broken.map(
        (result) => `${result.rule} (${result.severity}): ${result.found ?? `${result.broken} records`}`,
      );
      return ['warn', `Expectations of "${event.stream}" are broken: ${each.join('; ')}.`];
    }
    case 'records_quarantined': {
      const reasons = Object.entries(event.reasons).map(([reason, count]) => `${reason} ${count}`);
      return ['warn', `Records of "${event.stream}" went to quarantine: ${event.count} (${reasons.join(', ')}).`];
    }
    case 'table_adopted': {
      const { stream, table, rows, added } = event;
      return ['info', `Table ${table} was adopted for "${stream}": ${rows} rows stay; added: ${added.join(', ')}.`];
    }
    case 'schema_changed':
      return event.applied
        ? ['info', `Columns of "${event.stream}" were changed.`]
        : ['warn', `Columns of "${event.stream}" would have changed, which its rule does not allow.`];
    case 'warning':
      return ['warn', event.message];
    case 'stream_ended':
      return event.error === undefined
        ? ['info', `Stream "${event.stream}" ended: ${event.state}.`]
        : ['error', `Stream "${event.stream}" failed (${event.error.kind}): ${event.error.message}`];
    case 'run_ended':
      return event.error === undefined
        ? ['info', `The run ended: ${event.state}.`]
        : ['error', `The run ended: ${event.state} (${event.error.kind}): ${event.error.message}`];
    default:
      return undefined;
  }
}

function countsOf(ledger: Ledger): string {
  const some = Object.entries(ledger).filter(([, count]) => count > 0);
  return some.map(([column, count]) => `${column} ${count}`).join(', ') || 'no records';
}
