import { componentsOf } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { Text } from '../run/text.js';
import { setKey } from '../template/values.js';
import { setAlong, without } from './change.js';
import { valueAlong, valuesAlong } from './path.js';

/** Makes a record of each element of a list in a record, with what it is to keep of the one around it. */
export function recordExpander(node: Component, environment: Environment): (record: unknown) => readonly unknown[] {
  const around = aroundOf(node, environment);
  const texts = (value: unknown) => (value as readonly unknown[]).map((part) => new Text(String(part), around).text());
  const path = texts(node['expand_records_from_field']);
  const parents = componentsOf(node['parent_fields']).map((one) => ({
    from: texts(one['parent_path']),
    to: texts(one['record_path']),
  }));
  const keepsOriginal = node['remain_original_record'] === true;
  const mergesParent = node['merge_parent'] === true;
  const carries = keepsOriginal || mergesParent || parents.length > 0;

  return (record) => {
    if (!isComponent(record) || path.length === 0) return [record];
    const lists = valuesAlong(record, path).filter((value) => Array.isArray(value));
    const base = mergesParent ? without(record, path) : {};
    const made = lists.flat().map((item: unknown) => {
      if (!isComponent(item) && !carries) return item;
      const child: Record<string, unknown> = {
        ...structuredClone(base),
        ...(isComponent(item) ? item : { value: item }),
      };
      for (const { from, to } of parents) setAlong(child, to, structuredClone(valueAlong(record, from) ?? null));
      if (keepsOriginal) setKey(child, 'original_record', structuredClone(record));
      return child;
    });
    return made.length === 0 && node['on_no_records'] === 'emit_parent' ? [record] : made;
  };
}
