import { CHANNEL_ALIASES, CHANNELS, columnOf, MEASURES, termsOf } from '../protocol/index.js';
import type { CrossCheckContext } from './cross-checks.js';
import { factColumns } from './fact-columns.js';
import type { AttributeSettings, MeasureSettings } from './fact-expression.settings.js';
import type { FactSettings, FurtherStreamSettings } from './fact.settings.js';
import { entries, namesOf } from './given.js';
import type { Path } from './issues.js';
import { checkRetention } from './retention-checks.js';
import { checkOwnFigures, checkOwnMapping } from './own-figures-checks.js';
import type { ReportSettings } from './report.settings.js';
import type { Settings } from './settings.js';
import { didYouMean } from '../protocol/index.js';

/** What must fit together between the report's facts, and between them and the rest of the file. */
export function checkReport(settings: Partial<Settings>, context: CrossCheckContext): void {
  const { report, connections } = settings;
  if (report === undefined) return;
  const destinations = namesOf(settings.destinations);
  const isGiven = (report.destination as string | undefined) !== undefined;
  const isUnknown = isGiven && destinations !== undefined && !destinations.includes(report.destination);
  if (isUnknown)
    context.report(['report', 'destination'], `no such destination; ${didYouMean(report.destination, destinations)}`);
  const destination = isGiven && !isUnknown ? report.destination : undefined;
  const seen = new Set<string>();
  for (const [index, fact] of (report.facts ?? []).entries()) {
    if (fact?.from === undefined) continue;
    const path: Path = ['report', 'facts', index];
    const name = fact.name ?? fact.from;
    if (seen.has(name))
      context.report(
        [...path, fact.name === undefined ? 'from' : 'name'],
        'stands in another fact already; put both into one, or give one a name',
      );
    seen.add(name);
    checkFact(fact, { connections, destination, path, context }, report);
  }
  checkRetention(report, connections, context);
  checkOwnFigures(report, context);
  checkStandards(report, context);
  checkAuthority(report, seen, context);
  checkCrosswalk(report, context);
  for (const [index, experiment] of (report.experiments ?? []).entries())
    for (const [at, arm] of (experiment?.arms ?? []).entries())
      if (typeof arm?.share === 'number' && arm.share <= 0)
        context.report(['report', 'experiments', index, 'arms', at, 'share'], 'must be above 0');
}

interface Place {
  readonly connections: Settings['connections'] | undefined;
  readonly destination: string | undefined;
  readonly path: Path;
  readonly context: CrossCheckContext;
}

function checkFact(fact: FactSettings, place: Place, report: ReportSettings): void {
  const parts = [
    { part: fact as FactSettings | FurtherStreamSettings, at: place.path },
    ...(fact.also ?? []).map((part, index) => ({ part, at: [...place.path, 'also', index] })),
  ].filter(({ part }) => part?.from !== undefined);
  const given = parts.map(({ part }) => measuresIn(part));
  for (const { part, at } of parts) {
    const inner = { ...place, path: at };
    const join = part.join ?? fact.join;
    const own = part.from.split('.')[0] as string;
    checkStream(part.from, [...at, 'from'], 'value', inner);
    for (const [index, [name, on]] of entries(part.join).entries()) {
      const isForeign = name.includes('.');
      checkStream(isForeign ? name : `${own}.${name}`, [...at, 'join', name], 'key', inner, isForeign);
      const before = Object.keys(part.join ?? {}).slice(0, index);
      for (const column of Object.keys(on ?? {}))
        checkColumn(column, before, [...at, 'join', name, column], inner, 'key');
    }
    for (const { path, text } of factColumns(part)) checkColumn(text, Object.keys(join ?? {}), [...at, ...path], inner);
    for (const [name, definition] of Object.entries(measuresIn(part))) {
      const derive = definition?.derive;
      const under = Object.hasOwn(part.measures ?? {}, name) ? 'measures' : 'as';
      if (derive !== undefined) checkDerived(derive, given, part === fact, [...at, under, name, 'derive'], inner);
    }
    checkOwnMapping(part, report, at, place.context);
    checkChannel(part.as?.channel, [...CHANNELS, ...(report.channels ?? [])], [...at, 'as', 'channel'], inner);
  }
  checkResponses(parts, place);
  const { from, to } = fact.days ?? {};
  if (from !== undefined && to !== undefined && from > to)
    place.context.report([...place.path, 'days', 'to'], 'is before `from`, so that no day is left');
}

