import { ConnectorError, type BadRecord } from '#sdk';
import { noCursor, type Cursor, type State } from '../cursors/cursor.js';
import { incremental, type Incremental } from '../cursors/incremental.js';
import type { Unasked } from '../cursors/unasked.js';
import { componentsOf } from '../manifest/load.js';
import { isComponent, type Component } from '../manifest/text.js';
import { parentStream, type OpenedParent } from '../partitions/parent.js';
import { partitionRouter, type PartitionRouter } from '../partitions/router.js';
import { declaredFields } from '../records/declared-fields.js';
import { finishing, selector, type SelectedRecord } from '../records/selector.js';
import { transformation, type Transform } from '../records/transformation.js';
import { requester } from '../requests/requester.js';
import { asyncRetriever } from '../retrievers/async-retriever.js';
import { queryProperties, queryPropertiesIn } from '../retrievers/properties.js';
import { readAhead } from '../retrievers/read-ahead.js';
import type { Retriever, SliceParts } from '../retrievers/retriever.js';
import { simpleRetriever } from '../retrievers/simple-retriever.js';
import { aroundOf, type Environment } from '../run/environment.js';
import { ofStream } from '../run/own-module.js';
import { EMPTY_SLICE, type StreamSlice } from '../run/slice.js';
import { Condition } from '../run/text.js';
import { UNDECLARED_FILE } from '../schemas/schema-files.js';
import { schemaLoader, type LoadSchema } from '../schemas/schema-loader.js';
import { chosen, delegating } from './delegating-stream.js';
import { pagingPathOf, recordsPathOf, sightingsOf, type Sightings } from './sightings.js';
import { unreadWarnings } from '../cursors/unread-state.js';
import { parentState, migrated } from './state.js';

export interface StreamSettings {
  readonly environment: Environment;
  /** The folder of the manifest. */
  readonly folder: string;
  readonly maxPages: number;
  /** Slices of a stream that are read at once where the reader allows it, and jobs of one that asks for reports. */
  readonly atOnce: { readonly slices: number; readonly jobs: number };
}

export interface ReadOptions {
  readonly state: State | undefined;
  /** True where slices may be asked for ahead of their turn, as the manifest's `concurrency_level` says. The order stays the same. */
  readonly isConcurrent?: boolean;
  readonly range?: { readonly from: string; readonly to?: string };
  /** Those of the stream, for who wants to know of them after the reading, or in the midst of it. */
  readonly sightings?: Sightings;
}

export interface StreamPage {
  readonly records: readonly SelectedRecord[];
  readonly bad: readonly BadRecord[];
  readonly slice: StreamSlice;
}

/** What a reading of a stream yields: pages, and states, each of which stands for all pages before it. */
export type StreamStep =
  | { readonly kind: 'page'; readonly page: StreamPage }
  /** Its state is made when it is read, which is to be before the next step: of many partitions it is large. */
  | { readonly kind: 'state'; readonly state: State };

export interface DeclarativeStream {
  readonly name: string;
  readonly primaryKey: readonly string[];
  readonly cursorField: string | undefined;
  readonly schema: LoadSchema;
  /** With `replacesAll` a reading of which no answer has the records is a fault, were it of a manifest. */
  sightings(replacesAll?: boolean): Sightings;
  /** Throws at its end, and yields no state before, where its sightings are a fault. */
  read(options: ReadOptions): AsyncIterable<StreamStep>;
  /** Warns of a state that a reading would pass over, and begin at its start. */
  unread(state: State): readonly string[];
  /** True where a range is what is read, and not all. */
  readonly readsDays: boolean;
  /** Absent where its state says nothing of time. */
  readonly stateAt: ((moment: string, state: State) => State) | undefined;
}

/** Records that all slices together hold ahead of their turn, beyond one page each. */
const MOST_AHEAD_RECORDS = 20_000;

