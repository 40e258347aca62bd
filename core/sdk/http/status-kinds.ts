import type { ErrorKind, Fault } from '../errors.js';

/** What a status means; `ok` takes the body, `skip` answers `undefined` (the thing asked for is not there). */
export type StatusKind = ErrorKind | 'ok' | 'skip';

/** With the next step for a person, where the API knows it better than the default table. */
export interface StatusMeaning {
  readonly kind: StatusKind;
  readonly hint?: string;
  readonly fault?: Fault;
}

/** Overrides for single statuses, such as `{ 202: 'transient', 404: 'skip', 403: { kind: 'auth', hint: 'Grant …' } }`. */
export type StatusKinds = Readonly<Record<number, StatusKind | StatusMeaning>>;

const MOVED = 'The API answers with another address. Set the address of the API to the new one.';

/** Meaning and next step of the statuses that the ranges below do not cover. */
export const DEFAULT_STATUS_KINDS: Readonly<Record<number, StatusMeaning>> = {
  301: { kind: 'config', hint: MOVED },
  302: { kind: 'config', hint: MOVED },
  303: { kind: 'config', hint: MOVED },
  307: { kind: 'config', hint: MOVED },
  308: { kind: 'config', hint: MOVED },
  401: { kind: 'auth', hint: 'The credential is wrong, expired or revoked. Issue a new one and put it in place.' },
  403: {
    kind: 'auth',
    fault: 'permission',
    hint: 'The credential is known but may not do this. Grant it the permission, or check the plan.',
  },
  404: { kind: 'config', hint: 'Check the address and the names or ids in the configuration.' },
  407: { kind: 'config', hint: 'A proxy asks for credentials.' },
  408: { kind: 'transient' },
  425: { kind: 'transient' },
  429: { kind: 'rate_limit', hint: 'Run at another time, or lower the rate of this source.' },
};

const RANGES: readonly (StatusMeaning & { readonly from: number })[] = [
  {
    from: 500,
    kind: 'transient',
    hint: 'The API has a fault of its own. Try again later, or look at its status page.',
  },
  { from: 400, kind: 'internal', hint: 'The API refuses the request as it is built; this is for the developer.' },
  { from: 300, kind: 'internal' },
  { from: 200, kind: 'ok' },
  { from: 0, kind: 'source' },
];

export function meaningOf(status: number, overrides: StatusKinds = {}): StatusMeaning {
  const usual = DEFAULT_STATUS_KINDS[status] ?? RANGES.find(({ from }) => status >= from) ?? { kind: 'source' };
  const override = overrides[status];
  // Another hint leaves it the same fault.
  if (typeof override === 'object') return override.kind === usual.kind ? { ...usual, ...override } : override;
  return override === undefined || override === usual.kind ? usual : { kind: override };
}
