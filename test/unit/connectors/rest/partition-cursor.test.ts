import { jest } from '@jest/globals';
import type { State } from '../../../../connectors/rest/cursors/cursor.js';
import { PartitionCursor } from '../../../../connectors/rest/cursors/partition-cursor.js';
import { momentScale } from '../../../../connectors/rest/cursors/scale.js';
import { WindowCursor } from '../../../../connectors/rest/cursors/window-cursor.js';
import { noParts } from '../../../../connectors/rest/requests/request-option.js';
import { StreamSlice } from '../../../../connectors/rest/run/slice.js';

const scale = momentScale(['%Y-%m-%d'], undefined);
const micros = (day: string) => Date.parse(day) * 1000;
const settings = {
  field: 'at',
  scale,
  start: micros('2024-01-01'),
  end: () => micros('2024-04-01'),
  step: undefined,
  granularity: undefined,
  lookback: undefined,
  bounds: ['from', 'to'] as const,
  clamp: undefined,
  comparesStrictly: false,
  latest: undefined,
};

function cursorOf(ids: Iterable<number>, state?: State): PartitionCursor {
  const router = {
    isGrouping: false,
    async *slices() {
      for (const id of ids) yield new StreamSlice({ id });
    },
    state: () => undefined,
    parts: noParts,
  };
  return new PartitionCursor(
    {
      field: 'at',
      router,
      scale,
      keepsAll: false,
      latest: undefined,
      isGlobal: false,
      now: () => 0,
      create: (own) => new WindowCursor(settings, own),
    },
    state,
  );
}

const upTo = (count: number) => Array.from({ length: count }, (_, id) => id);
/** A state that knows so many partitions, and of each more than of all. */
const knowing = (count: number): State => ({
  states: upTo(count).map((id) => ({ partition: { id }, cursor: { at: '2024-03-09' } })),
  state: { at: '2024-02-02' },
});

async function sliced(cursor: PartitionCursor): Promise<readonly StreamSlice[]> {
  const slices = [];
  for await (const slice of cursor.slices()) slices.push(slice);
  return slices;
}

/** Reads one after the other, with records of these days by the id of their partition. */
async function read(cursor: PartitionCursor, days: Readonly<Record<number, string>> = {}): Promise<State> {
  for await (const slice of cursor.slices()) {
    const at = days[slice.partition['id'] as number];
    if (at !== undefined) cursor.observe({ at }, slice);
    cursor.close(slice);
  }
  cursor.finish();
  return cursor.state;
}

test.each([
  [10_001, false],
  [10_002, true],
])('of %d partitions one cursor for all takes the place of one for each: %s', async (count, isGlobal) => {
  const cursor = cursorOf(upTo(count));
  const slices = await sliced(cursor);
  for (const slice of slices) cursor.close(slice);
  cursor.finish();
  expect(cursor.state['use_global_cursor']).toBe(isGlobal);
});

test('of more partitions than are kept those that are gone are forgotten first, the oldest of them', async () => {
  const ids = [0, 2, 1, 3, 5];
  const slices = await sliced(cursorOf(ids, knowing(25_001)));
  // The first has the second forgotten; that one comes again, and has the fourth forgotten, since the third was met.
  expect(slices.map(({ partition, cursorSlice }) => [partition['id'], cursorSlice['from']])).toEqual([
    [0, '2024-03-09'],
    [2, '2024-03-09'],
    [1, '2024-02-02'],
    [3, '2024-02-02'],
    [5, '2024-03-09'],
  ]);
});

test('as many as are kept are all known', async () => {
  const slices = await sliced(cursorOf([0, 24_999, 1], knowing(25_000)));
  expect(slices.map(({ cursorSlice }) => cursorSlice['from'])).toEqual(['2024-03-09', '2024-03-09', '2024-03-09']);
});

test('where none is gone the oldest are forgotten', async () => {
  // Nothing is closed, so that the state still tells of each.
  const cursor = cursorOf(upTo(25_003));
  await sliced(cursor);
  cursor.finish();
  const states = cursor.state['states'] as readonly { readonly partition: unknown }[];
  expect([states.length, states[0]!.partition, states.at(-1)!.partition]).toEqual([25_000, { id: 3 }, { id: 25_002 }]);
});

test('what is forgotten costs no look at all that is kept', async () => {
  const looks = jest.spyOn(Set.prototype, 'has');
  await sliced(cursorOf([...upTo(500).map((id) => id + 30_000), ...upTo(500)], knowing(25_000)));
  const count = looks.mock.calls.length;
  looks.mockRestore();
  // Each that is asked for once, and each that is known at most once more.
  expect(count).toBeLessThanOrEqual(1_000 + 26_000);
});

describe('where all partitions go on from', () => {
  const known = (more: object = {}): State => ({
    states: [{ partition: { id: 0 }, cursor: { at: '2024-03-09' } }],
    state: { at: '2024-02-02' },
    ...more,
  });

  test('is what a partition without new records had, too', async () => {
    expect(await read(cursorOf([0, 1], known()), { 1: '2024-03-05' })).toMatchObject({ state: { at: '2024-03-09' } });
  });

  test('is the newest record where one cursor stands for all', async () => {
    const state = await read(cursorOf([0, 1], known({ use_global_cursor: true })), { 1: '2024-03-05' });
    expect(state).toMatchObject({ use_global_cursor: true, state: { at: '2024-03-05' } });
  });

  test('is no partition that is not closed', async () => {
    const cursor = cursorOf([0, 1], known());
    const [, second] = await sliced(cursor);
    cursor.observe({ at: '2024-03-05' }, second!);
    cursor.finish();
    expect(cursor.state).toMatchObject({ state: { at: '2024-03-05' } });
  });
});
