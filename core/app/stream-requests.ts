import type { StreamRequest } from '../engine/index.js';
import {
  expectationsOf,
  planChain,
  planColumns,
  recordSeal,
  type ExpectRule,
  type MapRule,
  type ProtectRule,
  type SealKey,
} from '../middleware/index.js';
import type { PlannedColumn } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { ConnectionSettings, Settings } from '../settings/index.js';
import type { Configuration } from './configuration.js';
import { marksOf } from './marts.js';

/** What the configuration wants of a connection's streams; `wanted` empty: of all of them. */
export function streamRequests(
  configuration: Configuration,
  name: string,
  wanted: readonly string[],
): readonly StreamRequest[] {
  const connection = configuration.connection(name);
  const unknown = wanted.find((stream) => !Object.hasOwn(connection.streams, stream));
  if (unknown !== undefined)
    throw new ConnectorError('config', `Connection "${name}" has no stream "${unknown}".`, {
      hint: `It has: ${Object.keys(connection.streams).join(', ')}.`,
    });
  const marks = marksOf(configuration, name);
  return Object.entries(connection.streams)
    .filter(([stream]) => wanted.length === 0 || wanted.includes(stream))
    .map(([stream, settings]) => {
      const rules = streamRules(configuration, name, stream);
      const { table } = rules;
      const sealing = settings.phi ? quarantineKey(connection.protect[stream]) : undefined;
      return {
        name: stream,
        sync: settings.sync,
        write: settings.write,
        lookback: settings.lookback,
        onSchemaChange: settings.on_schema_change ?? connection.on_schema_change,
        adopt: settings.adopt,
        planColumns: (fields, key) => planColumns(fields, rules, key),
        planConditions: (fields, key) => planChain(fields, rules, key).conditions,
        expectations: expectationsOf(rules.expect),
        ...(sealing === undefined
          ? {}
          : { recordSeal: recordSeal(keyVersions(configuration.settings, sealing), { table }) }),
        marks: marks(stream),
      };
    });
}

/** What the configuration says of one stream's records. */
export function streamRules(configuration: Configuration, name: string, stream: string) {
  const connection = configuration.connection(name);
  return {
    stream,
    table: `${connection.schema}.${stream}`,
    phi: connection.streams[stream]?.phi === true,
    map: stepsOf<MapRule>(connection.map[stream]),
    expect: stepsOf<ExpectRule>(connection.expect[stream]),
    protect: protectRules(configuration.settings, connection, stream),
  };
}

/** A step has exactly one key, which is the rule. */
const stepsOf = <T>(steps: readonly object[] | undefined): readonly T[] =>
  (steps ?? []).map((step) => Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as T);

/** All versions of a key, the present one first. */
export function keyVersions({ keys, former_keys: former }: Settings, name: string): readonly [SealKey, ...SealKey[]] {
  const before = Object.entries(former[name] ?? {})
    .map(([version, key]): SealKey => ({ key: Buffer.from(key), version: Number(version) }))
    .toSorted((a, b) => b.version - a.version);
  return [{ key: Buffer.from(keys[name] ?? ''), version: (before[0]?.version ?? 0) + 1 }, ...before];
}

/** A key that makes tokens, with those before it. */
export function tokenKey(settings: Settings, name: string): NonNullable<PlannedColumn['tokenize']> {
  const [present, ...former] = keyVersions(settings, name);
  return { ...present, former: former.toReversed().map(({ key }) => key) };
}

/** The key that seals the records of a stream of PHI in quarantine: the first that its rules name. */
function quarantineKey(rules: ConnectionSettings['protect'][string] = {}): string | undefined {
  const given = Object.values(rules).flatMap((rule) => (typeof rule === 'object' ? [rule] : []));
  return given.map(({ encrypt, tokenize, hash }) => encrypt ?? tokenize ?? hash).find((name) => name !== undefined);
}

function protectRules(
  settings: Settings,
  { protect }: ConnectionSettings,
  stream: string,
): Record<string, ProtectRule> {
  const key = (name: string) => keyVersions(settings, name)[0];
  return Object.fromEntries(
    Object.entries(protect[stream] ?? {}).map(([column, rule]): [string, ProtectRule] => {
      if (rule === 'drop' || rule === 'keep') return [column, rule];
      const { tokenize, encrypt, hash, mask, generalise } = rule;
      if (tokenize !== undefined) return [column, { tokenize: tokenKey(settings, tokenize) }];
      if (encrypt !== undefined) return [column, { encrypt: key(encrypt) }];
      if (hash !== undefined) return [column, { hash: key(hash) }];
      if (mask !== undefined) return [column, { mask }];
      if (generalise !== undefined) return [column, { generalise }];
      throw new ConnectorError('internal', `The rule for "${column}" of stream "${stream}" is empty.`, { stream });
    }),
  );
}
