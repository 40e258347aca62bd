import { ConnectorError, isConnectorError } from '#sdk';

/** Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7). */
export const STATUS = { noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;

interface SshError extends Error {
  readonly code?: string | number;
  readonly level?: string;
}

/** Of the network: the same may succeed a little later. */
const PASSING = new Map([
  ['ECONNREFUSED', 'nobody answers at this address'],
  ['ECONNRESET', 'the server broke the connection off'],
  ['EPIPE', 'the server broke the connection off'],
  ['ETIMEDOUT', 'no answer came in time'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ENOTFOUND', 'the host name is not known'],
  ['EAI_AGAIN', 'the name service does not answer'],
]);

/** Why a connection did not come to be. */
export function connectFault(host: string, cause: unknown): ConnectorError {
  if (isConnectorError(cause)) return cause;
  const { code, level, message } = cause as SshError;
  if (level === 'client-authentication')
    return new ConnectorError('auth', `${host} refuses this login.`, {
      cause,
      hint: 'Check username, password or key, and that the account is allowed to use SFTP. It is not tried again by itself, since many servers lock an account after some attempts.',
    });
  if (level === 'agent')
    return new ConnectorError('auth', 'The SSH agent cannot be asked.', {
      cause,
      hint: 'Check `agent`, or SSH_AUTH_SOCK, and that the agent runs.',
    });
  if (/no matching/i.test(message))
    return new ConnectorError('source', `${host} and Tributary have no algorithm in common (${message}).`, {
      cause,
      hint: 'The server knows only algorithms that are not safe any more (SHA-1, DSA, CBC). Ask who runs it to allow newer ones.',
    });
  if (/open failed|channel/i.test(message))
    return new ConnectorError('source', `${host} opens no way on: ${message}.`, {
      cause,
      hint: 'The account may lack SFTP, or the jump host may not forward (AllowTcpForwarding).',
    });
  return new ConnectorError('transient', `${host} cannot be reached: ${PASSING.get(String(code)) ?? message}.`, {
    cause,
    hint: 'Check host and port, and that a firewall lets this machine through.',
  });
}

/** What the server answers about a file or a folder. */
export function answerFault(what: string, cause: unknown): ConnectorError {
  if (isConnectorError(cause)) return cause;
  const { code, message } = cause as SshError;
  if (code === STATUS.permissionDenied)
    return new ConnectorError('auth', `${what}: the server denies this account the right.`, {
      fault: 'permission',
      cause,
      hint: 'Ask who runs the server for the right to list the folder and to read its files.',
    });
  if (code === STATUS.noSuchFile)
    return what.startsWith('Folder')
      ? new ConnectorError('config', `${what} does not exist on the server.`, {
          cause,
          hint: 'Correct `path`; without a leading `/` it is taken from the folder in which the login lands.',
        })
      : new ConnectorError('source', `${what} is gone.`, { cause, hint: 'It was removed after it was listed.' });
  return new ConnectorError('source', `${what}: the server answers "${message}".`, { cause });
}

/** True where no answer came, rather than a bad one: ssh2 gives no code of its own for that. */
export function isOfConnection(error: unknown): boolean {
  if (isConnectorError(error)) return error.kind === 'transient';
  const { code, message } = error as SshError;
  return typeof code !== 'number' && (PASSING.has(String(code)) || /no response|not connected|not open/i.test(message));
}
