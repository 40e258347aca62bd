/**
 * The balance of committed checkpoints. Each number is counted where it happens and none is derived by subtraction:
 * `read` at the source, `filtered` and `quarantined` in the row program, `staged` by the destination's bulk load, the rest
 * by the statements of the checkpoint.
 */
export interface Ledger {
  readonly read: number;
  readonly filtered: number;
  readonly quarantined: number;
  readonly staged: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  /** A later version of the key was in the same checkpoint or already in the table. */
  readonly superseded: number;
  readonly deleted: number;
  /** Values (not records) in which text that the destination cannot hold was replaced. */
  readonly replaced: number;
}

export const EMPTY_LEDGER: Ledger = {
  read: 0,
  filtered: 0,
  quarantined: 0,
  staged: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  superseded: 0,
  deleted: 0,
  replaced: 0,
};

export function addLedgers(a: Ledger, b: Ledger): Ledger {
  const sum: Record<string, number> = {};
  for (const key of Object.keys(EMPTY_LEDGER) as (keyof Ledger)[]) sum[key] = a[key] + b[key];
  return sum as unknown as Ledger;
}

/** The sentences that do not hold, empty when the ledger balances. */
export function imbalances(ledger: Ledger): readonly string[] {
  const found: string[] = [];
  const out = ledger.filtered + ledger.quarantined + ledger.staged;
  if (ledger.read !== out) found.push(`read ${ledger.read} ≠ filtered + quarantined + staged ${out}`);
  const landed = ledger.inserted + ledger.updated + ledger.unchanged + ledger.superseded;
  if (ledger.staged !== landed)
    found.push(`staged ${ledger.staged} ≠ inserted + updated + unchanged + superseded ${landed}`);
  return found;
}
