import type {
  Batch,
  Bookmark,
  Checkpoint,
  DestinationSession,
  Ledger,
  Reject,
  TableSpec,
} from '../../../core/protocol/index.js';
import { EMPTY_LEDGER } from '../../../core/protocol/index.js';
import { ConnectorError } from '../../../core/sdk/errors.js';

/** What survives a crash: rows by key, bookmarks, the epoch, rejected records. */
export interface Store {
  epoch: bigint;
  readonly rows: Map<string, unknown[]>;
  /** The stream of each row. */
  readonly owners: Map<string, string>;
  bookmarks: Bookmark[];
  readonly rejects: Map<string, Reject>;
  table: TableSpec | undefined;
}

export const emptyStore = (): Store => ({
  epoch: 0n,
  rows: new Map(),
  owners: new Map(),
  bookmarks: [],
  rejects: new Map(),
  table: undefined,
});

/** A batch that keeps values as they are. Full after three rows, so that every slice has several. */
function listBatch(): Batch & { readonly list: unknown[][] } {
  const list: unknown[][] = [];
  let row: unknown[] = [];
  const put = (value: unknown) => void row.push(value);
  return {
    list,
    get rows() {
      return list.length;
    },
    get bytes() {
      return list.length;
    },
    get full() {
      return list.length >= 3;
    },
    begin: () => void (row = []),
    commit: () => void list.push(row),
    rollback: () => undefined,
    null: () => put(null),
    boolean: put,
    integer: put,
    bigint: put,
    number: put,
    decimal: (bytes, start, end) => put(Buffer.from(bytes.subarray(start, end)).toString()),
    date: put,
    time: put,
    timestamp: put,
    uuid: put,
    text: (bytes, start, end) => put(Buffer.from(bytes.subarray(start, end)).toString()),
    string: put,
    json: put,
  };
}

/** The plain contract in memory, with every call told to `at`, which may throw there. The first field is the key. */
export function memoryDestination(store: Store, at: (point: string) => void): DestinationSession {
  let epoch = 0n;
  const held = () => {
    if (epoch !== store.epoch) throw new ConnectorError('locked', 'taken over');
  };
  return {
    capabilities: {
      writeModes: ['append', 'merge', 'overwrite'],
      keepsKeys: true,
      holdsNul: true,
      maxKeyBytes: 100,
    },
    async raiseFence() {
      at('raise');
      epoch = store.epoch += 1n;
      return epoch;
    },
    async bookmarks() {
      at('bookmarks');
      return structuredClone(store.bookmarks);
    },
    async describe() {
      at('describe');
      return store.table === undefined ? undefined : { fields: store.table.fields };
    },
    async create(table) {
      at('create');
      store.table ??= table;
    },
    async evolve(table) {
      at('evolve');
      store.table = table;
    },
    async open({ stream }) {
      at('open');
      const staged: unknown[][] = [];
      const rejected: Reject[] = [];
      return {
        batch: listBatch,
        async stage(batch) {
          at('stage');
          staged.push(...(batch as ReturnType<typeof listBatch>).list);
        },
        async quarantine(rejects) {
          at('quarantine');
          rejected.push(...rejects);
        },
        async checkpoint(checkpoint: Checkpoint): Promise<Ledger> {
          at('before checkpoint');
          held();
          let inserted = 0;
          let updated = 0;
          let unchanged = 0;
          let superseded = 0;
          const last = new Map(staged.map((row) => [String(row[1]), row.slice(1)]));
          superseded += staged.length - last.size;
          for (const [key, row] of last) {
            const present = store.rows.get(key);
            if (present === undefined) inserted += 1;
            else if (JSON.stringify(present) === JSON.stringify(row)) unchanged += 1;
            else updated += 1;
            store.rows.set(key, row);
            store.owners.set(key, stream);
          }
          for (const reject of rejected) store.rejects.set(JSON.stringify(reject.payload), reject);
          const place = ({ stream, partition }: Bookmark) => JSON.stringify([stream, partition]);
          const moved = new Set(checkpoint.bookmarks.map(place));
          store.bookmarks = [
            ...store.bookmarks.filter((bookmark) => !moved.has(place(bookmark))),
            ...checkpoint.bookmarks,
          ];
          const { read, filtered, quarantined, replaced } = checkpoint.tally;
          const ledger = { ...EMPTY_LEDGER, read, filtered, quarantined, replaced, staged: staged.length };
          at('after checkpoint');
          return { ...ledger, inserted, updated, unchanged, superseded };
        },
        async abort() {
          at('abort');
        },
      };
    },
    async countRows({ stream }) {
      at('count');
      return [...store.rows.keys()].filter((key) => store.owners.get(key) === stream).length;
    },
    quarantined: async () => [],
    setBookmarks: async () => undefined,
    close: async () => undefined,
  };
}
