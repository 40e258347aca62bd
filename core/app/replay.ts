import { previewReplay, runConnection, type ReplayPreview } from '../engine/index.js';
import { runOf, type ConnectionRun, type RunResult } from './connection-run.js';
import type { Installation } from './installation.js';
import { withPreview } from './preview-request.js';

/** A run that reads the quarantine instead of the source. */
export function replayConnection(
  installation: Installation,
  request: Omit<ConnectionRun, 'trigger'>,
): Promise<RunResult> {
  return runOf(installation, { ...request, trigger: 'replay' }, (run) => runConnection({ ...run, replay: true }));
}

/** What that run would do. */
export const previewConnectionReplay = (
  installation: Installation,
  wanted: Omit<ConnectionRun, 'trigger' | 'note'>,
): Promise<readonly ReplayPreview[]> => withPreview(installation, wanted, previewReplay);
