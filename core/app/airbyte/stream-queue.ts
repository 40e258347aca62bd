import type { BadRecord, RecordData, TableVersion } from '../../protocol/index.js';

/** What stands in the input of one stream: records, a state that stands for all before it, or the version of what follows. */
export type Item<State> =
  | { readonly records: readonly (RecordData | BadRecord)[] }
  | { readonly state: State }
  | { readonly version: TableVersion };

/** Hands what is read from stdin on to the stream that it belongs to, and holds little of it. */
export interface StreamQueue<State> {
  /** Resolves when there is room for more; at once where nobody takes anything any more. */
  push(item: Item<State>): Promise<void>;
  /** Nothing follows. */
  end(): void;
  /** What follows is missing. */
  fail(error: Error): void;
  /** What is pushed from now on is dropped. */
  close(): void;
  /** Undefined at the end. */
  next(): Promise<Item<State> | undefined>;
  readonly isEmpty: boolean;
}

/** Each item is what one read of stdin brought, at most some hundred kilobytes. */
const MOST_ITEMS = 16;

export function streamQueue<State>(): StreamQueue<State> {
  const items: Item<State>[] = [];
  let isClosed = false;
  let end: { readonly error?: Error } | undefined;
  let wakeReader = () => {};
  let wakeWriter = () => {};
  const changed = () => {
    wakeReader();
    wakeWriter();
  };
  const isFull = () => items.length >= MOST_ITEMS && !isClosed;
  const isWaiting = () => items.length === 0 && end === undefined;
  return {
    async push(item) {
      while (isFull()) await new Promise<void>((resolve) => (wakeWriter = resolve));
      if (isClosed) return;
      items.push(item);
      changed();
    },
    end() {
      end ??= {};
      changed();
    },
    fail(error) {
      end ??= { error };
      changed();
    },
    close() {
      isClosed = true;
      items.length = 0;
      changed();
    },
    async next() {
      while (isWaiting()) await new Promise<void>((resolve) => (wakeReader = resolve));
      const item = items.shift();
      wakeWriter();
      if (item === undefined && end?.error !== undefined) throw end.error;
      return item;
    },
    get isEmpty() {
      return items.length === 0;
    },
  };
}