type Measures = Readonly<Partial<Record<string, MeasureSettings>>>;

/** What a stream measures, own and built in. */
function measuresIn({ as, measures }: FactSettings | FurtherStreamSettings): Measures {
  const builtIn = MEASURES.flatMap((name) => (as?.[name] === undefined ? [] : [[name, as[name]] as const]));
  return { ...Object.fromEntries(builtIn), ...measures };
}

/** A stream of a connection to the report's destination. */
function checkStream(
  name: string,
  path: Path,
  side: 'key' | 'value',
  { connections, destination, context: { report, hasIssueAt } }: Place,
  isForeign = side === 'value',
): void {
  if (connections === undefined) return;
  const [connectionName, streamName] = name.split('.') as [string, string];
  const connection = Object.hasOwn(connections, connectionName) ? connections[connectionName] : undefined;
  if (connection === undefined) {
    // Said at `from` already, or where the connection is wrong in itself.
    if (!isForeign || Object.hasOwn(connections, connectionName)) return;
    const known = entries(connections).flatMap(([each, { streams }]) =>
      Object.keys(streams ?? {}).map((stream) => `${each}.${stream}`),
    );
    report(path, `no such connection; ${didYouMean(name, known)}`, side);
    return;
  }
  if (
    isForeign &&
    destination !== undefined &&
    connection.destination !== destination &&
    !hasIssueAt(['connections', connectionName, 'destination'])
  )
    report(path, `connection "${connectionName}" does not write to the report's destination "${destination}"`, side);
  if (connection.streams === undefined) return;
  const streams = Object.keys(connection.streams);
  if (!streams.includes(streamName))
    report(path, `connection "${connectionName}" has no such stream; ${didYouMean(streamName, streams)}`, side);
}

function checkColumn(
  text: string,
  joined: readonly string[],
  path: Path,
  { context }: Place,
  side: 'key' | 'value' = 'value',
): void {
  const { join } = columnOf(text);
  if (join !== undefined && !joined.includes(join))
    context.report(
      path,
      `"${join}" is not named in join${side === 'key' ? ' before this one' : ''}; ${didYouMean(join, joined)}`,
      side,
    );
}

function checkDerived(
  derive: string,
  given: readonly Measures[],
  isOwn: boolean,
  path: Path,
  { context }: Place,
): void {
  if (!isOwn) context.report(path, 'belongs to the fact itself, since it is counted over all its streams');
  for (const { name } of termsOf(derive)) {
    const definitions = given.flatMap((measures) => measures[name] ?? []);
    const known = [...new Set(given.flatMap((measures) => Object.keys(measures)))];
    if (definitions.length === 0)
      context.report(path, `"${name}" is no measure of this fact; ${didYouMean(name, known)}`);
    else if (definitions.some(({ derive: inner }) => inner !== undefined))
      context.report(path, `"${name}" is itself derived; name the measures that it is made of`);
  }
}

/** As the marts compare channels: `In-App` and `in_app` are one. */
const asChannel = (text: string) => text.trim().toLowerCase().replaceAll(/[ -]/g, '_');

function checkChannel(
  channel: AttributeSettings | undefined,
  known: readonly string[],
  path: Path,
  { context }: Place,
): void {
  const check = (text: unknown, at: Path) => {
    if (typeof text !== 'string' || Object.hasOwn(CHANNEL_ALIASES, asChannel(text))) return;
    if (!known.includes(asChannel(text)))
      context.report(at, `is no channel; ${didYouMean(asChannel(text), known)}. \`report.channels\` takes others`);
  };
  check(channel?.const, [...path, 'const']);
  check(channel?.default, [...path, 'default']);
  for (const [from, to] of entries(channel?.map)) check(to, [...path, 'map', from]);
}

