import type { AlertKind, ErrorReport } from '../protocol/index.js';
import type { AlertText, Incident, Judgement, NewIncident } from './incident.js';
import { keyOf, toldBy, type AlertRule, type ConnectionFacts } from './judge.js';

/** What no run shows: it stands for a while, and whoever looks can see it. */
export type Standing =
  | { readonly kind: 'late'; readonly connection: string; readonly slot: string }
  | {
      readonly kind: 'stale_data';
      readonly connection: string;
      readonly lastSuccess: string;
      readonly ageMs: number;
    }
  | {
      readonly kind: 'request_failed';
      readonly connection: string;
      readonly request: string;
      readonly error: ErrorReport;
    }
  | { readonly kind: 'worker_lost'; readonly connection?: undefined; readonly worker: string; readonly seenAt: string }
  | {
      readonly kind: 'release_restated';
      readonly connection?: undefined;
      readonly month: string;
      readonly version: number;
      readonly publishedAt: string;
      readonly moved: number;
      /** Runs, files and definitions, as a person reads them. */
      readonly causes: readonly string[];
    }
  | {
      readonly kind: 'break_glass';
      readonly connection?: undefined;
      readonly id: string;
      readonly actor: string;
      readonly openedAt: string;
      readonly expiresAt: string;
    }
  /** Of a machine that hosts Tributary. */
  | {
      readonly kind: 'disk';
      readonly connection?: undefined;
      readonly host: string;
      readonly folder: string;
      readonly freeBytes: number;
    };

export const STANDING_KINDS = [
  'late',
  'stale_data',
  'request_failed',
  'worker_lost',
  'disk',
  'release_restated',
  'break_glass',
] as const;
export type StandingKind = (typeof STANDING_KINDS)[number];

/** What stands, and of which kinds that could not be found out: what is open of these stays open. */
export interface Outlook {
  readonly standing: readonly Standing[];
  readonly unseen: ReadonlySet<AlertKind>;
}

/** While one of these is open, everybody who should know does know why the connection is late. */
const FAILURES: readonly AlertKind[] = [
  'run_failed',
  'run_partial',
  'run_interrupted',
  'auth',
  'integrity_mismatch',
  'disk',
  'request_failed',
];

/** What stands now against what was told: opened once, and over when it is gone or no rule asks for it any more. */
export function judgeStanding(
  { standing, unseen }: Outlook,
  open: readonly Incident[],
  {
    rules,
    factsOf,
    host,
  }: {
    readonly rules: readonly AlertRule[];
    readonly factsOf: (connection: string) => ConnectionFacts;
    readonly host: string;
  },
): Judgement {
  const asked = new Map(
    standing.flatMap((one) => {
      const own = rules.filter((rule) => asksFor(rule, one));
      return own.length === 0 ? [] : [[keyOfStanding(one), { one, rules: own }] as const];
    }),
  );
  const isAskedFor = (kind: AlertKind) => rules.some(({ when }) => when === kind);
  const isOver = ({ key, kind, run }: Incident) => {
    if (run !== undefined || asked.has(key)) return false;
    if (unseen.has(kind) && isAskedFor(kind)) return false;
    // Only its own machine knows how much room there is.
    return kind !== 'disk' || key === keyOf(undefined, 'disk', host) || !isAskedFor('disk');
  };
  const isOpen = new Set(open.map(({ key }) => key));
  const failing = new Set<string | undefined>([
    ...open.flatMap((one) => (FAILURES.includes(one.kind) && !isOver(one) ? [one.connection] : [])),
    ...[...asked.values()].flatMap(({ one }) => (one.kind === 'request_failed' ? [one.connection] : [])),
  ]);
  const opened = [...asked].flatMap(([key, { one, rules: own }]): readonly NewIncident[] => {
    const { kind, connection } = one;
    if (isOpen.has(key) || (kind === 'late' && failing.has(connection))) return [];
    const about = connection === undefined ? {} : { connection };
    return [{ key, kind, ...about, text: wordingOf(one, factsOf), ...toldBy(own) }];
  });
  return { opened, seen: [], resolved: open.filter(isOver).map(({ key }) => key) };
}

