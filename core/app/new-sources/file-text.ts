import { isDeepStrictEqual } from 'node:util';
import { LineCounter, isMap, isScalar, parseDocument, stringify, type YAMLMap } from 'yaml';

/** Entries for the maps `sources` and `connections` of the file. */
export type Additions = Readonly<Record<'sources' | 'connections', Readonly<Record<string, unknown>>>>;

export const fragment = (additions: Additions): string =>
  stringify(additions, { lineWidth: 0, aliasDuplicateObjects: false });

/**
 * The text of the file with the additions at the end of both maps; all else stays as it is, to the byte. Undefined where the
 * maps are written in a way that a text cannot be put into, such as in braces.
 */
export function withAdditions(text: string, additions: Additions): string | undefined {
  let result = text;
  for (const key of ['sources', 'connections'] as const) {
    const next = withEntries(result, key, additions[key]);
    if (next === undefined) return undefined;
    result = next;
  }
  const [before, after] = [parsed(text), parsed(result)];
  const wanted = {
    ...before,
    sources: { ...before?.['sources'], ...additions.sources },
    connections: { ...before?.['connections'], ...additions.connections },
  };
  return isDeepStrictEqual(after, wanted) ? result : undefined;
}

const parsed = (text: string) => parseDocument(text).toJS() as Record<string, Record<string, unknown>> | null;

function withEntries(text: string, key: string, entries: Readonly<Record<string, unknown>>): string | undefined {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  const root = document.contents as YAMLMap;
  const pair = root.items.find((item) => isScalar(item.key) && item.key.value === key);
  const end = text.endsWith('\n') ? text : `${text}\n`;
  if (pair === undefined)
    return root.flow === true ? undefined : `${end}${stringify({ [key]: entries }, { lineWidth: 0 })}`;
  const map = pair.value;
  // `connections: {}` has nothing that could be lost.
  if (isMap(map) && map.items.length === 0 && map.range != null)
    return `${text.slice(0, map.range[0]).trimEnd()}\n${indented(entries, 2)}${text.slice(map.range[1]).replace(/^[^\n]*\n?/, '')}`;
  if (!isMap(map) || map.flow === true) return undefined;
  const first = map.items[0]!.key as { readonly range?: readonly number[] };
  const last = map.items.at(-1)!;
  const range =
    (last.value as { readonly range?: readonly number[] } | null)?.range ?? (last.key as typeof first).range;
  if (first.range === undefined || range === undefined) return undefined;
  const column = lineCounter.linePos(first.range[0]!).col - 1;
  // To the end of the line in which the last value ends; a value in a block ends after its line.
  const at = range[1]!;
  const lineEnd = text[at - 1] === '\n' ? at : text.indexOf('\n', at) + 1 || text.length;
  const head = text.slice(0, lineEnd);
  return `${head}${head.endsWith('\n') ? '' : '\n'}${indented(entries, column)}${text.slice(lineEnd)}`;
}

const indented = (entries: Readonly<Record<string, unknown>>, by: number): string =>
  stringify(entries, { lineWidth: 0, aliasDuplicateObjects: false }).replaceAll(/^(?=.)/gm, ' '.repeat(by));
