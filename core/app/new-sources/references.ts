import { SECRET_STORES } from '../../protocol/index.js';
import type { LoadedSettings, NewSourcesSettings, Path } from '../../settings/index.js';

/** The whole of a text is one reference without a default, as a secret must be given. */
const WHOLE = new RegExp(`^\\$\\{((?:env|file|${SECRET_STORES.join('|')}):[^{}]+)\\}$`);
const TOKEN = /\$\$\{|\$\{([^}]*)\}/g;

export const isReference = (text: string): boolean => WHOLE.test(text) && !text.includes(':-');

/** Every reference in a text, as `env:NAME`, defaults left off. */
export const referencesIn = (text: string): readonly string[] =>
  [...text.matchAll(TOKEN)].flatMap(([, inner]) =>
    inner === undefined ? [] : [inner.startsWith('env:') ? inner.replace(/:-.*$/s, '') : inner],
  );

/** Calls back with each text of a value and its path. */
export function eachText(value: unknown, visit: (text: string, path: Path) => void, path: Path = []): void {
  if (typeof value === 'string') visit(value, path);
  else if (Array.isArray(value)) for (const [index, entry] of value.entries()) eachText(entry, visit, [...path, index]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, entry] of Object.entries(value)) eachText(entry, visit, [...path, key]);
}

/**
 * Why a reference of a new source is not to be resolved here: else whoever may try sources could have any secret of the host
 * sent to an address of their own. Undefined: it may be.
 */
export function refusalOf(
  reference: string,
  { references: allowed }: NewSourcesSettings,
  { referenced }: Pick<LoadedSettings, 'referenced'>,
): string | undefined {
  const used = [...referenced.entries()].find(([, value]) =>
    value.references.some(({ kind, name }) => `${kind}:${name}` === reference),
  );
  if (used !== undefined)
    return `\${${reference}} is a secret of ${used[0]}, and is not tried with an address from a page`;
  const isAllowed = !/(^|[:/])\.\.(\/|$)/.test(reference) && allowed.some((pattern) => globOf(pattern).test(reference));
  return isAllowed
    ? undefined
    : `\${${reference}} is not tried from a page; this host tries ${allowed.join(', ') || 'none'} (new_sources.references)`;
}

const globOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
