import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './is-alive.js';

/** A folder that only this account may enter, for what a program or a driver wants as files. */
export interface PrivateFolder {
  readonly path: string;
  /** Writes a file that only this account may read; gives its path. */
  write(name: string, text: string): Promise<string>;
  remove(): void;
}

export interface FolderPlace {
  /** Absent: where the system keeps what is temporary. */
  readonly parent?: string | undefined;
  /** A word of its name. */
  readonly what?: string;
}

const HOST = hostname().replaceAll(/[^A-Za-z0-9.]/g, '');
const open = new Set<string>();
let isWatching = false;

/** Makes one. It goes at the end of the process at the latest; what a killed process of this machine has left, the next one removes. */
export function privateFolder({ parent = tmpdir(), what = 'program' }: FolderPlace = {}): PrivateFolder {
  const own = `tributary-${what}-${HOST}-`;
  sweep(parent, own);
  const folder = mkdtempSync(join(parent, `${own}${process.pid}-`));
  open.add(folder);
  if (!isWatching) {
    isWatching = true;
    process.on('exit', () => {
      for (const left of open) remove(left);
    });
  }
  return {
    path: folder,
    async write(name, text) {
      const path = join(folder, name);
      await writeFile(path, text, { mode: 0o600 });
      return path;
    },
    remove: () => remove(folder),
  };
}

function remove(folder: string): void {
  open.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}

function sweep(parent: string, own: string): void {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(own) ? Number(/^\d+/.exec(name.slice(own.length))?.[0]) : Number.NaN;
    const path = join(parent, name);
    // In a container each process may have the number of the one before it.
    const isLeft = pid === process.pid ? !open.has(path) : pid > 0 && !isAlive(pid);
    if (isLeft) rmSync(path, { recursive: true, force: true });
  }
}
