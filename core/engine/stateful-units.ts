import {
  SavedState,
  STATE_PARTITION,
  TableVersion,
  type BadRecord,
  type Bookmark,
  type JointStream,
  type RecordData,
  type SourceStream,
  type StatefulStep,
} from '../protocol/index.js';
import { compileForObjects } from '../program/index.js';
import { landingRules, loadPages, rowPlan } from './load.js';
import { OBJECT_PARSING, unknownFields } from './pages.js';
import type { RunRequest } from './request.js';
import type { StreamPlan } from './stream-plan.js';
import { nothingNamed, standingBookmark, standingOf, unitVersions, type Standing } from './table-versions.js';
import type { Unit } from './units.js';
import { warningsOf } from './warnings.js';

/** What a unit came to. */
interface UnitReading {
  reached: SavedState | undefined;
  isLast: boolean;
  standing: Standing | undefined;
  replacesAll?: boolean;
}

type StatefulStream = Extract<SourceStream, { kind: 'stateful' }>;
type Page = readonly (RecordData | BadRecord)[];

/**
 * One unit up to each state that the stream hands out; the state is the bookmark of what came before it. A unit that fails and is
 * tried again reads on from the last state that was committed. A new version of the source's table is one unit, whatever states are
 * in it.
 */
export async function* statefulUnits(
  run: RunRequest,
  plan: StreamPlan,
  stream: StatefulStream,
  replacesAll: boolean,
): AsyncIterable<Unit> {
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
  const canRemove = run.destination.remove !== undefined;
  // Overwrite, and a full refresh that appends, are one checkpoint for the stream: all or nothing.
  const isWhole = plan.write === 'overwrite' || (plan.sync === 'full_refresh' && plan.write === 'append');
  let committed: unknown = keepsState ? savedState(plan) : undefined;
  let standing: Standing | undefined = keepsState ? standingOf(plan.bookmarks) : undefined;
  let named = nothingNamed();
  let steps: AsyncIterator<StatefulStep> | undefined;
  let isDone = false;

  const open = (): AsyncIterator<StatefulStep> => {
    named = nothingNamed();
    const read = stream.read({
      slice: { id: 'all' },
      sync: plan.sync,
      replacesAll,
      signal: run.signal,
      warn,
      ...(committed === undefined ? {} : { state: committed }),
      ...(run.range === undefined ? {} : { range: run.range }),
    });
    return read[Symbol.asyncIterator]();
  };

  for (let part = 1; !isDone; part += 1) {
    const end: UnitReading = { reached: undefined, isLast: false, standing };
    const pages = async function* (isNewTable: boolean): AsyncIterable<Page> {
      steps ??= open();
      const versions = unitVersions({ standing, named, isNewTable, canRemove, warn });
      for (;;) {
        const { done, value: step } = await steps.next();
        if (done === true) break;
        if (step instanceof TableVersion) {
          if (!isWhole) versions.meet(step);
        } else if (step instanceof SavedState) {
          end.reached = step;
          if (!isWhole && !versions.isHeld) {
            Object.assign(end, versions.end(false));
            return;
          }
        } else {
          if (step.length > 0) versions.meetRecords();
          yield step;
        }
      }
      Object.assign(end, versions.end(true), { isLast: true });
    };
    let isTriedAgain = false;
    yield {
      slice: isWhole ? 'all' : `part ${part}`,
      async load({ columns, isNew, filling, intake }) {
        // What was read could not be staged or committed: it is read again, where the steps have gone on.
        if (isTriedAgain) {
          await steps?.return?.().catch(() => undefined);
          steps = undefined;
        }
        isTriedAgain = true;
        Object.assign(end, { reached: undefined, isLast: false, standing });
        const program = compileForObjects(rowPlan(columns, rest), stream.catalog.fields);
        try {
          await loadPages(pages(isNew), program, { filling, intake }, reading);
        } catch (error) {
          await steps?.return?.().catch(() => undefined);
          steps = undefined;
          throw error;
        }
        const bookmarks: Bookmark[] = [];
        if (keepsState && end.reached !== undefined)
          bookmarks.push({
            stream: name,
            partition: STATE_PARTITION,
            position: { kind: 'state', state: end.reached.state },
          });
        if (keepsState && end.standing !== undefined && end.standing !== standing)
          bookmarks.push(standingBookmark(name, end.standing));
        return {
          bookmarks,
          lineage: { source: name, records: intake.tally.read },
          ...(end.replacesAll === true ? { replacesAll: true } : {}),
        };
      },
    };
    // Here it is committed: what failed for good has ended the loop.
    if (end.reached !== undefined) committed = end.reached.state;
    standing = end.standing;
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
