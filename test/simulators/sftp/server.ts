import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerConfig } from 'ssh2';
import { serveFiles } from './files.js';

const { utils } = ssh2;

export interface SftpSimulatorOptions {
  readonly folder: string;
  /** Private key in OpenSSH form. */
  readonly hostKey: string;
  /** Public keys that may log in. */
  readonly allowedKeys?: readonly string[];
  readonly password?: string;
  /** The ways that it takes, as its administrator has configured them. */
  readonly methods?: readonly ('publickey' | 'password' | 'keyboard-interactive')[];
  readonly algorithms?: ServerConfig['algorithms'];
}

export interface SftpSimulator {
  readonly port: number;
  /** Every attempt to log in, `method:accepted`; `none` only asks which ways there are. */
  readonly attempts: readonly string[];
  close(): Promise<void>;
}

/** An SSH server in this process that serves a folder by SFTP version 3; a login lands in the folder. */
export async function startSftpSimulator(options: SftpSimulatorOptions): Promise<SftpSimulator> {
  const { folder, hostKey, methods = ['publickey'], algorithms } = options;
  const attempts: string[] = [];
  const sockets = new Set<Socket>();
  const ssh = new ssh2.Server(
    { hostKeys: [hostKey], ...(algorithms === undefined ? {} : { algorithms }) },
    (connection: Connection) => {
      connection.on('error', () => undefined);
      connection.on('authentication', (context) => {
        if (context.method === 'none') return context.reject([...methods]);
        judge(context, options, (isAccepted) => {
          attempts.push(`${context.method}:${isAccepted}`);
          if (isAccepted) context.accept();
          else context.reject([...methods]);
        });
        return undefined;
      });
      connection.on('ready', () => {
        connection.on('session', (accept) => accept().on('sftp', (start) => serveFiles(start(), folder)));
        connection.on('tcpip', (accept, refuse, { destIP, destPort }) => forward(accept, refuse, destIP, destPort));
      });
    },
  );
  // Plain `listen` of ssh2 leaves Nagle's delay on.
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    ssh.injectSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    attempts,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function judge(context: AuthContext, options: SftpSimulatorOptions, tell: (isAccepted: boolean) => void): void {
  if (!(options.methods ?? ['publickey']).some((method) => method === context.method)) return tell(false);
  if (context.method === 'password') return tell(context.password === options.password);
  if (context.method === 'keyboard-interactive')
    return context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => tell(answers[0] === options.password));
  if (context.method !== 'publickey') return tell(false);
  const keys = (options.allowedKeys ?? []).map((text) => utils.parseKey(text)).flat();
  const key = keys.find((known) => !(known instanceof Error) && known.getPublicSSH().equals(context.key.data));
  if (key === undefined || key instanceof Error) return tell(false);
  // Without a signature the client only asks whether the key would do.
  const { signature, blob } = context;
  return tell(signature === undefined || blob === undefined || key.verify(blob, signature, context.hashAlgo) === true);
}

function forward(accept: () => ssh2.ServerChannel, refuse: () => void, host: string, port: number): void {
  void import('node:net').then(({ connect }) => {
    const target = connect({ host, port, noDelay: true });
    target.once('error', refuse).once('connect', () => {
      const channel = accept();
      channel.pipe(target).pipe(channel);
      channel.on('error', () => target.destroy()).on('close', () => target.destroy());
      target.on('error', () => channel.end());
    });
  });
}

/** The fingerprint of a public key line, by the definition in RFC 4253 and OpenSSH's manual. */
export function fingerprintIn(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(' ')[1]!, 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replaceAll('=', '')}`;
}
