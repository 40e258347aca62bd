import type { StreamRequest } from '../engine/index.js';
import { planColumns, type ExpectRule, type MapRule, type ProtectRule } from '../middleware/index.js';
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
      const rules = {
        stream,
        map: mapRules(connection, stream),
        expect: expectRules(connection, stream),
        protect: protectRules(configuration.settings, connection, stream),
      };
      return {
        name: stream,
        sync: settings.sync,
        write: settings.write,
        lookback: settings.lookback,
        onSchemaChange: settings.on_schema_change ?? connection.on_schema_change,
        planColumns: (fields, key) => planColumns(fields, rules, key),
        marks: marks(stream),
      };
    });
}

function mapRules({ map }: ConnectionSettings, stream: string): readonly MapRule[] {
  return (map[stream] ?? []).map(({ rename, drop }) => (rename === undefined ? { drop: drop ?? [] } : { rename }));
}

function expectRules({ expect }: ConnectionSettings, stream: string): readonly ExpectRule[] {
  return (expect[stream] ?? []).map(({ not_null, range }) =>
    range === undefined ? { not_null: not_null ?? [] } : { range },
  );
}

/** Version 1 until keys can be rotated. */
function protectRules(
  { keys }: Settings,
  { protect }: ConnectionSettings,
  stream: string,
): Record<string, ProtectRule> {
  return Object.fromEntries(
    Object.entries(protect[stream] ?? {}).map(([column, rule]) => [
      column,
      rule === 'drop' ? rule : { tokenize: { key: Buffer.from(keys[rule.tokenize] ?? ''), version: 1 } },
    ]),
  );
}
