import { describe, expect, it } from '@jest/globals';
import { GENESIS, hashOf, verifier, type AuditEntry, type AuditHead, type Flaw } from '../../../core/security/index.js';

const KEY = 'a key that only the host holds, 32+';
const ENTRIES = 100_000;

const log: AuditEntry[] = [];
for (let seq = 1, before = GENESIS.hash; seq <= ENTRIES; seq++) {
  const entry = {
    seq,
    at: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
    actor: `user${seq % 7}`,
    action: 'runs.ask',
    object: `connection${seq % 11}`,
    outcome: 'allowed' as const,
    detail: `{"n":${seq}}`,
  };
  const hash = hashOf(entry, before, KEY);
  log.push({ ...entry, hash });
  before = hash;
}
const HEAD: AuditHead = { seq: ENTRIES, hash: log.at(-1)!.hash };
const ANCHORS: readonly AuditHead[] = [20_000, 90_000].map((seq) => ({ seq, hash: log[seq - 1]!.hash }));

function verified(entries: readonly AuditEntry[], head = HEAD, anchors: readonly AuditHead[] = []): readonly Flaw[] {
  const verifying = verifier(KEY, anchors);
  for (const entry of entries) verifying.take(entry);
  return verifying.end(head, anchors);
}
const numbers = (flaws: readonly Flaw[]) => flaws.map(({ seq }) => seq);
const changed = (seq: number, change: Partial<AuditEntry>) =>
  log.map((entry) => (entry.seq === seq ? { ...entry, ...change } : entry));
/** What somebody does who knows how the chain is made but not the key. */
function forgedFrom(seq: number, entries: readonly AuditEntry[], key?: string): AuditEntry[] {
  let before = entries[seq - 2]!.hash;
  return entries.map((entry) => {
    if (entry.seq < seq) return entry;
    before = hashOf(entry, before, key);
    return { ...entry, hash: before };
  });
}

describe('a log of 100,000 entries', () => {
  it('holds as it was written', () => {
    expect(verified(log, HEAD, ANCHORS)).toEqual([]);
  });

  it.each<[string, Partial<AuditEntry>]>([
    ['actor', { actor: 'somebody else' }],
    ['action', { action: 'runs.show' }],
    ['object', { object: '' }],
    ['outcome', { outcome: 'denied' }],
    ['instant', { at: '2026-01-01T00:00:00.000Z' }],
    ['detail', { detail: '{"n":1}' }],
  ])('names an entry whose %s was edited', (_what, change) => {
    expect(numbers(verified(changed(50_000, change)))).toEqual([50_000]);
  });

  it('names an edited entry and all after it where the chain was made anew without the key', () => {
    const flaws = numbers(verified(forgedFrom(99_998, changed(99_998, { actor: 'nobody' }))));
    expect(flaws.slice(0, 3)).toEqual([99_998, 99_999, 100_000]);
  });

  it('names what was removed in the middle', () => {
    expect(verified(log.filter(({ seq }) => seq !== 777 && seq !== 778))).toEqual([
      { seq: 777, what: 'is missing' },
      { seq: 778, what: 'is missing' },
    ]);
  });

  it('names where entries were removed and the rest numbered anew', () => {
    const rest = log.filter(({ seq }) => seq !== 99_990).map((entry, index) => ({ ...entry, seq: index + 1 }));
    const flaws = numbers(verified(rest, { seq: ENTRIES - 1, hash: rest.at(-1)!.hash }));
    expect(flaws[0]).toBe(99_990);
  });

  it('names two that were swapped', () => {
    const swapped = log.map((entry) => {
      const other = entry.seq === 10 ? log[19]! : entry.seq === 20 ? log[9]! : entry;
      return { ...other, seq: entry.seq };
    });
    // The one after each is chained to a hash that stands elsewhere now.
    expect(numbers(verified(swapped))).toEqual([10, 11, 20, 21]);
  });

  it('names one that was inserted in the middle, the rest numbered anew', () => {
    const inserted = [...log.slice(0, 500), { ...log[3]!, actor: 'invented' }, ...log.slice(500)].map(
      (entry, index) => ({ ...entry, seq: index + 1 }),
    );
    expect(numbers(verified(inserted, { seq: ENTRIES + 1, hash: HEAD.hash }))[0]).toBe(501);
  });

  it('names one that was put at the end', () => {
    expect(numbers(verified([...log, { ...log[3]!, seq: ENTRIES + 1 }]))).toContain(ENTRIES + 1);
  });

  it('names where it was forked: a second entry of a number, with all that follows it', () => {
    const branch = forgedFrom(700, changed(700, { actor: 'invented' }), KEY).slice(699);
    expect(numbers(verified([...log.slice(0, 700), ...branch]))).toContain(700);
    expect(numbers(verified([...log.slice(0, 700), branch[0]!, ...log.slice(700)]))[0]).toBe(700);
  });

  it('names what was cut off at the end', () => {
    expect(numbers(verified(log.slice(0, -2)))).toEqual([ENTRIES - 1, ENTRIES]);
  });

  it('needs what was kept outside where the head was cut too', () => {
    const cut = log.slice(0, 89_999);
    const head = { seq: 89_999, hash: cut.at(-1)!.hash };
    expect(verified(cut, head)).toEqual([]);
    expect(numbers(verified(cut, head, ANCHORS))).toEqual([90_000]);
  });

  it('needs what was kept outside where the whole log was made anew with the key', () => {
    const anew = forgedFrom(15_000, changed(15_000, { actor: 'nobody' }), KEY);
    const head = { seq: ENTRIES, hash: anew.at(-1)!.hash };
    expect(verified(anew, head)).toEqual([]);
    expect(numbers(verified(anew, head, ANCHORS))).toEqual([20_000, 90_000]);
  });

  it('names everything where all was removed', () => {
    expect(verified([], HEAD)).toHaveLength(ENTRIES);
  });
});
