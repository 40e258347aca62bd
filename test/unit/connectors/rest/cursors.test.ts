import { PartitionCursor, stateOfAll } from '../../../../connectors/rest/cursors/partition-cursor.js';
import { momentScale, type Scale } from '../../../../connectors/rest/cursors/scale.js';
import { WindowCursor, type WindowSettings } from '../../../../connectors/rest/cursors/window-cursor.js';
import type { PartitionRouter } from '../../../../connectors/rest/partitions/router.js';
import { noParts } from '../../../../connectors/rest/requests/request-option.js';
import { EMPTY_SLICE } from '../../../../connectors/rest/run/slice.js';
import { Duration } from '../../../../connectors/rest/time/date-time.js';

const windows = (scale: Scale): WindowSettings => ({
  field: 'at',
  scale,
  start: 0,
  end: () => Date.parse('2024-04-01') * 1000,
  step: undefined,
  granularity: undefined,
  lookback: undefined,
  bounds: ['from', 'to'],
  clamp: undefined,
  comparesStrictly: false,
  latest: undefined,
});

describe('one cursor for all partitions', () => {
  const router: PartitionRouter = {
    isGrouping: false,
    async *slices() {
      yield EMPTY_SLICE;
    },
    state: () => undefined,
    parts: noParts,
  };
  const stateAfter = async (format: string, values: readonly string[]) => {
    const scale = momentScale([format], undefined);
    const cursor = new PartitionCursor({
      field: 'at',
      router,
      scale,
      keepsAll: false,
      latest: undefined,
      isGlobal: true,
      now: () => 0,
      create: (state) => new WindowCursor(windows(scale), state),
    });
    for await (const slice of cursor.slices()) {
      for (const at of values) cursor.observe({ at }, slice);
      cursor.close(slice);
    }
    cursor.finish();
    return cursor.state['state'];
  };

  it('goes on from the last day, however days are written', async () => {
    expect(await stateAfter('%d/%m/%Y', ['31/01/2024', '10/02/2024', '09/02/2024'])).toEqual({ at: '10/02/2024' });
  });

  it('goes on from the last moment, in whatever zone it is told', async () => {
    const values = ['2024-02-02T01:00:00+0200', '2024-02-02T00:30:00+0000'];
    expect(await stateAfter('%Y-%m-%dT%H:%M:%S%z', values)).toEqual({ at: values[1] });
  });
});

it('the zones of windows are kept while they are written, and not for ever', () => {
  const scale = momentScale(['%Y-%m-%dT%H:%M:%S%z'], undefined);
  const first = '2024-01-01T00:00:00+0200';
  scale.keepZone(first);
  let at = scale.parse(first)!;
  for (let window = 0; window < 1_000; window += 1) at = scale.plus(at, new Duration(1_000_000));
  expect([scale.format(scale.parse(first)!), scale.format(at)]).toEqual([first, '2024-01-01T00:16:40+0200']);
  for (let window = 0; window < 200_000; window += 1) at = scale.plus(at, new Duration(1_000_000));
  expect([scale.format(scale.parse(first)!), scale.format(at)]).toEqual([
    '2023-12-31T22:00:00+0000',
    '2024-01-03T07:50:00+0200',
  ]);
});

it.each([
  ['a day that the API may mean', ['%Y-%m-%dT%H:%M:%S%z', '%Y-%m-%d'], { from: '2024-03-05', to: '2024-04-01' }],
  [
    'the moment as a record tells it, since filters compare texts',
    ['%Y-%m-%dT%H:%M:%S%z'],
    { from: '2024-03-05T22:30:00-0500', to: '2024-04-01T00:00:00+0000' },
  ],
])('what is left of a window, where its paging begins anew, begins at %s', (_what, formats, expected) => {
  const cursor = new WindowCursor(windows(momentScale(formats, undefined)));
  const [window] = [...cursor.cut()];
  expect(cursor.rest(window!, { at: '2024-03-05T22:30:00-0500' }).cursorSlice).toEqual(expected);
});

describe('a day that a person sets for all partitions', () => {
  const cursor = { at: '2024-02-01' };
  const states = [{ partition: { of: 'a' }, cursor: { at: '2024-03-01' } }];
  const set = [{ partition: { of: 'a' }, cursor }];

  test('leaves those alone that have not been read', () => {
    expect(stateOfAll(cursor, { states }, true)).toEqual({ use_global_cursor: false, states: set });
  });
  test('is where they begin, where the state says that of them', () => {
    const state = {
      states,
      state: { at: '2024-03-01' },
      lookback_window: 9,
      parent_state: { all: { at: '2024-03-01' } },
    };
    expect(stateOfAll(cursor, state, true)).toEqual({
      use_global_cursor: false,
      states: set,
      state: cursor,
      lookback_window: 0,
    });
  });
  test.each([[{}], [{ states: [] }]])('goes for all where %j knows none', (state) => {
    expect(stateOfAll(cursor, state, true)).toEqual(cursor);
  });
});
