import { componentsOf } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import { aroundOf, replacedFunction, type Environment } from '../run/environment.js';
import { sliceContext, type StreamSlice } from '../run/slice.js';
import { Condition, Text } from '../run/text.js';
import type { LiteralType } from '../template/template.js';
import { setKey } from '../template/values.js';
import { removeAlong, renameKeys, setAlong } from './change.js';
import { stepsOf, valueAlong, valuesAlong } from './path.js';

/** Changes a record in its place. */
export type Transform = (record: Record<string, unknown>, slice: StreamSlice) => void;

/** `note` is told what a person should look at. */
export function transformation(node: Component, environment: Environment, note?: (text: string) => void): Transform {
  const around = aroundOf(node, environment);
  switch (node['type']) {
    case 'AddFields':
      return addFields(node, environment);
    case 'RemoveFields': {
      const pointers = (node['field_pointers'] as readonly (readonly unknown[])[]).map((pointer) => stepsOf(pointer));
      const condition = isText(node['condition']) ? new Condition(node['condition'], around) : undefined;
      const where = condition === undefined ? undefined : (property: unknown) => condition.holds({ property });
      return (record) => {
        for (const pointer of pointers) removeAlong(record, pointer, where);
      };
    }
    case 'KeysToLower':
      return (record) => {
        for (const [key, value] of Object.entries(record)) {
          delete record[key];
          setKey(record, key.toLowerCase(), value);
        }
      };
    case 'KeysToSnakeCase':
      return (record) => renameKeys(record, snakeCase);
    case 'KeysReplace': {
      const [old, fresh] = [new Text(String(node['old']), around), new Text(String(node['new']), around)];
      return (record, slice) => {
        const context = { record, ...sliceContext(slice) };
        const [from, to] = [old.text(context), fresh.text(context)];
        renameKeys(record, (key) => key.split(from).join(to));
      };
    }
    case 'FlattenFields': {
      const flattensLists = node['flatten_lists'] !== false;
      return (record) => {
        const flat = flattened(record, flattensLists);
        for (const key of Object.keys(record)) delete record[key];
        for (const [key, value] of Object.entries(flat)) setKey(record, key, value);
      };
    }
    case 'DpathFlattenFields':
      return flattenField(node, environment);
    default: {
      const change = replacedFunction(node, environment) as (record: object, slice: StreamSlice) => unknown;
      return (record, slice) => {
        const made = change(record, slice);
        if (typeof made === 'object' && made !== null && made !== record)
          note?.(
            `the module in place of "${String(node['class_name'])}" returns something, which is not used: a transformation changes the record that it is given`,
          );
      };
    }
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function addFields(node: Component, environment: Environment): Transform {
  const condition = isText(node['condition'])
    ? new Condition(node['condition'], aroundOf(node, environment))
    : undefined;
  const fields = componentsOf(node['fields']).map((field) => ({
    path: stepsOf(field['path'] as readonly unknown[]),
    value: new Text(String(field['value']), aroundOf(field, environment)),
    types: typeof field['value_type'] === 'string' ? [field['value_type'] as LiteralType] : undefined,
  }));
  return (record, slice) => {
    for (const { path, value, types } of fields) {
      const context = { record, ...sliceContext(slice) };
      const made = value.value(context, types);
      if (condition?.holds({ ...context, value: made, path }) === false) continue;
      setAlong(record, path, made);
    }
  };
}

/**
 * Words of a key as the reference finds them: capitals begin one, digits are one, all else parts them. It writes letters of other scripts
 * in Latin ones; here they stay.
 */
const TOKENS = /\p{Lu}+[\p{Ll}\p{M}]*|[\p{Ll}\p{Lt}\p{Lm}\p{Lo}\p{M}]+|\d+|[^\p{L}\p{M}\d]+/gu;

export function snakeCase(key: string): string {
  const plain = key
    .normalize('NFKD')
    .replace(/(?<=[A-Za-z]\p{M}*)\p{M}/gu, '')
    .normalize('NFC');
  let tokens = Array.from(plain.matchAll(TOKENS), ([token]) => (/^[\p{L}\p{M}\d]/u.test(token) ? token : ''));
  if (tokens.length >= 3) tokens = [tokens[0]!, ...tokens.slice(1, -1).filter((token) => token !== ''), tokens.at(-1)!];
  if (/^\d/.test(tokens[0] ?? '')) tokens.unshift('');
  return tokens.map((token) => token.toLowerCase()).join('_');
}

/** All that is not a mapping or a list, under one name; a name that is taken, or lies in a list, gets those around it before it. */
function flattened(record: Record<string, unknown>, flattensLists: boolean): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  const stack: [unknown, string][] = [[record, '_']];
  let isForced = false;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [value, name] = next;
    if (isComponent(value)) {
      for (const [key, part] of Object.entries(value))
        stack.push([part, Object.hasOwn(flat, key) || isForced ? `${name}.${key}` : key]);
    } else if (Array.isArray(value) && flattensLists) {
      value.forEach((item: unknown, at) => {
        isForced = true;
        stack.push([item, `${name}.${at}`]);
      });
    } else setKey(flat, name, value);
  }
  return flat;
}

function flattenField(node: Component, environment: Environment): Transform {
  const around = aroundOf(node, environment);
  const path = (node['field_path'] as readonly unknown[]).map((part) => new Text(String(part), around));
  const change = isComponent(node['key_transformation']) ? node['key_transformation'] : {};
  const changeAround = aroundOf(change, environment);
  const affix = (name: string) => (isText(change[name]) ? new Text(change[name], changeAround).text() : '');
  return (record) => {
    const steps = path.map((part) => part.text());
    const found = steps.includes('*') ? valuesAlong(record, steps)[0] : valueAlong(record, steps);
    if (!isComponent(found)) return;
    const fields = Object.fromEntries(
      Object.entries(found).map(([key, value]) => [`${affix('prefix')}${key}${affix('suffix')}`, value]),
    );
    if (node['replace_record'] === true && Object.keys(fields).length > 0) {
      for (const key of Object.keys(record)) delete record[key];
    } else {
      if (Object.keys(fields).some((key) => Object.hasOwn(record, key))) return;
      if (node['delete_origin_value'] === true) removeAlong(record, steps);
    }
    for (const [key, value] of Object.entries(fields)) setKey(record, key, value);
  };
}
