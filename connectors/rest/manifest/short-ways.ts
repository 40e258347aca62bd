import { z } from 'zod';
import { didYouMean, nearest } from '#sdk';
import { FIELD_OPTIONS } from './short-fields.js';
import { isComponent, type Component } from './text.js';

/** Keys by which the ways of a union are told apart. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  auth: ['bearer', 'basic', 'header', 'query', 'oauth'],
  paging: ['page', 'offset', 'cursor', 'next_url'],
};

/** What is wrong with the way that is meant, or in our words, with the key below where it has one. */
type Meant = { readonly issues: readonly z.core.$ZodIssue[] } | { readonly message: string; readonly key?: string };

/** Of several ways the one that is meant: by its key; where there is none, that is what is wrong. */
export function meantBy(issue: z.core.$ZodIssue, root: Component): Meant {
  // `streams.NAME.fields.NAME`
  if (issue.path.length === 4 && issue.path[2] === 'fields') return fieldIssue(issue, root);
  const ways = issue.code === 'invalid_union' ? WAYS[String(issue.path.at(-1))] : undefined;
  if (ways === undefined || issue.code !== 'invalid_union') return { issues: [issue] };
  const given = givenAt(issue.path, root);
  const keys = isComponent(given) ? Object.keys(given) : [];
  const chosen = keys.filter((key) => ways.includes(key));
  const inner = chosen.length === 1 ? issue.errors[ways.indexOf(chosen[0]!)] : undefined;
  if (inner !== undefined) return { issues: below(issue, inner) };
  const all = `\`${ways.slice(0, -1).join('`, `')}\` or \`${ways.at(-1)!}\``;
  if (chosen.length > 1) return { message: `it has \`${chosen.join('` and `')}\`, and is one of ${all}` };
  const unknown = keys.filter((key) => issue.errors.every((inner) => isUnknown(key, inner)));
  const key = unknown.find((one) => nearest(one, ways) !== undefined);
  if (key !== undefined) return { key, message: `"${key}" is none of its ways; ${didYouMean(key, ways)}` };
  const has = unknown.length > 0 ? `"${unknown.join('", "')}" is none of its ways` : 'it has none of its ways';
  return { message: `${keys.length === 0 ? 'it has nothing' : has}: it has one of ${all}` };
}

const isUnknown = (key: string, issues: readonly z.core.$ZodIssue[]): boolean =>
  issues.some((issue) => issue.code === 'unrecognized_keys' && issue.path.length === 0 && issue.keys.includes(key));

const below = ({ path }: z.core.$ZodIssue, inner: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] =>
  inner.map((one) => ({ ...one, path: [...path, ...one.path] }));

/** What stands at a place. */
export const givenAt = (path: readonly PropertyKey[], root: Component): unknown =>
  path.reduce<unknown>((at, key) => (at as Component | undefined)?.[String(key)], root);

/** A field is a type, or a mapping with one. */
function fieldIssue(issue: z.core.$ZodIssue, root: Component): Meant {
  const given = givenAt(issue.path, root);
  if (isComponent(given)) {
    const unknown = Object.keys(given).find((key) => !FIELD_OPTIONS.includes(key));
    if (unknown !== undefined)
      return {
        key: unknown,
        message: `"${unknown}" is nothing that a field has; ${didYouMean(unknown, FIELD_OPTIONS)}`,
      };
  }
  if (issue.code !== 'invalid_union') return { issues: [issue] };
  const [asType, asMapping] = issue.errors;
  return { issues: below(issue, (isComponent(given) ? asMapping : asType) ?? []) };
}

/** The keys that may stand at a place; none where they are free. */
export function keysAt(schema: z.core.$ZodType, path: readonly string[]): readonly string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap((way) => keysAt(way, path)))];
  const [key, ...rest] = path;
  if (schema instanceof z.ZodRecord) return key === undefined ? [] : keysAt(schema.valueType, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  if (key === undefined) return Object.keys(schema.shape);
  const inner = schema.shape[key];
  return inner === undefined ? [] : keysAt(inner, rest);
}
