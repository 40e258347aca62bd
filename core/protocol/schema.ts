/**
 * The type of a field, as records carry it and as tables store it.
 *
 * | type | value in a record | Postgres |
 * |---|---|---|
 * | `string` | string | text |
 * | `integer` | number (safe integer) or bigint | bigint |
 * | `number` | number | double precision |
 * | `decimal` | string or number; every digit is kept | numeric |
 * | `boolean` | boolean | boolean |
 * | `date` | `YYYY-MM-DD` | date |
 * | `time` | `HH:MM:SS[.ffffff]` | time |
 * | `timestamp` | ISO 8601 without zone | timestamp |
 * | `timestamptz` | ISO 8601 with zone | timestamptz |
 * | `uuid` | string | uuid |
 * | `json` | anything JSON can say | jsonb |
 */
export type FieldType =
  | 'string'
  | 'integer'
  | 'number'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'json';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly nullable: boolean;
  readonly description?: string;
  /** For `decimal`: digits in all and after the point; without them the column takes any number of digits. */
  readonly precision?: number;
  readonly scale?: number;
  /** True: it tells who a person is, so it lands only where `protect` says what becomes of it. */
  readonly personal?: true;
}

/** One record in flight, field name to value. */
export type RecordData = Readonly<Record<string, unknown>>;

/** What is different between the table as it is and the stream as it comes. */
export interface SchemaChange {
  readonly added: readonly Field[];
  readonly removed: readonly string[];
  readonly retyped: readonly { readonly name: string; readonly from: Field; readonly to: Field }[];
  /** Columns that had no nulls until now and may have them from now on. */
  readonly loosened: readonly string[];
}

/** Types that hold every value of the key's type, so that a column may be widened to them without loss. */
const WIDENINGS: Partial<Record<FieldType, readonly FieldType[]>> = {
  integer: ['decimal', 'string'],
  number: ['string'],
  decimal: ['string'],
  boolean: ['string'],
  date: ['timestamp', 'string'],
  uuid: ['string'],
};

export function isWidening(from: FieldType, to: FieldType): boolean {
  return WIDENINGS[from]?.includes(to) ?? false;
}

/** Digits of a decimal before and after the point; without bounds, any number of them. */
const roomOf = ({ precision, scale = 0 }: Field) =>
  precision === undefined ? { whole: Infinity, scale: Infinity } : { whole: precision - scale, scale };

/** True where a column like `table` holds every value of one like `stream`; of one type, decimals are told apart by their digits. */
export function holds(table: Field, stream: Field): boolean {
  if (table.type !== stream.type) return false;
  if (table.type !== 'decimal') return true;
  const [room, needed] = [roomOf(table), roomOf(stream)];
  return room.whole >= needed.whole && room.scale >= needed.scale;
}

/** A column that holds what both hold; undefined where none does. */
export function widened(from: Field, to: Field): Field | undefined {
  if (from.type !== to.type && !isWidening(from.type, to.type)) return undefined;
  const field: Field = { name: to.name, type: to.type, nullable: to.nullable };
  if (from.type !== to.type || to.type !== 'decimal') return field;
  const [a, b] = [roomOf(from), roomOf(to)];
  const scale = Math.max(a.scale, b.scale);
  const precision = Math.max(a.whole, b.whole) + scale;
  return Number.isFinite(precision) ? { ...field, precision, scale } : field;
}

/** What differs by name and type; what may be null is for whoever knows the key to say. */
export function compareSchemas(table: readonly Field[], stream: readonly Field[]): Omit<SchemaChange, 'loosened'> {
  const byName = new Map(table.map((field) => [field.name, field]));
  const incoming = new Set(stream.map((field) => field.name));
  return {
    added: stream.filter((field) => !byName.has(field.name)),
    removed: table.filter((field) => !incoming.has(field.name)).map((field) => field.name),
    retyped: stream.flatMap((field) => {
      const present = byName.get(field.name);
      return present && !holds(present, field) ? [{ name: field.name, from: present, to: field }] : [];
    }),
  };
}

export function isUnchanged({ added, removed, retyped, loosened }: SchemaChange): boolean {
  return added.length + removed.length + retyped.length + loosened.length === 0;
}

/** As people read it: `decimal(10,2)`. */
export function typeName({ type, precision, scale = 0 }: Field): string {
  return precision === undefined ? type : `${type}(${precision},${scale})`;
}
