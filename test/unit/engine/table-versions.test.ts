import { describe, expect, it } from '@jest/globals';
import {
  nothingNamed,
  standingBookmark,
  standingOf,
  unitVersions,
  type Standing,
  type VersionContext,
} from '../../../core/engine/table-versions.js';
import { TableVersion } from '../../../core/protocol/index.js';

type Step = TableVersion | 'records' | 'state';

const of = (version: number, isFromStart = false) =>
  new TableVersion(BigInt(version), { isActive: false, isFromStart });
const active = (version: number, isFromStart = false) =>
  new TableVersion(BigInt(version), { isActive: true, isFromStart });
const whole = (version: number): Standing => ({ version: BigInt(version), isWhole: true });
const mixed = (version: number): Standing => ({ version: BigInt(version), isWhole: false });

/** One reading to its end: of each unit whether it replaced the table, what stands at the end, and what was told. */
function read(steps: readonly Step[], given: Partial<VersionContext> = {}) {
  const told: string[] = [];
  const named = nothingNamed();
  const replaced: boolean[] = [];
  let { standing } = given;
  const begin = (isNewTable: boolean) =>
    unitVersions({ named, canRemove: true, warn: (text) => told.push(text), ...given, standing, isNewTable });
  let unit = begin(given.isNewTable ?? false);
  const end = (isLast: boolean) => {
    const { replacesAll, standing: now } = unit.end(isLast);
    replaced.push(replacesAll);
    standing = now;
    unit = begin(false);
  };
  for (const step of steps)
    if (step === 'records') unit.meetRecords();
    else if (step instanceof TableVersion) unit.meet(step);
    else if (!unit.isHeld) end(false);
  end(true);
  return { replaced, standing, told };
}

describe('the versions of a table', () => {
  it.each<[string, readonly Step[]]>([
    ['after its records', [of(2), 'records', 'state', 'records', active(2), 'state', 'records', 'state']],
    ['before its records', [active(2), 'records', 'state', 'records', 'state']],
    ['before and after them', [active(2), 'records', 'state', 'records', active(2), 'state']],
    ['without any', [active(2), 'state']],
  ])('are replaced by a new one in one unit, where it is activated %s', (_when, steps) => {
    const { replaced, standing, told } = read(steps, { standing: whole(1) });
    expect([replaced.filter(Boolean).length, replaced[0]]).toEqual([1, true]);
    expect({ standing, told }).toEqual({ standing: whole(2), told: [] });
  });

  it('are one unit to the end of the reading, where one is activated anew between its records, as for children of parents', () => {
    const steps: Step[] = [active(2), 'records', active(2), 'state', 'records', active(2), 'state', 'records', 'state'];
    expect(read(steps, { standing: whole(1) })).toEqual({ replaced: [true], standing: whole(2), told: [] });
  });

  it('goes on with the one that stands, unit by unit', () => {
    const steps: Step[] = [active(1), 'records', 'state', 'records', 'state', active(1)];
    expect(read(steps, { standing: whole(1) })).toEqual({
      replaced: [false, false, false],
      standing: whole(1),
      told: [],
    });
  });

  it('takes the first one of a new table as it comes, so that a first load need not be one unit', () => {
    const steps: Step[] = [of(1, true), 'records', 'state', 'records', active(1, true)];
    expect(read(steps, { isNewTable: true })).toEqual({ replaced: [false, false], standing: whole(1), told: [] });
  });

  it('replaces a table of which nothing is known only where the source reads from its start', () => {
    const steps = (isFromStart: boolean): Step[] => [of(1, isFromStart), 'records', active(1, isFromStart), 'state'];
    expect(read(steps(true))).toEqual({ replaced: [true, false], standing: whole(1), told: [] });
    expect(read(steps(false))).toEqual({
      replaced: [false, false],
      standing: mixed(1),
      told: [expect.stringContaining('it is not known which rows are of that version')],
    });
  });

  it('removes nothing by one that was begun earlier and not activated, and all of it by the one after', () => {
    const begun = read([of(2), 'records', 'state', 'records'], { standing: whole(1) });
    expect(begun).toEqual({ replaced: [false], standing: mixed(2), told: [] });
    const later = read([of(2), 'records', active(2)], begun);
    expect(later).toMatchObject({ replaced: [false], standing: mixed(2), told: [expect.stringContaining('anew')] });
    expect(read([of(3), 'records', active(3)], later)).toEqual({ replaced: [true], standing: whole(3), told: [] });
  });

  it.each<[string, readonly Step[]]>([
    ['in its unit', ['records', active(2)]],
    ['in an earlier one', ['records', 'state', active(2), 'state']],
    ['among those of the version before', [of(1), 'records', of(2), 'records', active(2)]],
  ])('removes nothing where records of no known version came %s', (_where, steps) => {
    const { replaced, standing, told } = read(steps, { standing: whole(1) });
    expect(replaced).not.toContain(true);
    expect(standing).toEqual(mixed(2));
    expect(told).toEqual([expect.stringContaining('anew (version 2)')]);
  });

  it('removes nothing by an older one, and tells of it', () => {
    expect(read([of(4), 'records', active(4)], { standing: whole(5) })).toEqual({
      replaced: [false],
      standing: whole(5),
      told: [expect.stringContaining('version 4 of its table, which is older than version 5')],
    });
  });

  it('removes nothing where the destination cannot', () => {
    expect(read([of(2), 'records', active(2)], { standing: whole(1), canRemove: false })).toEqual({
      replaced: [false],
      standing: mixed(2),
      told: [expect.stringMatching(/the destination removes no rows.*`write: overwrite`/)],
    });
  });

  it('keeps every digit in its bookmark', () => {
    const standing: Standing = { version: 9_007_199_254_740_993n, isWhole: false };
    expect(standingOf([standingBookmark('orders', standing)])).toEqual(standing);
    expect(standingOf([])).toBeUndefined();
  });
});
