import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sftpConfig } from '../../../../connectors/sftp/sftp.config.js';
import { sftp } from '../../../../connectors/sftp/sftp.source.js';
import { sftpSession } from '../../../../connectors/sftp/sftp-session.js';
import { sftpTransport } from '../../../../connectors/sftp/sftp.transport.js';
import type { FileVersion } from '../../../../core/protocol/index.js';
import { droppingProxy } from '../../../support/dropping-proxy.js';
import { canMakeAccounts, sshKeys, startSshServer, type SshServer } from '../../../support/ssh-server.js';
import { fingerprintIn, startSftpSimulator } from '../../../simulators/sftp/server.js';

const files = [{ stream: 's', path: '*.csv', format: 'csv' }];
let server: SshServer;

beforeAll(async () => {
  server = await startSshServer();
});
afterAll(() => server.close());

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const stop = new AbortController();
afterAll(() => stop.abort());

function transportTo(options: Record<string, unknown> = {}) {
  const config = sftpConfig.parse({ ...server.login, ...options, files });
  const session = sftpSession(config, stop.signal);
  return Object.assign(sftpTransport(session, config), { [Symbol.dispose]: () => session.close() });
}

const listed = async (transport: ReturnType<typeof transportTo>, pattern: string): Promise<FileVersion[]> =>
  all(transport.list(pattern, stop.signal));

async function read(transport: ReturnType<typeof transportTo>, file: FileVersion, from?: number): Promise<Buffer> {
  return Buffer.concat(await all(transport.open(file, stop.signal, from)));
}

async function checked(options: Record<string, unknown>): Promise<unknown> {
  const config = sftp.config.parse({ ...server.login, ...options, files });
  const source = await sftp.open(config, { signal: stop.signal, baseFolder: '/' });
  try {
    return await source.check();
  } finally {
    await source.close();
  }
}

const place = (path: string, content: string | Uint8Array = 'a,b\n1,2\n') => {
  const whole = join(server.folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, content);
  return whole;
};

test('an encrypted key opens the server, whose files are listed and read by glob, by deep glob and from an offset', async () => {
  const content = randomBytes(3_000_000);
  place('out/b.bin', content);
  place('out/deep/c.csv');
  place('out/[1].csv');
  place('out/.hidden.csv');
  symlinkSync('deep/c.csv', join(server.folder, 'out/link.csv'));
  symlinkSync('..', join(server.folder, 'out/up'));
  using transport = transportTo();
  expect((await listed(transport, 'out/*.bin')).map(({ name, bytes }) => [name, bytes])).toEqual([
    ['out/b.bin', 3_000_000],
  ]);
  const deep = await listed(transport, './out/**/*.csv');
  expect(deep.map(({ name }) => name)).toEqual(['out/[1].csv', 'out/deep/c.csv', 'out/link.csv']);
  expect(deep[2]?.bytes).toBe(8);
  expect((await listed(transport, 'out/[1].csv')).map(({ name }) => name)).toEqual(['out/[1].csv']);
  expect((await listed(transport, join(server.folder, 'out/*.bin'))).map(({ name }) => name)).toEqual([
    join(server.folder, 'out/b.bin'),
  ]);
  const [file] = await listed(transport, 'out/*.bin');
  expect((await read(transport, file!)).equals(content)).toBe(true);
  expect((await read(transport, file!, 2_999_990)).equals(content.subarray(2_999_990))).toBe(true);
  utimesSync(join(server.folder, 'out/b.bin'), 1, 1);
  const [touched] = await listed(transport, 'out/*.bin');
  expect(touched?.modifiedAt).toBe('1970-01-01T00:00:01.000Z');
  await expect(read(transport, file!)).rejects.toMatchObject({ kind: 'source' });
});

test('a host key that is not pinned, or not the pinned one, stops everything and is shown', async () => {
  const found = server.login['host_key_sha256'] as string;
  await expect(checked({ host_key_sha256: undefined })).rejects.toMatchObject({
    kind: 'auth',
    message: expect.stringContaining(`${found} (ssh-ed25519)`),
    details: { hint: expect.stringContaining(`host_key_sha256: ${found}`) },
  });
  const other = `SHA256:${'A'.repeat(43)}`;
  await expect(checked({ host_key_sha256: other })).rejects.toMatchObject({
    kind: 'auth',
    message: expect.stringMatching(
      new RegExp(`${found.replaceAll(/[+/]/g, '.')}.*not the one that is pinned.*${other}`),
    ),
  });
  place('a.csv');
  await checked({ host_key_sha256: [other, `${found}=`] });
});

