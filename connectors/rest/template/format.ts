import { DateTime } from '../time/date-time.js';
import { fieldOf, itemOf } from './fields.js';
import { TemplateError } from './lexer.js';
import { exponential, fixed, general, whole } from './numbers.js';
import type { Named } from './parameters.js';
import { writtenMoment } from './moments.js';
import { padded, sliceOfText } from './python-text.js';
import {
  aTypeName,
  bounded,
  boundedLength,
  demand,
  digitsOf,
  entriesOf,
  Float,
  floatText,
  isInteger,
  isNumber,
  lengthOfText,
  numeric,
  repr,
  textOf,
  Tuple,
  Undefined,
} from './values.js';
import { charge } from './work.js';

/** How a value is to be written, whichever of Python's two languages says so. */
interface Form {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly kind: string;
}

const PLACE = /%(?:\(([^)]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S]|$)/g;

const PLACE_WORK = 64;

/** Python's `%` on a text. */
export function formatted(text: string, values: unknown): string {
  charge(text.length >> 1);
  const list = values instanceof Tuple ? values : [values];
  let next = 0;
  let length = 0;
  const take = () => {
    if (next >= list.length) throw new TemplateError('a format wants more values than there are');
    return list[next++];
  };
  const made = text.replace(PLACE, (place, key?: string, flags = '', width?: string, digits?: string, kind = '') => {
    charge(PLACE_WORK);
    if (place === '%%') return '%';
    if (!/^[sradiuxXoeEfFgGc]$/.test(kind))
      throw new TemplateError(kind === '' ? 'a format ends in "%"' : `"%${kind}" is no place of a format`);
    const size = width === '*' ? whole(take(), 'a width') : Number(width ?? 0);
    const precision = digits === '*' ? whole(take(), 'a precision') : digits === undefined ? undefined : Number(digits);
    const value = key === undefined ? take() : keyed(values, key);
    const isLeft = flags.includes('-') || size < 0;
    const isZero = flags.includes('0') && !isLeft && !'srac'.includes(kind);
    const form: Form = {
      fill: isZero ? '0' : ' ',
      align: isLeft ? '<' : isZero ? '=' : '>',
      sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '-',
      alternate: flags.includes('#'),
      width: Math.abs(size),
      grouping: '',
      precision,
      kind: kind === 'i' || kind === 'u' ? 'd' : kind,
    };
    const written = percent(value, form);
    length = boundedLength(length + written.length);
    return written;
  });
  // What can be asked for parts of it need not be asked: a map, a list, what is not there.
  const isWhole = values instanceof Tuple || isNumber(values) || typeof values === 'string' || values === null;
  if (next < list.length && isWhole) throw new TemplateError('a format has fewer places than there are values');
  return bounded(made);
}

function keyed(values: unknown, key: string): unknown {
  const found = itemOf(values, key);
  if (found === undefined) throw new TemplateError(`a format wants "${key}", which is not given`);
  return found;
}

function percent(value: unknown, form: Form): string {
  const { kind, precision } = form;
  if ('sra'.includes(kind)) {
    const shown = kind === 's' ? textOf(value) : kind === 'r' ? repr(value) : ascii(value);
    return fitted(precision === undefined ? shown : sliceOfText(shown, 0, precision), form);
  }
  demand(value);
  if (kind === 'c') {
    if (typeof value === 'string' && lengthOfText(value) === 1) return fitted(value, form);
    return fitted(letterOf(value), form);
  }
  if (!isNumber(value)) throw new TemplateError(`${aTypeName(value)} cannot be formatted as a number`);
  if ('xXo'.includes(kind) && !isInteger(value)) throw new TemplateError(`"%${kind}" wants a whole number`);
  const number = kind === 'd' && !isInteger(value) ? BigInt(Math.trunc(finite(numeric(value)))) : value;
  const least = precision === undefined || !'dxXo'.includes(kind) ? undefined : precision;
  return numberText(number, least === undefined ? form : { ...form, precision: undefined }, boundedLength(least ?? 0));
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new TemplateError('a number that is not finite is no whole one');
  return value;
}

function letterOf(value: unknown): string {
  const code = whole(value, 'the code of a character');
  if (code < 0 || code > 0x10ffff) throw new TemplateError('there is no character with this code');
  return String.fromCodePoint(code);
}

