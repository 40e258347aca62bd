import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorError } from '../../sdk/errors.js';
import { type Account, mayEnter, serverAccount } from './account.js';
import { type Binaries, findBinaries } from './binaries.js';
import { serverFailure } from './failures.js';
import { spawnAs } from './postmaster.js';
import type { ServerAddress } from './server-settings.js';

export const SUPERUSER = 'tributary';

/** Where root keeps what the server's account could not reach below the home. */
const REACHABLE = '/var/lib/tributary';

/** An initialised cluster: `<home>/postgres` with the data folder, its password, its address and its log. */
export interface Cluster {
  readonly data: string;
  readonly password: string;
  readonly account: Account;
  readonly binaries: Binaries;
  readonly logFile: string;
  readonly addressFile: string;
}

/** The cluster of a home, if it was made already. */
export async function findCluster(home: string): Promise<Cluster | undefined> {
  // Followed to its end, because the server names its data folder by the real path.
  const base = await realpath(join(home, 'postgres')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (base === undefined) return undefined;
  const data = join(base, 'data');
  const account = serverAccount((await stat(data)).uid);
  const binaries = await findBinaries(account, await spareFolder(home, account));
  const [version, password] = await Promise.all([
    readFile(join(data, 'PG_VERSION'), 'utf8'),
    readFile(join(base, 'password'), 'utf8'),
  ]);
  if (version.trim() !== binaries.major) {
    throw serverFailure('open its data', `initialized by PostgreSQL version ${version.trim()}, not ${binaries.major}`);
  }
  return {
    data,
    password,
    account,
    binaries,
    logFile: join(base, 'server.log'),
    addressFile: join(base, 'address.json'),
  };
}

/** Makes the cluster aside and moves it into place whole, so that a kill or a full disk leaves none or a good one. */
export async function createCluster(home: string, note: (text: string) => void): Promise<Cluster> {
  const account = serverAccount();
  const parent = await spareFolder(home, account);
  await removeDrafts(parent);
  const binaries = await findBinaries(account, parent);
  const draft = join(parent, `postgres.init-${randomBytes(6).toString('hex')}`);
  await mkdir(draft, { mode: account.isOurs ? 0o700 : 0o711 });
  try {
    await initialise(draft, account, binaries);
    if (parent === home) {
      await rename(draft, join(home, 'postgres'));
    } else {
      const final = draft.replace('postgres.init-', 'postgres-');
      await rename(draft, final);
      await symlink(final, join(home, 'postgres'));
      note(`user ${account.name} may not enter ${home}: the embedded database keeps its data in ${final}`);
    }
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  return (await findCluster(home))!;
}

async function initialise(draft: string, account: Account, binaries: Binaries): Promise<void> {
  const password = randomBytes(24).toString('base64url');
  const data = join(draft, 'data');
  const given = join(draft, 'given-password');
  const output = join(draft, 'initdb.log');
  await mkdir(data, { mode: 0o700 });
  // Two files: root's own copy is not the server's business once it knows the password.
  for (const path of [join(draft, 'password'), given]) await writeFile(path, password, { mode: 0o600, flush: true });
  if (!account.isOurs) for (const path of [data, given]) await chown(path, account.uid, account.gid);
  const log = openSync(output, 'w', 0o600);
  // Text by code points and Unicode rules that come with PostgreSQL: the same on every system, whatever locales it has.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
  const safety = ['--auth=scram-sha-256', `--pwfile=${given}`, '--data-checksums', '--no-instructions'];
  const child = spawnAs(account, binaries.initdb, ['-D', data, '-U', SUPERUSER, ...locale, ...safety], log);
  closeSync(log);
  const ended = await new Promise<number | NodeJS.ErrnoException>((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code) => resolve(code ?? -1));
  });
  if (ended !== 0) {
    const said = await readFile(output, 'utf8').catch(() => '');
    throw serverFailure('be created', typeof ended === 'number' ? said : `${said}\n${ended.code} ${ended.message}`);
  }
  await Promise.all([rm(given), rm(output)]);
}

/** The home itself where the server's account may enter it (its mode is ours to widen), else a folder of root's. */
async function spareFolder(home: string, account: Account): Promise<string> {
  if (mayEnter(account, home)) return home;
  if (mayEnter(account, join(home, '..'))) {
    await chmod(home, ((await stat(home)).mode & 0o777) | 0o011);
    return home;
  }
  await mkdir(REACHABLE, { recursive: true, mode: 0o755 });
  if (!mayEnter(account, REACHABLE)) {
    throw new ConnectorError(
      'config',
      `User ${account.name}, who runs the database, can enter no folder for its data.`,
      {
        hint: `Set TRIBUTARY_HOME to a folder that ${account.name} may enter (mode 711 on it and all above it).`,
      },
    );
  }
  return REACHABLE;
}

/** What a killed initdb left. Drafts of other homes in root's folder may be at work, so only old ones go there. */
async function removeDrafts(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith('postgres.init-')) continue;
    const path = join(parent, name);
    const { mtimeMs } = await stat(path);
    if (parent !== REACHABLE || Date.now() - mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

/** The address of the last start, so that urls given out stay right over a restart. */
export async function readAddress(cluster: Cluster): Promise<ServerAddress | undefined> {
  try {
    return JSON.parse(await readFile(cluster.addressFile, 'utf8')) as ServerAddress;
  } catch {
    return undefined;
  }
}

/**
 * A folder for the Unix socket that only the server's account (and root) may enter: COPY through a socket is 1.18 times
 * as fast as through TCP. Its name is random, for /tmp belongs to everybody; a known one is used again only if it is
 * still ours. Empty when the socket's path would not fit (107 bytes on Linux, 103 on macOS).
 */
export async function socketFolder(cluster: Cluster, known: string | undefined): Promise<string> {
  const { account } = cluster;
  if (known !== undefined && known !== '') {
    const found = await lstat(known).catch(() => undefined);
    if (found?.isDirectory() === true && found.uid === account.uid && (found.mode & 0o77) === 0) return known;
  }
  const root = await realpath(tmpdir());
  if (!mayEnter(account, root) || root.length > 60) return '';
  const folder = await mkdtemp(join(root, 'tributary-'));
  if (!account.isOurs) await chown(folder, account.uid, account.gid);
  return folder;
}
