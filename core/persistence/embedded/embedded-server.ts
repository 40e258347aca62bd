import type { ChildProcess } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { ConnectorError } from '../../sdk/errors.js';
import { isRunning } from '../process-identity.js';
import { type Cluster, createCluster, findCluster, SUPERUSER } from './cluster.js';
import { fileFailure } from './failures.js';
import { launch } from './launch.js';
import { findPostmaster, type Postmaster } from './postmaster.js';
import { takeStartLock } from './start-lock.js';

export interface EmbeddedOptions {
  /** TRIBUTARY_HOME; made if missing. The database lies in its folder `postgres`. */
  readonly home: string;
  /** Hears, in a sentence, what is out of the ordinary: where the data lie, that the server was started again. */
  readonly log?: (text: string) => void;
}

/**
 * The PostgreSQL of a home, shared by all processes of one user that open it.
 *
 * The process that started it owns it, and it ends with its owner: at `stop`, at the owner's exit, and on Linux also when
 * the owner is killed. Processes that still use it lose their connections with an error that may be retried, and one of
 * them starts it again at the same address and owns it from then on (noticed within half a second). Likewise the owner
 * starts it again when it crashes. So a url stays right as long as this object is not stopped.
 */
export interface EmbeddedServer {
  /** For any client; through the Unix socket where there is one (`host` in the query), else TCP. Holds the password. */
  url(database: string): string;
  /** The database that always exists, for creating and dropping others. */
  readonly adminUrl: string;
  createDatabaseIfMissing(name: string): Promise<void>;
  /** Ends the server if this process owns it (open transactions roll back), else only leaves it. May be repeated. */
  stop(): Promise<void>;
  /** As `stop`, but as in a crash: the next start recovers from the log. */
  stopNow(): Promise<void>;
  /** Ends and starts a server that this process owns, or opens it again after a stop or a crash. */
  restart(): Promise<void>;
  readonly owned: boolean;
  /** Of the server itself. */
  readonly pid: number;
  readonly logFile: string;
}

interface Attached {
  readonly cluster: Cluster;
  readonly postmaster: Postmaster;
  /** Set where this process started the server. */
  readonly child?: ChildProcess;
}

const WATCH_EVERY_MS = 500;
const BUSY_FOR_MS = 180_000;
/** More crashes than this within a minute are not cured by another start. */
const MAX_REVIVALS_PER_MINUTE = 5;

