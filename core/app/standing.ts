import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Outlook, Standing, StandingKind } from '../alerting/index.js';
import type { Release } from '../../report/index.js';
import type { Store } from '../persistence/index.js';
import type { Settings } from '../settings/index.js';
import { lateSlots } from './schedules.js';

/** With less, the embedded PostgreSQL of a busy host may stop within the hour. */
const LEAST_FREE_BYTES = 2 ** 30;

type Sources = Pick<Store, 'alerts' | 'schedules' | 'holds' | 'runs' | 'workers' | 'breakGlass'>;

export interface StandingSources {
  readonly settings: Settings;
  readonly home: string;
  readonly store: Sources;
  /** Months that were restated lately. They are told by the warehouse, which may be away. */
  readonly restated: (now: Date) => Promise<readonly Release[]>;
}

/** All of these kinds that stands now, of the connections of a configuration, of this machine and of the report. */
export async function standingNow(
  { settings, home, store, restated }: StandingSources,
  kinds: ReadonlySet<StandingKind>,
  now: Date,
): Promise<Outlook> {
  const unseen = new Set<StandingKind>();
  const look: Readonly<Record<StandingKind, () => Promise<readonly Standing[]>>> = {
    late: () => late(settings, store),
    stale_data: () => stale(settings, store, now),
    request_failed: async () =>
      (await store.alerts.failedRequests(Object.keys(settings.connections))).map((failed) => ({
        kind: 'request_failed',
        ...failed,
      })),
    worker_lost: async () =>
      (await store.workers.lost()).map(({ name, seenAt }) => ({ kind: 'worker_lost', worker: name, seenAt })),
    disk: () => fullDisk(home),
    // Until somebody has looked at it, so that one which was short is told of too.
    break_glass: async () =>
      (await store.breakGlass.unreviewed()).map(({ id, actor, openedAt, expiresAt }) => ({
        kind: 'break_glass',
        id,
        actor,
        openedAt,
        expiresAt,
      })),
    release_restated: async () => {
      try {
        return (await restated(now)).map(restatement);
      } catch {
        // A warehouse that is away has its own alerts, and must not silence them.
        unseen.add('release_restated');
        return [];
      }
    },
  };
  const found = await Promise.all([...kinds].map((kind) => look[kind]()));
  return { standing: found.flat(), unseen };
}

/** Whose schedule is held is not expected. */
async function late(settings: Settings, { schedules, runs, holds }: Sources): Promise<readonly Standing[]> {
  const [slots, held] = await Promise.all([lateSlots(settings, schedules, runs), holds.list()]);
  return Object.entries(slots).flatMap(([connection, slot]) =>
    Object.hasOwn(held, connection) ? [] : [{ kind: 'late', connection, slot }],
  );
}

async function stale({ connections }: Settings, { runs }: Sources, now: Date): Promise<readonly Standing[]> {
  return Object.entries(await runs.lastSuccesses()).flatMap(([connection, lastSuccess]) =>
    Object.hasOwn(connections, connection)
      ? [{ kind: 'stale_data', connection, lastSuccess, ageMs: now.getTime() - Date.parse(lastSuccess) }]
      : [],
  );
}

async function fullDisk(folder: string): Promise<readonly Standing[]> {
  // A folder that nobody has needed yet is not there.
  const room = await statfs(folder).catch(() => undefined);
  if (room === undefined) return [];
  const freeBytes = room.bavail * room.bsize;
  return freeBytes < LEAST_FREE_BYTES ? [{ kind: 'disk', host: hostname(), folder, freeBytes }] : [];
}

/** More runs or files are counted, not named. */
const NAMED = 5;

function restatement({ month, version, published_at, moved, causes }: Release): Standing {
  const told = causes.map(({ kind, id, connection, sources }) =>
    kind === 'definition'
      ? `another definition of ${id}`
      : `run ${id} of ${connection}${sources.length === 0 ? '' : ` (${firstOf(sources)})`}`,
  );
  const more = told.length - NAMED;
  const named = more > 0 ? [...told.slice(0, NAMED), `${more} more`] : told;
  return { kind: 'release_restated', month, version, publishedAt: published_at, moved, causes: named };
}

const firstOf = (names: readonly string[]): string =>
  names.slice(0, NAMED).join(', ') + (names.length > NAMED ? ` and ${names.length - NAMED} more` : '');
