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
}

/** One record in flight, field name to value. */
export type RecordData = Readonly<Record<string, unknown>>;

/** What is different between the table as it is and the stream as it comes. */
export interface SchemaChange {
  readonly added: readonly Field[];
  readonly removed: readonly string[];
  readonly retyped: readonly { readonly name: string; readonly from: FieldType; readonly to: FieldType }[];
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

export function compareSchemas(table: readonly Field[], stream: readonly Field[]): SchemaChange {
  const byName = new Map(table.map((field) => [field.name, field]));
  const incoming = new Set(stream.map((field) => field.name));
  return {
    added: stream.filter((field) => !byName.has(field.name)),
    removed: table.filter((field) => !incoming.has(field.name)).map((field) => field.name),
    retyped: stream.flatMap((field) => {
      const present = byName.get(field.name);
      return present && present.type !== field.type ? [{ name: field.name, from: present.type, to: field.type }] : [];
    }),
  };
}

export function isUnchanged(change: SchemaChange): boolean {
  return change.added.length === 0 && change.removed.length === 0 && change.retyped.length === 0;
}
