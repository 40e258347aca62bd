import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type Cluster, readAddress, socketFolder } from './cluster.js';
import { serverFailure } from './failures.js';
import { findPostmaster, type Postmaster, spawnAs } from './postmaster.js';
import { type ServerAddress, serverArguments } from './server-settings.js';

const MAX_PORTS = 5;
const MAX_LOG_BYTES = 10_000_000;
/** Recovery after a crash replays at most max_wal_size. */
const READY_WITHIN_MS = 180_000;
/** So long the processes of a killed server may still hold its shared memory. */
const PREDECESSOR_GONE_WITHIN_MS = 10_000;

export interface Launched {
  readonly child: ChildProcess;
  readonly postmaster: Postmaster;
}

/** Starts the server of a cluster, at its former address if that is free, and waits until it takes connections. */
export async function launch(cluster: Cluster): Promise<Launched> {
  const former = await readAddress(cluster);
  const socketDir = await socketFolder(cluster, former?.socketDir);
  const began = Date.now();
  let port = former !== undefined && (await isFree(former.port)) ? former.port : await freePort();
  for (let ports = 1; ;) {
    const address = { port, socketDir };
    const started = await startOnce(cluster, address);
    if (typeof started !== 'string') {
      await writeFile(cluster.addressFile, JSON.stringify(address), { mode: 0o600 });
      return started;
    }
    if (/Address already in use/.test(started) && ports < MAX_PORTS) {
      port = await freePort();
      ports++;
    } else if (isHeldByPredecessor(started) && Date.now() - began < PREDECESSOR_GONE_WITHIN_MS) {
      await wait(100);
    } else {
      throw serverFailure('start', started);
    }
  }
}

/** The server, or what it said before it ended. */
async function startOnce(cluster: Cluster, address: ServerAddress): Promise<Launched | string> {
  const from = logSize(cluster.logFile);
  const log = openSync(cluster.logFile, 'a', 0o600);
  const child = spawnAs(cluster.account, cluster.binaries.postgres, serverArguments(cluster.data, address), log);
  closeSync(log);
  let failure: string | undefined;
  child.once('error', (error: NodeJS.ErrnoException) => (failure = `${error.code} ${error.message}`));
  child.once('exit', () => (failure ??= ''));
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (failure !== undefined) return `${readFileSync(cluster.logFile).subarray(from).toString('utf8')}\n${failure}`;
    const postmaster = findPostmaster(cluster.data);
    if (postmaster?.isReady === true && postmaster.pid === child.pid) {
      // It must not keep our process alive: when that ends, it ends.
      child.unref();
      return { child, postmaster };
    }
    if (Date.now() > deadline) {
      child.kill('SIGQUIT');
      return `it was not ready after ${READY_WITHIN_MS / 1000} seconds`;
    }
    await wait(10);
  }
}

function isHeldByPredecessor(output: string): boolean {
  return /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(output);
}

function logSize(path: string): number {
  try {
    const { size } = statSync(path);
    if (size < MAX_LOG_BYTES) return size;
    truncateSync(path);
  } catch {
    // There is none yet.
  }
  return 0;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => resolve(true)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(serverFailure('find a port', `Address already in use (${error.code})`)),
    );
    probe.listen({ port: 0, host: '127.0.0.1' }, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
