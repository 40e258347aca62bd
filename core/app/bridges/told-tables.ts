import {
  EMPTY_LEDGER,
  type DestinationSession,
  type Ledger,
  type Reject,
  type RowTally,
} from '../../protocol/index.js';

/** A state is told after so many records, or so many milliseconds, and at the end of a stream. */
export const STATE_RECORDS = 10_000;
export const STATE_MS = 10_000;
/** What is done about what is left out, for an error. */
export const ON_LEFT_OUT =
  'What is left out is told before this, with place and reason. Correct it at the source, or the types that its configuration declares.';
/** So many records that are left out are told of one by one. */
const TOLD_REJECTS = 20;

/** Of a destination whose tables are messages, what does not depend on their kind: nothing lies there that could be looked at. */
export const TOLD_TABLES: Pick<
  DestinationSession,
  'capabilities' | 'raiseFence' | 'describe' | 'quarantined' | 'setBookmarks' | 'close'
> = {
  capabilities: {
    writeModes: ['append', 'merge', 'overwrite'],
    // Whoever takes the messages keeps them by their keys.
    keepsKeys: true,
    holdsNul: true,
    maxKeyBytes: Number.POSITIVE_INFINITY,
  },
  raiseFence: async () => 1n,
  describe: async () => undefined,
  quarantined: async () => [],
  setBookmarks: async () => undefined,
  close: async () => undefined,
};

/** Whatever was sent is new, as far as anybody can tell. */
export const toldLedger = ({ read, filtered, quarantined, replaced }: RowTally, sent: number): Ledger => ({
  ...EMPTY_LEDGER,
  read,
  filtered,
  quarantined,
  replaced,
  staged: sent,
  inserted: sent,
});

/** Tells of records of one stream that are left out, of the first ones by their places. */
export interface Rejects {
  tell(rejects: readonly Reject[], slice: string): void;
  /** How many there were, where they were too many to be told of. */
  end(): void;
}

export function toldRejects(say: (text: string) => void): Rejects {
  let count = 0;
  return {
    tell(rejects, slice) {
      for (const { position, field, reason, detail } of rejects) {
        count += 1;
        if (count > TOLD_REJECTS) continue;
        const where = field === undefined ? '' : `, field "${field}"`;
        say(`record ${position} of "${slice}" is left out${where}: ${detail} (${reason})`);
      }
    },
    end() {
      if (count > TOLD_REJECTS) say(`${count} records in all are left out.`);
    },
  };
}
