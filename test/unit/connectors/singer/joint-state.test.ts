import { describe, expect, it } from '@jest/globals';
import {
  isFromStart,
  jointState,
  keeping,
  type KeptState,
  type Member,
} from '../../../../connectors/singer/joint-state.js';

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

describe('a stream that is read on without those that it was read with', () => {
  const both = ['a', 'b'];
  /** What `b` and `a` have after both were read to one state, `a` to another, and `b` alone to a third. */
  const apart = (first: unknown, ofA: unknown, ofB: unknown): readonly Member[] => {
    const joint = keeping(both, new Map());
    const [one, two] = [joint(first), joint(ofA)];
    const alone = keeping(['b'], new Map([['b', one('b')]]));
    alone('between');
    return [member('a', two('a')), member('b', alone(ofB)('b'))];
  };
  const member = (id: string, kept: KeptState): Member => ({ ids: [id], sync: 'incremental', kept });

  it('begins where it is itself, however many states each has had', () => {
    expect(jointState(apart({ a: 1, b: 10 }, { a: 1, b: 40 }, { a: 1, b: 25 }))).toEqual({ a: 1, b: 25 });
    const equal = (b: number) => ({ number: 2, value: { a: 1, b } });
    expect(jointState([member('a', equal(40)), member('b', equal(25))])).toEqual({ a: 1, b: 25 });
  });

  it('is no measure of the others where a state is not by streams', () => {
    expect(jointState(apart({ lsn: 10 }, { lsn: 30 }, { lsn: 25 }))).toEqual({ lsn: 10 });
    expect(jointState(apart({ lsn: 10 }, { lsn: 30 }, { lsn: 90 }))).toEqual({ lsn: 10 });
  });

  it('begins at the start with one that was read with others, where a state is not by streams', () => {
    const alone = (id: string, number: number, lsn: number) => member(id, { number, value: { lsn }, of: [id] });
    expect(jointState([alone('a', 10, 20), alone('b', 2, 90)])).toBeUndefined();
  });

  it('counts on with them once all are read together again', () => {
    const [a, b] = apart({ lsn: 10 }, { lsn: 30 }, { lsn: 25 });
    const kept = keeping(
      both,
      new Map([
        ['a', a!.kept!],
        ['b', b!.kept!],
      ]),
    )({ lsn: 35 });
    expect(both.map(kept)).toEqual([kept('a'), { number: 3, value: { lsn: 35 }, of: both }]);
    expect(jointState(both.map((name) => member(name, kept(name))))).toEqual({ lsn: 35 });
  });
});
