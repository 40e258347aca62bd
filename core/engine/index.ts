export * from './request.js';
export { runConnection, reportOf, type RunOutcome, type StreamOutcome } from './run.js';
export { dayIn } from './windows.js';