export function declarativeStream(node: Component, settings: StreamSettings): DeclarativeStream {
  if (node['type'] === 'StateDelegatingStream') return delegating(node, settings, declarativeStream);
  const { environment, atOnce } = settings;
  const name = String(node['name'] ?? '');
  const syncNode = isComponent(node['incremental_sync']) ? node['incremental_sync'] : undefined;
  const retrieverNode = node['retriever'] as Component;
  const schema = schemaLoader(
    node['schema_loader'] ?? UNDECLARED_FILE,
    name,
    { folder: settings.folder, readAll: (retriever) => readAll(retriever, settings) },
    environment,
  );
  const declared = environment.isShort ? declaredFields(node) : undefined;
  const syncOf = () => syncNode && incremental(name, syncNode, undefined, environment);
  const isPartitioned = () => (retrieverNode['partition_router'] ?? undefined) !== undefined;
  const isOfTime = syncNode !== undefined && syncNode['type'] !== 'IncrementingCountCursor';
  const sightingsNow = (replacesAll = false) => sightingsFor(node, settings, replacesAll);
  return {
    name,
    primaryKey: keyOf(node['primary_key']),
    cursorField: syncOf()?.field,
    schema,
    sightings: sightingsNow,
    async *read(options) {
      try {
        yield* steps(options);
      } catch (error) {
        throw ofStream(error, name);
      }
    },
    unread(state) {
      const own = migrated(node, state, environment);
      const sync = syncOf();
      return unreadWarnings(name, own, sync && { ...sync, unread: sync.unread(own, isPartitioned()) });
    },
    readsDays: isOfTime && syncOf()!.isDivided(retrieverNode),
    stateAt: isOfTime
      ? (moment, state) => syncOf()!.stateAt(moment, migrated(node, state, environment), isPartitioned())
      : undefined,
  };

  async function* steps({
    state,
    range,
    isConcurrent = false,
    sightings = sightingsNow(),
  }: ReadOptions): AsyncGenerator<StreamStep> {
    const own = migrated(node, state ?? {}, environment);
    const { cursor, retriever, unasked } = reading(node, own, schema, settings, { sightings, range });
    const width = retrieverNode['type'] === 'AsyncRetriever' ? atOnce.jobs : atOnce.slices;
    const ahead = readAhead(cursor.slices(), (slice) => retriever.pages(slice, cursor), {
      width: isConcurrent ? width : 1,
      weightOf: ({ records, bad }) => records.length + bad.length,
      mostHeld: MOST_AHEAD_RECORDS,
    });
    let isBroken = false;
    try {
      for await (const step of ahead) {
        const slice = step.item;
        if (step.kind === 'page') {
          const { records, bad } = step.page;
          unasked?.page(records, slice);
          for (const record of records) {
            sightings.record(record, cursor.observe(record, slice));
            declared?.readTimes(record);
          }
          yield { kind: 'page', page: { records, bad, slice } };
          continue;
        }
        cursor.close(slice);
        // Where a name is wrong, what was read is not all: a bookmark behind it would lose the rest.
        if (syncNode !== undefined && sightings.fault() === undefined) yield stateOf(cursor);
      }
    } catch (error) {
      isBroken = true;
      throw error;
    } finally {
      // Who has enough stops before the end.
      if (!isBroken && unasked?.warning !== undefined) sightings.note(unasked.warning);
    }
    cursor.finish();
    const fault = sightings.fault();
    if (fault !== undefined) throw fault;
    yield stateOf(cursor);
  }
}

const stateOf = (cursor: Cursor): StreamStep => ({
  kind: 'state',
  get state() {
    return cursor.state;
  },
});

/** A key of a stream: names of fields; one that lies deeper is none that a table has. */
function keyOf(value: unknown): readonly string[] {
  const keys = [value ?? []].flat().map((key) => [key].flat());
  return keys.every((key) => key.length === 1)
    ? keys
        .flat()
        .map(String)
        .filter((key) => key !== '')
    : [];
}

interface Reading {
  readonly cursor: Cursor;
  readonly retriever: Retriever;
  readonly unasked: Unasked | undefined;
}

