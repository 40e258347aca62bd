const KINDS = [
  '429',
  '429_blocked',
  '500',
  'html200',
  'reset',
  'truncated',
  'duplicate_page',
  'expired_token',
  'expired_request',
  'throttle',
  'outage',
  'maintenance',
  'permission',
] as const;
export type FaultKind = (typeof KINDS)[number];

/**
 * One fault on demand. Requests to its route are counted from the moment it is set: `nth` is the one that it hits (default the
 * first), `every` hits each that many; `times` is how often (default 1; with `every`, without end).
 */
export interface Fault {
  /** `token`, `soap`, `soap:OpenEvent`, `soap:OpenEvent:continue`, the beginning of a path of REST, or `*`. */
  readonly route: string;
  readonly kind: FaultKind;
  readonly nth?: number;
  readonly every?: number;
  readonly times?: number;
}

export interface FaultPlan {
  set(...faults: readonly Fault[]): void;
  clear(): void;
  /** Those that have not hit as often as they should. */
  waiting(): readonly Fault[];
  next(route: string): FaultKind | undefined;
}

/** Throws for what could never hit, since such a fault makes a test that cannot fail. */
const checked = (fault: Fault): Fault => {
  if (!KINDS.includes(fault.kind)) throw new RangeError(`kind must be one of ${KINDS.join(', ')}`);
  if (!/^(\*|token|soap(:\w+(:continue)?)?|\/.*)$/.test(fault.route))
    throw new RangeError(`Unknown route ${fault.route}`);
  for (const number of [fault.nth, fault.every, fault.times])
    if (number !== undefined && !(Number.isInteger(number) && number > 0))
      throw new RangeError('nth, every and times are whole numbers above 0');
  if (fault.nth !== undefined && fault.every !== undefined) throw new RangeError('Give nth or every, not both');
  return fault;
};

export const createFaultPlan = (): FaultPlan => {
  let plan: { readonly fault: Fault; seen: number; hits: number }[] = [];
  const limitOf = ({ times, every }: Fault) => times ?? (every === undefined ? 1 : Number.POSITIVE_INFINITY);
  const matches = (pattern: string, route: string) =>
    pattern === '*' || pattern === route || (/^(soap|\/)/.test(pattern) && route.startsWith(pattern));
  return {
    set: (...faults) => void plan.push(...faults.map((fault) => ({ fault: checked(fault), seen: 0, hits: 0 }))),
    clear: () => {
      plan = [];
    },
    waiting: () => plan.filter(({ fault, hits }) => hits < limitOf(fault)).map(({ fault }) => fault),
    next(route) {
      let hit: FaultKind | undefined;
      for (const entry of plan) {
        const { fault } = entry;
        if (!matches(fault.route, route)) continue;
        entry.seen += 1;
        const isDue = fault.every === undefined ? entry.seen >= (fault.nth ?? 1) : entry.seen % fault.every === 0;
        if (hit !== undefined || !isDue || entry.hits >= limitOf(fault)) continue;
        entry.hits += 1;
        hit = fault.kind;
      }
      return hit;
    },
  };
};
