import { ConnectorError, type ErrorKind, isConnectorError } from '../sdk/errors.js';

const RULES: readonly (readonly [RegExp, ErrorKind, string])[] = [
  [/^28/, 'auth', 'Check user and password in `store`.'],
  [/^42501$/, 'auth', 'Grant the role of `store` the right that the message names.'],
  [/^3D000$/, 'config', 'Create the database that `store` names.'],
  [/^53100$/, 'destination', 'Free space on the server of `store`.'],
  [
    /^(08|40001|40P01|53|55P03|57P0[123]|25006)/,
    'transient',
    'The server of `store` was busy or restarting; try again.',
  ],
];

const NETWORK = /^(ECONNREFUSED|EACCES|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** The five characters of SQL's error state, or the code of a network error. */
export function sqlState(error: unknown): string | undefined {
  return driverError(error).code;
}

/** A failure of the host's own store. TypeORM's error carries the parameters, hence only the driver's goes on as cause. */
export function storeFailure(doing: string, error: unknown): ConnectorError {
  if (isConnectorError(error)) return error;
  const cause = driverError(error);
  const { code = '', message } = cause;
  const rule = RULES.find(([pattern]) => pattern.test(code));
  if (rule !== undefined) {
    return new ConnectorError(rule[1], `The store could not ${doing}: ${message} [${code}]`, { hint: rule[2], cause });
  }
  if (isDisconnect(code, message)) {
    return new ConnectorError('transient', `The store could not ${doing}: no connection (${code || 'closed'}).`, {
      hint: 'Check that the server of `store` is up and can be reached from here.',
      cause,
    });
  }
  return new ConnectorError('internal', `The store could not ${doing} [${code || cause.name}].`, { cause });
}

function isDisconnect(code: string, message: string): boolean {
  return NETWORK.test(code) || /Connection terminated|timeout exceeded|not queryable|connection error/i.test(message);
}

function driverError(error: unknown): Error & { code?: string } {
  const { driverError: inner } = error as { driverError?: unknown };
  const found = inner ?? error;
  return found instanceof Error ? found : Object.assign(new Error(String(found)), found as object);
}