/** All parts of one reading of a stream, made for its state. */
function reading(
  node: Component,
  state: State,
  schema: LoadSchema,
  settings: StreamSettings,
  { sightings, range }: { readonly sightings: Sightings; readonly range?: ReadOptions['range'] },
): Reading {
  const { environment } = settings;
  const retrieverNode = node['retriever'] as Component;
  const syncNode = isComponent(node['incremental_sync']) ? node['incremental_sync'] : undefined;
  const router = partitionRouter(retrieverNode['partition_router'], environment, (stream, isIncremental) =>
    openParent(stream, isIncremental ? parentState(state, stream, environment) : {}, settings, sightings),
  );
  const built = syncNode === undefined ? undefined : incremental(String(node['name']), syncNode, router, environment);
  const sync = range === undefined ? built : built?.withRange(range, retrieverNode);
  if (environment.isShort && range === undefined) sync?.assertBegun();
  const cursor = sync?.cursor(state) ?? noCursor(router === undefined ? single : () => router.slices());
  const unasked = sync?.unasked(retrieverNode);
  const retriever = retrieverOf(node, retrieverNode, { cursor, sync, router, schema, sightings }, settings);
  return { cursor, retriever, unasked };
}

async function* single(): AsyncIterable<StreamSlice> {
  yield EMPTY_SLICE;
}

interface Around {
  readonly cursor: Cursor;
  readonly sync: Incremental | undefined;
  readonly router: PartitionRouter | undefined;
  readonly schema: LoadSchema;
  readonly sightings: Sightings;
}

function retrieverOf(
  node: Component,
  retrieverNode: Component,
  { cursor, sync, router, schema, sightings }: Around,
  settings: StreamSettings,
): Retriever {
  const { environment, maxPages } = settings;
  const stream = String(node['name'] ?? '');
  const transformations: Transform[] = componentsOf(node['transformations']).map((one) =>
    transformation(one, environment, (text) => sightings.note(text)),
  );
  const lift = environment.isShort ? declaredFields(node).lift : undefined;
  if (lift !== undefined) transformations.push(lift);
  const sliceParts: SliceParts = (slice) =>
    [router?.parts(slice), sync?.parts(slice)].filter((parts) => parts !== undefined);
  const isWanted =
    sync?.isClientSide === true && !sync.isDataFeed
      ? (record: SelectedRecord, slice: StreamSlice) => cursor.isWanted(record, slice)
      : undefined;
  const selectorNode = retrieverNode['record_selector'] as Component;

  if (retrieverNode['type'] === 'AsyncRetriever') {
    return asyncRetriever(
      retrieverNode,
      {
        stream,
        sliceParts,
        maxPages,
        sightings,
        ...finishing(selectorNode, { transformations, schema, isWanted: undefined }, environment),
      },
      environment,
    );
  }
  if (retrieverNode['type'] !== 'SimpleRetriever') {
    const made = environment.replacements.get(String(retrieverNode['class_name']))?.(
      retrieverNode,
      aroundOf(retrieverNode, environment),
    );
    if (made === undefined)
      throw new ConnectorError('internal', `There is no retriever "${String(retrieverNode['type'])}"`);
    return made as Retriever;
  }
  const decoder = isComponent(retrieverNode['decoder']) ? retrieverNode['decoder'] : undefined;
  const found = queryPropertiesIn(retrieverNode['requester'] as Component);
  const properties =
    found.node && queryProperties(found.node, found.parameter, environment, (one) => readAll(one, settings), schema);
  const isMerged = properties?.isChunked === true;
  const select = selector(selectorNode, { stream, decoder, transformations, schema, isWanted, isMerged }, environment);
  const sender =
    customRequester(found.requester, environment) ?? requester(found.requester, environment, found.parameter);
  return simpleRetriever(
    retrieverNode,
    {
      stream,
      requester: sender,
      select,
      sliceParts,
      properties,
      isDataFeed: sync?.isDataFeed === true,
      primaryKey: ownKeyOf(node),
      maxPages,
      sightings,
    },
    environment,
  );
}

