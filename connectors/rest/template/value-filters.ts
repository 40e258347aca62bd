import { createHash, createHmac } from 'node:crypto';
import { Duration } from '../time/date-time.js';
import { pairsOf } from './collection-methods.js';
import { jsonText } from './json-text.js';
import { TemplateError } from './lexer.js';
import { ownAttribute } from './methods.js';
import { fixed, floatOf, rounded, truncated, whole, wholeOf } from './numbers.js';
import { taking, type Taking } from './parameters.js';
import { isAscii, text } from './python-text.js';
import { quotePath, quoteQuery } from './quote.js';
import {
  aTypeName,
  bounded,
  boundedLength,
  demand,
  entriesOf,
  Float,
  isDict,
  isInteger,
  isNumber,
  isTrue,
  Mapping,
  numeric,
  textOf,
  Undefined,
} from './values.js';
import { charge } from './work.js';

function integer(value: unknown, otherwise: unknown, base: unknown): unknown {
  demand(value);
  if (typeof value === 'bigint') return value;
  if (isNumber(value)) return truncated(numeric(value)) ?? otherwise;
  if (typeof value !== 'string') return otherwise;
  const made = wholeOf(value, whole(base, 'the base of a number'));
  if (made !== undefined) return made;
  const float = floatOf(value);
  return float === undefined || !Number.isFinite(float) ? otherwise : (truncated(float) ?? otherwise);
}

function float(value: unknown, otherwise: unknown): unknown {
  demand(value);
  if (isNumber(value)) return Float.of(numeric(value));
  const made = typeof value === 'string' ? floatOf(value) : undefined;
  return made === undefined ? otherwise : Float.of(made);
}

function round(value: unknown, precision: unknown, method: unknown): unknown {
  if (method !== 'common' && method !== 'ceil' && method !== 'floor')
    throw new TemplateError('numbers are rounded by the methods "common", "ceil" and "floor"');
  const places = precision === null && method === 'common' ? undefined : whole(precision, 'a precision');
  if (method === 'common') return rounded(value, places);
  demand(value);
  if (!isNumber(value)) throw new TemplateError(`${aTypeName(value)} cannot be rounded`);
  const scale = 10 ** places!;
  if (isInteger(value) && places! >= 0) return Float.of(numeric(value));
  const made = (Math[method](numeric(value) * scale) + 0) / scale;
  if (!Number.isFinite(made)) throw new TemplateError('a number is too large to be rounded');
  return Float.of(made);
}

/** A text that something is asked of, so that it is no error where it is not there. */
function present(value: unknown): string {
  demand(value);
  return text(value);
}

/** Hashes of the reference by its names, under those of this platform. */
const HASHES: Readonly<Record<string, string>> = {
  md5: 'md5', sha1: 'sha1', sha224: 'sha224', sha256: 'sha256', sha384: 'sha384', sha512: 'sha512', sha3_224: 'sha3-224',
  sha3_256: 'sha3-256', sha3_384: 'sha3-384', sha3_512: 'sha3-512', blake2b: 'blake2b512', blake2s: 'blake2s256',
}; // prettier-ignore

/** Work of a hash, beside that of the text. */
const HASH = 512;

function hash(value: unknown, kind: unknown, salt: unknown): string {
  const name = Object.hasOwn(HASHES, text(kind)) ? HASHES[text(kind)] : undefined;
  if (name === undefined) throw new TemplateError(`there is no hash "${text(kind)}"`);
  const made = createHash(name).update(textOf(value));
  return (isTrue(salt) ? made.update(textOf(salt)) : made).digest('hex');
}

/** Python's `b64decode`: what is no letter of it is passed over, but what is missing at the end is an error. */
function base64Decoded(value: string): string {
  let data = '';
  let pads = 0;
  for (const letter of value) {
    if (letter === '=') {
      pads += 1;
      if (data.length % 4 >= 2 && (data.length % 4) + pads >= 4) return utf8(data);
    } else if (/[A-Za-z0-9+/]/.test(letter)) {
      data += letter;
      pads = 0;
    }
  }
  if (data.length % 4 !== 0) throw new TemplateError('a text in base64 is cut off');
  return utf8(data);
}

function utf8(data: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(data, 'base64'));
  } catch {
    throw new TemplateError('what a text in base64 holds is no text');
  }
}

const HTML: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' };

function indentOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : ' '.repeat(Math.max(0, boundedLength(whole(value, 'an indent'))));
}

function urlencoded(value: unknown): string {
  if (typeof value === 'string' || (entriesOf(value) === undefined && !Array.isArray(value)))
    return quotePath(textOf(value));
  return bounded(pairsOf(value).map(([key, part]) => `${quoteQuery(key)}=${quoteQuery(textOf(part))}`).join('&')); // prettier-ignore
}