test('a wrong key, a key without its passphrase and a wrong passphrase are told apart', async () => {
  const stranger = sshKeys().private;
  await expect(checked({ private_key: stranger, passphrase: undefined })).rejects.toMatchObject({
    kind: 'auth',
    message: '127.0.0.1 refuses this login.',
  });
  await expect(checked({ passphrase: undefined })).rejects.toMatchObject({
    kind: 'config',
    message: 'The private key is encrypted.',
  });
  await expect(checked({ passphrase: 'wrong' })).rejects.toMatchObject({ kind: 'auth' });
  await expect(checked({ host: '127.0.0.1', port: 1 })).rejects.toMatchObject({ kind: 'transient' });
});

test('a transfer goes on where dropped connections have cut it off', async () => {
  const content = randomBytes(12_000_000);
  place('big.bin', content);
  const proxy = await droppingProxy(server.login['port']);
  try {
    using transport = transportTo({ port: proxy.port });
    const [file] = await listed(transport, 'big.bin');
    const before = proxy.bytes;
    const chunks: Buffer[] = [];
    // The open connection first, then two more.
    proxy.dropAfter(5_000_000, 3_000_000);
    const dropped = { isDropped: false };
    for await (const chunk of transport.open(file!, stop.signal)) {
      chunks.push(Buffer.from(chunk));
      if (!dropped.isDropped && Buffer.concat(chunks).length > 1_000_000) {
        dropped.isDropped = true;
        proxy.dropAll();
      }
    }
    const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(sum(Buffer.concat(chunks))).toBe(sum(content));
    expect(proxy.connections).toBe(4);
    // Each time no more is lost than what was under way.
    expect(proxy.bytes - before).toBeLessThan(content.length * 1.9);
    proxy.dropAfter(0, 0, 0, 0);
    proxy.dropAll();
    await expect(read(transport, file!)).rejects.toMatchObject({ kind: 'transient' });
  } finally {
    await proxy.close();
  }
});

test('a connection that is dropped while a file is written costs nothing: what was not sure is written again', async () => {
  const proxy = await droppingProxy(server.login['port']);
  const content = randomBytes(9_000_000);
  const chunks = async function* () {
    for (let at = 0; at < content.length; at += 100_000) {
      // In the middle of the file, twice, whatever is under way.
      if (at === 3_000_000 || at === 6_000_000) proxy.dropAll();
      yield content.subarray(at, at + 100_000);
    }
  };
  try {
    using transport = transportTo({ port: proxy.port });
    await transport.write('new/folder/written.bin', chunks(), stop.signal);
    expect(proxy.connections).toBe(3);
    const [file] = await listed(transport, 'new/folder/*');
    expect((await read(transport, file!)).equals(content)).toBe(true);
    expect(await transport.claim('new/claimed', Buffer.from('a'), stop.signal)).toBe(true);
    expect(await transport.claim('new/claimed', Buffer.from('b'), stop.signal)).toBe(false);
  } finally {
    await proxy.close();
  }
});

test('a file that grows or is replaced while it is read is refused, and one that is gone says so', async () => {
  const path = place('growing.csv', randomBytes(9_000_000));
  using transport = transportTo();
  const [file] = await listed(transport, 'growing.csv');
  const reading = transport.open(file!, stop.signal)[Symbol.asyncIterator]();
  await reading.next();
  appendFileSync(path, 'more');
  const rest = all({ [Symbol.asyncIterator]: () => reading });
  await expect(rest).rejects.toMatchObject({ kind: 'source', message: expect.stringContaining('while it was read') });
  rmSync(path);
  await expect(read(transport, file!)).rejects.toMatchObject({
    kind: 'source',
    message: 'File "growing.csv" is gone.',
  });
  expect(await transport.stat('growing.csv', stop.signal)).toBeUndefined();
});

test('a folder that is missing or may not be read is never "no files"', async () => {
  using transport = transportTo();
  await expect(listed(transport, 'nowhere/*.csv')).rejects.toMatchObject({
    kind: 'config',
    message: 'Folder "nowhere" does not exist on the server.',
  });
  if (server.kind === 'in-process' && process.getuid?.() === 0) return;
  place('locked/a.csv');
  const [file] = await listed(transport, 'locked/*.csv');
  // By root where the login is another account: then it is no more the owner.
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', 'root', join(server.folder, 'locked')]);
  chmodSync(join(server.folder, 'locked/a.csv'), 0o600);
  if (process.getuid?.() !== 0) chmodSync(join(server.folder, 'locked/a.csv'), 0);
  await expect(read(transport, file!)).rejects.toMatchObject({
    kind: 'auth',
    message: 'File "locked/a.csv": the server denies this account the right.',
    details: { fault: 'permission' },
  });
  await expect(transport.move('locked/a.csv', 'gone.csv', stop.signal)).rejects.toMatchObject({ kind: 'auth' });
  chmodSync(join(server.folder, 'locked'), process.getuid?.() === 0 ? 0o700 : 0);
  await expect(listed(transport, 'locked/*.csv')).rejects.toMatchObject({ kind: 'auth' });
  chmodSync(join(server.folder, 'locked'), 0o755);
});

