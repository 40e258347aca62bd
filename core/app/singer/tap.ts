import { randomUUID } from 'node:crypto';
import { runConnection, type RunOutcome, type StreamRequest } from '../../engine/index.js';
import type { CatalogStream, OpenSource, SourceStream } from '../../protocol/index.js';
import { ConnectorError } from '../../sdk/index.js';
import { catalogEntry, rootMetadata, type CatalogEntry } from '../../sdk/wire/singer/index.js';
import { errorBudgetOf } from '../../settings/index.js';
import { ErrorBudgetSettings } from '../../settings/connection.settings.js';
import { isLeftOut, repeatable, tellable, toldRequest } from '../bridges/told-streams.js';
import { ON_LEFT_OUT } from '../bridges/told-tables.js';
import { clock } from '../connection-run.js';
import { OF_FILES, tapDestination, type TapOutput } from './tap-destination.js';

/** The streams of a source of ours as a catalog. */
export function tapCatalog(streams: Readonly<Record<string, SourceStream>>): {
  readonly streams: readonly CatalogEntry[];
} {
  return { streams: Object.values(streams).map((stream) => catalogEntry(described(stream))) };
}

function described({ kind, catalog }: SourceStream): CatalogStream {
  const fields = catalog.fields.filter((field) => !isLeftOut(field));
  if (kind !== 'files') return { ...catalog, fields };
  const primaryKey = catalog.primaryKey.length === 0 ? OF_FILES.map(({ name }) => name) : catalog.primaryKey;
  return { ...catalog, fields: [...OF_FILES, ...fields], primaryKey };
}

export interface TapOptions {
  readonly source: OpenSource;
  /** Absent: all streams. */
  readonly catalog?: readonly CatalogEntry[];
  readonly state: unknown;
  readonly output: TapOutput;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Reads the streams of the catalog as a run does, and writes them as messages. */
export async function runTap({ source, catalog, state, output, note, signal }: TapOptions): Promise<RunOutcome> {
  const offered = tellable(await source.streams(() => undefined), note);
  const chosen = (catalog ?? tapCatalog(offered).streams).filter(isChosen);
  if (chosen.length === 0) note(catalog === undefined ? NOTHING_OFFERED : NOTHING_CHOSEN);
  const destination = tapDestination(output, state);
  const ends: Promise<void>[] = [];
  const outcome = await runConnection({
    run: { id: randomUUID(), connection: 'singer' },
    source: { ...source, streams: async (...asked) => repeatable(await source.streams(...asked)) },
    destination,
    schema: 'singer',
    streams: chosen.map((entry) => {
      const stream = offered[entry.stream];
      if (stream === undefined)
        throw new ConnectorError(
          'config',
          `The catalog has a stream "${entry.stream}", which the source does not offer.`,
          {
            hint: `It offers: ${Object.keys(offered).join(', ')}. Let it be discovered again.`,
          },
        );
      const left = stream.catalog.fields.filter(isLeftOut).map(({ name }) => name);
      if (left.length > 0)
        note(`stream ${entry.stream}: "${left.join('", "')}" tell who a person is and are left out.`);
      return requestOf(entry, stream);
    }),
    errorBudget: errorBudgetOf(new ErrorBudgetSettings()),
    unstorableText: 'replace',
    startedAt: new Date(),
    fullRefresh: false,
    signal,
    clock,
    on: (event) => {
      if (event.type === 'warning')
        note(event.stream === undefined ? event.message : `stream ${event.stream}: ${event.message}`);
      if (event.type === 'stream_ended')
        ends.push(destination.endStream(event.stream, event.state === 'complete').catch(() => undefined));
    },
    onRejected: ON_LEFT_OUT,
    probe: () => undefined,
  });
  await Promise.all(ends);
  await output.flush();
  return outcome;
}

const NOTHING_OFFERED = 'the source offers no stream, so nothing is read.';
const NOTHING_CHOSEN =
  'the catalog chooses no stream, so nothing is read; a stream is chosen by `"selected": true` in its metadata with the empty breadcrumb.';

const isChosen = (entry: CatalogEntry): boolean => {
  const root = rootMetadata(entry);
  const said =
    root['selected'] ?? (entry.schema as { readonly selected?: unknown }).selected ?? root['selected-by-default'];
  return said === true;
};

function requestOf(entry: CatalogEntry, stream: SourceStream): StreamRequest {
  const method = rootMetadata(entry)['replication-method'] ?? entry.replication_method;
  const unchosen = new Set(
    (entry.metadata ?? [])
      .filter(
        ({ breadcrumb, metadata }) =>
          breadcrumb[0] === 'properties' && metadata['selected'] === false && metadata['inclusion'] !== 'automatic',
      )
      .map(({ breadcrumb }) => breadcrumb[1]),
  );
  return toldRequest(entry.stream, method === 'FULL_TABLE' ? 'full_refresh' : undefined, stream, (field) =>
    unchosen.has(field),
  );
}
