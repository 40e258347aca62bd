import { parseJson } from '#sdk/http';
import { isComponent, type Component } from '../manifest/text.js';
import { isTrue, setKey, textOf } from '../template/values.js';

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
      return typeof value === 'string' ? numberIn(value) : typeof value === 'boolean' ? Number(value) : value;
    case 'integer': {
      const number = typeof value === 'string' ? numberIn(value) : typeof value === 'boolean' ? Number(value) : value;
      if (typeof number !== 'number') return number;
      return typeof value === 'string' && !Number.isInteger(number) ? value : Math.trunc(number);
    }
    case 'boolean':
      if (typeof value !== 'string') return isTrue(value);
      if (/^\s*(y|yes|t|true|on|1)\s*$/i.test(value)) return true;
      return /^\s*(n|no|f|false|off|0)\s*$/i.test(value) ? false : value;
    case 'array':
      return typeof value === 'object' ? value : [value];
    default:
      return value;
  }
}

const NUMERAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(e[+-]?\d+)?$/i;

/** The number that a text is, with all its digits, as one that came without quotes; the text itself where it is none. */
function numberIn(text: string): unknown {
  const match = NUMERAL.exec(text.trim());
  if (match === null) return text;
  const [, sign, whole = '0', after, only, exponent = ''] = match;
  const fraction = after || only;
  const digits = `${whole.replace(/^0+(?=\d)/, '')}${fraction === undefined || fraction === '' ? '' : `.${fraction}`}`;
  return parseJson(`${sign === '-' ? '-' : ''}${digits}${exponent}`);
}
