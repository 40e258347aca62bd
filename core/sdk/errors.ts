/**
 * What kind of fault happened. The engine decides by it whether to retry, whom it tells, and with which code the
 * process exits; metrics and alerts use it as their label.
 */
export type ErrorKind =
  | 'config'
  | 'auth'
  | 'rate_limit'
  | 'transient'
  | 'source'
  | 'destination'
  | 'data'
  | 'schema'
  | 'locked'
  | 'expectation'
  | 'internal';

/**
 * Of faults that are told apart within their kind: counts or contents contradict each other; there is no room to write; the
 * login is good, and lacks a right (`auth`), so other streams may be read all the same.
 */
export type Fault = 'integrity' | 'disk_full' | 'permission';

/** One option of a plugin that is at fault. */
export interface OptionIssue {
  /** From `config` of the plugin on, such as `['files', 0, 'path']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface ErrorDetails {
  readonly fault?: Fault;
  /** The options that are at fault, so that their lines in the file can be told; see `optionError`. */
  readonly options?: readonly OptionIssue[];
  readonly cause?: unknown;
  /** The next step for a person: what to change, grant or look at. */
  readonly hint?: string;
  /** How long to wait before the same call may succeed, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly connector?: string;
  readonly connection?: string;
  readonly stream?: string;
  readonly slice?: string;
  /** The expectation that a record broke. */
  readonly expectation?: string;
}

/**
 * The one error class of connectors, destinations and engine.
 * `message` says what happened in the user's words, `details.hint` what to do next. Neither holds a secret or the value
 * of a record; the name of a field may stand in it.
 */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.details = details;
  }
}

/** Options that fit their schema, and that the system cannot serve: its message names each by its path. */
export function optionError(options: readonly OptionIssue[], details: ErrorDetails = {}): ConnectorError {
  const texts = options.map(({ path, message }) => `config${path.map(step).join('')}: ${message}`);
  return new ConnectorError('config', texts.join('\n'), { ...details, options });
}

const step = (key: string | number) => (typeof key === 'number' ? `[${key}]` : `.${key}`);

/** True for our errors, also for those of a plugin that carries its own copy of the SDK (where `instanceof` fails). */
export function isConnectorError(error: unknown): error is ConnectorError {
  return error instanceof Error && error.name === 'ConnectorError' && 'kind' in error && 'details' in error;
}

/** Makes any thrown value a `ConnectorError`; what is not ours is `internal`, never "try again". */
export function toConnectorError(error: unknown, details: ErrorDetails = {}): ConnectorError {
  if (isConnectorError(error)) {
    return new ConnectorError(error.kind, error.message, {
      cause: error.cause,
      ...details,
      ...definedOf(error.details),
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ConnectorError('internal', message, { ...details, cause: error });
}

function definedOf(details: ErrorDetails): ErrorDetails {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}

/** Exit codes of the command line by kind (0 ok, 2 usage and 130 Ctrl-C are no errors of a kind). */
export const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  internal: 1,
  config: 3,
  schema: 3,
  auth: 4,
  rate_limit: 5,
  transient: 5,
  source: 5,
  destination: 6,
  data: 7,
  locked: 8,
  expectation: 9,
};
