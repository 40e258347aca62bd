import { randomUUID } from 'node:crypto';
import { cutDays, type BackfillRecord, type Days, type NewBackfill } from '../scheduler/backfill-store.js';
import { leftOut, noSuchStream, nothingByDays, type LeftOut } from '../engine/index.js';
import { ConnectorError } from '../sdk/index.js';
import type { Installation } from './installation.js';

/** Days of one part: enough that its start does not show, and few enough that a fault costs little. */
export const DAYS_PER_PART = 7;
/** How long a source may take to say which streams it has. */
const LOOK_MS = 20_000;
/** More would be years of single days: a sync of a range does that as well. */
const MOST_PARTS = 1_000;

export interface BackfillWish extends Days {
  readonly connection: string;
  readonly daysPerPart?: number;
  readonly idempotencyKey?: string;
}

export interface BackfillPlan {
  /** Oldest first. */
  readonly parts: readonly Days[];
  /** Streams that no part reads; none where the source cannot tell now: the runs of the parts tell it then. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * What would be read. Throws `config` for an unknown connection, for one without a stream that can be read by days, and for
 * days that are in no order or too many.
 */
export async function planBackfill(
  installation: Installation,
  { connection, from, to, daysPerPart = DAYS_PER_PART }: BackfillWish,
): Promise<BackfillPlan> {
  const { streams } = installation.configuration.connection(connection);
  if (from > to) throw new ConnectorError('config', `The backfill from ${from} to ${to} holds nothing.`);
  const parts = cutDays({ from, to }, daysPerPart);
  if (parts.length > MOST_PARTS)
    throw new ConnectorError('config', `${parts.length} parts of ${daysPerPart} days are more than ${MOST_PARTS}.`, {
      hint: 'Give fewer days, or larger parts by --days.',
    });
  const out = await leftOutNow(installation, connection);
  if (out.length > 0 && out.length === Object.keys(streams).length) throw nothingByDays(connection, out);
  return { parts, leftOut: out };
}

async function leftOutNow(installation: Installation, name: string): Promise<readonly LeftOut[]> {
  const { source, streams } = installation.configuration.connection(name);
  const offered = await offeredNow(installation, source);
  if (offered === undefined) return [];
  return Object.entries(streams).flatMap(([stream, settings]) => {
    if (offered[stream] === undefined) throw noSuchStream(name, stream, Object.keys(offered));
    return leftOut(name, stream, offered[stream], settings) ?? [];
  });
}

/** Undefined where the source cannot tell now. */
async function offeredNow({ source: open }: Installation, name: string) {
  try {
    const source = await open(name, AbortSignal.timeout(LOOK_MS));
    try {
      return await source.streams(() => undefined);
    } finally {
      await source.close();
    }
  } catch {
    return undefined;
  }
}

/** Asks for a backfill; workers take its parts side by side. The same key gives the same backfill. */
export async function askForBackfill(
  installation: Installation,
  wish: BackfillWish,
  plan?: BackfillPlan,
): Promise<BackfillRecord> {
  const { parts: days } = plan ?? (await planBackfill(installation, wish));
  const parts = days.map((part) => ({ ...part, id: randomUUID() }));
  const { connection, from, to, idempotencyKey } = wish;
  const { backfills } = await installation.store();
  const asked: NewBackfill = { id: randomUUID(), connection, from, to, parts };
  // It is stored, which is all that was asked: a sweep of the workers finds its parts within some seconds.
  return (await backfills.add(idempotencyKey === undefined ? asked : { ...asked, idempotencyKey })).backfill;
}

/** Asks once more for a part that has failed, by the day on which it begins. */
export async function repeatPart(
  installation: Installation,
  id: string,
  from: string,
): Promise<BackfillRecord | undefined> {
  const { backfills } = await installation.store();
  if (!(await backfills.repeat(id, from, randomUUID()))) return undefined;
  return backfills.get(id);
}
