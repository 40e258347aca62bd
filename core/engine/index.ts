export * from './request.js';
export { leftOut, noSuchStream, notInBackfill, nothingByDays, type LeftOut } from './by-days.js';
export { runConnection, reportOf, type RunOutcome, type StreamOutcome } from './run.js';
export { previewAdoption, type AdoptionPreview } from './adoption.js';
export { previewReplay, type ReplayPreview } from './replay.js';
export { dayIn } from './windows.js';
