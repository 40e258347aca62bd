const KINDS = [
  '503',
  '429',
  'reset',
  'expired_token',
  'gone_session',
  'error',
  'lost_reply',
  'lost_session',
  'lost_files',
  'delay',
  '403',
] as const;
export type FaultKind = (typeof KINDS)[number];

/**
 * One fault on demand. What it fits is counted from the moment it is set: `nth` is the one that it hits (default the first), `every`
 * hits each that many; `times` is how often (default 1; with `every`, without end).
 */
export interface Fault {
  /**
   * Statements by a regular expression over their text, or `statement` for any; or `login`, `renewal`, `heartbeat`, `chunk`. One
   * that was refused before it ran and that the driver sends again counts again; one that ran does not.
   */
  readonly on: RegExp | 'statement' | 'login' | 'renewal' | 'heartbeat' | 'chunk';
  readonly kind: FaultKind;
  readonly nth?: number;
  readonly every?: number;
  readonly times?: number;
  /** Of `error`: what Snowflake answers. */
  readonly error?: { readonly code: string; readonly sqlState: string; readonly message: string };
  /** Of `delay`, in ms. */
  readonly delayMs?: number;
}

export interface FaultPlan {
  set(...faults: readonly Fault[]): void;
  clear(): void;
  /** Those that have not hit as often as they should. */
  waiting(): readonly Fault[];
  next(point: Exclude<Fault['on'], RegExp>, sql?: string): Fault | undefined;
}

const OF_STATEMENTS = new Set<FaultKind>(['expired_token', 'gone_session', 'error', 'lost_session', 'lost_files']);

/** Throws for what could never hit, since such a fault makes a test that cannot fail. */
const checked = (fault: Fault): Fault => {
  if (!KINDS.includes(fault.kind)) throw new RangeError(`kind must be one of ${KINDS.join(', ')}`);
  for (const number of [fault.nth, fault.every, fault.times])
    if (number !== undefined && !(Number.isInteger(number) && number > 0))
      throw new RangeError('nth, every and times are whole numbers above 0');
  if (fault.nth !== undefined && fault.every !== undefined) throw new RangeError('Give nth or every, not both');
  const isStatement = fault.on === 'statement' || fault.on instanceof RegExp;
  if (!isStatement && OF_STATEMENTS.has(fault.kind)) throw new RangeError(`${fault.kind} is a fault of statements`);
  if (fault.kind === '403' && fault.on !== 'chunk') throw new RangeError('403 is a fault of chunks');
  if (fault.kind === 'error' && fault.error === undefined)
    throw new RangeError('An error needs code, sqlState and message');
  return fault;
};

export const createFaultPlan = (): FaultPlan => {
  let plan: { readonly fault: Fault; seen: number; hits: number }[] = [];
  const limitOf = ({ times, every }: Fault) => times ?? (every === undefined ? 1 : Number.POSITIVE_INFINITY);
  const fits = ({ on }: Fault, point: string, sql?: string): boolean =>
    on instanceof RegExp
      ? point === 'statement' && sql !== undefined && new RegExp(on.source, on.flags.replace('g', '')).test(sql)
      : on === point;
  return {
    set: (...faults) => void plan.push(...faults.map((fault) => ({ fault: checked(fault), seen: 0, hits: 0 }))),
    clear: () => {
      plan = [];
    },
    waiting: () => plan.filter(({ fault, hits }) => hits < limitOf(fault)).map(({ fault }) => fault),
    next(point, sql) {
      let hit: Fault | undefined;
      for (const entry of plan) {
        const { fault } = entry;
        if (!fits(fault, point, sql)) continue;
        entry.seen += 1;
        const isDue = fault.every === undefined ? entry.seen >= (fault.nth ?? 1) : entry.seen % fault.every === 0;
        if (hit !== undefined || !isDue || entry.hits >= limitOf(fault)) continue;
        entry.hits += 1;
        hit = fault;
      }
      return hit;
    },
  };
};
