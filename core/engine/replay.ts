import type { QuarantinedRecord } from '../protocol/index.js';
import { compileForObjects } from '../program/index.js';
import { pass, rowPlan } from './load.js';
import { OBJECT_PARSING } from './pages.js';
import type { RunRequest } from './request.js';
import type { StreamPlan } from './stream-plan.js';
import type { Unit } from './units.js';

/** Most records that one replay takes; payloads are bounded, so memory is. */
const MOST = 10_000;
/** What a payload has where the record could not be shown as its fields, or only in part. */
const NOT_WHOLE = ['_hidden', '_cut', '_field_count', '_fields', '_record', '_type'];

/**
 * Reads what lies in quarantine again, slice by slice, with today's schema and rules. What passes now lands unless the table
 * has its key already, and is resolved; what does not stays as it is. No bookmark moves.
 */
export async function* replayUnits(run: RunRequest, plan: StreamPlan): AsyncIterable<Unit> {
  const name = plan.request.name;
  const records = await run.destination.quarantined(run.run.connection, name, MOST);
  const whole = records.filter(({ payload }) => !NOT_WHOLE.some((mark) => Object.hasOwn(payload, mark)));
  const warn = (message: string) => run.on({ type: 'warning', stream: name, message });
  if (whole.length < records.length)
    warn(
      `${records.length - whole.length} records are not shown whole and cannot be replayed; load their source again.`,
    );
  if (records.length === MOST) warn(`Only the oldest ${MOST} records are replayed; repeat for the rest.`);
  for (const [slice, group] of Map.groupBy(whole, (record) => record.slice)) yield replayUnit(run, plan, slice, group);
}

function replayUnit(run: RunRequest, plan: StreamPlan, slice: string, records: readonly QuarantinedRecord[]): Unit {
  const { stream, table } = plan;
  return {
    slice,
    async load({ columns, filling, intake }) {
      const rest = {
        parsing: (stream.kind === 'files' ? stream.parsing : undefined) ?? OBJECT_PARSING,
        holdsNul: run.destination.capabilities.holdsNul,
        unstorableText: run.unstorableText,
      };
      // What is protected lies in quarantine as its token already.
      const shown = columns.map(({ tokenize, ...column }) =>
        tokenize === undefined ? column : { ...column, sourceType: 'string' as const },
      );
      const program = compileForObjects(rowPlan(shown, rest), stream.catalog.fields);
      const resolves: { key: string; reason: string }[] = [];
      const seen = new Set<number>();
      for (const { key, reason, position, payload } of records) {
        run.signal.throwIfAborted();
        // Where the place in the file is the key, one row may lie there for two reasons.
        const isRepeated = table.key.includes('_source_row') && seen.has(position);
        if (!isRepeated) {
          program.seek(position);
          while (program.run([payload], 0, filling.batch) === 0) await pass(filling);
          const { tally } = program.drain();
          await intake.take({ tally, rejects: [] });
          if (tally.encoded === 0) continue;
          seen.add(position);
        }
        resolves.push({ key, reason });
      }
      return { bookmarks: [], lineage: undefined, resolves };
    },
  };
}