function checkResponses(
  parts: readonly { readonly part: FactSettings | FurtherStreamSettings; readonly at: Path }[],
  { context }: Place,
): void {
  const first = new Map<string, boolean>();
  const primaries = new Map<string, string>();
  for (const { part, at } of parts)
    for (const [type, { basis, primary }] of entries(part.responses)) {
      const path = [...at, 'responses', type, 'primary'];
      const known = first.get(`${type} ${basis}`);
      if (known !== undefined && known !== primary) context.report(path, 'differs from another stream of this fact');
      else if (primary && (primaries.get(type) ?? basis) !== basis)
        context.report(path, 'is set on the other day too, so that each response would be counted twice');
      first.set(`${type} ${basis}`, known ?? primary);
      if (primary) primaries.set(type, basis);
    }
}

function checkStandards(report: ReportSettings, { report: tell }: CrossCheckContext): void {
  const all: readonly (readonly [Path, Readonly<Record<string, readonly string[]>> | undefined])[] = [
    [['report', 'regions'], report.regions],
    [['report', 'segments'], report.segments],
    ...entries(report.dimensions).map(
      ([name, dimension]) => [['report', 'dimensions', name, 'values'], dimension?.values] as const,
    ),
  ];
  for (const [path, standards] of all) {
    const owners = new Map<string, string>();
    for (const [standard, others] of entries(standards))
      for (const [index, text] of [standard, ...others].entries()) {
        if (typeof text !== 'string') continue;
        const written = text.trim().toLowerCase();
        const owner = owners.get(written);
        if (owner !== undefined && owner !== standard)
          tell(
            [...path, standard, ...(index === 0 ? [] : [index - 1])],
            `stands for "${owner}" already`,
            index === 0 ? 'key' : 'value',
          );
        owners.set(written, owner ?? standard);
      }
  }
}

/** On one day an id is one campaign. */
function checkCrosswalk({ crosswalk }: ReportSettings, { report }: CrossCheckContext): void {
  const known: { readonly index: number; readonly id: string; readonly from: string; readonly to: string }[] = [];
  for (const [index, entry] of (crosswalk ?? []).entries()) {
    if (entry === undefined) continue;
    const { source, campaign_id, from = '', to = '9999' } = entry;
    const id = JSON.stringify([source, campaign_id]);
    const path: Path = ['report', 'crosswalk', index];
    if (from > to) report([...path, 'to'], 'is before `from`, so that no day is left');
    const other = known.find((each) => each.id === id && each.from <= to && from <= each.to);
    if (other !== undefined)
      report(
        [...path, 'campaign_id'],
        `is another campaign on the same days in entry ${other.index}; give each its days`,
      );
    known.push({ index, id, from, to });
  }
}

function checkAuthority(
  { authority, facts, measures: own }: ReportSettings,
  names: ReadonlySet<string>,
  { report }: CrossCheckContext,
) {
  const before = new Map<string, Set<string>>();
  for (const [index, entry] of (authority ?? []).entries()) {
    if (entry === undefined) continue;
    const path: Path = ['report', 'authority', index];
    const types = (facts ?? []).flatMap((fact) =>
      [fact, ...(fact?.also ?? [])].flatMap((part) => Object.keys(part?.responses ?? {})),
    );
    const measures = [...new Set([...MEASURES, ...Object.keys(own ?? {}), ...types])];
    for (const [at, name] of (entry.measures ?? []).entries())
      if (!measures.includes(name))
        report([...path, 'measures', at], `no such measure or response; ${didYouMean(name, measures)}`);
    for (const [at, name] of (entry.facts ?? []).entries()) {
      if (!names.has(name)) report([...path, 'facts', at], `no such fact; ${didYouMean(name, [...names])}`);
      const earlier = entry.facts.slice(0, at);
      if (earlier.includes(name)) report([...path, 'facts', at], 'stands here already');
      else if (earlier.some((other) => before.get(other)?.has(name)))
        report([...path, 'facts', at], 'counts before the others in another entry; the order must be the same in all');
      before.set(name, new Set([...(before.get(name) ?? []), ...earlier]));
    }
  }
}
