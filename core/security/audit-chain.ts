import { createHash, createHmac } from 'node:crypto';

/** What somebody did, before it is part of the chain. No secret and no value of a record stands in it. */
export interface AuditedAct {
  /** Who: a principal's name, or `USER@MACHINE` of the command line. */
  readonly actor: string;
  /** What, as `token.create` or `requests.ask`. */
  readonly action: string;
  /** On what: a connection, a run, a month. */
  readonly object: string;
  readonly outcome: 'allowed' | 'denied' | 'failed';
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An entry of the log. `detail` is the JSON text that the hash covers. */
export interface AuditEntry extends Omit<AuditedAct, 'detail'> {
  /** Counts from 1 without gaps. */
  readonly seq: number;
  /** ISO 8601 in UTC, by the database's clock. */
  readonly at: string;
  readonly detail: string;
  /** Of this entry and all before it: hexadecimal, 64 digits. */
  readonly hash: string;
}

/** How far the chain goes. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first entry. */
export const GENESIS: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** Each hash covers the one before, so no entry can change without all that follow; with a key nobody else can make them anew. */
export function hashOf(entry: Omit<AuditEntry, 'hash'>, before: string, key: string | undefined): string {
  const { seq, at, actor, action, object, outcome, detail } = entry;
  const text = JSON.stringify([before, seq, at, actor, action, object, outcome, detail]);
  const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  return hash.update(text).digest('hex');
}

export interface Flaw {
  /** The number of the entry. */
  readonly seq: number;
  readonly what: string;
}

export interface Verifier {
  /** In their order. */
  take(entry: AuditEntry): void;
  /** All that is wrong, by number, once every entry was taken. `head` is what the store says, `anchors` what was kept outside. */
  end(head: AuditHead, anchors: readonly AuditHead[]): readonly Flaw[];
}

/** Finds what was edited, removed, swapped, inserted or cut off. */
export function verifier(key: string | undefined, anchors: readonly AuditHead[]): Verifier {
  const flaws: Flaw[] = [];
  const anchored = new Map(anchors.map(({ seq, hash }) => [seq, hash]));
  let last: AuditHead = GENESIS;
  return {
    take(entry) {
      for (let missing = last.seq + 1; missing < entry.seq; missing++) flaws.push({ seq: missing, what: 'is missing' });
      if (entry.seq <= last.seq) flaws.push({ seq: entry.seq, what: 'stands there twice: the log was forked' });
      // After a gap the hash before is not known: what comes of it is judged from here on.
      const isChained = entry.seq === last.seq + 1;
      if (isChained && hashOf(entry, last.hash, key) !== entry.hash)
        flaws.push({ seq: entry.seq, what: 'is not what was written: edited, swapped or inserted' });
      const kept = anchored.get(entry.seq);
      if (kept !== undefined && kept !== entry.hash)
        flaws.push({ seq: entry.seq, what: 'has another hash than was anchored outside: the log was written anew' });
      last = { seq: entry.seq, hash: entry.hash };
    },
    end(head) {
      const furthest = anchors.reduce((far, one) => (one.seq > far.seq ? one : far), head);
      for (let missing = last.seq + 1; missing <= furthest.seq; missing++)
        flaws.push({ seq: missing, what: 'is missing: the log was cut off at its end' });
      if (last.seq > head.seq)
        for (let extra = head.seq + 1; extra <= last.seq; extra++)
          flaws.push({ seq: extra, what: 'is beyond the head of the log: inserted' });
      else if (last.seq === head.seq && last.hash !== head.hash)
        flaws.push({ seq: head.seq, what: 'has another hash than the head of the log' });
      return flaws.toSorted((a, b) => a.seq - b.seq);
    },
  };
}
