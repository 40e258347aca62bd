import type { z } from 'zod';
import { didYouMean } from '#sdk';
import { FIELD_OPTIONS } from './short-fields.js';
import { isComponent, type Component } from './text.js';

/** Keys by which the ways of a union are told apart. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  auth: ['bearer', 'basic', 'header', 'query', 'oauth'],
  paging: ['page', 'offset', 'cursor', 'next_url'],
};

/** Of several ways the one that is meant: by its key; where there is none, that is what is wrong. */
export function meantBy(
  issue: z.core.$ZodIssue,
  root: Component,
): { readonly issue: z.core.$ZodIssue } | { readonly message: string } {
  // `streams.NAME.fields.NAME`
  if (issue.path.length === 4 && issue.path[2] === 'fields') return fieldIssue(issue, root);
  const ways = issue.code === 'invalid_union' ? WAYS[String(issue.path.at(-1))] : undefined;
  if (ways === undefined || issue.code !== 'invalid_union') return { issue };
  const given = givenAt(issue.path, root);
  const keys = isComponent(given) ? Object.keys(given) : [];
  const chosen = keys.filter((key) => ways.includes(key));
  const inner = chosen.length === 1 ? issue.errors[ways.indexOf(chosen[0]!)]?.[0] : undefined;
  if (inner !== undefined) return { issue: { ...inner, path: [...issue.path, ...inner.path] } };
  const all = `\`${ways.slice(0, -1).join('`, `')}\` or \`${ways.at(-1)!}\``;
  if (chosen.length > 1) return { message: `it has \`${chosen.join('` and `')}\`, and is one of ${all}` };
  return {
    message: `${keys.length === 0 ? 'it has nothing' : `"${keys.join('", "')}" is none of its ways`}: it has one of ${all}`,
  };
}

const givenAt = (path: readonly PropertyKey[], root: Component): unknown =>
  path.reduce<unknown>((at, key) => (at as Component | undefined)?.[String(key)], root);

/** A field is a type, or a mapping with one. */
function fieldIssue(issue: z.core.$ZodIssue, root: Component): ReturnType<typeof meantBy> {
  const given = givenAt(issue.path, root);
  if (isComponent(given)) {
    const unknown = Object.keys(given).find((key) => !FIELD_OPTIONS.includes(key));
    if (unknown !== undefined)
      return { message: `"${unknown}" is nothing that a field has; ${didYouMean(unknown, FIELD_OPTIONS)}` };
  }
  if (issue.code !== 'invalid_union') return { issue };
  const [asType, asMapping] = issue.errors;
  const inner = (isComponent(given) ? asMapping : asType)?.[0];
  return { issue: inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] } };
}
