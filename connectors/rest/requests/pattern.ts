import { ConnectorError } from '#sdk';
import type { Component } from '../manifest/text.js';
import { TemplateError } from '../template/lexer.js';
import { matcherOf } from '../template/patterns.js';

/** Holds a text against the pattern that a field of a component gives. Throws `config` where the field gives no pattern of RE2. */
export function fieldMatcher(
  node: Component,
  field: string,
  source: string,
): (text: string) => ReturnType<typeof matcherOf> {
  return (text) => {
    try {
      return matcherOf(source, text);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new ConnectorError('config', `"${field}" of ${String(node['type'])}: ${error.message}.`, {
        hint: 'Write it another way: see https://github.com/google/re2/wiki/Syntax.',
      });
    }
  };
}
