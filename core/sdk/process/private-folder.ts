import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that only this account may enter, for what a program wants as files. */
export interface PrivateFolder {
  /** Writes a file that only this account may read; gives its path. */
  write(name: string, text: string): Promise<string>;
  remove(): void;
}

const OWN = `tributary-program-${hostname().replaceAll(/[^A-Za-z0-9.]/g, '')}-`;
const open = new Set<string>();
let isWatching = false;

/** Makes one. It goes at the end of the process at the latest; what a killed process of this machine has left, the next one removes. */
export function privateFolder(): PrivateFolder {
  sweep();
  const folder = mkdtempSync(join(tmpdir(), `${OWN}${process.pid}-`));
  open.add(folder);
  if (!isWatching) {
    isWatching = true;
    process.on('exit', () => {
      for (const left of open) remove(left);
    });
  }
  return {
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

function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(OWN) ? Number(/^\d+/.exec(name.slice(OWN.length))?.[0]) : Number.NaN;
    if (pid > 0 && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
