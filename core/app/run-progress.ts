import type { EngineEvent } from '../protocol/index.js';

/** Written while they change, so often at most: who watches a run wants to be told within 10 s. */
export const PROGRESS_MS = 5_000;

/** How far a stream is, of all slices that it has begun. Bytes are those of the source; what begins again counts again. */
export interface StreamProgress {
  rows: number;
  bytes: number;
  /** Absent where a source does not know it before it has read. */
  total_bytes?: number;
  /** By the rate so far; absent where the total is not known. */
  seconds_left?: number;
}

/** Sums up what a run stages; `due` gives the streams that moved since the last time, and undefined before it is time. */
export function runProgress(): {
  on(event: EngineEvent): void;
  due(now: number): { readonly streams: Readonly<Record<string, StreamProgress>> } | undefined;
} {
  const sums = new Map<string, StreamProgress>();
  /** Where each slice stands, since its batches tell the bytes from its start. */
  const slices = new Map<string, { readonly slice: string; bytes: number }>();
  /** Streams whose total was told at once, by all their files. */
  const whole = new Set<string>();
  /** When a stream began, as well as is known from the times at which somebody asked. */
  const since = new Map<string, number>();
  let asked: number | undefined;
  let moved = new Set<string>();
  let toldAt: number | undefined;
  return {
    on(event) {
      if (event.type === 'files_listed') {
        sums.set(event.stream, { rows: 0, bytes: 0, total_bytes: event.bytes });
        whole.add(event.stream);
      }
      if ('stream' in event && event.stream !== undefined && !since.has(event.stream) && asked !== undefined)
        since.set(event.stream, asked);
      if (event.type === 'slice_started' && whole.has(event.stream))
        slices.set(event.stream, { slice: event.slice, bytes: 0 });
      else if (event.type === 'slice_started') {
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
      asked = now;
      if (moved.size === 0 || now - toldAt < PROGRESS_MS) return undefined;
      toldAt = now;
      const streams = Object.fromEntries(
        [...moved].map((stream) => {
          const sum = sums.get(stream)!;
          const left = whole.has(stream)
            ? secondsLeft(sum.bytes, sum.total_bytes, now - (since.get(stream) ?? now))
            : undefined;
          return [stream, { ...sum, ...(left === undefined ? {} : { seconds_left: left }) }];
        }),
      );
      moved = new Set();
      return { streams };
    },
  };
}

/** By the rate so far; undefined where nothing can be said. What was read again may count for more than there is. */
export function secondsLeft(bytes: number, total: number | undefined, elapsedMs: number): number | undefined {
  if (total === undefined || bytes <= 0 || elapsedMs <= 0) return undefined;
  return Math.max(0, Math.round(((total - bytes) / bytes) * (elapsedMs / 1000)));
}
