import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type AnyAuthMethod, type AuthenticationType, type Client, type ParsedKey, type SFTPWrapper } from 'ssh2';
import { ConnectorError } from '#sdk';
import { hostKeyFault } from './host-key.js';
import type { Login } from './sftp.config.js';
import { connectFault } from './sftp-errors.js';

/** No SHA-1, no DSA, no CBC, no MD5: what OpenSSH 9 offers by itself, the fast ciphers first. */
const ALGORITHMS = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
  ],
  serverHostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'chacha20-poly1305@openssh.com',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} as const;

export interface Waiting {
  readonly timeoutMs: number;
  readonly keepaliveMs: number;
}

/** An open way to the server's files. */
export interface SshConnection {
  readonly sftp: SFTPWrapper;
  /** True once the connection is gone, whoever ended it. */
  readonly isOver: () => boolean;
  end(): void;
}

/** Connects, through the jump host if there is one, and opens SFTP. Nothing is sent to a host whose key is not pinned. */
export async function connectSsh(
  login: Login,
  jump: Login | undefined,
  waiting: Waiting,
  signal: AbortSignal,
): Promise<SshConnection> {
  const clients: Client[] = [];
  const end = () => clients.toReversed().forEach((client) => client.destroy());
  signal.addEventListener('abort', end, { once: true });
  try {
    let way: Duplex | undefined;
    if (jump !== undefined) {
      const host = await openClient(jump, undefined, waiting, signal, clients);
      way = await answered<Duplex>((tell) => host.forwardOut('127.0.0.1', 0, login.host, login.port, tell), host);
    }
    const client = await openClient(login, way, waiting, signal, clients);
    let isOver = false;
    client.once('close', () => {
      isOver = true;
      signal.removeEventListener('abort', end);
      end();
    });
    const sftp = await answered<SFTPWrapper>((tell) => client.sftp(tell), client);
    return { sftp, isOver: () => isOver, end };
  } catch (error) {
    signal.removeEventListener('abort', end);
    end();
    signal.throwIfAborted();
    throw connectFault(login.host, error);
  }
}

/** What a client is asked, or the end of the client where that comes first. */
function answered<T>(ask: (tell: (error: Error | undefined, value: T) => void) => void, client: Client): Promise<T> {
  return new Promise((resolve, reject) => {
    client.once('close', () => reject(Object.assign(new Error('the connection ended'), { code: 'ECONNRESET' })));
    ask((error, value) => (error === undefined || error === null ? resolve(value) : reject(error)));
  });
}

async function openClient(
  login: Login,
  way: Duplex | undefined,
  { timeoutMs, keepaliveMs }: Waiting,
  signal: AbortSignal,
  clients: Client[],
): Promise<Client> {
  const key = privateKeyOf(login);
  const sock = way ?? (await openSocket(login, timeoutMs, signal));
  const client = new ssh2.Client();
  clients.push(client);
  let refusal: ConnectorError | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve).once('close', () => reject(new Error('the server ended the connection')));
      client.on('error', reject);
      client.connect({
        sock,
        username: login.username,
        readyTimeout: timeoutMs,
        keepaliveInterval: keepaliveMs,
        keepaliveCountMax: 3,
        algorithms: ALGORITHMS as never,
        hostVerifier: (shown: Buffer) => {
          refusal = hostKeyFault(shown, login);
          return refusal === undefined;
        },
        authHandler: authMethods(login, key) as never,
      });
    });
    return client;
  } catch (error) {
    sock.destroy();
    throw refusal ?? connectFault(login.host, error);
  }
}

/** Without Nagle's delay, which would hold every small request back. */
async function openSocket({ host, port }: Login, timeoutMs: number, signal: AbortSignal) {
  const socket = connectSocket({ host, port, noDelay: true });
  try {
    await once(socket, 'connect', { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw connectFault(
      host,
      (error as Error).name === 'AbortError' ? Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }) : error,
    );
  }
}

function privateKeyOf({ private_key, passphrase }: Login): ParsedKey | undefined {
  if (private_key === undefined) return undefined;
  const key = ssh2.utils.parseKey(private_key, passphrase);
  if (!(key instanceof Error)) return key;
  const isLocked = /no passphrase given/i.test(key.message);
  throw new ConnectorError(
    isLocked ? 'config' : 'auth',
    isLocked ? 'The private key is encrypted.' : 'The private key cannot be read with this passphrase, or is none.',
    {
      hint: isLocked ? 'Set `passphrase`.' : 'Check `private_key` (in OpenSSH or PEM form) and `passphrase`.',
    },
  );
}

/** One attempt by each way that is configured and that the server takes; a server may ask for two in turn. */
function authMethods({ username, password, agent }: Login, key: ParsedKey | undefined) {
  const left: AnyAuthMethod[] = [];
  if (key !== undefined) left.push({ type: 'publickey', username, key });
  const socket = agent === true ? process.env['SSH_AUTH_SOCK'] : agent;
  if (socket !== undefined) left.push({ type: 'agent', username, agent: socket });
  if (password !== undefined) {
    left.push({ type: 'password', username, password });
    left.push({
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
    });
  }
  let isFirst = true;
  return (taken: AuthenticationType[] | null, _partial: boolean | null, next: (method: unknown) => void) => {
    // What the server takes is known once it has refused `none`.
    if (isFirst) {
      isFirst = false;
      next({ type: 'none', username });
      return;
    }
    const isTaken = ({ type }: AnyAuthMethod) => taken?.includes(type === 'agent' ? 'publickey' : type) ?? true;
    const at = left.findIndex(isTaken);
    const method = at < 0 ? undefined : left.splice(at, 1)[0];
    // The same password is not sent a second time in another form, which would count as a further attempt.
    if (method?.type === 'password')
      left.splice(0, left.length, ...left.filter(({ type }) => type !== 'keyboard-interactive'));
    next(method ?? false);
  };
}
