import { isComponent, type Component } from './text.js';
import type { Problem } from './validate.js';

const READ = /(?<![.\w'"])config\s*(?:\[\s*['"]([\w-]+)['"]\s*\]|\.(?!get\b|items\b|keys\b|values\b)(\w+))/g;

/** A text that has something in place of what is not there, or asks whether it is. */
const ASKS = /\sor\s|\bif\b|\bis\s|\|\s*d(?:efault)?\b/;
/** Parts that are no templates of requests or records. */
const OPAQUE = new Set(['spec', 'schema', 'schemas', 'metadata', 'description', '$parameters']);

/**
 * Options that templates read and that neither the configuration has nor the `spec` of the manifest names: each is empty where it
 * stands. In a short form that is an error; the reference goes on with a manifest.
 */
export function unknownOptions(
  root: Component,
  text: string,
  config: Component,
  severity: Problem['severity'],
): readonly Problem[] {
  const spec = isComponent(root['spec']) ? root['spec']['connection_specification'] : undefined;
  const declared = isComponent(spec) && isComponent(spec['properties']) ? Object.keys(spec['properties']) : [];
  const known = new Set([...Object.keys(config), ...declared]);
  const unknown = new Set<string>();
  const seen = new WeakSet<object>();
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      for (const [, ...names] of value.includes('{{') ? value.matchAll(READ) : []) {
        const name = names.find((one) => one !== undefined)!;
        // Who asks whether it is there does not count on it.
        const isAsked = new RegExp(`['"]${name}['"]\\s+(?:not\\s+)?in\\s+config`).test(value) || ASKS.test(value);
        if (!known.has(name) && !isAsked) unknown.add(name);
      }
    } else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      for (const [key, part] of Object.entries(value)) if (Array.isArray(value) || !OPAQUE.has(key)) look(part);
    }
  };
  look(root);
  // In quotes a quote is doubled, or has a backslash before it.
  const lines = text.split('\n').map((line) => line.replaceAll(/''|\\"/g, "'"));
  return Array.from(unknown, (name) => {
    const at = lines.findIndex((line) =>
      Array.from(line.matchAll(READ)).some((found) => found.slice(1).includes(name)),
    );
    return {
      severity,
      line: at < 0 ? undefined : at + 1,
      path: `config['${name}']`,
      message: `neither \`manifest_config\` nor \`secrets\` has "${name}"; they have: ${[...known].join(', ') || 'nothing'}`,
    };
  });
}
