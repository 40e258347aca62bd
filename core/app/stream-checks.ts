import { dirname, isAbsolute, join } from 'node:path';
import { planChain, Unclassified, UnknownColumn } from '../middleware/index.js';
import { columnOf, didYouMean, OWN_COLUMNS, type CatalogStream, type OpenSource } from '../protocol/index.js';
import { isConnectorError, type SourcePlugin } from '../sdk/index.js';
import { factColumns, type Path, type SettingsIssue } from '../settings/index.js';
import type { Configuration } from './configuration.js';
import { streamRules } from './stream-requests.js';

/** What is wrong with what sources are given, with names of streams and columns, and what a run will be refused for; nothing is asked of any source. */
export interface StreamFindings {
  readonly issues: readonly SettingsIssue[];
  readonly warnings: readonly SettingsIssue[];
}

/** The streams of a source by their names; without a catalog where its columns are known only from its data. */
type Offered = ReadonlyMap<string, CatalogStream | undefined>;

export async function checkStreams(configuration: Configuration): Promise<StreamFindings> {
  const { settings, loaded } = configuration;
  const issues: SettingsIssue[] = [];
  const warnings: SettingsIssue[] = [];
  for (const name of Object.keys(settings.sources)) {
    const { plugin, config } = await configuration.plugin('source', name);
    const found = (await (plugin as SourcePlugin).findings?.(config, loaded.folder)) ?? [];
    for (const { severity, path, at, message } of found) {
      const issue = loaded.issueAt(['sources', name, 'config', ...path], message);
      const placed = at === undefined ? issue : { ...issue, ...at, file: besideFile(loaded.file, at.file) };
      (severity === 'error' ? issues : warnings).push(placed);
    }
  }
  /** Columns of tables as they land, by `CONNECTION.STREAM`. */
  const landed = new Map<string, readonly string[]>();
  const offers = new Map<string, Offered | undefined>();
  for (const [name, { source, streams }] of Object.entries(settings.connections)) {
    if (!offers.has(source)) offers.set(source, await offeredBy(configuration, source));
    const offered = offers.get(source);
    if (offered === undefined) continue;
    for (const stream of Object.keys(streams)) {
      const path = ['connections', name, 'streams', stream];
      if (!offered.has(stream)) {
        const known = didYouMean(stream, [...offered.keys()]);
        issues.push(loaded.issueAt(path, `source "${source}" has no such stream; ${known}`, 'key'));
        continue;
      }
      const catalog = offered.get(stream);
      if (catalog === undefined) continue;
      const columns = landing(configuration, name, catalog, { issues, warnings });
      if (columns !== undefined) landed.set(`${name}.${stream}`, columns);
    }
  }
  issues.push(...factIssues(configuration, landed));
  return { issues, warnings };
}

/** As the configuration file itself is named, so that an editor finds it from where that one is found. */
const besideFile = (file: string, path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));

/** Undefined where the source does not say which streams only its configuration makes. */
async function offeredBy(configuration: Configuration, name: string): Promise<Offered | undefined> {
  const { plugin, config } = await configuration.plugin('source', name);
  const { configured } = plugin as SourcePlugin;
  if (configured === undefined) return undefined;
  const signal = new AbortController().signal;
  const source = await plugin.open(config, { signal, baseFolder: configuration.loaded.folder });
  try {
    const offered = new Map<string, CatalogStream | undefined>();
    const add = async (only: string) => {
      for (const { catalog } of Object.values(await streamsOf(source, only))) offered.set(catalog.name, catalog);
    };
    await add('');
    for (const { stream, isDeclared } of configured(config)) {
      if (!offered.has(stream)) offered.set(stream, undefined);
      if (isDeclared) await add(stream);
    }
    return offered;
  } finally {
    await source.close();
  }
}

/** A stream that cannot be offered as it is described is told when it is read. */
const streamsOf = (source: OpenSource, only: string) =>
  source.streams(
    () => undefined,
    only,
    () => undefined,
  );

