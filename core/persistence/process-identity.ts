import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one process, also after its pid was given to another one. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When it started, in the kernel's own count; empty where the system does not tell. */
  readonly started: string;
}

export function thisProcess(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) };
}

/** Whether the process still runs. Of another host nothing can be known: `undefined`. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== hostname()) return undefined;
  if (!isRunning(identity.pid)) return false;
  return identity.started === '' || startOf(identity.pid) === identity.started;
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, under another account.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // A zombie has ended; only its parent has not asked yet.
  return statOf(pid)?.[0] !== 'Z';
}

function startOf(pid: number): string {
  return statOf(pid)?.[19] ?? '';
}

/** The fields of /proc/PID/stat from the state on (field 3); the name before them may hold spaces and brackets. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
