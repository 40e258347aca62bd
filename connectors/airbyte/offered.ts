import { ConnectorError, type CatalogStream, type Field } from '#sdk';
import { fieldsOfSchema, type AirbyteStream } from '#sdk/wire/airbyte';
import type { AirbyteConfig } from './airbyte.config.js';

/** A stream of the source as the engine sees it. */
export interface OfferedStream {
  readonly name: string;
  readonly stream: AirbyteStream;
  readonly fields: readonly Field[];
  readonly primaryKey: readonly string[];
  /** The way to the cursor; absent: the stream has none. */
  readonly cursor: readonly string[] | undefined;
  readonly catalog: CatalogStream;
  /** True: a reading that broke off goes on from the state it handed out, within the same run. */
  readonly isResumable: boolean;
}

type Choices = Pick<AirbyteConfig, 'streams' | 'primary_keys' | 'cursors'>;

/** Streams of different namespaces may have one name, so the namespace is part of ours. */
const nameOf = ({ name, namespace }: AirbyteStream) => (namespace === undefined ? name : `${namespace}_${name}`);

/** What the source's catalog offers, less what the configuration leaves out. Throws `config` where that names what is not there. */
export function offeredStreams(streams: readonly AirbyteStream[], choices: Choices): readonly OfferedStream[] {
  const named = streams.map((stream) => ({ stream, name: nameOf(stream) }));
  const names = named.map(({ name }) => name);
  const double = names.find((name, at) => names.indexOf(name) !== at);
  if (double !== undefined)
    throw new ConnectorError('source', `The source offers two streams that come out as "${double}".`, {
      hint: 'Namespace and name of a stream make one name; choose one of them in the configuration of the source.',
    });
  for (const [option, wanted] of Object.entries({
    streams: choices.streams ?? [],
    primary_keys: Object.keys(choices.primary_keys),
    cursors: Object.keys(choices.cursors),
  })) {
    const missing = wanted.filter((name) => !names.includes(name));
    if (missing.length > 0)
      throw new ConnectorError(
        'config',
        `\`${option}\` names "${missing.join('", "')}", which the source does not have.`,
        {
          hint: `It has: ${names.join(', ')}.`,
        },
      );
  }
  return named
    .filter(({ name }) => choices.streams?.includes(name) ?? true)
    .map(({ name, stream }) => offeredStream(name, stream, choices));
}

function offeredStream(name: string, stream: AirbyteStream, choices: Choices): OfferedStream {
  const defined = stream.source_defined_primary_key ?? [];
  // A key inside of an object is none that a table can have.
  const own = defined.every((path) => path.length === 1) ? defined.map(([field]) => field!) : [];
  const primaryKey = own.length > 0 ? own : (choices.primary_keys[name] ?? []);
  const fields = fieldsOfSchema(stream.json_schema, primaryKey);
  const absent = primaryKey.filter((key) => !fields.some((field) => field.name === key));
  if (absent.length > 0)
    throw new ConnectorError(
      'config',
      `Stream "${name}": its key "${absent.join('", "')}" is no field of its schema.`,
      {
        stream: name,
        hint: 'Correct `primary_keys`, or tell the authors of the source.',
      },
    );
  const isFixed = stream.source_defined_cursor === true;
  const chosen = choices.cursors[name]?.split('.');
  const cursor = isFixed ? stream.default_cursor_field : (chosen ?? stream.default_cursor_field);
  const hasCursor = isFixed || (cursor !== undefined && cursor.length > 0);
  const canBeIncremental = stream.supported_sync_modes.includes('incremental') && hasCursor;
  const version = canBeIncremental ? versionOf(cursor, fields) : undefined;
  return {
    name,
    stream,
    fields,
    primaryKey,
    cursor: cursor?.length === 0 ? undefined : cursor,
    isResumable: canBeIncremental || stream.is_resumable === true,
    catalog: {
      name,
      summary: summaryOf(stream, own, defined.length, hasCursor),
      fields,
      primaryKey,
      syncModes: canBeIncremental ? ['full_refresh', 'incremental'] : ['full_refresh'],
      ...(canBeIncremental && cursor !== undefined ? { cursor: cursor.join('.') } : {}),
      ...(version === undefined ? {} : { version }),
    },
  };
}

const ORDERED: ReadonlySet<Field['type']> = new Set<Field['type']>([
  'integer',
  'decimal',
  'date',
  'timestamp',
  'timestamptz',
]);

/** A source need not send the versions of a key in their order. */
function versionOf(cursor: readonly string[] | undefined, fields: readonly Field[]): string | undefined {
  const [name] = cursor?.length === 1 ? cursor : [];
  return fields.some((field) => field.name === name && ORDERED.has(field.type)) ? name : undefined;
}

function summaryOf(stream: AirbyteStream, key: readonly string[], defined: number, hasCursor: boolean): string {
  const notes = [
    ...(key.length === 0 && defined > 0 ? ['its key lies inside of objects: name another by `primary_keys`'] : []),
    ...(stream.supported_sync_modes.includes('incremental') && !hasCursor
      ? ['it can be read incrementally once `cursors` names its cursor']
      : []),
  ];
  return `A stream of the Airbyte source${notes.length === 0 ? '' : `; ${notes.join('; ')}`}`;
}
