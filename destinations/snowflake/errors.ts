import { ConnectorError, type ErrorKind } from '#sdk';

/** What the driver's errors carry; the codes of the server come as text or number. */
interface DriverError {
  readonly code?: string | number;
  readonly sqlState?: string;
  readonly message?: string;
  readonly name?: string;
}

interface Rule {
  /** By the code of the server, without leading zeros; or by the state. */
  readonly codes?: ReadonlySet<number>;
  readonly state?: RegExp;
  readonly kind: ErrorKind;
  readonly hint: string;
  readonly fault?: 'permission';
}

/** Codes of the driver: the server cannot be reached, or answers with what is no answer. */
const NETWORK = new Set([401_001, 401_002, 401_003, 401_004, 402_001, 402_002, 405_503, 407_001, 407_002]);
/** The session or its master token is gone: a new login goes on. */
const SESSION_GONE = new Set([390_104, 390_110, 390_111, 390_112, 390_113, 390_114, 390_115]);

const RULES: readonly Rule[] = [
  {
    // https://docs.snowflake.com/en/user-guide/key-pair-auth-troubleshooting: wrong user or password, JWT that is none, OAuth.
    codes: new Set([
      390_100, 390_101, 390_102, 390_103, 390_106, 390_120, 390_144, 390_195, 390_303, 390_318, 390_432, 394_300,
      394_301, 394_302, 394_303, 394_304, 394_400,
    ]),
    kind: 'auth',
    hint: 'Check user, key or password of the destination, and that the public key of the user in Snowflake is the other half.',
  },
  { codes: new Set([390_189]), kind: 'auth', hint: 'Grant the role to the user, or correct `role`.' },
  {
    codes: new Set([390_201]),
    kind: 'config',
    hint: 'Create it, correct its name, or grant the role the right to use it.',
  },
  { codes: new Set([606]), kind: 'config', hint: 'Correct `warehouse`, or grant the role USAGE on it.' },
  {
    codes: new Set([3_001]),
    kind: 'auth',
    fault: 'permission',
    hint: 'Grant the role the right that the message names.',
  },
  { state: /^42501$/, kind: 'auth', fault: 'permission', hint: 'Grant the role the right that the message names.' },
  {
    codes: new Set([90_105, 90_106, 2_043]),
    kind: 'config',
    hint: 'Correct `database`, or grant the role USAGE on it.',
  },
  {
    codes: new Set([90_073, 90_040]),
    kind: 'destination',
    hint: 'A resource monitor holds the warehouse: raise its quota or wait.',
  },
  {
    codes: new Set([630, 604]),
    kind: 'destination',
    hint: 'The statement was ended: raise STATEMENT_TIMEOUT_IN_SECONDS.',
  },
  { state: /^57014$/, kind: 'destination', hint: 'The statement was ended from outside; run again.' },
];

/** Transaction locks that were waited for in vain: 000625 too many waiters, 000628 deadlock, 000639 aborted after LOCK_TIMEOUT. */
const LOCKED = new Set([625, 628, 639]);

/** True for an error that says that a lock was not to be had. */
export function isLockTimeout(error: unknown): boolean {
  const { code, message = '' } = ((error as Error).cause ?? error) as DriverError;
  return (
    LOCKED.has(Number(code)) ||
    /lock(ed table)?\b.*(timed|timeout|not yet been released)|number of waiters/i.test(message)
  );
}

/** True where the connection itself is of no use any more. */
export function isConnectionGone(error: unknown): boolean {
  const { code, name } = ((error as Error).cause ?? error) as DriverError;
  return (
    NETWORK.has(Number(code)) || SESSION_GONE.has(Number(code)) || /Network|RequestFailed|AxiosError/.test(name ?? '')
  );
}

/** A table, schema or other object that is not there, or that the role may not see. */
export function isMissing(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? error) as DriverError;
  return Number(code) === 2_003 || Number(code) === 2_043;
}

/**
 * Makes a driver's error ours. Messages of faults in data quote values of records (`Numeric value '…' is not recognized`), so
 * of those only the state and the code go on.
 */
export function fromDriver(error: unknown, doing: string): Error {
  if (error instanceof Error && error.name === 'ConnectorError') return error;
  const { code, sqlState = '', message = String(error) } = error as DriverError;
  const number = Number(code);
  const said = (text: string) => `Snowflake, ${doing}: ${text}${code === undefined ? '' : ` [${String(code)}]`}`;
  if (isConnectionGone(error))
    return new ConnectorError(
      'transient',
      said(SESSION_GONE.has(number) ? 'the session ended.' : 'the connection failed.'),
      {
        hint: 'Check that the account can be reached from here; nothing was lost, the next run goes on from its bookmark.',
        cause: error,
      },
    );
  if (isLockTimeout(error))
    return new ConnectorError('transient', said('another transaction holds a lock on the table.'), {
      hint: 'See SHOW LOCKS in the account; the run may be repeated.',
      cause: error,
    });
  const rule = RULES.find(({ codes, state }) => codes?.has(number) === true || state?.test(sqlState) === true);
  const isOfData =
    !message.startsWith('SQL compilation error') &&
    (/^(22|23)/.test(sqlState) || (number >= 100_000 && number < 101_000));
  const text = isOfData ? 'a value does not fit' : firstLine(message);
  const cause = isOfData ? new Error(`a value does not fit [${String(code)}]`) : error;
  return new ConnectorError(rule?.kind ?? (Number.isNaN(number) ? 'internal' : 'destination'), said(text), {
    hint: rule?.hint ?? 'See the query history of the account for the whole message.',
    cause,
    ...(rule?.fault === undefined ? {} : { fault: rule.fault }),
  });
}

const firstLine = (text: string) => text.split('\n').slice(0, 2).join(' ').trim();

/** A person's mistake in a statement: words, names, or several statements in one. */
export function mistake(error: unknown): ConnectorError | undefined {
  if (error instanceof Error && error.name === 'ConnectorError') return undefined;
  const { code, message = '' } = error as { readonly code?: string | number; readonly message?: string };
  if (Number(code) === 8 && /statement count/i.test(message))
    return new ConnectorError('config', 'These are several statements, and only one is taken.', {
      hint: 'Give them one by one; what belongs together can be one statement by `WITH`.',
      cause: error,
    });
  if (!message.startsWith('SQL compilation error')) return undefined;
  return new ConnectorError('config', fromDriver(error, 'query').message, {
    hint: 'Correct the statement.',
    cause: error,
  });
}
