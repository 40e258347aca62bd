import { isComponent, type Component } from '../manifest/text.js';
import { setKey, textOf } from '../template/values.js';

/** Casts the values of a record to the types of its JSON Schema, where each has one type; what cannot be cast stays as it is. */
export function normalize(record: Record<string, unknown>, schema: Component): void {
  const properties = schema['properties'];
  if (!isComponent(properties)) return;
  for (const [name, value] of Object.entries(record)) {
    const property = properties[name];
    if (isComponent(property)) setKey(record, name, cast(value, property));
  }
}

function cast(value: unknown, schema: Component): unknown {
  const types = (Array.isArray(schema['type']) ? schema['type'] : [schema['type']]).map(String);
  if (value === null && types.includes('null')) return null;
  const [type, ...others] = types.filter((one) => one !== 'null');
  if (isComponent(value) && type === 'object') {
    normalize(value, schema);
    return value;
  }
  if (Array.isArray(value) && type === 'array') {
    const items = schema['items'];
    return isComponent(items) ? value.map((item: unknown) => cast(item, items)) : value;
  }
  if (others.length > 0 || value === null || value === undefined) return value;
  switch (type) {
    case 'string':
      return textOf(value);
    case 'number':
    case 'integer': {
      const number = typeof value === 'string' ? Number(value.trim() === '' ? Number.NaN : value) : Number(value);
      if (typeof value === 'bigint' || typeof value === 'object' || Number.isNaN(number)) return value;
      return type === 'integer'
        ? typeof value === 'string' && !Number.isInteger(number)
          ? value
          : Math.trunc(number)
        : number;
    }
    case 'boolean':
      if (typeof value !== 'string') return Boolean(value);
      if (/^(y|yes|t|true|on|1)$/i.test(value)) return true;
      return /^(n|no|f|false|off|0)$/i.test(value) ? false : value;
    case 'array':
      return typeof value === 'object' ? value : [value];
    default:
      return value;
  }
}