function asksFor({ when, connections, olderThanMs }: AlertRule, one: Standing): boolean {
  if (when !== one.kind || (one.kind === 'stale_data' && one.ageMs < olderThanMs)) return false;
  return connections === undefined || (one.connection !== undefined && connections.includes(one.connection));
}

function keyOfStanding(one: Standing): string {
  return keyOf(one.connection, one.kind, partOf(one));
}

function partOf(one: Standing): string | undefined {
  if (one.kind === 'worker_lost') return one.worker;
  if (one.kind === 'disk') return one.host;
  if (one.kind === 'break_glass') return one.id;
  return one.kind === 'release_restated' ? `${one.month}:${one.version}` : undefined;
}

function wordingOf(one: Standing, factsOf: (connection: string) => ConnectionFacts): AlertText {
  const figures = (connection: string) =>
    factsOf(connection).feedsReport
      ? 'The report goes on with the figures it has; those of this connection stand still until a run succeeds.'
      : 'No figure of the report comes from this connection; what it feeds stands still until a run succeeds.';
  switch (one.kind) {
    case 'late':
      return {
        title: `${one.connection}: it is late`,
        what: `No run has succeeded since the slot of ${one.slot}, and its grace is over.`,
        meaning: figures(one.connection),
        next: 'See whether a run is under way or failed, and whether a worker is there to take it.',
        command: `tributary runs list --connection ${one.connection}`,
      };
    case 'stale_data':
      return {
        title: `${one.connection}: its data are stale`,
        what: `The last run that succeeded ended at ${one.lastSuccess}, longer ago than the rule allows.`,
        meaning: figures(one.connection),
        next: 'See whether its runs fail, whether it is paused, and whether it has a schedule at all.',
        command: 'tributary status',
      };
    case 'request_failed':
      return {
        title: `${one.connection}: a run that was asked for could not be done`,
        what: one.error.message,
        meaning: figures(one.connection),
        next: one.error.hint ?? `Ask for it again: tributary sync ${one.connection}.`,
        command: `tributary runs list --connection ${one.connection}`,
      };
    case 'worker_lost':
      return {
        title: `worker ${one.worker} is lost`,
        what: `It was last heard of at ${one.seenAt}, did not say that it ends, and none has taken its place.`,
        meaning: 'Other workers take over its runs. With too few of them, or none, runs wait and figures come later.',
        next: 'Find out why its process or machine is gone (memory, restart), and start it again.',
        command: 'tributary worker',
      };
    case 'release_restated':
      return {
        title: `${one.month} was restated: version ${one.version}`,
        what:
          `${one.moved} rows of the published month moved.` +
          (one.causes.length === 0 ? '' : ` Since the version before: ${one.causes.join('; ')}.`),
        meaning: 'The report of that month shows other figures than it did; its page lists what moved.',
        next: 'Tell those who have the earlier version, or look for the mistake in what was loaded.',
        command: `tributary report releases --month ${one.month}`,
      };
    // Its reason may say more of a person than a channel may carry.
    case 'break_glass':
      return {
        title: `${one.actor} took emergency access`,
        what: `Since ${one.openedAt}, until ${one.expiresAt} at the latest, they may see what tells of single persons.`,
        meaning: 'Everything that is seen by it is in the audit log under this name.',
        next: 'Read the reason, ask whether it was needed, and end it where it was not. Once it is over, say that you have reviewed it: till then this stays.',
        command: `tributary break-glass review ${one.id}`,
      };
    case 'disk':
      return {
        title: `the disk of host ${one.host} fills up`,
        what: `${one.folder} has ${Math.floor(one.freeBytes / 2 ** 20)} MiB left.`,
        meaning:
          'Nothing is lost yet. When it is full, runs that need room there fail, and an embedded database stops.',
        next: 'Free space, or give the disk more.',
        command: `df -h ${one.folder}`,
      };
  }
}
