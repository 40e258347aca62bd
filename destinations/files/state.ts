import type { Bookmark, CommittedCheckpoint, Field, HeldRecord, Ledger } from '#sdk';

/** A file that was written under a name of its own and gets its right one once it is committed. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** The files of one stream that manifests name. */
export interface Delivered {
  readonly fields: readonly Field[];
  readonly records: number;
  /** Of an overwritten stream: what the next commit takes the place of. */
  readonly names: readonly string[];
}

/** What the log of a connection comes to. */
export interface State {
  readonly epoch: number;
  readonly run: string;
  readonly bookmarks: readonly Bookmark[];
  readonly streams: Readonly<Record<string, Delivered>>;
  readonly quarantine: readonly HeldRecord[];
  /** What the last commit has still to do at the place, if it has not been done: moves in their order, then removals. */
  readonly unsettled: { readonly moves: readonly Move[]; readonly removes: readonly string[] };
}

export const EMPTY_STATE: State = {
  epoch: 0,
  run: '',
  bookmarks: [],
  streams: {},
  quarantine: [],
  unsettled: { moves: [], removes: [] },
};

export type Change =
  /** Begins an epoch: whoever holds an older one can write no further entry. Holds all that the entries before come to. */
  | { readonly kind: 'fence'; readonly state: State }
  | {
      readonly kind: 'commit';
      readonly checkpoint: string;
      readonly stream: string;
      readonly slice: string;
      readonly ledger: Ledger;
      /** This and `lineage`: absent in entries of earlier versions. */
      readonly steps?: CommittedCheckpoint['steps'];
      readonly lineage?: CommittedCheckpoint['lineage'];
      readonly bookmarks: readonly Bookmark[];
      readonly delivered: Delivered;
      readonly unsettled: State['unsettled'];
      readonly quarantine: readonly HeldRecord[];
    }
  | { readonly kind: 'quarantine'; readonly quarantine: readonly HeldRecord[] }
  | { readonly kind: 'bookmarks'; readonly bookmarks: readonly Bookmark[] };

export function applied(state: State, change: Change): State {
  switch (change.kind) {
    case 'fence':
      return change.state;
    case 'commit':
      return {
        ...state,
        bookmarks: withBookmarks(state.bookmarks, change.bookmarks),
        streams: { ...state.streams, [change.stream]: change.delivered },
        quarantine: change.quarantine,
        unsettled: change.unsettled,
      };
    case 'quarantine':
      return { ...state, quarantine: change.quarantine };
    case 'bookmarks':
      return { ...state, bookmarks: change.bookmarks };
  }
}

const keyOf = ({ stream, partition }: Bookmark) => `${stream}\n${partition}`;

export function withBookmarks(bookmarks: readonly Bookmark[], moved: readonly Bookmark[]): readonly Bookmark[] {
  const found = new Map(bookmarks.map((bookmark) => [keyOf(bookmark), bookmark]));
  for (const bookmark of moved) found.set(keyOf(bookmark), bookmark);
  return [...found.values()];
}
