import { describe, expect, it } from '@jest/globals';
import { writeNumber } from '../../../../destinations/snowflake/number-text.js';
import { seeded } from '../../../integration/report/seeded-campaigns.js';

const room = Buffer.alloc(64);
/** What is written of a number; undefined: it is left to `String`. */
const written = (value: number) => {
  const end = writeNumber(room, 3, value);
  return end === 0 ? undefined : room.toString('latin1', 3, end);
};

describe('a number is written without a text of it', () => {
  const random = seeded(7);
  const of = (digits: number, places: number) => Number((random() * 10 ** digits).toFixed(places));

  it('as String writes it, with up to nine digits behind the point', () => {
    const wrong: number[] = [];
    let left = 0;
    for (let round = 0; round < 200_000; round += 1) {
      const value = (round % 2 === 0 ? 1 : -1) * of(round % 6, round % 10);
      const text = written(value);
      if (text === undefined) left += 1;
      else if (text !== String(value)) wrong.push(value);
    }
    expect(wrong).toEqual([]);
    expect(left).toBeLessThan(20_000);
  });

  it('as String writes it, or not at all, for any other number', () => {
    const bits = new DataView(new ArrayBuffer(8));
    const wrong: number[] = [];
    for (let round = 0; round < 200_000; round += 1) {
      bits.setUint32(0, round % 2 === 0 ? 0x3e00_0000 + random() * 0x0300_0000 : random() * 0xffff_ffff);
      bits.setUint32(4, round % 3 === 0 ? 0 : random() * 0xffff_ffff);
      const value = bits.getFloat64(0);
      const text = written(value);
      if (text !== undefined && text !== String(value)) wrong.push(value);
    }
    expect(wrong).toEqual([]);
  });

  it.each([0, -0, 1e-7, 1e-6, 0.1 + 0.2, 5e-324, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e21, Number.NaN, Infinity, -Infinity])(
    'and %p',
    (value) => {
      expect([undefined, String(value)]).toContain(written(value));
    },
  );
});
