import { isComponent } from '../manifest/text.js';
import { Mapping } from '../template/values.js';

export type Fields = Readonly<Record<string, unknown>>;

/** What one reading of a stream is about: a partition, a span of the cursor, and what goes with it. */
export class StreamSlice extends Mapping {
  readonly partition: Fields;
  readonly cursorSlice: Fields;
  readonly extraFields: Fields;

  constructor(partition: Fields, cursorSlice: Fields = {}, extraFields: Fields = {}) {
    super();
    this.partition = partition;
    this.cursorSlice = cursorSlice;
    this.extraFields = extraFields;
  }

  override item(key: string): unknown {
    if (Object.hasOwn(this.cursorSlice, key)) return this.cursorSlice[key];
    return Object.hasOwn(this.partition, key) ? this.partition[key] : undefined;
  }

  override entries(): readonly (readonly [string, unknown])[] {
    return Object.entries({ ...this.partition, ...this.cursorSlice });
  }

  override attribute(name: string): unknown {
    if (name === 'partition' || name === '_partition') return this.partition;
    if (name === 'cursor_slice') return this.cursorSlice;
    return name === 'extra_fields' ? this.extraFields : undefined;
  }

  withCursor(cursorSlice: Fields): StreamSlice {
    return new StreamSlice(this.partition, cursorSlice, this.extraFields);
  }
}

export const EMPTY_SLICE = new StreamSlice({});

/** The names that a template sees of a slice. */
export function sliceContext(slice: StreamSlice): Record<string, unknown> {
  return { stream_slice: slice, stream_partition: slice, stream_interval: slice };
}

/** Texts of a slice that records of another stream gave: one may be a member's number. */
export function textsOfRecords({ partition, extraFields }: StreamSlice): readonly string[] {
  if (!Object.hasOwn(partition, 'parent_slice') && !Object.hasOwn(extraFields, 'parent_slice')) return [];
  const texts = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') texts.add(String(value));
    else if (Array.isArray(value)) value.forEach(look);
    else if (isComponent(value)) Object.values(value).forEach(look);
  };
  look(partition);
  look(extraFields);
  texts.delete('');
  return [...texts];
}

/** The same for a partition, whatever order its fields have: by it states are told apart. */
export function partitionKey(partition: Fields): string {
  return JSON.stringify(sorted(partition));
}

/** As a state can hold it: a whole number that JSON would round as its text, which has the same key. */
export function storable(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, storable(part)]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
