import type { FieldType } from '../../../core/protocol/index.js';

/** Reads rows of binary COPY back, by what Postgres documents of its formats and not by our encoder. */
export function decodeRows(bytes: Uint8Array, types: readonly FieldType[]): (string | null)[][] {
  const b = Buffer.from(bytes);
  const rows: (string | null)[][] = [];
  for (let at = 0; at < b.length;) {
    const count = b.readInt16BE(at);
    if (count !== types.length) throw new Error(`${count} fields, not ${types.length}`);
    at += 2;
    rows.push(
      types.map((type) => {
        const length = b.readInt32BE(at);
        at += 4;
        if (length === -1) return null;
        const value = b.subarray(at, at + length);
        if (value.length !== length) throw new Error('cut off');
        at += length;
        return decode(value, type);
      }),
    );
  }
  return rows;
}

const MICROS_OF_2000 = 946_684_800_000_000n;

function decode(value: Buffer, type: FieldType): string {
  switch (type) {
    case 'string':
      return value.toString('utf8');
    case 'integer':
      return sized(value, 8).readBigInt64BE().toString();
    case 'number': {
      const number = sized(value, 8).readDoubleBE();
      return Object.is(number, -0) ? '-0' : String(number);
    }
    case 'decimal':
      return numeric(value);
    case 'boolean':
      return sized(value, 1)[0] === 1 ? 't' : 'f';
    case 'date':
      return day(BigInt(sized(value, 4).readInt32BE()) + 10_957n);
    case 'time':
      return clock(sized(value, 8).readBigInt64BE());
    case 'timestamp':
    case 'timestamptz': {
      const micros = sized(value, 8).readBigInt64BE() + MICROS_OF_2000;
      const days = (micros - (((micros % 86_400_000_000n) + 86_400_000_000n) % 86_400_000_000n)) / 86_400_000_000n;
      return `${day(days)} ${clock(micros - days * 86_400_000_000n)}`;
    }
    case 'uuid':
      return sized(value, 16)
        .toString('hex')
        .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
    case 'json':
      if (value[0] !== 1) throw new Error('not jsonb, version 1');
      return value.subarray(1).toString('utf8');
  }
}

function sized(value: Buffer, length: number): Buffer {
  if (value.length !== length) throw new Error(`${value.length} bytes, not ${length}`);
  return value;
}

function day(days: bigint): string {
  const date = new Date(Number(days) * 86_400_000);
  return date.toISOString().slice(0, 10);
}

function clock(micros: bigint): string {
  const two = (value: bigint) => value.toString().padStart(2, '0');
  const seconds = micros / 1_000_000n;
  const fraction = micros % 1_000_000n;
  const whole = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return fraction === 0n ? whole : `${whole}.${fraction.toString().padStart(6, '0').replace(/0+$/, '')}`;
}

/** Sum of digit × 10,000^(weight − position), shown with `dscale` digits after the point. */
function numeric(value: Buffer): string {
  const [groups, weight, sign, scale] = [0, 2, 4, 6].map((at) => value.readInt16BE(at)) as [
    number,
    number,
    number,
    number,
  ];
  sized(value, 8 + groups * 2);
  const digit = (position: number) => (position >= 0 && position < groups ? value.readUInt16BE(8 + position * 2) : 0);
  let whole = '';
  for (let position = 0; position <= weight; position += 1) whole += String(digit(position)).padStart(4, '0');
  let fraction = '';
  for (let position = weight + 1; fraction.length < scale; position += 1)
    fraction += String(digit(position)).padStart(4, '0');
  if (groups > 0 && (digit(0) === 0 || digit(groups - 1) === 0)) throw new Error('a group of zeros at the end');
  const text = `${whole.replace(/^0+(?=.)/, '') || '0'}${scale > 0 ? `.${fraction.slice(0, scale)}` : ''}`;
  return (sign & 0x4000) === 0 ? text : `-${text}`;
}
