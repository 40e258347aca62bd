const faultKinds = [
  '429',
  '500',
  '503',
  'timeout',
  'truncated',
  'disconnect',
  'html200',
  'reset',
  'queued202',
  'error200',
  'warned200',
  'slow',
  'duplicate_page',
  'expired401',
  'forbidden403',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/**
 * One fault on demand. Matching requests are counted from the moment it is set: `nth` starts with that one, `every`
 * hits each that many, neither hits the first. `times` is how often it hits (default 1; with `every`, without end).
 */
export interface Fault {
  /** A path such as `/campaigns/data_series`, or `*`. */
  readonly route: string;
  readonly kind: FaultKind;
  readonly nth?: number;
  readonly every?: number;
  readonly times?: number;
  /** Only requests for this campaign. */
  readonly campaign_id?: string;
  /** 429: seconds until the reset (default 1). */
  readonly reset_s?: number;
  /** slow: over how many milliseconds the body trickles (default 1,000). */
  readonly delay_ms?: number;
}

export interface FaultPlan {
  /** Adds faults; earlier ones win where several match. */
  set(...faults: Fault[]): void;
  clear(): void;
  list(): readonly (Fault & { readonly hits: number })[];
  /** Counts a request and says which fault hits it. */
  next(route: string, query: URLSearchParams): Fault | undefined;
}

const fields = new Set(['route', 'kind', 'nth', 'every', 'times', 'campaign_id', 'reset_s', 'delay_ms']);

/** Throws a RangeError that names what is wrong, since a fault that never fires makes a test that cannot fail. */
export const checkFault = (value: unknown): Fault => {
  const fault = value as Fault;
  if (typeof value !== 'object' || value === null) throw new RangeError('A fault is an object');
  const stranger = Object.keys(value).find((name) => !fields.has(name));
  if (stranger !== undefined) throw new RangeError(`Unknown field of a fault: ${stranger}`);
  if (typeof fault.route !== 'string' || !/^(\*|\/.*)$/.test(fault.route)) throw new RangeError('route is a path or *');
  if (!faultKinds.includes(fault.kind)) throw new RangeError(`kind must be one of ${faultKinds.join(', ')}`);
  for (const name of ['nth', 'every', 'times'] as const) {
    const given = fault[name];
    if (given !== undefined && (!Number.isInteger(given) || given < 1))
      throw new RangeError(`${name} must be a positive integer`);
  }
  if (fault.nth !== undefined && fault.every !== undefined) throw new RangeError('Give nth or every, not both');
  return fault;
};

export const createFaultPlan = (): FaultPlan => {
  let plan: { fault: Fault; seen: number; hits: number }[] = [];
  return {
    set: (...faults) => {
      plan.push(...faults.map((fault) => ({ fault: checkFault(fault), seen: 0, hits: 0 })));
    },
    clear: () => {
      plan = [];
    },
    list: () => plan.map(({ fault, hits }) => ({ ...fault, hits })),
    next: (route, query) => {
      let hit: Fault | undefined;
      for (const entry of plan) {
        const { fault } = entry;
        if (fault.route !== '*' && fault.route !== route) continue;
        if (fault.campaign_id !== undefined && fault.campaign_id !== query.get('campaign_id')) continue;
        entry.seen += 1;
        const isDue = fault.every === undefined ? entry.seen >= (fault.nth ?? 1) : entry.seen % fault.every === 0;
        const limit = fault.times ?? (fault.every === undefined ? 1 : Number.POSITIVE_INFINITY);
        if (hit !== undefined || !isDue || entry.hits >= limit) continue;
        entry.hits += 1;
        hit = fault;
      }
      return hit;
    },
  };
};
