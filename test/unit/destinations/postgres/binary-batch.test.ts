import { describe, expect, test } from '@jest/globals';
import { COPY_HEADER, COPY_TRAILER, createBinaryBatch } from '../../../../destinations/postgres/binary-batch.js';
import { decodeRows } from '../../program/copy-decoder.js';
import { seeded } from '../../program/rows.js';

const bytes = (text: string) => Buffer.from(text);

function one(write: (batch: ReturnType<typeof createBinaryBatch>) => void): Buffer {
  const batch = createBinaryBatch(1, { targetBytes: 1 });
  batch.begin();
  write(batch);
  batch.commit();
  return Buffer.from(batch.bytesView());
}

test('header and trailer are those of the binary format', () => {
  expect(Buffer.from(COPY_HEADER).toString('hex')).toBe('5047434f50590aff0d0a000000000000000000');
  expect(Buffer.from(COPY_TRAILER).toString('hex')).toBe('ffff');
});

describe('a batch', () => {
  test('holds whole rows and nothing of one that was rolled back', () => {
    const batch = createBinaryBatch(2, { targetBytes: 1_000 });
    for (const [name, isGood] of [
      ['a', true],
      ['b', false],
      ['c', true],
    ] as const) {
      batch.begin();
      batch.string(name);
      batch.null();
      if (isGood) batch.commit();
      else batch.rollback();
    }
    expect(batch.rows).toBe(2);
    expect(batch.bytes).toBe(batch.bytesView().length);
    expect(decodeRows(batch.bytesView(), ['string', 'string'])).toEqual([
      ['a', null],
      ['c', null],
    ]);
  });

  test('is full from its size on, and empty again after reset', () => {
    const batch = createBinaryBatch(1, { targetBytes: 28 });
    const add = () => {
      batch.begin();
      batch.integer(7);
      batch.commit();
    };
    add();
    expect(batch.full).toBe(false);
    add();
    expect(batch.full).toBe(true);
    batch.reset();
    expect([batch.rows, batch.bytes, batch.full]).toEqual([0, 0, false]);
    add();
    expect(decodeRows(batch.bytesView(), ['integer'])).toEqual([['7']]);
  });

  test('grows for a huge row, keeps what stands before it, and gives the room back', () => {
    const batch = createBinaryBatch(3, { targetBytes: 64 });
    const long = Buffer.alloc(3_000_000, 'x');
    for (const text of ['ü'.repeat(700_000), 'short']) {
      batch.begin();
      batch.text(long, 0, long.length);
      batch.string(text);
      batch.json(JSON.stringify(text));
      batch.commit();
    }
    const rows = decodeRows(batch.bytesView(), ['string', 'string', 'json']);
    expect(rows.map(([a, b, c]) => [a?.length, b, c])).toEqual([
      [3_000_000, 'ü'.repeat(700_000), `"${'ü'.repeat(700_000)}"`],
      [3_000_000, 'short', '"short"'],
    ]);
    expect(batch.bytesView().buffer.byteLength).toBeGreaterThan(6_000_000);
    batch.reset();
    expect(batch.bytesView().buffer.byteLength).toBeLessThan(100_000);
  });

  test('has room for every value of a wide row that begins at its end', () => {
    const columns = 1_600;
    const batch = createBinaryBatch(columns, { targetBytes: 1 << 16 });
    for (let row = 0; row < 4; row += 1) {
      batch.begin();
      for (let index = 0; index < columns; index += 1) {
        if (index % 3 === 0) batch.uuid(bytes('0190a3f2-7c11-7d30-9b1e-00000000000f'), 0, 36);
        else if (index % 3 === 1) batch.decimal(bytes('12345678901234567890.5'), 0, 22);
        else batch.timestamp(253_402_300_799, 999_999);
      }
      batch.commit();
    }
    const types = Array.from(
      { length: columns },
      (_, index) => (['uuid', 'decimal', 'timestamp'] as const)[index % 3] ?? 'uuid',
    );
    const rows = decodeRows(batch.bytesView(), types);
    expect(rows).toHaveLength(4);
    expect(rows[3]).toEqual(rows[0]);
    expect(rows[3]?.slice(0, 3)).toEqual([
      '0190a3f2-7c11-7d30-9b1e-00000000000f',
      '12345678901234567890.5',
      '9999-12-31 23:59:59.999999',
    ]);
  });

  test.each([23, 24, 25, 39, 40, 41, 200])('copies texts of %i characters whole, ASCII or not', (length) => {
    for (const text of ['x'.repeat(length), `${'x'.repeat(length - 1)}é`, `é${'x'.repeat(length - 1)}`]) {
      const source = bytes(`##${text}##`);
      expect(
        decodeRows(
          one((batch) => batch.text(source, 2, source.length - 2)),
          ['string'],
        ),
      ).toEqual([[text]]);
      expect(
        decodeRows(
          one((batch) => batch.string(text)),
          ['string'],
        ),
      ).toEqual([[text]]);
    }
  });
});

describe('values', () => {
  test('integers of every size keep their bits', () => {
    const random = seeded(1);
    for (let round = 0; round < 2_000; round += 1) {
      const value = (random(2) === 0 ? -1 : 1) * Math.floor(2 ** (random(5300) / 100));
      expect(one((batch) => batch.integer(value)).readBigInt64BE(6)).toBe(BigInt(value));
    }
    for (const value of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, -1, 2 ** 32, -(2 ** 32), 2 ** 31])
      expect(one((batch) => batch.integer(value)).readBigInt64BE(6)).toBe(BigInt(value));
  });

  test('instants of ten thousand years are exact to the microsecond', () => {
    const random = seeded(2);
    for (let round = 0; round < 5_000; round += 1) {
      const seconds = -62_135_596_800 + random(315_537_897_600);
      const micros = random(1_000_000);
      const expected = BigInt(seconds - 946_684_800) * 1_000_000n + BigInt(micros);
      expect(one((batch) => batch.timestamp(seconds, micros)).readBigInt64BE(6)).toBe(expected);
    }
  });

  test('decimals keep every digit and every zero after the point', () => {
    const random = seeded(3);
    const digits = (count: number) => Array.from({ length: count }, () => random(10)).join('');
    for (let round = 0; round < 20_000; round += 1) {
      const whole = digits(1 + random(round % 10 === 0 ? 40 : 17)).replace(/^0+(?=.)/, '');
      const fraction = random(3) === 0 ? '' : digits(1 + random(round % 10 === 0 ? 40 : 13));
      const zeros = random(4) === 0 ? '0'.repeat(random(9)) : '';
      const unsigned = `${whole}${fraction === '' ? '' : `.${zeros}${fraction}`}`;
      const text = `${random(2) === 0 || /^[0.]+$/.test(unsigned) ? '' : '-'}${unsigned}`;
      const source = bytes(text);
      expect(
        decodeRows(
          one((batch) => batch.decimal(source, 0, source.length)),
          ['decimal'],
        ),
      ).toEqual([[text]]);
    }
  });
});
