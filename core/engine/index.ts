export * from './request.js';
export { runConnection, reportOf, type RunOutcome, type StreamOutcome } from './run.js';
export { previewReplay, type ReplayPreview } from './replay.js';
export { dayIn } from './windows.js';
