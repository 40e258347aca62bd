import { isComponent, type Component } from '../manifest/text.js';
import { valueAlong } from '../records/path.js';
import { isTrue } from '../template/values.js';

/** What an API calls the field in which it tells of a fault; one that holds something there, and not the place of its records, is no answer. */
const FAULT_FIELDS = new Set([
  'code',
  'detail',
  'error',
  'errorcode',
  'errordescription',
  'errormessage',
  'errors',
  'exception',
  'fault',
  'message',
]);
/** Where it says in so many words whether the request came to anything, and how it says that it did not. */
const VERDICTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  ok: (value) => value === false,
  success: (value) => value === false,
  status: (value) => typeof value === 'string' && /^(error|fail(ed|ure)?)$/i.test(value),
};

/** True where a body tells of a fault, at its top or where a path leaves it; of a list its first value counts. */
export function tellsFault(body: unknown, path: readonly string[]): boolean {
  const around = path.map((_, depth) => valueAlong(body, path.slice(0, depth)));
  return [body, ...around].some((part) => {
    const one: unknown = Array.isArray(part) ? part[0] : part;
    return isComponent(one) && Object.entries(one).some(([field, value]) => isFault(field, value));
  });
}

/** `error_message`, `errorMessage` and `ErrorMessage` are one name. */
function isFault(field: string, value: unknown): boolean {
  const name = field.replaceAll(/[_-]/g, '').toLowerCase();
  return FAULT_FIELDS.has(name) ? isTrue(value) : Object.hasOwn(VERDICTS, name) && VERDICTS[name]!(value);
}

/** An answer of bare values, or of nothing, may be how an API says that there is nothing. */
export const holdsMore = (body: unknown): boolean =>
  Array.isArray(body)
    ? body.length > 0
    : isComponent(body) && Object.values(body).some((part) => typeof part === 'object' && part !== null);

/** What stands around the place that is missing. */
export function whatItHas(body: unknown, path: readonly string[]): string {
  let at = body;
  let depth = 0;
  for (; depth < path.length - 1; depth += 1) {
    const next = valueAlong(at, [path[depth]!]);
    if (!isComponent(next)) break;
    at = next;
  }
  const around = depth === 0 ? 'it' : `\`${path.slice(0, depth).join('.')}\``;
  if (Array.isArray(at)) return `${around} is a list`;
  if (at === null) return `${around} is \`null\``;
  return isComponent(at) ? `${around} has: ${named(Object.keys(at))}` : `${around} is no mapping`;
}

/** How a value is written, without what it says: it may be of a person where the field is the wrong one. */
export function shapeOf(value: unknown): string {
  if (typeof value === 'object') return 'as a list or mapping';
  const text = String(value).slice(0, 40).replace(/\d/g, '0');
  return `written like \`${text.replace(/(?!(?<=0)T(?=0)|(?<=0)Z$)\p{L}/gu, 'a')}\``;
}

const MOST_NAMES = 20;

/** Names of fields. A key that looks like no name may be a member's number or address, which is nobody's to read. */
export function named(keys: readonly string[]): string {
  const names = keys
    .filter((key) => /^[@$]?[A-Za-z_][\w-]{0,40}$/.test(key) && !/\d{3}/.test(key))
    .slice(0, MOST_NAMES);
  const others = keys.length - names.length;
  const all = [...names, ...(others > 0 ? [`${others} ${others === 1 ? 'other' : 'others'}`] : [])];
  return all.length === 0 ? 'nothing' : all.join(', ');
}

/** Where values were taken for records, and whether as those of a list. */
export interface Taken {
  readonly path: readonly string[];
  readonly isListed: boolean;
}

/** A path to what has such fields within a value that was taken for a record; undefined where nothing has, or its name is nobody's to read. */
export function pathWithin(taken: Component, fields: readonly string[], { path, isListed }: Taken): string | undefined {
  const parts = Object.entries(taken).map(([name, value]) => {
    const one: unknown = Array.isArray(value) ? value[0] : value;
    const count = isComponent(one) ? fields.filter((field) => Object.hasOwn(one, field)).length : 0;
    return { name, isList: Array.isArray(value), count };
  });
  const most = Math.max(1, ...parts.map(({ count }) => count));
  const [best, ...others] = parts.filter(({ count }) => count === most);
  if (best === undefined || others.some(({ isList }) => isList !== best.isList)) return undefined;
  // Several that are alike stand each under a name of its own, such as that of a member. What has less may be one of them, or another
  // kind of record: which are meant is not clear. Of lists the one that has more is.
  const hasLess = parts.some(({ count }) => count > 0 && count < most);
  if (hasLess && (others.length > 0 || !best.isList)) return undefined;
  const step = others.length > 0 ? '*' : best.name;
  if (step !== '*' && named([step]) !== step) return undefined;
  const steps = [...path, ...(isListed ? ['*'] : []), step];
  return [...steps, ...(best.isList && steps.includes('*') ? ['*'] : [])].join('.');
}
