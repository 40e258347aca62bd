import type { Component, Lines } from './text.js';
import type { Problem } from './validate.js';

export const isShortForm = (root: Component): boolean =>
  root['version'] === undefined && root['base_url'] !== undefined;

export function longForm(
  root: Component,
  _lines: Lines,
): { readonly root: Component; readonly problems: readonly Problem[] } {
  return { root, problems: [] };
}
