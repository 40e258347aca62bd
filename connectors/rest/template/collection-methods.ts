import { itemOf } from './fields.js';
import { TemplateError } from './lexer.js';
import { whole } from './numbers.js';
import { taking, type Named, type Taking } from './parameters.js';
import {
  aTypeName,
  boundedLength,
  contains,
  demand,
  entriesOf,
  equals,
  isDict,
  isTrue,
  iterate,
  nameOf,
  Mapping,
  order,
  setKey,
  textOf,
  Tuple,
} from './values.js';
import { charge } from './work.js';

type ListMethod = Taking<unknown[]>;

const at = (value: unknown): number => whole(value, 'a place in a list');

/** Changes a list, unless it is one that a template is only shown. */
const changing =
  <Bound extends unknown[]>(change: (list: unknown[], ...bound: Bound) => unknown) =>
  (list: unknown[], ...bound: Bound): unknown => {
    if (Object.isFrozen(list)) throw new TemplateError('a template cannot change this');
    return change(list, ...bound) ?? null;
  };

const counting: ListMethod = taking(
  'value /',
  (list: unknown[], item) => list.filter((one) => equals(one, item)).length,
);
const indexing: ListMethod = taking('value start? stop? /', (list: unknown[], item, start = 0, stop = list.length) => {
  const place = (value: unknown) => (at(value) < 0 ? Math.max(0, at(value) + list.length) : at(value));
  const [from, to] = [place(start), place(stop)];
  const found = list.findIndex((one, index) => index >= from && index < to && equals(one, item));
  if (found < 0) throw new TemplateError('an element that was looked for is not there');
  return found;
});

export const TUPLE_METHODS: Readonly<Record<string, ListMethod>> = { count: counting, index: indexing };

/** Methods of a list, with the parameters that Python gives them; `sort` has no `key`, as there are no functions to give. */
export const LIST_METHODS: Readonly<Record<string, ListMethod>> = {
  count: counting,
  index: indexing,
  append: taking(
    'object /',
    changing((list, item: unknown) => {
      boundedLength(list.push(item));
    }),
    'flat',
  ),
  extend: taking(
    'iterable /',
    changing((list, items: unknown) => {
      const more = [...iterate(items)];
      boundedLength(list.length + more.length);
      for (const item of more) list.push(item);
    }),
  ),
  insert: taking(
    'index object /',
    changing((list, place: unknown, item: unknown) => {
      charge(list.length >> 3);
      list.splice(at(place), 0, item);
      boundedLength(list.length);
    }),
    'flat',
  ),
  pop: taking(
    'index? /',
    changing((list, place: unknown = -1) => {
      const index = at(place) < 0 ? at(place) + list.length : at(place);
      if (index < 0 || index >= list.length) throw new TemplateError('an element that is to be taken out is not there');
      charge((list.length - index) >> 3);
      return list.splice(index, 1)[0];
    }),
    'flat',
  ),
  remove: taking(
    'value /',
    changing((list, item: unknown) => {
      const found = list.findIndex((one) => equals(one, item));
      if (found < 0) throw new TemplateError('an element that is to be taken out is not there');
      list.splice(found, 1);
    }),
  ),
  clear: taking(
    '',
    changing((list) => {
      list.length = 0;
    }),
  ),
  reverse: taking(
    '',
    changing((list) => {
      list.reverse();
    }),
  ),
  sort: taking(
    '* reverse?',
    changing((list, isDown: unknown) => {
      list.sort(isTrue(isDown) ? (a, b) => order(b, a) : order);
    }),
  ),
  copy: taking('', (list: unknown[]) => [...list]),
};

type Dict = Record<string, unknown> | Mapping;
type DictMethod = Taking<Dict>;

function changed(target: unknown): Record<string, unknown> {
  if (!isDict(target) || Object.isFrozen(target)) throw new TemplateError('a template cannot change this');
  return target;
}

/** The pairs of a mapping, or of a list of them. */
export function pairsOf(value: unknown): readonly (readonly [string, unknown])[] {
  const entries = entriesOf(value);
  if (entries !== undefined) return entries;
  demand(value);
  return iterate(value).map((item) => {
    const pair = iterate(item);
    if (pair.length !== 2) throw new TemplateError(`${aTypeName(item)} is no pair of a key and a value`);
    return [textOf(pair[0]), pair[1]];
  });
}

/** Methods of a mapping, with the parameters that Python gives them. */
export const DICT_METHODS: Readonly<Record<string, DictMethod>> = {
  get: taking(
    'key default? /',
    (value: Dict, key, otherwise = null) => {
      const found = itemOf(value, nameOf(key));
      return found === undefined ? otherwise : found;
    },
    'flat',
  ),
  items: taking('', (value: Dict) => {
    const entries = entriesOf(value)!;
    charge(entries.length << 6);
    return entries.map(([key, part]) => Tuple.from([key, part]));
  }),
  keys: taking('', (value: Dict) => entriesOf(value)!.map(([key]) => key)),
  values: taking('', (value: Dict) => entriesOf(value)!.map(([, part]) => part)),
  copy: taking('', (value: Dict) => dictOf(entriesOf(value)!)),
  clear: taking('', (value: Dict) => {
    const target = changed(value);
    for (const [key] of entriesOf(target)!) delete target[key];
    return null;
  }),
  update: taking('other? / **kwargs', (value: Dict, other, named: Named) => {
    const target = changed(value);
    const pairs = [...(other === undefined ? [] : pairsOf(other)), ...named];
    charge(pairs.length << 6);
    for (const [key, part] of pairs) setKey(target, key, part);
    return null;
  }),
  setdefault: taking(
    'key default? /',
    (value: Dict, key, otherwise = null) => {
      if (!contains(value, key)) setKey(changed(value), textOf(key), otherwise);
      return itemOf(value, textOf(key)) ?? null;
    },
    'flat',
  ),
  pop: taking(
    'key default? /',
    (value: Dict, key, otherwise) => {
      const found = itemOf(value, nameOf(key));
      if (found === undefined) {
        if (otherwise === undefined) throw new TemplateError('a key that is to be taken out is not there');
        return otherwise;
      }
      delete changed(value)[textOf(key)];
      return found;
    },
    'flat',
  ),
  popitem: taking('', (value: Dict) => {
    const last = entriesOf(value)!.at(-1);
    if (last === undefined) throw new TemplateError('nothing can be taken out of an empty mapping');
    delete changed(value)[last[0]];
    return Tuple.from(last);
  }),
  fromkeys: taking('iterable value? /', (_value: Dict, keys, value = null) =>
    dictOf(iterate(keys).map((key) => [textOf(key), value])),
  ),
};

export function dictOf(pairs: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  charge(pairs.length << 6);
  for (const [key, value] of pairs) setKey(made, key, value);
  return made;
}
