import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../process-identity.js';
import type { Account } from './account.js';
import type { ServerAddress } from './server-settings.js';

/** What the server says about itself in its postmaster.pid. */
export interface Postmaster {
  readonly pid: number;
  readonly address: ServerAddress;
  readonly isReady: boolean;
}

/** The living server of a data folder, if there is one. */
export function findPostmaster(data: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!(pid > 0) || !isRunning(pid) || !isPostgresOf(pid, data)) return undefined;
  return {
    pid,
    address: { port: Number(lines[3]), socketDir: lines[4] ?? '' },
    isReady: lines[7]?.trim() === 'ready',
  };
}

/** After a restart of the machine or container the pid in a stale file may belong to anybody. */
function isPostgresOf(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
  } catch {
    return process.platform !== 'linux';
  }
}

/**
 * Starts a program as the account. On Linux the kernel sends it SIGINT when the thread that started it ends, however it
 * ends (a server then closes at once and cleanly); so it must be started by the main thread. Where setpriv is missing,
 * an orphan lives on and the next process of the same home adopts it. It gets a session of its own, because a Ctrl-C in
 * the terminal is for us, and we still have a batch to commit.
 */
export function spawnAs(account: Account, program: string, args: readonly string[], log: number): ChildProcess {
  const byKernel = diesWithParent();
  const identity = account.isOurs ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const [command, ...rest] = byKernel
    ? ['setpriv', ...identity, '--pdeathsig=INT', '--', program, ...args]
    : [program, ...args];
  return spawn(command, rest, {
    // Not ours: the server's account may not be allowed to enter it.
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    // PGPORT, PGDATA and their like are for other servers, and no secret of ours is its business.
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    ...(byKernel || account.isOurs ? {} : { uid: account.uid, gid: account.gid }),
  });
}

function diesWithParent(): boolean {
  return process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig=INT', '--', 'true']).status === 0;
}
