import {
  SavedState,
  STATE_PARTITION,
  type BadRecord,
  type Bookmark,
  type JointStream,
  type RecordData,
  type SourceStream,
} from '../protocol/index.js';
import { compileForObjects } from '../program/index.js';
import { landingRules, loadPages, rowPlan } from './load.js';
import { OBJECT_PARSING, unknownFields } from './pages.js';
import type { RunRequest } from './request.js';
import type { StreamPlan } from './stream-plan.js';
import type { Unit } from './units.js';
import { warningsOf } from './warnings.js';

type StatefulStream = Extract<SourceStream, { kind: 'stateful' }>;
type Page = readonly (RecordData | BadRecord)[];

/**
 * One unit up to each state that the stream hands out; the state is the bookmark of what came before it. A unit that fails and is
 * tried again reads on from the last state that was committed.
 */
export async function* statefulUnits(run: RunRequest, plan: StreamPlan, stream: StatefulStream): AsyncIterable<Unit> {
  const name = plan.request.name;
  const warn = warningsOf(run, name);
  const reading = {
    stream: name,
    signal: run.signal,
    probe: run.probe,
    look: unknownFields(stream.catalog.fields, warn),
  };
  const rest = { parsing: OBJECT_PARSING, ...landingRules(run, plan) };
  const keepsState = movesState(run, plan);
  // Overwrite, and a full refresh that appends, are one checkpoint for the stream: all or nothing.
  const isWhole = plan.write === 'overwrite' || (plan.sync === 'full_refresh' && plan.write === 'append');
  let committed: unknown = keepsState ? savedState(plan) : undefined;
  let steps: AsyncIterator<Page | SavedState> | undefined;
  let isDone = false;

  const open = (): AsyncIterator<Page | SavedState> => {
    const read = stream.read({
      slice: { id: 'all' },
      sync: plan.sync,
      signal: run.signal,
      warn,
      ...(committed === undefined ? {} : { state: committed }),
      ...(run.range === undefined ? {} : { range: run.range }),
    });
    return read[Symbol.asyncIterator]();
  };

  for (let part = 1; !isDone; part += 1) {
    const end: { reached: SavedState | undefined; isLast: boolean } = { reached: undefined, isLast: false };
    const pages = async function* (): AsyncIterable<Page> {
      steps ??= open();
      for (;;) {
        const step = await steps.next();
        if (step.done === true) {
          end.isLast = true;
          return;
        }
        if (!(step.value instanceof SavedState)) {
          yield step.value;
          continue;
        }
        end.reached = step.value;
        if (!isWhole) return;
      }
    };
    let isTriedAgain = false;
    yield {
      slice: isWhole ? 'all' : `part ${part}`,
      async load({ columns, filling, intake }) {
        // What was read could not be staged or committed: it is read again, where the steps have gone on.
        if (isTriedAgain) {
          await steps?.return?.().catch(() => undefined);
          steps = undefined;
        }
        isTriedAgain = true;
        end.reached = undefined;
        end.isLast = false;
        const program = compileForObjects(rowPlan(columns, rest), stream.catalog.fields);
        try {
          await loadPages(pages(), program, { filling, intake }, reading);
        } catch (error) {
          await steps?.return?.().catch(() => undefined);
          steps = undefined;
          throw error;
        }
        const reached = end.reached as SavedState | undefined;
        const bookmarks: Bookmark[] =
          keepsState && reached !== undefined
            ? [{ stream: name, partition: STATE_PARTITION, position: { kind: 'state', state: reached.state } }]
            : [];
        return { bookmarks, lineage: { source: name, records: intake.tally.read } };
      },
    };
    // Here it is committed: what failed for good has ended the loop.
    if (end.reached !== undefined) committed = end.reached.state;
    isDone = end.isLast;
  }
}

const movesState = (run: RunRequest, plan: StreamPlan) => plan.sync === 'incremental' && run.range === undefined;

/** What a reading of several streams is told of each before it begins. */
export function jointStream(run: RunRequest, plan: StreamPlan): JointStream {
  const state = movesState(run, plan) ? savedState(plan) : undefined;
  return { stream: plan.request.name, sync: plan.sync, ...(state === undefined ? {} : { state }) };
}

function savedState({ bookmarks }: StreamPlan): unknown {
  const saved = bookmarks.find((bookmark) => bookmark.partition === STATE_PARTITION)?.position;
  return saved?.kind === 'state' ? saved.state : undefined;
}
