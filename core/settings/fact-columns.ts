import { termsOf } from '../protocol/index.js';
import type { FactSettings, FurtherStreamSettings } from './fact.settings.js';
import type { Path } from './issues.js';

/** Keys whose text is a column, or columns that are added, wherever they stand in a fact. */
const COLUMN_KEYS: ReadonlySet<string> = new Set(['column', 'sum', 'from']);

interface FoundColumn {
  readonly path: Path;
  readonly text: string;
}

/** Every column that a stream of a fact names, with its place. */
export function factColumns(fact: FactSettings | FurtherStreamSettings): readonly FoundColumn[] {
  const found: FoundColumn[] = Object.keys(fact.where ?? {}).map((text) => ({ path: ['where', text], text }));
  for (const part of ['as', 'measures', 'responses', 'dimensions'] as const)
    for (const [name, expression] of Object.entries((fact[part] ?? {}) as Readonly<Record<string, object | undefined>>))
      for (const [key, value] of Object.entries(expression ?? {})) {
        const path = [part, name, key];
        if (COLUMN_KEYS.has(key) && typeof value === 'string')
          for (const term of termsOf(value)) found.push({ path, text: term.name });
        if (key === 'where')
          for (const column of Object.keys(value ?? {})) found.push({ path: [...path, column], text: column });
        if (key === 'distinct' && Array.isArray(value))
          for (const [index, text] of value.entries())
            if (typeof text === 'string') found.push({ path: [...path, index], text });
      }
  return found;
}
