import type { RunRequest } from './request.js';

/** Tells each warning of a stream once a run: what is true of one window is mostly true of the next. */
export function warningsOf({ on }: RunRequest, stream: string): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (told.has(message)) return;
    told.add(message);
    on({ type: 'warning', stream, message });
  };
}
