import avro, { type Type } from 'avsc';
import type { Field, FieldType } from '../../protocol/index.js';

export type AvroSchema =
  | string
  | readonly AvroSchema[]
  | {
      readonly type: AvroSchema;
      readonly logicalType?: string;
      readonly precision?: number;
      readonly scale?: number;
      readonly fields?: readonly { readonly name: string; readonly type: AvroSchema }[];
    };

const LOGICAL: Readonly<Record<string, FieldType>> = {
  date: 'date',
  'time-millis': 'time',
  'time-micros': 'time',
  'timestamp-millis': 'timestamptz',
  'timestamp-micros': 'timestamptz',
  'local-timestamp-millis': 'timestamp',
  'local-timestamp-micros': 'timestamp',
  uuid: 'uuid',
  decimal: 'decimal',
};
const PLAIN: Readonly<Record<string, FieldType>> = {
  boolean: 'boolean',
  int: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  string: 'string',
  bytes: 'string',
  fixed: 'string',
  enum: 'string',
  null: 'string',
};

/** The columns of a record schema. Names of types that are used again are text, as far as a column is concerned: JSON. */
export function avroFields(schema: AvroSchema): readonly Field[] {
  if (typeof schema !== 'object' || !('fields' in schema) || schema.fields === undefined)
    throw new TypeError('the schema is no record');
  return schema.fields.map(({ name, type }) => {
    const branches = Array.isArray(type) ? (type as readonly AvroSchema[]) : [type as AvroSchema];
    const values = branches.filter((branch) => branch !== 'null');
    const only = values.length === 1 ? (values[0] as AvroSchema) : undefined;
    return {
      name,
      ...(only === undefined ? { type: 'json' as const } : columnOf(only)),
      nullable: values.length < branches.length,
    };
  });
}

function columnOf(schema: AvroSchema): Pick<Field, 'type' | 'precision' | 'scale'> {
  if (typeof schema === 'string') return { type: PLAIN[schema] ?? 'json' };
  if (!('type' in schema)) return { type: 'json' };
  const { type, logicalType, precision, scale } = schema;
  const logical = logicalType === undefined ? undefined : LOGICAL[logicalType];
  if (logical === 'decimal' && precision !== undefined) return { type: logical, precision, scale: scale ?? 0 };
  if (logical !== undefined && logical !== 'decimal') return { type: logical };
  return { type: typeof type === 'string' ? (PLAIN[type] ?? 'json') : columnOf(type).type };
}

const refuseWriting = (): never => {
  throw new Error('only read');
};

/** Longs beyond 2^53 keep every digit. */
const long = avro.types.LongType.__with({
  fromBuffer(buffer: Buffer) {
    const value = buffer.readBigInt64LE();
    return BigInt.asIntN(54, value) === value ? Number(value) : value;
  },
  toBuffer: refuseWriting,
  fromJSON: (value: number) => value,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'number' || typeof value === 'bigint',
  compare: (a: number, b: number) => (a < b ? -1 : Number(a > b)),
});

/** What the row program reads; a value that is no instant comes as its number, which it refuses. */
function reading(read: (value: never, scale: number) => unknown) {
  return class extends avro.types.LogicalType {
    readonly #scale: number;
    constructor(schema: avro.Schema, options?: unknown) {
      super(schema, options as never);
      this.#scale = Number((schema as { scale?: number }).scale ?? 0);
    }
    protected override _fromValue(value: never) {
      return read(value, this.#scale);
    }
    protected override _toValue() {
      return undefined;
    }
  };
}

type Whole = number | bigint;
const instant = (micros: bigint, zone: string, value: Whole): string => {
  const part = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - part) / 1_000n));
  if (Number.isNaN(date.getTime())) return String(value);
  return `${date.toISOString().slice(0, -5)}.${String(part).padStart(6, '0')}${zone}`;
};
const clock = (micros: bigint): string => instant(micros, '', 0).slice(11);
const fromMillis = (zone: string) => (value: Whole) => instant(BigInt(value) * 1_000n, zone, value);
const fromMicros = (zone: string) => (value: Whole) => instant(BigInt(value), zone, value);

function decimalText(bytes: Uint8Array, scale: number): string {
  const hex = Buffer.from(bytes).toString('hex');
  const unscaled = hex === '' ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

const LOGICAL_TYPES = {
  date: reading((days: number) => {
    const date = new Date(days * 86_400_000);
    return Number.isNaN(date.getTime()) ? String(days) : date.toISOString().slice(0, -14);
  }),
  'time-millis': reading((value: Whole) => clock(BigInt(value) * 1_000n)),
  'time-micros': reading((value: Whole) => clock(BigInt(value))),
  'timestamp-millis': reading(fromMillis('Z')),
  'timestamp-micros': reading(fromMicros('Z')),
  'local-timestamp-millis': reading(fromMillis('')),
  'local-timestamp-micros': reading(fromMicros('')),
  decimal: reading(decimalText),
};

/** Names of columns whose values are bytes, which land as base64. */
export function byteFields(type: Type): readonly string[] {
  const { fields } = type as InstanceType<typeof avro.types.RecordType>;
  const isBytes = (inner: Type): boolean =>
    ['bytes', 'fixed'].includes(inner.typeName) ||
    (inner.typeName.startsWith('union:') &&
      (inner as InstanceType<typeof avro.types.UnwrappedUnionType>).types.some(isBytes));
  return fields.filter((field) => isBytes(field.type)).map(({ name }) => name);
}

/** The decoder of a record schema. */
export function avroType(schema: AvroSchema): Type {
  return avro.Type.forSchema(schema as avro.Schema, {
    logicalTypes: LOGICAL_TYPES as never,
    typeHook: (inner) => {
      if (inner === 'long') return long;
      const { type, logicalType } = inner as { type?: unknown; logicalType?: string };
      if (type === 'long' && (logicalType === undefined || !(logicalType in LOGICAL_TYPES))) return long;
      return undefined as never;
    },
  });
}
