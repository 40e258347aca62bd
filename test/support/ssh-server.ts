import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import ssh2 from 'ssh2';
import { freePort } from './free-port.js';
import { fingerprintIn, startSftpSimulator } from '../simulators/sftp/server.js';

/** A server with keys, accounts and a folder of its own. */
export interface SshServer {
  /** Which one it is: the real server where it is installed, as `.ci/run` does, else one in this process. */
  readonly kind: 'OpenSSH' | 'in-process';
  /** Where its files lie; a login lands here. */
  readonly folder: string;
  /** What a configuration needs: host, port, username, private_key, passphrase, host_key_sha256. */
  readonly login: Readonly<Record<string, any>>;
  /** The key without its encryption. */
  readonly plainKey: string;
  /** Gives a file or folder, with what lies below it, to the account that logs in. */
  handOver(path: string): void;
  close(): Promise<void>;
}

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd'].find((path) => existsSync(path));
const PASSPHRASE = 'a passphrase with spaces';

/** Whether an account with a password can be made for a server: by root alone. */
export const canMakeAccounts = SSHD !== undefined && process.getuid?.() === 0 && existsSync('/usr/sbin/useradd');

/** A pair of keys. Of 300 that ssh2 makes it can itself not read one. */
export function sshKeys(passphrase?: string) {
  for (;;) {
    const keys =
      passphrase === undefined
        ? ssh2.utils.generateKeyPairSync('ed25519')
        : ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-cbc', rounds: 8 });
    if (!(ssh2.utils.parseKey(keys.private, passphrase) instanceof Error)) return keys;
  }
}

/** With a password, an account of its own that has it is made for the time that the server runs; only where accounts can be made. */
export async function startSshServer(password?: string): Promise<SshServer> {
  const root = mkdtempSync(join(tmpdir(), 'tributary-sshd-'));
  chmodSync(root, 0o755);
  const folder = join(root, 'files');
  mkdirSync(folder);
  const host = sshKeys();
  const plain = sshKeys();
  const locked = sshKeys(PASSPHRASE);
  const login = { private_key: locked.private, passphrase: PASSPHRASE, host_key_sha256: fingerprintIn(host.public) };
  const allowed = [plain.public, locked.public];
  const remove = () => rmSync(root, { recursive: true, force: true });
  if (SSHD === undefined) {
    process.stderr.write('OpenSSH is not installed: the tests of SFTP use a server in this process.\n');
    const simulator = await startSftpSimulator({ folder, hostKey: host.private, allowedKeys: allowed });
    return {
      kind: 'in-process',
      folder,
      plainKey: plain.private,
      login: { ...login, host: '127.0.0.1', port: simulator.port, username: 'exports' },
      handOver: () => undefined,
      close: async () => {
        await simulator.close();
        remove();
      },
    };
  }
  const isRoot = process.getuid?.() === 0;
  // Whoever is root may read everything; the files are to be read by somebody who may not.
  const username = password !== undefined ? makeAccount(password) : isRoot ? 'nobody' : userInfo().username;
  const port = await freePort();
  writeFileSync(join(root, 'host_key'), host.private, { mode: 0o600 });
  writeFileSync(join(root, 'authorized_keys'), `${allowed.join('\n')}\n`, { mode: 0o644 });
  writeFileSync(
    join(root, 'sshd_config'),
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${join(root, 'host_key')}
PidFile none
AuthorizedKeysFile ${join(root, 'authorized_keys')}
StrictModes no
UsePAM no
PasswordAuthentication ${password === undefined ? 'no' : 'yes'}
KbdInteractiveAuthentication no
AllowTcpForwarding yes
MaxStartups 100
Subsystem sftp internal-sftp -d ${folder}
ForceCommand internal-sftp -d ${folder}
`,
  );
  if (isRoot) {
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    spawnSync('chown', ['-R', username, folder]);
  }
  const child = spawn(SSHD, ['-D', '-e', '-f', join(root, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(child);
  return {
    kind: 'OpenSSH',
    folder,
    plainKey: plain.private,
    login: { ...login, host: '127.0.0.1', port, username },
    handOver: (path) => void (isRoot && spawnSync('chown', ['-R', username, join(folder, path)])),
    close: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      if (password !== undefined) spawnSync('userdel', [username]);
      remove();
    },
  };
}

function makeAccount(password: string): string {
  const name = `tributary-${process.pid}`;
  const made = spawnSync('useradd', ['--no-create-home', '--home-dir', '/', '--shell', '/usr/sbin/nologin', name]);
  const set = spawnSync('chpasswd', { input: `${name}:${password}\n` });
  if (made.status !== 0 || set.status !== 0) throw new Error(`no account: ${made.stderr} ${set.stderr}`);
  return name;
}

async function listening(child: ChildProcess): Promise<void> {
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr! })) {
    said.push(line);
    if (line.includes('Server listening')) {
      child.stderr!.resume();
      return;
    }
  }
  throw new Error(`sshd did not start: ${said.join(' | ')}`);
}