function fileSize(value: unknown, isBinary: unknown): string {
  demand(value);
  const bytes = isNumber(value) ? numeric(value) : typeof value === 'string' ? floatOf(value) : undefined;
  if (bytes === undefined || Number.isNaN(bytes)) throw new TemplateError(`${aTypeName(value)} is no number of bytes`);
  const base = isTrue(isBinary) ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const units = isTrue(isBinary) ? 'KMGTPEZY' : 'kMGTPEZY';
  let at = 0;
  while (at < units.length - 1 && bytes >= base ** (at + 2)) at += 1;
  return `${fixed((base * bytes) / base ** (at + 2), 1)} ${units[at]}${isTrue(isBinary) ? 'iB' : 'B'}`;
}

/** Filters of values of any kind, with the parameters that Jinja and the reference give them. */
export const VALUE_FILTERS: Readonly<Record<string, Taking<unknown>>> = {
  abs: taking('', (value: unknown) => {
    demand(value);
    if (typeof value === 'bigint') return value < 0n ? -value : value;
    if (value instanceof Duration) return value.micros < 0 ? value.negated() : value;
    if (!isNumber(value)) throw new TemplateError(`${aTypeName(value)} has no absolute value`);
    return isInteger(value) ? Math.abs(Number(value)) : Float.of(Math.abs(numeric(value)));
  }),
  attr: taking(
    'name',
    (value: unknown, name) => ownAttribute(value, text(name)) ?? new Undefined(`"${text(name)}"`),
    'flat',
  ),
  default: taking(
    'default_value? boolean?',
    (value: unknown, otherwise = '', isAnyFalse = false) =>
      value === undefined || value instanceof Undefined || (isTrue(isAnyFalse) && !isTrue(value)) ? otherwise : value,
    'flat',
  ),
  filesizeformat: taking('binary?', fileSize),
  float: taking('default?', (value: unknown, otherwise = Float.of(0)) => float(value, otherwise)),
  int: taking('default? base?', (value: unknown, otherwise = 0, base = 10) => integer(value, otherwise, base), 'quick'),
  round: taking('precision? method?', (value: unknown, precision = 0, method = 'common') =>
    round(value, precision, method),
  ),
  hash: taking('hash_type? salt?', (value: unknown, kind = 'md5', salt = null) => {
    charge(HASH);
    return hash(value, kind, salt);
  }),
  hmac: taking('key hash_type?', (value: unknown, key, kind = 'sha256') => {
    if (kind !== 'sha256') throw new TemplateError(`"hmac" knows sha256 alone, and not "${textOf(kind)}"`);
    charge(HASH);
    return createHmac('sha256', textOf(key)).update(textOf(value)).digest('hex');
  }),
  base64encode: taking('', (value: unknown) => Buffer.from(present(value)).toString('base64')),
  base64decode: taking('', (value: unknown) => base64Decoded(present(value))),
  base64binascii_decode: taking('', (value: unknown) => {
    if (!isAscii(present(value))) throw new TemplateError('"base64binascii_decode" takes a text of ASCII alone');
    return Buffer.from(text(value)).toString('base64');
  }),
  // A text stays one, also where it looks like a number.
  string: taking(
    '',
    (value: unknown) => (typeof value === 'string' ? value : `"""${jsonText(value, false)}"""`),
    'flat',
  ),
  tojson: taking(
    'indent?',
    (value: unknown, indent) =>
      bounded(jsonText(value, true, indentOf(indent)).replace(/[<>&']/g, (mark) => marked(mark, HTML))),
    'quick',
  ),
  urlencode: taking('', urlencoded, 'quick'),
  xmlattr: taking('autospace?', (value: unknown, hasSpace = true) => {
    demand(value);
    if (!isDict(value) && !(value instanceof Mapping)) throw new TemplateError(`${aTypeName(value)} has no attributes`);
    const parts = entriesOf(value)!.filter(([, part]) => part !== null && !(part instanceof Undefined)).map(([key, part]) => {
      if (/[\s/>=]/.test(key)) throw new TemplateError('a name of an attribute has a character that cannot stand in it');
      return `${escapedHtml(key)}="${escapedHtml(textOf(part))}"`;
    }); // prettier-ignore
    return bounded((isTrue(hasSpace) && parts.length > 0 ? ' ' : '') + parts.join(' '));
  }),
};

const MARKS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
export function escapedHtml(value: string): string {
  charge(value.length >> 1);
  return bounded(value.replace(/[&<>"']/g, (mark) => marked(mark, MARKS)));
}

/** What stands for a mark; a text may be full of them. */
function marked(mark: string, table: Readonly<Record<string, string>>): string {
  charge(16);
  return table[mark]!;
}