/**
 * Opens the database of a home: makes it if there is none, starts it if it does not run, else uses the running one.
 * Throws a `ConnectorError`: `config` (platform, programs, folder, account), `destination` (disk full, server refused).
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const note = options.log ?? (() => undefined);
  const home = prepareHome(options.home);
  let current = await attach(home, note);
  let isOpen = true;
  let revivals: number[] = [];
  let watch: NodeJS.Timeout | undefined;
  // One change at a time: a restart that is asked for while the watch revives the server waits for it.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  const onExit = (): void => {
    if (current.child !== undefined) signal(current.postmaster.pid, 'SIGINT');
  };
  const keepWatch = (): void => {
    clearInterval(watch);
    const lost = (): void => void inTurn(revive).catch((error: Error) => note(error.message));
    if (current.child !== undefined) current.child.once('exit', lost);
    else watch = setInterval(() => !isRunning(current.postmaster.pid) && lost(), WATCH_EVERY_MS).unref();
  };
  const revive = async (): Promise<void> => {
    if (!isOpen || isRunning(current.postmaster.pid)) return;
    revivals = [...revivals.filter((at) => at > Date.now() - 60_000), Date.now()];
    if (revivals.length > MAX_REVIVALS_PER_MINUTE) {
      clearInterval(watch);
      note(`the embedded database ends again and again; see ${current.cluster.logFile}`);
      return;
    }
    current = await attach(home, note);
    if (current.child !== undefined) note('the embedded database had ended and was started again');
    keepWatch();
  };
  const close = async (how: 'SIGINT' | 'SIGQUIT'): Promise<void> => {
    isOpen = false;
    clearInterval(watch);
    process.off('exit', onExit);
    if (current.child !== undefined) await end(current.child, how);
  };

  process.on('exit', onExit);
  keepWatch();

  const url = (database: string): string => urlOf(current, database);
  return {
    url,
    get adminUrl() {
      return url('postgres');
    },
    createDatabaseIfMissing: (name) => createDatabaseIfMissing(url('postgres'), name),
    stop: () => inTurn(() => close('SIGINT')),
    stopNow: () => inTurn(() => close('SIGQUIT')),
    restart: () =>
      inTurn(async () => {
        await close('SIGINT');
        current = await attach(home, note);
        isOpen = true;
        process.on('exit', onExit);
        keepWatch();
      }),
    get owned() {
      return current.child !== undefined;
    },
    get pid() {
      return current.postmaster.pid;
    },
    get logFile() {
      return current.cluster.logFile;
    },
  };
}

function prepareHome(home: string): string {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    return realpathSync(home);
  } catch (error) {
    throw fileFailure('make its folder', error);
  }
}

/** Finds the running server of the home or, as the only process that holds the lock, starts it. */
async function attach(home: string, note: (text: string) => void): Promise<Attached> {
  const deadline = Date.now() + BUSY_FOR_MS;
  try {
    for (;;) {
      const running = await adopt(home);
      if (running !== undefined) return running;
      const release = await takeStartLock(join(home, 'postgres.lock'));
      if (release !== undefined) {
        try {
          // Perhaps another process has started it between our look and the lock.
          const started = (await adopt(home)) ?? (await startUnlessBusy(home, note));
          if (started !== undefined) return started;
        } finally {
          await release();
        }
      }
      if (Date.now() > deadline) {
        throw new ConnectorError('destination', 'The embedded database neither starts nor ends.', {
          hint: `Look at the log in ${join(home, 'postgres')} and end what holds it.`,
        });
      }
      await wait(25);
    }
  } catch (error) {
    throw fileFailure('be opened', error);
  }
}

async function adopt(home: string): Promise<Attached | undefined> {
  const cluster = await findCluster(home);
  const postmaster = cluster && findPostmaster(cluster.data);
  if (cluster === undefined || postmaster?.isReady !== true) return undefined;
  const attached = { cluster, postmaster };
  const client = new pg.Client({ connectionString: urlOf(attached, 'postgres'), connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return attached;
  } catch (error) {
    if ((error as pg.DatabaseError).code === '28P01') {
      throw new ConnectorError('config', 'The embedded database does not accept its saved password.', {
        hint: `Put the password back into ${join(home, 'postgres', 'password')}, or move the folder away.`,
        cause: error,
      });
    }
    // It is closing, or was closed under our hands.
    return undefined;
  }
}

/** `undefined` while a server of the home is still closing (its owner was killed) or recovering. */
async function startUnlessBusy(home: string, note: (text: string) => void): Promise<Attached | undefined> {
  const cluster = (await findCluster(home)) ?? (await createCluster(home, note));
  if (findPostmaster(cluster.data) !== undefined) return undefined;
  return { cluster, ...(await launch(cluster)) };
}

function urlOf({ cluster, postmaster }: Attached, database: string): string {
  const { port, socketDir } = postmaster.address;
  const query = socketDir === '' ? '' : `?host=${encodeURIComponent(socketDir)}`;
  return `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${encodeURIComponent(database)}${query}`;
}

async function createDatabaseIfMissing(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 15_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process was first with the same name.
    if (['42P04', '23505'].includes((error as pg.DatabaseError).code ?? '')) return;
    throw fileFailure(`create the database ${name}`, error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function end(child: ChildProcess, how: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  signal(child.pid!, how);
  await ended;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
