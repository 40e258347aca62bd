import type { Lines } from './text.js';
import type { Problem } from './validate.js';

/** What is wrong with a text of a manifest that only a configuration puts values into. */
export const ofConfiguration = (text: string): readonly string[] =>
  Array.from(
    text.matchAll(/\$\{(?:env|file|vault|aws|age):[^}]*\}/g),
    ([reference]) =>
      `\`${reference}\` is put in place in a configuration alone, and an API would get it as it stands; write \`{{ config['NAME'] }}\` here, and give it there under \`secrets\` or \`manifest_config\` of the source`,
  );

/** The same of all texts within, each with the line that its author wrote it in. */
export function configurationReferences(root: unknown, lines: Lines): readonly Problem[] {
  const found = (node: unknown, line: number | undefined, path: readonly string[]): readonly Problem[] => {
    if (typeof node === 'string')
      return ofConfiguration(node).map((message) => ({ severity: 'error', line, path: path.join('.'), message }));
    if (typeof node !== 'object' || node === null) return [];
    return Object.entries(node).flatMap(([key, value]) => found(value, lines.of(node, key) ?? line, [...path, key]));
  };
  return found(root, undefined, []);
}
