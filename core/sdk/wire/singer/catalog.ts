import type { CatalogStream } from '../../../protocol/index.js';
import { ConnectorError } from '../../errors.js';
import { isObject, schemaOfFields, type JsonSchema } from './schema.js';

/** One stream of a catalog, as a tap writes it and takes it back. */
export interface CatalogEntry {
  readonly tap_stream_id: string;
  readonly stream: string;
  readonly schema: JsonSchema;
  readonly key_properties?: readonly string[];
  readonly replication_method?: string;
  readonly replication_key?: string;
  readonly metadata?: readonly CatalogMetadata[];
}

export interface CatalogMetadata {
  readonly breadcrumb: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The streams of a catalog; throws a `source` error that says what is wrong with which. */
export function readCatalog(value: unknown, whose: string): readonly CatalogEntry[] {
  const refuse = (what: string): never => {
    throw new ConnectorError('source', `The catalog of ${whose} ${what}.`, {
      hint: 'Run it by hand with `--discover` to see what it prints.',
    });
  };
  if (!isObject(value) || !Array.isArray(value['streams'])) return refuse('has no list `streams`');
  return value['streams'].map((entry: unknown, place): CatalogEntry => {
    if (!isObject(entry)) return refuse(`has at place ${place + 1} what is no stream`);
    const name = entry['stream'] ?? entry['tap_stream_id'];
    if (typeof name !== 'string' || name === '') return refuse(`has at place ${place + 1} a stream without a name`);
    if (!isObject(entry['schema'])) return refuse(`has a stream "${name}" without a schema`);
    return { ...entry, stream: name, tap_stream_id: String(entry['tap_stream_id'] ?? name) } as unknown as CatalogEntry;
  });
}

/** What the metadata say of the stream as a whole. */
export function rootMetadata({ metadata = [] }: Pick<CatalogEntry, 'metadata'>): Readonly<Record<string, unknown>> {
  return metadata.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {};
}

/**
 * The entry with what a person has chosen of it, in all the places where taps of different age look. Properties that the tap can read are
 * chosen with their stream.
 */
export function chosen(
  entry: CatalogEntry,
  isChosen: boolean,
  { method, replicationKey }: { readonly method?: string; readonly replicationKey?: string } = {},
): CatalogEntry {
  const given = entry.metadata ?? [];
  const known = new Set(given.map(({ breadcrumb }) => JSON.stringify(breadcrumb)));
  const properties = isObject(entry.schema['properties']) ? Object.keys(entry.schema['properties']) : [];
  const unknown = [[], ...properties.map((name) => ['properties', name])].filter(
    (breadcrumb) => !known.has(JSON.stringify(breadcrumb)),
  );
  const ofStream = {
    ...(method === undefined ? {} : { 'replication-method': method }),
    ...(replicationKey === undefined ? {} : { 'replication-key': replicationKey }),
  };
  const metadata = [...given, ...unknown.map((breadcrumb) => ({ breadcrumb, metadata: {} }))].map(
    ({ breadcrumb, metadata: said }) => ({
      breadcrumb,
      metadata: {
        ...said,
        ...(breadcrumb.length === 0 ? ofStream : {}),
        ...((said as Record<string, unknown>)['inclusion'] === 'unsupported' ? {} : { selected: isChosen }),
      },
    }),
  );
  return {
    ...entry,
    ...(method === undefined ? {} : { replication_method: method }),
    ...(replicationKey === undefined ? {} : { replication_key: replicationKey }),
    schema: { ...entry.schema, selected: isChosen },
    metadata,
  };
}

/** A stream of ours as an entry of a catalog; chosen unless somebody says otherwise. */
export function catalogEntry({ name, fields, primaryKey, cursor, syncModes }: CatalogStream): CatalogEntry {
  const isIncremental = syncModes.includes('incremental');
  const method = isIncremental ? 'INCREMENTAL' : 'FULL_TABLE';
  const automatic = new Set(primaryKey);
  return {
    tap_stream_id: name,
    stream: name,
    key_properties: primaryKey,
    schema: schemaOfFields(fields),
    replication_method: method,
    ...(cursor === undefined || !isIncremental ? {} : { replication_key: cursor }),
    metadata: [
      {
        breadcrumb: [],
        metadata: {
          inclusion: 'available',
          'selected-by-default': true,
          'table-key-properties': primaryKey,
          'forced-replication-method': method,
          ...(cursor === undefined || !isIncremental ? {} : { 'valid-replication-keys': [cursor] }),
        },
      },
      ...fields.map((field) => ({
        breadcrumb: ['properties', field.name],
        metadata: { inclusion: automatic.has(field.name) ? 'automatic' : 'available', 'selected-by-default': true },
      })),
    ],
  };
}
