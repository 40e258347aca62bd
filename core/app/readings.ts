import type { Reading } from '../../report/index.js';
import type { RunOutcome } from '../engine/index.js';

interface Run {
  readonly connection: string;
  readonly trigger: 'manual' | 'schedule' | 'backfill' | 'replay';
  readonly startedAt: Date;
}

/**
 * The streams that a run read to their end, as of its start: what a source learned while it was read may have come too late.
 * A backfill reads chosen days and a replay the quarantine, so neither says that the source was read.
 */
export function readingsOf({ connection, trigger, startedAt }: Run, { streams }: RunOutcome): readonly Reading[] {
  if (trigger === 'backfill' || trigger === 'replay') return [];
  return streams
    .filter(({ state }) => state === 'complete')
    .map(({ stream }) => ({ connection, stream, readAt: startedAt }));
}