test('moves into folders that it makes, never over another file, and deletes', async () => {
  place('done/x.csv', 'old');
  place('y.csv', 'new');
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', 'nobody', server.folder]);
  using transport = transportTo();
  await expect(transport.move('y.csv', 'done/x.csv', stop.signal)).rejects.toMatchObject({
    kind: 'source',
    message: expect.stringContaining('exists already'),
  });
  await transport.move('y.csv', 'done/2026/11/y.csv', stop.signal);
  expect(readdirSync(join(server.folder, 'done/2026/11'))).toEqual(['y.csv']);
  await transport.remove('done/x.csv', stop.signal);
  await transport.remove('done/x.csv', stop.signal);
  expect(existsSync(join(server.folder, 'done/x.csv'))).toBe(false);
});

test('the way may lead through a jump host, whose key is pinned as well', async () => {
  place('a.csv');
  const { host, port, username, private_key, passphrase, host_key_sha256 } = server.login;
  const jump = { host, port, username, private_key, passphrase, host_key_sha256 };
  using transport = transportTo({ jump });
  expect((await listed(transport, 'a.csv')).length).toBe(1);
  await expect(checked({ jump: { ...jump, host_key_sha256: `SHA256:${'A'.repeat(43)}` } })).rejects.toMatchObject({
    kind: 'auth',
    message: expect.stringContaining('not the one that is pinned'),
  });
});

test('an agent that holds the key is asked for it', async () => {
  if (spawnSync('ssh-agent', ['-h']).error !== undefined) {
    process.stderr.write('ssh-agent is not installed: logging in by an agent was not tested.\n');
    return;
  }
  place('a.csv');
  const socket = join(server.folder, '..', 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  try {
    while (!existsSync(socket)) await sleep(10);
    const added = spawnSync('ssh-add', ['-'], {
      input: server.plainKey,
      env: { ...process.env, SSH_AUTH_SOCK: socket },
    });
    expect(added.status).toBe(0);
    await checked({ private_key: undefined, passphrase: undefined, agent: socket });
  } finally {
    agent.kill();
    await once(agent, 'exit');
  }
  await expect(checked({ private_key: undefined, passphrase: undefined, agent: socket })).rejects.toMatchObject({
    kind: 'auth',
  });
});

(canMakeAccounts ? test : test.skip)('OpenSSH takes an account by its password, and refuses a wrong one', async () => {
  const own = await startSshServer('correct horse');
  try {
    const login = { ...own.login, password: 'correct horse', private_key: undefined, passphrase: undefined };
    writeFileSync(join(own.folder, 'a.csv'), 'id\n1\n');
    await checked(login);
    await expect(checked({ ...login, password: 'wrong' })).rejects.toMatchObject({ kind: 'auth' });
  } finally {
    await own.close();
  }
});

describe('by password, on a server in this process', () => {
  const host = sshKeys();
  const start = (methods: ('password' | 'keyboard-interactive')[], algorithms?: object) =>
    startSftpSimulator({
      folder: server.folder,
      hostKey: host.private,
      password: 'correct horse',
      methods,
      ...(algorithms === undefined ? {} : { algorithms }),
    });
  const login = (port: number, password = 'correct horse') => ({
    port,
    password,
    private_key: undefined,
    passphrase: undefined,
    host_key_sha256: fingerprintIn(host.public),
  });

  test('it is sent once, in the form that the server takes, and a wrong one is not tried again', async () => {
    place('a.csv');
    for (const methods of [['password', 'keyboard-interactive'], ['keyboard-interactive']] as const) {
      const simulator = await start([...methods]);
      try {
        await checked(login(simulator.port));
        await expect(checked(login(simulator.port, 'wrong'))).rejects.toMatchObject({ kind: 'auth' });
        expect(simulator.attempts).toEqual([`${methods[0]}:true`, `${methods[0]}:false`]);
      } finally {
        await simulator.close();
      }
    }
  });

  test('a server that knows only algorithms of the past is refused', async () => {
    const simulator = await start(['password'], { kex: ['diffie-hellman-group14-sha1'] });
    try {
      await expect(checked(login(simulator.port))).rejects.toMatchObject({
        kind: 'source',
        message: expect.stringContaining('no algorithm in common'),
      });
      expect(simulator.attempts).toEqual([]);
    } finally {
      await simulator.close();
    }
  });
});
