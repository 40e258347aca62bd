import { createWorld } from '../../test/simulators/braze/world.js';
import { hasActivity } from '../../test/simulators/braze/truth.js';

export interface WorkspaceSize {
  readonly campaigns: number;
  readonly canvases: number;
}

export const TIME_ZONE = 'America/Chicago';
/** The day of the measured run, and the day before, on which the first one was. */
export const NOW = '2026-11-24T15:00:00Z';
export const DAY_BEFORE = '2026-11-23T15:00:00Z';
/** Fourteen days behind the bookmark, which the first run leaves at the start of its last day. */
export const FIRST_DAY = '2026-11-09';
const START = '2025-09-01';

export const simulatorOptions = (size: WorkspaceSize) => ({ ...size, now: DAY_BEFORE, start: START });

/**
 * The fewest calls that could bring the day up to date: lists by pages of 100 up to an empty one, the details of each, the
 * series of each campaign in which anything happened in those days, and of each Canvas two, since 15 days do not fit in one of
 * 14. Which those are only the world knows beforehand: a connector has to ask of some more.
 */
export function fewestCalls(size: WorkspaceSize): number {
  const world = createWorld(simulatorOptions(size));
  const now = Date.parse(NOW);
  const span = { from: FIRST_DAY };
  const pages = (count: number) => Math.ceil(count / 100) + 1;
  const campaigns = world.campaignsAt(now).filter(({ isDeleted }) => !isDeleted);
  const busy = campaigns.filter(({ id }) => world.truthCells(id, now, span).some(hasActivity));
  const canvases = world.canvasesAt(now).filter(({ entry }) => !entry.isDeleted);
  const truth = world.canvasTruth(now, span);
  const busyCanvases = new Set(
    [...truth.variants, ...truth.steps].filter(hasActivity).map(({ canvas_id }) => canvas_id),
  );
  return (
    pages(campaigns.length) +
    pages(canvases.length) +
    campaigns.length +
    canvases.length +
    busy.length +
    2 * busyCanvases.size
  );
}
