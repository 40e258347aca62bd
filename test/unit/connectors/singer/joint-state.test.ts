import { describe, expect, it } from '@jest/globals';
import { isFromStart, jointState, type Member } from '../../../../connectors/singer/joint-state.js';

const member = (id: string, number?: number, value?: unknown, sync: Member['sync'] = 'incremental'): Member => ({
  ids: [id],
  sync,
  kept: number === undefined ? undefined : { number, value },
});
const at = (a: number, b: number, rest: object = {}) => ({ bookmarks: { a: { at: a }, b: { at: b } }, ...rest });

describe('the state that a tap begins with', () => {
  it('is the last one as it stands where all streams have committed it', () => {
    const value = at(1, 2, { currently_syncing: 'b' });
    expect(jointState([member('a', 7, value), member('b', 7, value)])).toBe(value);
    expect(jointState([])).toBeUndefined();
    expect(jointState([member('a'), member('b')])).toBeUndefined();
  });

  it('takes of each stream what that stream has committed, and all else from the oldest', () => {
    const [older, newer] = [at(1, 1, { region: 'x', currently_syncing: 'a' }), at(5, 6, { region: 'y' })];
    expect(jointState([member('a', 3, newer), member('b', 2, older)])).toEqual(at(5, 1, { region: 'x' }));
  });

  it('leaves out what is read from its start, and keeps what belongs to no stream of this run', () => {
    const value = { bookmarks: { a: 1, b: 2, parent: 3 } };
    expect(jointState([member('a', 2, value), member('b')])).toEqual({ bookmarks: { a: 1, parent: 3 } });
    expect(jointState([member('a', 2, value), member('b', 2, value, 'full_refresh')])).toEqual({
      bookmarks: { a: 1, parent: 3 },
    });
    expect(jointState([member('a', 2, value, 'full_refresh')])).toBeUndefined();
  });

  it('knows states that hold streams at their top', () => {
    expect(jointState([member('a', 3, { a: 4, b: 6 }), member('b', 2, { a: 1, b: 2 })])).toEqual({ a: 4, b: 2 });
  });

  it('is the oldest where it is not by streams, and none where one stream has none', () => {
    expect(jointState([member('a', 3, { lsn: 30 }), member('b', 2, { lsn: 20 })])).toEqual({ lsn: 20 });
    expect(jointState([member('a', 3, { lsn: 30 }), member('b')])).toBeUndefined();
    expect(jointState([member('a', 3, 30), member('b', 2, 20)])).toBe(20);
  });
});

it('a stream begins at its start where no state by streams tells of it', () => {
  const value = { bookmarks: { a: 1 } };
  const fromStart = [member('a'), member('b', 2, value), member('a', 2, value, 'full_refresh')];
  expect(fromStart.map(isFromStart)).toEqual([true, true, true]);
  const goingOn = [member('a', 2, value), member('a', 2, { a: 1 }), member('b', 2, { lsn: 30 }), member('b', 2, 30)];
  expect(goingOn.map(isFromStart)).toEqual([false, false, false, false]);
});
