import type { ErrorReport } from '../protocol/index.js';

/** Whole days (`YYYY-MM-DD`), both read. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** Days that a person wants read again, cut into parts that workers take side by side. */
export interface NewBackfill extends Days {
  /** A UUID. */
  readonly id: string;
  readonly connection: string;
  /** Two of one connection with the same key are one. */
  readonly idempotencyKey?: string;
  /** `id`: of the request that carries the part. */
  readonly parts: readonly (Days & { readonly id: string })[];
}

export type PartState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface BackfillPart extends Days {
  /** Its latest request. */
  readonly request: string;
  readonly state: PartState;
  readonly attempt: number;
  readonly run?: string;
  /** Why the last attempt failed; it may be tried again. */
  readonly error?: ErrorReport;
}

export interface BackfillRecord extends Days {
  readonly id: string;
  readonly connection: string;
  readonly requestedAt: string;
  /** `running` as long as a part waits or runs, then `failed` where one has failed. */
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  /** Parts that succeeded. */
  readonly done: number;
  readonly parts: readonly BackfillPart[];
}

export interface BackfillStore {
  /** Stores it and the requests of its parts together, due at once. */
  add(backfill: NewBackfill): Promise<{ readonly backfill: BackfillRecord; readonly isNew: boolean }>;
  get(id: string): Promise<BackfillRecord | undefined>;
  /** The latest first. */
  list(connection: string, limit: number): Promise<readonly BackfillRecord[]>;
  /** Parts that wait are cancelled at once; running ones are told at their next `renew`. */
  cancel(id: string): Promise<BackfillRecord | undefined>;
  /** Asks once more for the part that begins on this day, as the request `request`; false unless it has failed. */
  repeat(id: string, from: string, request: string): Promise<boolean>;
}

/** Cuts days into parts of at most `length` days, oldest first. */
export function cutDays({ from, to }: Days, length: number): readonly Days[] {
  const parts: Days[] = [];
  for (let day = from; day <= to; day = shifted(day, length)) {
    const end = shifted(day, length - 1);
    parts.push({ from: day, to: end < to ? end : to });
  }
  return parts;
}

const shifted = (day: string, by: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
