import type { EngineEvent } from '../protocol/index.js';

/** Written while they change, so often at most: who watches a run wants to be told within 10 s. */
export const PROGRESS_MS = 5_000;

/** How far a stream is, of all slices that it has begun. Bytes are those of the source; what begins again counts again. */
export interface StreamProgress {
  rows: number;
  bytes: number;
  /** Absent where a source does not know it before it has read. */
  total_bytes?: number;
}

/** Sums up what a run stages; `due` gives the streams that moved since the last time, and undefined before it is time. */
export function runProgress(): {
  on(event: EngineEvent): void;
  due(now: number): { readonly streams: Readonly<Record<string, StreamProgress>> } | undefined;
} {
  const sums = new Map<string, StreamProgress>();
  /** Where each slice stands, since its batches tell the bytes from its start. */
  const slices = new Map<string, { readonly slice: string; bytes: number }>();
  let moved = new Set<string>();
  let toldAt: number | undefined;
  return {
    on(event) {
      if (event.type === 'slice_started') {
        const sum = sums.get(event.stream);
        const isKnown = event.bytes !== undefined && (sum === undefined || sum.total_bytes !== undefined);
        const { rows = 0, bytes = 0 } = sum ?? {};
        sums.set(event.stream, {
          rows,
          bytes,
          ...(isKnown ? { total_bytes: (sum?.total_bytes ?? 0) + event.bytes! } : {}),
        });
        slices.set(event.stream, { slice: event.slice, bytes: 0 });
      }
      if (event.type !== 'batch_staged') return;
      const sum = sums.get(event.stream) ?? { rows: 0, bytes: 0 };
      const last = slices.get(event.stream);
      const before = last?.slice === event.slice ? last.bytes : 0;
      sum.rows += event.rows;
      sum.bytes += Math.max(0, event.sourceBytes - before);
      sums.set(event.stream, sum);
      slices.set(event.stream, { slice: event.slice, bytes: event.sourceBytes });
      moved.add(event.stream);
    },
    due(now) {
      toldAt ??= now;
      if (moved.size === 0 || now - toldAt < PROGRESS_MS) return undefined;
      toldAt = now;
      const streams = Object.fromEntries([...moved].map((stream) => [stream, { ...sums.get(stream)! }]));
      moved = new Set();
      return { streams };
    },
  };
}
