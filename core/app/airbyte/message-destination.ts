import type { Bookmark, DestinationSession, Ledger, TableSpec, Writer } from '../../protocol/index.js';
import { ConnectorError } from '../../sdk/index.js';
import type { AirbyteState } from '../../sdk/wire/airbyte/index.js';
import { RecordBatch } from '../bridges/record-batch.js';
import { STATE_MS, STATE_RECORDS, TOLD_TABLES, toldLedger, toldRejects, type Rejects } from '../bridges/told-tables.js';
import type { MessageWriter } from './message-writer.js';

/** A destination whose tables are messages: what the engine commits is told as state. */
export interface MessageDestination extends DestinationSession {
  /** Tells what of a stream was committed and not told yet; of one that is complete its state in any case. */
  endStream(stream: string, isComplete: boolean): Promise<void>;
}

/** How far one stream was told. */
interface Progress {
  readonly bookmarks: Map<string, Bookmark>;
  inserted: number;
  sinceState: number;
  readonly rejects: Rejects;
  stateAt: number;
  /** False where the last state that was told says all that is committed. */
  isNews: boolean;
}

export function messageDestination(messages: MessageWriter, states: readonly AirbyteState[]): MessageDestination {
  const given = bookmarksOf(states);
  const progress = new Map<string, Progress>();
  const of = (stream: string): Progress => {
    let found = progress.get(stream);
    if (found === undefined) {
      const bookmarks = given.filter((bookmark) => bookmark.stream === stream);
      found = {
        bookmarks: new Map(bookmarks.map((bookmark) => [bookmark.partition, bookmark])),
        inserted: 0,
        sinceState: 0,
        rejects: toldRejects((text) => messages.log('WARN', `Stream "${stream}": ${text}`)),
        stateAt: performance.now(),
        isNews: false,
      };
      progress.set(stream, found);
    }
    return found;
  };
  const tellState = async (stream: string) => {
    const at = of(stream);
    const bookmarks = [...at.bookmarks.values()].map(({ partition, position }) => ({ partition, position }));
    const recordCount = at.sinceState;
    [at.sinceState, at.stateAt, at.isNews] = [0, performance.now(), false];
    await messages.send({
      type: 'STATE',
      state: {
        type: 'STREAM',
        stream: { stream_descriptor: { name: stream }, stream_state: { bookmarks } },
        sourceStats: { recordCount },
      },
    });
  };

  const writer = (table: TableSpec, slice: string): Writer => {
    const { stream } = table;
    const at = of(stream);
    let sent = 0;
    const file = table.fromFiles ? `"_ab_source_file_url":${JSON.stringify(slice)},"_ab_source_row":` : undefined;
    const head = `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"data":`;
    return {
      batch: () => new RecordBatch(table.fields, 'number'),
      async stage(batch) {
        const records = (batch as RecordBatch).records();
        if (at.inserted + at.sinceState + sent === 0) messages.status({ name: stream }, 'RUNNING');
        const end = `,"emitted_at":${Date.now()}}}\n`;
        const lines = records.map(([json, position]) => {
          if (file === undefined) return head + json + end;
          return `${head}{${file}${position}${json === '{}' ? '' : ','}${json.slice(1)}${end}`;
        });
        sent += records.length;
        at.sinceState += records.length;
        await messages.sendLines(lines.join(''));
      },
      async quarantine(rejects) {
        at.rejects.tell(rejects, slice);
      },
      async checkpoint({ tally, bookmarks }): Promise<Ledger> {
        for (const bookmark of bookmarks) at.bookmarks.set(bookmark.partition, bookmark);
        at.inserted += sent;
        at.isNews ||= bookmarks.length > 0;
        await messages.flush();
        if (bookmarks.length > 0 && (at.sinceState >= STATE_RECORDS || performance.now() - at.stateAt >= STATE_MS))
          await tellState(stream);
        return toldLedger(tally, sent);
      },
      abort: async () => undefined,
    };
  };

  return {
    ...TOLD_TABLES,
    bookmarks: async () => given,
    create: async () => undefined,
    evolve: async () => undefined,
    open: async (table, slice) => writer(table, slice),
    countRows: async ({ stream }) => of(stream).inserted,
    async endStream(stream, isComplete) {
      const at = of(stream);
      at.rejects.end();
      if (isComplete || at.isNews) await tellState(stream);
    },
  };
}

/** The bookmarks in states that were told by us. Throws a `config` error for those of others. */
function bookmarksOf(states: readonly AirbyteState[]): readonly Bookmark[] {
  return states.flatMap((state) => {
    if (state.type !== 'STREAM') throw foreign(state.type);
    const { stream_descriptor: descriptor, stream_state: own } = state.stream;
    const { bookmarks = own === undefined || own === null || Object.keys(own).length === 0 ? [] : undefined } = (own ??
      {}) as { readonly bookmarks?: readonly Omit<Bookmark, 'stream'>[] };
    if (!Array.isArray(bookmarks)) throw foreign(descriptor.name);
    return (bookmarks as readonly Omit<Bookmark, 'stream'>[]).map(({ partition, position }) => {
      if (typeof partition !== 'string' || typeof position?.kind !== 'string') throw foreign(descriptor.name);
      return { stream: descriptor.name, partition, position };
    });
  });
}

const foreign = (what: string) =>
  new ConnectorError('config', `The state of "${what}" is none that this source has handed out.`, {
    hint: 'Give the states of an earlier `read` of the same connector, or none to read everything.',
  });