function customRequester(node: Component, environment: Environment) {
  if (node['type'] !== 'CustomRequester') return undefined;
  return environment.replacements.get(String(node['class_name']))?.(node, aroundOf(node, environment)) as
    | ReturnType<typeof requester>
    | undefined;
}

/** A parent, read from the state that its child kept of it; all of it where the child keeps none. */
function openParent(node: Component, state: State, settings: StreamSettings, child: Sightings): OpenedParent {
  const stream = node['type'] === 'StateDelegatingStream' ? chosen(node, state, settings) : node;
  const schema = schemaLoader(
    stream['schema_loader'] ?? UNDECLARED_FILE,
    String(stream['name'] ?? ''),
    { folder: settings.folder, readAll: (retriever) => readAll(retriever, settings) },
    settings.environment,
  );
  const sightings = sightingsFor(stream, settings, child.replacesAll);
  child.parent(sightings);
  const own = migrated(stream, state, settings.environment);
  const { cursor, retriever } = reading(stream, own, schema, settings, { sightings });
  const parent = parentStream(cursor, async function* (slice) {
    try {
      for await (const { records, bad } of retriever.pages(slice, cursor)) {
        sightings.unread(bad.length);
        yield records;
      }
    } catch (error) {
      throw ofStream(error, String(stream['name'] ?? ''));
    }
  });
  return { ...parent, sight: (record, path) => child.parentRecord(String(stream['name'] ?? ''), record, path) };
}

/** The records of a retriever that stands alone: what tells a schema, or fields. */
export async function* readAll(retriever: Component, settings: StreamSettings): AsyncIterable<SelectedRecord> {
  for await (const { records } of readPages(retriever, settings)) yield* records;
}

/** The same with their slices: what tells streams. */
export async function* readPages(
  retriever: Component,
  settings: StreamSettings,
): AsyncIterable<Pick<StreamPage, 'records' | 'slice'>> {
  const node = { type: 'DeclarativeStream', name: 'look-up', retriever };
  const { cursor, retriever: made } = reading(node, {}, () => Promise.resolve({}), settings, {
    sightings: sightingsFor(node, settings, false),
  });
  for await (const slice of cursor.slices())
    for await (const { records } of made.pages(slice, cursor)) yield { records, slice };
}

const partitionFieldsOf = (node: Component): readonly unknown[] =>
  componentsOf((node['retriever'] as Component)['partition_router']).flatMap((router) =>
    componentsOf(router['parent_stream_configs']).map((parent) => parent['partition_field']),
  );

/** Without what the router gives, which stands in no answer. */
const ownKeyOf = (node: Component): readonly string[] =>
  keyOf(node['primary_key']).filter((field) => !partitionFieldsOf(node).includes(field));

function sightingsFor(node: Component, { environment }: StreamSettings, replacesAll: boolean): Sightings {
  const sync = isComponent(node['incremental_sync']) ? node['incremental_sync'] : undefined;
  return sightingsOf({
    stream: String(node['name'] ?? ''),
    // A place that it names and that is never met is a fault.
    isStrict: environment.isShort,
    replacesAll,
    primaryKey: ownKeyOf(node),
    recordsPath: recordsPathOf(node['retriever'] as Component),
    cursor: sync && incremental(String(node['name'] ?? ''), sync, undefined, environment),
    declared: environment.isShort ? declaredFields(node).names : [],
    routed: partitionFieldsOf(node).map(String),
    pagingPath: pagingPathOf(node['retriever'] as Component),
  });
}

/** The streams of a list, those of a condition where it holds. */
export function streamNodes(value: unknown, environment: Environment): readonly Component[] {
  return componentsOf(value).flatMap((node) => {
    if (node['type'] !== 'ConditionalStreams') return [node];
    return new Condition(String(node['condition']), aroundOf(node, environment)).holds({})
      ? componentsOf(node['streams'])
      : [];
  });
}
