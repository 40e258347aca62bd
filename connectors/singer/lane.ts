import { unlessAborted, type BadRecord, type RecordData, type StatefulStep } from '#sdk';

export type Page = readonly (RecordData | BadRecord)[];

/** As many records may wait in a lane; what a chunk of output holds comes on top. */
const ROOM = 2_000;

/** The way of one stream from the tap's output to the engine: whoever fills it waits while it is full. */
export interface Lane {
  put(step: StatefulStep): void;
  /** Nothing follows; with an error what waits is read first, and then it is thrown. */
  end(error?: unknown): void;
  /** Resolves once there is room, or nobody reads any more. */
  room(): Promise<void>;
  /** Nobody reads any more: what waits and what comes is dropped. */
  leave(): void;
  readonly isLeft: boolean;
  read(signal: AbortSignal): AsyncGenerator<StatefulStep>;
}

export function openLane(): Lane {
  let waiting: StatefulStep[] = [];
  const at = { records: 0, isLeft: false };
  let ended: { readonly error?: unknown } | undefined;
  let moved = Promise.withResolvers<void>();
  const tell = () => {
    moved.resolve();
    moved = Promise.withResolvers();
  };
  const sizeOf = (step: StatefulStep) => (Array.isArray(step) ? step.length : 0);
  return {
    put(step) {
      if (at.isLeft) return;
      waiting.push(step);
      at.records += sizeOf(step);
      tell();
    },
    end(error) {
      ended ??= error === undefined ? {} : { error };
      tell();
    },
    async room() {
      while (!at.isLeft && at.records >= ROOM) await moved.promise;
    },
    leave() {
      at.isLeft = true;
      waiting = [];
      at.records = 0;
      tell();
    },
    get isLeft() {
      return at.isLeft;
    },
    async *read(signal) {
      for (;;) {
        const step = waiting.shift();
        if (step !== undefined) {
          at.records -= sizeOf(step);
          tell();
          yield step;
        } else if (ended !== undefined) {
          if ('error' in ended) throw ended.error;
          return;
        } else await unlessAborted(moved.promise, signal);
      }
    },
  };
}
