/** What comes of reading a list of items: pages of an item, and then its end. */
export type Ahead<Item, Page> =
  | { readonly kind: 'page'; readonly item: Item; readonly page: Page }
  | { readonly kind: 'end'; readonly item: Item };

export interface AheadOptions<Page> {
  /** Items that are read at once; with one, nothing is asked for before its turn. */
  readonly width: number;
  readonly weightOf: (page: Page) => number;
  /** With so much held, no item reads more than one page ahead of its turn. */
  readonly mostHeld: number;
}

/** Pages that an item reads ahead of its turn, where there is room. */
const MOST_PAGES = 8;

interface Lane<Item, Page> {
  readonly item: Item;
  readonly pages: Page[];
  readonly reading: AsyncIterator<Page>;
  isDone: boolean;
  fault: { readonly cause: unknown } | undefined;
}

/**
 * Reads several items at once and hands out their pages in the order of the items, as if one were read after the other: an item ends
 * only when all before it have, and a fault is thrown when its turn comes. Who breaks off is not waited for.
 */
export async function* readAhead<Item, Page>(
  items: AsyncIterable<Item>,
  open: (item: Item) => AsyncIterable<Page>,
  { width, weightOf, mostHeld }: AheadOptions<Page>,
): AsyncIterable<Ahead<Item, Page>> {
  if (width <= 1) {
    for await (const item of items) {
      for await (const page of open(item)) yield { kind: 'page', item, page };
      yield { kind: 'end', item };
    }
    return;
  }
  const source = items[Symbol.asyncIterator]();
  const lanes: Lane<Item, Page>[] = [];
  let held = 0;
  let isAll = false;
  let isOver = false;
  let fault: { readonly cause: unknown } | undefined;
  let change = Promise.withResolvers<void>();
  const changed = () => {
    change.resolve();
    change = Promise.withResolvers();
  };
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await change.promise;
  };

  const fill = async (lane: Lane<Item, Page>): Promise<void> => {
    try {
      for (;;) {
        const { pages } = lane;
        await until(() => isOver || pages.length === 0 || (pages.length < MOST_PAGES && held < mostHeld));
        if (isOver) return;
        const next = await lane.reading.next();
        if (next.done === true) break;
        pages.push(next.value);
        held += weightOf(next.value);
        changed();
      }
    } catch (cause) {
      lane.fault = { cause };
    }
    lane.isDone = true;
    changed();
  };
  const launch = async (): Promise<void> => {
    try {
      for (;;) {
        // After a fault nothing is begun that would be thrown away with it.
        await until(() => isOver || (lanes.length < width && lanes.every((lane) => lane.fault === undefined)));
        if (isOver) return;
        const next = await source.next();
        if (next.done === true) break;
        const reading = open(next.value)[Symbol.asyncIterator]();
        const lane: Lane<Item, Page> = { item: next.value, pages: [], reading, isDone: false, fault: undefined };
        lanes.push(lane);
        void fill(lane);
        changed();
      }
    } catch (cause) {
      fault = { cause };
    }
    isAll = true;
    changed();
  };

  try {
    void launch();
    for (;;) {
      await until(() => lanes.length > 0 || isAll);
      const [lane] = lanes;
      if (lane === undefined) break;
      const { item, pages } = lane;
      for (;;) {
        await until(() => pages.length > 0 || lane.isDone);
        const page = pages.shift();
        if (page === undefined) break;
        held -= weightOf(page);
        changed();
        yield { kind: 'page', item, page };
      }
      if (lane.fault !== undefined) throw lane.fault.cause;
      yield { kind: 'end', item };
      lanes.shift();
      changed();
    }
    if (fault !== undefined) throw fault.cause;
  } finally {
    isOver = true;
    changed();
    const opened = [source, ...lanes.map(({ reading }) => reading)];
    for (const one of opened) void one.return?.(undefined).catch(() => undefined);
  }
}
