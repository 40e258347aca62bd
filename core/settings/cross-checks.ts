import type { ConnectionSettings } from './connection.settings.js';
import type { Path } from './issues.js';
import { checkReport } from './report-checks.js';
import type { Settings } from './settings.js';
import { entries, namesOf } from './given.js';
import { didYouMean } from '../protocol/index.js';

/** What the raw file says of values that the checks must not take at their face. */
export interface CrossCheckContext {
  report(path: Path, message: string, at?: 'key' | 'value'): void;
  /** Something is told of this value already; what follows from it is not to be told. */
  hasIssueAt(path: Path): boolean;
  isReference(path: Path): boolean;
}

const SHORTEST_KEY = 16;

/**
 * Checks that span objects: names that must exist elsewhere in the file, and tables that must have one owner. It also runs
 * where other things are wrong already, so whatever was not valid may be undefined here, whatever the types say.
 */
export function crossCheck(settings: Partial<Settings>, context: CrossCheckContext): void {
  checkKeys(settings, context);
  for (const [name, connection] of entries(settings.connections))
    checkConnection(connection, settings, ['connections', name], context);
  checkTableOwners(settings, context);
  checkOrder(settings, context);
  checkReport(settings, context);
  checkAlerts(settings, context);
  checkAccess(settings, context);
}

function checkKeys({ keys, former_keys: former }: Partial<Settings>, context: CrossCheckContext): void {
  const { report } = context;
  for (const [name, value] of entries(keys)) checkKey(['keys', name], value, context);
  for (const [name, versions] of entries(former)) {
    if (keys?.[name] === undefined) report(['former_keys', name], 'has no successor of that name under keys', 'key');
    for (const [version, value] of entries(versions)) checkKey(['former_keys', name, version], value, context);
    const given = Object.keys(versions ?? {}).toSorted((a, b) => Number(a) - Number(b));
    if (given.some((version, at) => version !== String(at + 1)))
      report(['former_keys', name], 'must have the versions 1, 2, 3, … without a gap', 'key');
  }
}

function checkKey(path: Path, value: unknown, { report, isReference }: CrossCheckContext): void {
  if (!isReference(path))
    report(path, 'must be a reference such as ${env:NAME} or ${file:PATH}, never the secret itself');
  else if (typeof value === 'string' && value !== '' && value.length < SHORTEST_KEY)
    report(path, `stands for fewer than ${SHORTEST_KEY} characters; a key that short can be guessed`);
}

function checkConnection(
  connection: ConnectionSettings,
  settings: Partial<Settings>,
  path: Path,
  context: CrossCheckContext,
): void {
  const { report } = context;
  const known = (key: 'source' | 'destination', names: readonly string[] | undefined) => {
    const name: string | undefined = connection[key];
    if (name !== undefined && names !== undefined && !names.includes(name))
      report([...path, key], `no such ${key}; ${didYouMean(name, names)}`);
  };
  known('source', namesOf(settings.sources));
  known('destination', namesOf(settings.destinations));
  const streams = Object.keys(connection.streams ?? {});
  for (const part of ['map', 'expect', 'protect'] as const)
    for (const stream of Object.keys(connection[part]))
      if (connection.streams !== undefined && !streams.includes(stream))
        report([...path, part, stream], `no such stream in this connection; ${didYouMean(stream, streams)}`, 'key');
  const keys = Object.keys(settings.keys ?? {});
  for (const [stream, fields] of entries(connection.protect))
    for (const [field, rule] of entries(fields))
      for (const way of ['tokenize', 'encrypt', 'hash'] as const) {
        const key = typeof rule === 'object' ? rule[way] : undefined;
        if (key !== undefined && !keys.includes(key))
          report([...path, 'protect', stream, field, way], `no such key under keys; ${didYouMean(key, keys)}`);
      }
}

/** A table belongs to one connection: two writers would each undo what the other's bookmark says is there. */
function checkTableOwners({ connections }: Partial<Settings>, { report }: CrossCheckContext): void {
  const owners = new Map<string, string>();
  for (const [name, connection] of entries(connections))
    for (const stream of Object.keys(connection.streams ?? {})) {
      const table = `${connection.destination}/${connection.schema}.${stream}`;
      const owner = owners.get(table);
      if (owner === undefined) owners.set(table, name);
      else
        report(
          ['connections', name, 'streams', stream],
          `connection "${owner}" writes to table ${connection.schema}.${stream} already; a table belongs to one connection: change schema`,
          'key',
        );
    }
}

/** `after` must lead to a connection that does not wait for this one in turn. */
function checkOrder({ connections }: Partial<Settings>, { report }: CrossCheckContext): void {
  const upstreamOf = new Map(entries(connections).map(([name, { schedule }]) => [name, schedule?.after]));
  for (const [name, upstream] of upstreamOf) {
    if (upstream === undefined) continue;
    const path: Path = ['connections', name, 'schedule', 'after'];
    if (upstream === name) report(path, 'is this connection itself; it would wait for its own run');
    else if (!Object.hasOwn(connections ?? {}, upstream))
      report(
        path,
        `no such connection; ${didYouMean(
          upstream,
          [...upstreamOf.keys()].filter((other) => other !== name),
        )}`,
      );
    else {
      const way = [name];
      for (let at: string | undefined = upstream; at !== undefined && !way.includes(at); at = upstreamOf.get(at))
        way.push(at);
      if (way.length > 1 && upstreamOf.get(way.at(-1) as string) === name)
        report(path, `goes in a circle: ${[...way, name].join(' after ')}; none of them would ever run`);
    }
  }
}

function checkAlerts({ alerts, connections }: Partial<Settings>, { report }: CrossCheckContext): void {
  const channels = namesOf(alerts?.channels);
  for (const [index, rule] of (alerts?.rules ?? []).entries()) {
    const known = (key: 'to' | 'connections', what: string, names: readonly string[] | undefined) => {
      for (const [position, name] of (rule?.[key] ?? []).entries())
        if (names !== undefined && typeof name === 'string' && !names.includes(name))
          report(['alerts', 'rules', index, key, position], `no such ${what}; ${didYouMean(name, names)}`);
    };
    known('to', 'channel', channels);
    for (const [position, name] of (rule?.escalate?.to ?? []).entries())
      if (channels !== undefined && typeof name === 'string' && !channels.includes(name))
        report(
          ['alerts', 'rules', index, 'escalate', 'to', position],
          `no such channel; ${didYouMean(name, channels)}`,
        );
    known('connections', 'connection', namesOf(connections));
  }
}

function checkAccess({ access, alerts, connections }: Partial<Settings>, { report }: CrossCheckContext): void {
  const known = namesOf(connections);
  for (const [group, grant] of entries(access?.oidc?.grants))
    for (const [position, name] of (grant?.connections ?? []).entries())
      if (known !== undefined && typeof name === 'string' && !known.includes(name))
        report(
          ['access', 'oidc', 'grants', group, 'connections', position],
          `no such connection; ${didYouMean(name, known)}`,
        );
  if (access?.break_glass !== undefined && !(alerts?.rules ?? []).some((rule) => rule?.when === 'break_glass'))
    report(
      ['access', 'break_glass'],
      'needs a rule under alerts.rules with `when: break_glass`, so that others are told',
    );
}
