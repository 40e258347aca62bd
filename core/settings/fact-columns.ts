import type { Path } from './issues.js';
import type { FactSettings } from './report.settings.js';

/** Keys whose text is a column, wherever they stand in a fact. */
const COLUMN_KEYS: ReadonlySet<string> = new Set(['column', 'sum', 'from']);

/** Every column that a fact names, with its place in the fact. */
export function factColumns(fact: FactSettings): readonly { readonly path: Path; readonly text: string }[] {
  const found: { path: Path; text: string }[] = [];
  for (const part of ['as', 'responses', 'dimensions'] as const)
    for (const [name, expression] of Object.entries((fact[part] ?? {}) as Readonly<Record<string, object | undefined>>))
      for (const [key, value] of Object.entries(expression ?? {})) {
        const path = [part, name, key];
        if (COLUMN_KEYS.has(key) && typeof value === 'string') found.push({ path, text: value });
        if (key === 'where')
          for (const column of Object.keys(value ?? {})) found.push({ path: [...path, column], text: column });
      }
  return found;
}
