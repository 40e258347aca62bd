import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mount = (size: string, folder: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', folder]).status === 0;
const unmount = (folder: string) => spawnSync('umount', [folder]).status === 0;

/** False without the right to mount, which a container may lack: a test that needs a disk of its own is then skipped. */
export const canMount = tryMount();

function tryMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'tributary-disk-'));
  const isMounted = mount('1m', folder);
  if (isMounted) unmount(folder);
  rmdirSync(folder);
  return isMounted;
}

/** A disk that is soon full. */
export async function smallDisk(size: string): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'tributary-disk-'));
  if (!mount(size, path)) throw new Error(`no disk of ${size} could be mounted`);
  return {
    path,
    async remove() {
      unmount(path);
      await rmdir(path);
    },
  };
}
