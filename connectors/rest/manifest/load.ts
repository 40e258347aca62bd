import { ConnectorError } from '#sdk';
import { configurationReferences } from './configuration-references.js';
import { isShortForm, longForm } from './short-form.js';
import { propagate } from './parameters.js';
import { resolveReferences } from './references.js';
import { isComponent, parseText, type Component, type Lines } from './text.js';
import { validateManifest, type Problem } from './validate.js';

export interface Manifest {
  /** As it is called in messages: the file's name. */
  readonly name: string;
  /** References resolved, types and parameters in place. */
  readonly root: Component;
  readonly lines: Lines;
  readonly problems: readonly Problem[];
  /** True where it was written in the short form. */
  readonly isShort: boolean;
}

export interface LoadOptions {
  readonly name: string;
  readonly replacedClasses?: ReadonlySet<string>;
}

/** Reads a manifest and says what is wrong with it; throws only for what is no YAML at all. A short form becomes the components that it stands for. */
export function loadManifest(text: string, { name, replacedClasses = new Set() }: LoadOptions): Manifest {
  const parsed = parseText(text, name);
  const { root: given, lines } = parsed;
  if (
    isComponent(given['api']) &&
    !['endpoint', 'streams', 'dynamic_streams'].some((key) => given[key] !== undefined)
  ) {
    const message =
      '`api` belongs into the configuration of a source; a file of its own begins with what stands under it, `endpoint`, without `api:` (docs/custom-api.md)';
    const problem: Problem = { severity: 'error', line: lines.of(given, 'api'), path: 'api', message };
    return { name, root: given, lines, problems: [problem], isShort: true };
  }
  if (isShortForm(parsed.root)) {
    const { root, problems: own } = longForm(parsed.root, parsed.lines);
    const problems = [...own, ...configurationReferences(parsed.root, parsed.lines)];
    if (problems.some(({ severity }) => severity === 'error'))
      return { name, root: parsed.root, lines: parsed.lines, problems, isShort: true };
    const made = completed({ root, lines: parsed.lines }, name, replacedClasses);
    return { ...made, problems: [...problems, ...made.problems], isShort: true };
  }
  return completed(parsed, name, replacedClasses);
}

function completed(
  parsed: { root: Component; lines: Lines },
  name: string,
  replacedClasses: ReadonlySet<string>,
): Manifest {
  const { lines } = parsed;
  const { root: resolved, unresolved } = resolveReferences(parsed, name);
  const problems: Problem[] = unresolved.map(({ reference, line, why }) => ({
    severity: 'error',
    line,
    path: reference,
    message:
      why === 'circle'
        ? `the reference "${reference}" leads to itself`
        : `the reference "${reference}" leads to nothing`,
  }));
  const rest = { ...resolved };
  // What is used of them stands where it is used.
  delete rest['definitions'];
  lines.inherit(rest, resolved);
  const root = propagate({ type: 'DeclarativeSource', ...rest }, '', {}, lines);
  lines.inherit(root, resolved);
  if (problems.length > 0) return { name, root, lines, problems, isShort: false };
  return { name, root, lines, problems: validateManifest(root, { lines, replacedClasses }), isShort: false };
}

/** Throws all errors of a manifest at once, each with its line. */
export function assertRunnable({ name, problems }: Manifest): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const told = errors.map((problem) => problemText(name, problem));
  throw new ConnectorError('config', told.join('\n'), {
    hint: 'Correct these lines; docs/custom-api.md says what the language has and what of it is supported.',
  });
}

/** Without a path it is said of the manifest as a whole. */
export const problemText = (name: string, { line, path, message }: Problem): string =>
  `${name}:${line ?? 1}: ${path === '' ? '' : `${path}: `}${message}`;

/** The components of a list, or of one that stands alone. */
export function componentsOf(value: unknown): readonly Component[] {
  if (Array.isArray(value)) return value.filter(isComponent);
  return isComponent(value) ? [value] : [];
}
