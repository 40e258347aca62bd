import { z } from 'zod';
import type { Field, FieldType } from '../protocol/index.js';

/** A configuration value that is masked wherever it could be shown. */
export function secret(description: string) {
  return z.string().min(1).meta({ description, secret: true });
}

/** A number that keeps every digit (`numeric`); give precision and scale to bound the column. */
export function decimal(precision?: number, scale?: number) {
  return z.union([z.string(), z.number(), z.bigint()]).meta({ field: 'decimal', precision, scale });
}

/** An instant or a day as a source writes it; `type` says what the column is. */
export function text(type: FieldType) {
  return z.string().meta({ field: type });
}

interface ZodDef {
  readonly type: string;
  readonly format?: string;
  readonly innerType?: z.ZodType;
  readonly values?: readonly unknown[];
  readonly checks?: readonly {
    readonly _zod: { readonly def: { readonly check: string; readonly format?: string } };
  }[];
}

/** The columns of a record schema: one field per key, typed by what the zod type says, or by its `meta({ field })`; `personal` there marks it. */
export function fieldsOf(schema: z.ZodObject): readonly Field[] {
  return Object.entries(schema.shape).map(([name, type]) => fieldOf(name, type as z.ZodType));
}

function fieldOf(name: string, type: z.ZodType): Field {
  let inner = type;
  let nullable = false;
  let meta = inner.meta() ?? {};
  for (;;) {
    const def = inner.def as unknown as ZodDef;
    if (def.type !== 'optional' && def.type !== 'nullable' && def.type !== 'default') break;
    nullable ||= def.type !== 'default';
    inner = def.innerType as z.ZodType;
    meta = { ...inner.meta(), ...meta };
  }
  const declared = meta['field'] as FieldType | undefined;
  return {
    name,
    type: declared ?? typeOf(inner.def as unknown as ZodDef, name),
    nullable,
    ...(meta.description === undefined ? {} : { description: meta.description }),
    ...(meta['precision'] === undefined ? {} : { precision: meta['precision'] as number }),
    ...(meta['scale'] === undefined ? {} : { scale: meta['scale'] as number }),
    ...(meta['personal'] === true ? { personal: true } : {}),
  };
}

const STRING_FORMATS: Readonly<Record<string, FieldType>> = {
  date: 'date',
  datetime: 'timestamptz',
  time: 'time',
  uuid: 'uuid',
  guid: 'uuid',
};

function typeOf(def: ZodDef, name: string): FieldType {
  const format = def.format ?? def.checks?.map((check) => check._zod.def.format).find((found) => found !== undefined);
  switch (def.type) {
    case 'string':
      return (format === undefined ? undefined : STRING_FORMATS[format]) ?? 'string';
    case 'number':
      return format === 'safeint' || format === 'int32' || format === 'uint32' ? 'integer' : 'number';
    case 'bigint':
      return 'integer';
    case 'boolean':
      return 'boolean';
    case 'enum':
    case 'literal':
      return def.values?.every((value) => typeof value === 'number') === true ? 'number' : 'string';
    case 'object':
    case 'array':
    case 'record':
    case 'tuple':
    case 'union':
    case 'unknown':
    case 'any':
      return 'json';
    default:
      throw new TypeError(
        `Field "${name}": zod type "${def.type}" has no column type; give it one with .meta({ field: … })`,
      );
  }
}