const ascii = (value: unknown): string =>
  repr(value).replace(/[\u0080-\u{10ffff}]/gu, (letter) => {
    charge(16);
    const code = letter.codePointAt(0)!;
    if (code < 0x100) return `\\x${code.toString(16)}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });

const fitted = (text: string, { fill, align, width }: Form): string =>
  padded(text, width, fill, align === '<' ? 'right' : align === '^' ? 'both' : 'left');

/** A number in its form, with at least so many digits. */
function numberText(value: number | bigint | boolean | Float, form: Form, digits = 0): string {
  const { kind, sign, width, fill, align, grouping } = form;
  if (kind === 'c') return fitted(letterOf(value), form);
  const isWhole = kind === '' ? isInteger(value) : 'dxXob'.includes(kind) || (kind === 'n' && isInteger(value));
  const written = isWhole ? wholeText(value as number | bigint | boolean, form) : floatForm(numeric(value), form);
  const isNegative = written.startsWith('-');
  const prefix = isWhole && form.alternate && 'xXob'.includes(kind) && kind !== '' ? `0${kind}` : '';
  const head = `${isNegative ? '-' : sign === '-' ? '' : sign}${prefix}`;
  const body = (isNegative ? written.slice(1) : written).padStart(digits, '0');
  const [start = ''] = /^\w*/.exec(body.replace(/[.e%].*$/s, '')) ?? [];
  const isDigits = isWhole || /^\d/.test(body);
  const size = 'xXob'.includes(kind) && kind !== '' ? 4 : 3;
  const rest = body.slice(isDigits ? start.length : 0);
  let lead = isDigits ? start : '';
  if (align === '=' && fill === '0') {
    const target = boundedLength(width) - head.length - rest.length;
    lead = lead.padStart(grouping === '' ? target : Math.ceil((size * target + 1) / (size + 1)), '0');
  }
  if (grouping !== '') lead = grouped(lead, size, grouping);
  const all = lead + rest;
  if (align === '=') return head + padded(all, width - head.length, fill, 'left');
  return fitted(head + all, form);
}

/** Digits in groups, the first of which may be shorter. */
function grouped(digits: string, size: number, mark: string): string {
  charge(digits.length << 3);
  const first = digits.length % size;
  const groups = first === 0 ? [] : [digits.slice(0, first)];
  for (let at = first; at < digits.length; at += size) groups.push(digits.slice(at, at + size));
  return groups.join(mark);
}

function wholeText(value: number | bigint | boolean, { kind }: Form): string {
  const number = typeof value === 'bigint' ? value : Number(value);
  const base = kind === 'b' ? 2 : kind === 'o' ? 8 : 'xX'.includes(kind) && kind !== '' ? 16 : 10;
  const text = typeof number === 'bigint' ? digitsOf(number, base) : number.toString(base);
  const plain = typeof number === 'number' && Math.abs(number) >= 1e21 ? BigInt(number).toString() : text;
  return kind === 'X' ? plain.toUpperCase() : plain;
}

function floatForm(value: number, { kind, precision, alternate }: Form): string {
  const places = boundedLength(precision ?? 6);
  const raise = (text: string) => (/[EFG]/.test(kind) ? text.toUpperCase() : text);
  if (!Number.isFinite(value)) return raise(floatText(value)) + (kind === '%' ? '%' : '');
  const dot = (text: string) => (alternate && !/[.]/.test(text) ? text.replace(/e|$/, (end) => `.${end}`) : text);
  switch (kind.toLowerCase()) {
    case 'f':
      return dot(fixed(value, places));
    case '%':
      return `${dot(fixed(value * 100, places))}%`;
    case 'e':
      return raise(dot(exponential(value, places)));
    case '':
      return precision === undefined ? floatText(value) : dot(general(value, places, alternate, true));
    default:
      return raise(dot(general(value, places, alternate)));
  }
}

const SPEC = /^(?:([\s\S])?([<>=^]))?([-+ ])?z?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([sdxXobceEfFgGn%])?$/u;

/** Python's `format(value, spec)`. */
function formatOf(value: unknown, spec: string): string {
  if (spec === '') return textOf(value);
  if (value instanceof DateTime) return writtenMoment(value, spec);
  demand(value);
  const match = SPEC.exec(spec);
  if (match === null || (typeof value !== 'string' && !isNumber(value)))
    throw new TemplateError(`${aTypeName(value)} cannot be written in the format "${spec}"`);
  const [, fill, align, sign, alternate, zero, width, grouping, precision, kind] = match;
  const form: Form = {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (typeof value === 'string' ? '<' : zero === undefined ? '>' : '='),
    sign: sign ?? '-',
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    kind: kind ?? '',
  };
  const isWhole = isInteger(value);
  const fits =
    typeof value === 'string'
      ? (kind ?? 's') === 's' &&
        form.align !== '=' &&
        sign === undefined &&
        alternate === undefined &&
        grouping === undefined
      : kind !== 's' &&
        !(kind === 'c' && (sign !== undefined || alternate !== undefined)) &&
        !(grouping !== undefined && (kind === 'n' || kind === 'c' || (grouping === ',' && /[xXob]/.test(form.kind)))) &&
        (isWhole ? precision === undefined || /[eEfFgG%]/.test(form.kind) : !/[dxXobc]/.test(form.kind));
  if (!fits) throw new TemplateError(`${aTypeName(value)} cannot be written in the format "${spec}"`);
  if (typeof value !== 'string') return numberText(value, form);
  return fitted(form.precision === undefined ? value : sliceOfText(value, 0, form.precision), form);
}

/** Places within the form of a place; Python knows no deeper ones either. */
const MOST_NESTED = 2;

/** `'{}-{:02d}'.format(…)` with positions, names, their fields, conversions and forms. */
export function formatBraces(source: string, positional: readonly unknown[], named: Named): string {
  let next = 0;
  let numbering: 'given' | 'counted' | undefined;
  let length = 0;
  const valueOf = (field: string): unknown => {
    charge(PLACE_WORK + named.length);
    const [, first = '', rest = ''] = /^([^.[]*)([\s\S]*)$/.exec(field)!;
    let value: unknown;
    if (first === '' || /^\d+$/.test(first)) {
      const kind = first === '' ? 'counted' : 'given';
      if (kind !== (numbering ?? kind)) throw new TemplateError('a format has places with a number and without one');
      numbering = kind;
      value = positional[first === '' ? next++ : Number(first)];
    } else value = named.find(([name]) => name === first)?.[1];
    if (value === undefined) throw new TemplateError(`a format wants "${first}", which is not given`);
    for (const [whole, name, key] of rest.matchAll(/\.([^.[]+)|\[([^\]]+)\]|[\s\S]/g)) {
      if (name === undefined && key === undefined) throw new TemplateError(`"${whole}" stands in a place of a format`);
      const at = Number(key);
      const found =
        Array.isArray(value) && Number.isInteger(at)
          ? (value as unknown[])[at]
          : (itemOf(value, name ?? key!) ?? fieldOf(value, name ?? key!));
      value = found === undefined ? new Undefined(`"${whole}"`) : found;
    }
    return value;
  };
  const written = (text: string, depth: number): string => {
    if (depth > MOST_NESTED && nextBrace(text, 0) >= 0)
      throw new TemplateError('a format has places in places in places');
    let made = '';
    for (let at = 0; at < text.length;) {
      const brace = nextBrace(text, at);
      if (brace < 0) return made + text.slice(at);
      made += text.slice(at, brace);
      at = brace;
      if (depth === 1 && text[at + 1] === text[at]) {
        made += text[at];
        at += 2;
        continue;
      }
      const end = text[at] === '{' ? closing(text, at) : -1;
      if (end < 0) throw new TemplateError(`a "${text[at]}" stands alone in a format`);
      const [, field = '', conversion, spec = ''] =
        /^([^!:]*)(?:!(.))?(?::([\s\S]*))?$/.exec(text.slice(at + 1, end)) ?? [];
      if (text[at + 1 + field.length] === '!' && !/^[sra]$/.test(conversion ?? ''))
        throw new TemplateError('a format converts by "!r", "!s" or "!a" alone');
      const value = valueOf(field);
      const converted =
        conversion === undefined
          ? value
          : conversion === 'r'
            ? repr(value)
            : conversion === 's'
              ? textOf(value)
              : ascii(value);
      const part = formatOf(converted, written(spec, depth + 1));
      length = boundedLength(length + part.length);
      made += part;
      at = end + 1;
    }
    return made;
  };
  return bounded(written(source, 1));
}

function nextBrace(text: string, from: number): number {
  const brace = /[{}]/g;
  brace.lastIndex = from;
  return brace.exec(text)?.index ?? -1;
}

function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}') depth -= 1;
    if (depth > 0) continue;
    charge(at - from);
    return at;
  }
  return -1;
}

/** Named values of a mapping, for `format_map`. */
export const namedBy = (mapping: unknown): Named => {
  const entries = entriesOf(mapping);
  if (entries === undefined) throw new TemplateError(`${aTypeName(mapping)} is no mapping`);
  return entries;
};