/** The columns as the connection's rules leave them; undefined where they cannot be told. */
function landing(
  configuration: Configuration,
  connection: string,
  { name, fields, primaryKey }: CatalogStream,
  found: { readonly issues: SettingsIssue[]; readonly warnings: SettingsIssue[] },
): readonly string[] | undefined {
  const { loaded } = configuration;
  const at = ['connections', connection];
  let rules = streamRules(configuration, connection, name);
  // Each name that is wrong is told; the chain goes on without it.
  for (;;) {
    try {
      return planChain(fields, rules, primaryKey).columns.map(({ target }) => target.name);
    } catch (error) {
      if (!isConnectorError(error)) throw error;
      if (error instanceof Unclassified) {
        const message = `${error.message.replace(/^Stream "[^"]*" /, '')} A run will be refused: ${error.details.hint ?? ''}`;
        found.warnings.push(loaded.issueAt([...at, 'streams', name], message, 'key'));
        const kept = Object.fromEntries(error.columns.map((column) => [column, 'keep' as const]));
        rules = { ...rules, protect: { ...rules.protect, ...kept } };
        continue;
      }
      const [part = ''] = error instanceof UnknownColumn ? error.way.split('.') : [];
      if (!(error instanceof UnknownColumn) || !isPart(part)) {
        found.issues.push(loaded.issueAt([...at, 'streams', name], error.message, 'key'));
        return undefined;
      }
      const { column } = error;
      const place = wayTo(rules[part], column) ?? [];
      const message = `the stream has no column "${column}" here; ${didYouMean(column, namesIn(error.details.hint))}`;
      found.issues.push(
        loaded.issueAt([...at, part, name, ...place], message, isKey(rules[part], place) ? 'key' : 'value'),
      );
      const [first] = place;
      if (first === undefined) return undefined;
      if (part === 'protect') {
        const rest = Object.entries(rules.protect).filter(([name]) => name !== column);
        rules = { ...rules, protect: Object.fromEntries(rest) };
      } else rules = { ...rules, [part]: rules[part].map((rule, nth) => (nth === first ? IDLE[part] : rule)) };
    }
  }
}

/** A step that does nothing, in the place of one that was told, so that the others keep their places. */
const IDLE = { map: { drop: [] }, expect: { not_null: [] } };

const isPart = (part: string): part is 'map' | 'expect' | 'protect' => ['map', 'expect', 'protect'].includes(part);

const namesIn = (hint = ''): readonly string[] => hint.replace(/^[^:]*: |\.$/g, '').split(', ');

/** The way to the key or the text that names a column: the text itself, or an expression that has it. */
function wayTo(value: unknown, column: string): Path | undefined {
  if (typeof value === 'string')
    return value === column || new RegExp(`(?<![\\w.])${column.replaceAll(/\W/g, '\\$&')}(?!\\w)`).test(value)
      ? []
      : undefined;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? Number(key) : key;
    if (key === column) return [step];
    const rest = wayTo(inner, column);
    if (rest !== undefined) return [step, ...rest];
  }
  return undefined;
}

const isKey = (value: unknown, place: Path): boolean =>
  typeof place.reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], value) !== 'string' ||
  typeof place.at(-1) === 'string';

/** Columns of facts that the tables of their streams do not have. */
function factIssues(
  { settings, loaded }: Configuration,
  landed: ReadonlyMap<string, readonly string[]>,
): readonly SettingsIssue[] {
  const issues: SettingsIssue[] = [];
  for (const [index, fact] of (settings.report?.facts ?? []).entries()) {
    const parts = [
      { part: fact as typeof fact | NonNullable<typeof fact.also>[number], at: [] as Path },
      ...(fact.also ?? []).map((part, at) => ({ part, at: ['also', at] as Path })),
    ];
    for (const { part, at } of parts) {
      const own = part.from.split('.')[0]!;
      const nameOf = (join: string | undefined) =>
        join === undefined ? part.from : join.includes('.') ? join : `${own}.${join}`;
      const check = (text: string, path: Path, side: 'key' | 'value') => {
        const { join, column } = columnOf(text);
        const columns = landed.get(nameOf(join));
        if (columns === undefined || columns.includes(column) || OWN_COLUMNS.has(column)) return;
        const message = `${nameOf(join)} has no column "${column}"; ${didYouMean(column, columns)}`;
        issues.push(loaded.issueAt(['report', 'facts', index, ...at, ...path], message, side));
      };
      for (const [join, on] of Object.entries(part.join ?? {}))
        for (const [left, right] of Object.entries(on)) {
          check(left, ['join', join, left], 'key');
          check(`${join}.${right}`, ['join', join, left], 'value');
        }
      for (const { path, text } of factColumns(part)) check(text, path, path.at(-1) === text ? 'key' : 'value');
    }
  }
  return issues;
}
